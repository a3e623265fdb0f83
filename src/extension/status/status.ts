/** The one status item, the badge and the context keys. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { countOf } from '../../domain/display';
import { CONTEXT } from '../contributions';
import { type Activity, activityLines, activityText } from '../models/statusText';
import type { Interpreter, Interpreters } from '../session/interpreter';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';

const SETTLE_MS = 100;

export interface StatusOptions {
  readonly sessions: Sessions;
  readonly interpreters: Interpreters;
  readonly view: vscode.TreeView<unknown>;
}

export class Status implements Disposable {
  private readonly store = new DisposableStore();
  private readonly item: vscode.StatusBarItem;
  private timer: NodeJS.Timeout | undefined;
  private readonly keys = new Map<string, unknown>();

  constructor(private readonly options: StatusOptions) {
    const { sessions, interpreters } = options;
    const { Left } = vscode.StatusBarAlignment;
    this.item = this.store.add(vscode.window.createStatusBarItem('runlens.status', Left));
    this.item.name = 'Runlens';
    this.store.add(sessions.onDidChange(() => this.schedule()));
    this.store.add(sessions.onDidChangeState(() => this.schedule()));
    this.store.add(sessions.onDidChangeExperiments(() => this.schedule()));
    this.store.add(sessions.onDidChangePipelines(() => this.schedule()));
    this.store.add(sessions.onEvent(({ event }) => event.type === 'status' && this.schedule()));
    this.store.add(interpreters.onDidChange(() => this.schedule()));
    this.schedule();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.store.dispose();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.update();
    }, SETTLE_MS);
  }

  private async update(): Promise<void> {
    const { view } = this.options;
    const activity = this.activity();
    const { running } = activity;
    view.badge =
      running === 0
        ? undefined
        : { value: running, tooltip: t('{0} running', countOf(running, 'run')) };
    const pythons = await this.pythons();
    await this.setContext(CONTEXT.running, running);
    await this.setContext(CONTEXT.server, this.serverState());
    await this.setContext(
      CONTEXT.noPython,
      pythons.some((python) => python === undefined),
    );
    this.draw(activity, pythons);
  }

  private activity(): Activity {
    const { all } = this.options.sessions;
    return {
      running: all.reduce((sum, { experiments }) => sum + experiments.running, 0),
      queued: all.reduce((sum, { pipelines }) => sum + pipelines.launches.length, 0),
      pipelines: all.flatMap(({ pipelines }) =>
        pipelines.runningRuns.map((run) => ({
          run,
          steps: (pipelines.steps(run.id) ?? [])
            .filter(({ status }) => status === 'running')
            .map((step) => ({ step, progress: pipelines.progress(step.id) })),
        })),
      ),
    };
  }

  /** In Restricted Mode nothing is looked for, since looking runs programs. */
  private async pythons(): Promise<readonly (Interpreter | undefined)[]> {
    if (!vscode.workspace.isTrusted) return [];
    const { sessions, interpreters } = this.options;
    return Promise.all(sessions.all.map(({ folder }) => interpreters.of(folder.path)));
  }

  private serverState(): 'starting' | 'up' | 'down' {
    const kinds = this.options.sessions.all.map((session) => session.state.kind);
    if (kinds.includes('down')) return 'down';
    return kinds.includes('starting') ? 'starting' : 'up';
  }

  private draw(activity: Activity, pythons: readonly (Interpreter | undefined)[]): void {
    const { all } = this.options.sessions;
    if (all.length === 0) {
      this.item.hide();
      return;
    }
    const isDown = this.serverState() === 'down';
    const doing = activityText(activity);
    this.item.text = isDown
      ? '$(warning) Runlens'
      : doing !== undefined
        ? `$(sync~spin) Runlens: ${doing}`
        : this.isReadOnly()
          ? t('$(lock) Runlens: read-only')
          : 'Runlens';
    const isPipeline = activity.pipelines.length > 0 || activity.queued > 0;
    const view = isPipeline ? 'runlens.pipelines.focus' : 'runlens.experiments.focus';
    this.item.command = isDown ? 'runlens.showLog' : view;
    this.item.accessibilityInformation = { label: this.spoken(doing, isDown) };
    this.item.tooltip = this.tooltip(activity, pythons);
    this.item.show();
  }

  private spoken(doing: string | undefined, isDown: boolean): string {
    if (isDown) return t('Runlens: the server is not running, show log');
    if (doing !== undefined) return `Runlens: ${doing}`;
    return this.isReadOnly() ? t('Runlens: read-only') : 'Runlens';
  }

  private isReadOnly(): boolean {
    return this.options.sessions.all.some((session) => session.readOnlyReason !== undefined);
  }

  private tooltip(
    activity: Activity,
    pythons: readonly (Interpreter | undefined)[],
  ): vscode.MarkdownString {
    const text = new vscode.MarkdownString();
    for (const line of activityLines(activity)) text.appendText(line).appendMarkdown('\n\n');
    this.options.sessions.all.forEach(({ folder, state, readOnlyReason }, index) => {
      if (index > 0) text.appendMarkdown('\n\n---\n\n');
      text.appendMarkdown('**').appendText(folder.name).appendMarkdown('**\n\n');
      text.appendText(
        state.kind === 'up'
          ? t('Server on port {0}', state.discovery?.port ?? '')
          : state.kind === 'down'
            ? t('Server: {0}', state.message)
            : t('Server: starting'),
      );
      // In Restricted Mode it was asked for, and the last line says so.
      if (readOnlyReason !== undefined && vscode.workspace.isTrusted) {
        text.appendMarkdown('\n\n').appendText(readOnlyReason);
      }
      const python = pythons[index];
      const words = python
        ? t('Python {0}, {1}: {2}', python.version, python.source, python.path)
        : t('No Python found');
      text
        .appendMarkdown('\n\n')
        .appendText(vscode.workspace.isTrusted ? words : t('Restricted Mode'));
    });
    text.isTrusted = { enabledCommands: ['runlens.selectInterpreter', 'runlens.showLog'] };
    text.appendMarkdown(
      `\n\n[${t('Select Interpreter')}](command:runlens.selectInterpreter) · [${t('Show Log')}](command:runlens.showLog)`,
    );
    return text;
  }

  private async setContext(key: string, value: unknown): Promise<void> {
    if (this.keys.get(key) === value && this.keys.has(key)) return;
    this.keys.set(key, value);
    await vscode.commands.executeCommand('setContext', key, value);
  }
}
