/** The Charts panel: opens, restores and feeds the page; holds no data of its own. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { isRecord } from '../../base/json';
import { openChannel } from '../../protocol/channel';
import type { ChartsHost, ChartsPage } from '../../protocol/webview/charts';
import { CHARTS_PANEL } from '../contributions';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import { sourceOf } from '../sources/runIds';
import type { Sources } from '../sources/sources';
import { ChartsData } from './chartsData';
import { pageHtml } from './pageHtml';

/** Changes within this time are told at once. */
const GATHER_MS = 80;

type Grown = Parameters<ChartsPage['grown']>[0][number];

export interface ChartsOptions {
  readonly extensionUri: vscode.Uri;
  readonly sessions: Sessions;
  readonly shown: ShownRuns;
  readonly sources: Sources;
  readonly reveal: (runId: string) => Promise<void>;
  /** Is told of messages that did not reach the page. */
  readonly log: (message: string) => void;
}

export class ChartsPanel implements Disposable, vscode.WebviewPanelSerializer {
  private readonly data: ChartsData;
  private open: { readonly panel: vscode.WebviewPanel; readonly own: DisposableStore } | undefined;

  constructor(private readonly options: ChartsOptions) {
    this.data = new ChartsData(options);
  }

  /** Shows the one panel; a new one opens in the active editor group. */
  show(): void {
    if (this.open) {
      this.open.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      CHARTS_PANEL,
      'Charts',
      { viewColumn: vscode.ViewColumn.Active },
      {},
    );
    this.adopt(panel);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.adopt(panel);
    await this.restore(isRecord(state) && Array.isArray(state['runIds']) ? state['runIds'] : []);
  }

  dispose(): void {
    this.open?.panel.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.open?.panel.dispose();
    const { extensionUri } = this.options;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const icon = (theme: string) =>
      vscode.Uri.joinPath(extensionUri, 'media', `charts-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const own = new DisposableStore();
    this.open = { panel, own };
    panel.onDidDispose(() => {
      own.dispose();
      if (this.open?.panel === panel) this.open = undefined;
    });
    this.connect(panel, own);
    this.watchSources(panel, own);
    panel.webview.html = pageHtml(panel.webview, dist, 'charts');
  }

  private connect(panel: vscode.WebviewPanel, own: DisposableStore): void {
    const endpoint = {
      // A hidden page is gone; it asks for everything when it comes back.
      post: (message: unknown) => void panel.webview.postMessage(message),
      onMessage: (listener: (message: unknown) => void) =>
        panel.webview.onDidReceiveMessage(listener),
    };
    const local: ChartsHost = {
      ready: () => this.data.state(),
      series: (request) => this.data.series(request),
      hide: (runId) => this.options.shown.choose(runId, false),
      reveal: (runId) => this.options.reveal(runId),
    };
    const timers = {
      set: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
      clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
    };
    const { remote, dispose } = openChannel<ChartsPage, ChartsHost>(endpoint, local, { timers });
    own.add({ dispose });
    this.feed(panel, remote, own);
  }

  /** Tells the page what changes, gathered, while it can be seen. */
  private feed(panel: vscode.WebviewPanel, page: ChartsPage, own: DisposableStore): void {
    const { sessions, sources, shown, log } = this.options;
    const grown = new Map<string, Grown>();
    let isStale = false;
    let timer: NodeJS.Timeout | undefined;
    const flush = async () => {
      timer = undefined;
      const series = [...grown.values()];
      const update = isStale;
      grown.clear();
      isStale = false;
      if (!panel.visible) return;
      if (update) await page.update(await this.data.state());
      if (series.length > 0) await page.grown(series);
    };
    const schedule = () => {
      timer ??= setTimeout(() => flush().catch((error: unknown) => log(String(error))), GATHER_MS);
    };
    const refresh = () => {
      isStale = true;
      schedule();
    };
    own.add({ dispose: () => clearTimeout(timer) });
    own.add(shown.onDidChange(refresh));
    own.add(sessions.onDidChangeState(refresh));
    own.add(sources.onDidChangeState(refresh));
    own.add(this.data.onDidArrive(refresh));
    own.add(
      sessions.onEvent(({ event }) => {
        if (event.type !== 'points' || shown.slotOf(event.runId) === undefined) return;
        const { runId, key, count } = event;
        grown.set(`${runId} ${key}`, { runId, key, count });
        schedule();
      }),
    );
  }

  /** The sources of shown runs are asked for news while the page can be seen. */
  private watchSources(panel: vscode.WebviewPanel, own: DisposableStore): void {
    const { sources, shown } = this.options;
    const update = () => {
      const used = new Set(shown.runs.map(({ row }) => sourceOf(row.runId)));
      for (const session of sources.all) {
        const isShown = this.open?.panel === panel && panel.visible && used.has(session.info.id);
        session.watch('charts', isShown);
      }
    };
    own.add(shown.onDidChange(update));
    own.add(panel.onDidChangeViewState(update));
    own.add(sources.onDidChange(() => this.findTicked()));
    own.add({
      dispose: () => {
        for (const session of sources.all) session.watch('charts', false);
      },
    });
    update();
    this.findTicked();
  }

  /** Ticked runs of sources that were not read yet are read, so that they show. */
  private findTicked(): void {
    const { sources, shown, log } = this.options;
    for (const runId of shown.missing) {
      const session = sources.ofRun(runId);
      if (!session) continue;
      const found = session.ready().then(() => session.ensureDetail(runId));
      found.then(
        () => shown.schedule(),
        (error: unknown) => log(`${session.info.name}: ${messageOf(error)}`),
      );
    }
  }

  /** After a reload: what showed by itself then shows again, though newer runs may exist now. */
  private async restore(runIds: readonly unknown[]): Promise<void> {
    const { sessions, shown } = this.options;
    for (const runId of runIds) {
      if (typeof runId !== 'string' || sourceOf(runId) !== undefined) continue;
      for (const session of sessions.all) {
        if ((await session.ready()).kind !== 'up') continue;
        await session.ensureDetail(runId).catch(() => undefined);
      }
    }
    shown.schedule();
  }
}
