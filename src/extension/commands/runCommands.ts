/** Commands that run, debug and stop. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import type { RunRow } from '../../protocol/rows';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { debug } from './debug';
import type { LaunchDesk, RunOptions } from './launcher';
import { isNode, pipelineTarget, type RunTarget, stepTarget } from './targets';

const toFile = (uri: string): string => vscode.Uri.parse(uri).fsPath;

export class RunCommands {
  constructor(
    private readonly sessions: Sessions,
    private readonly desk: LaunchDesk,
  ) {}

  readonly runPipeline = async (argument?: unknown, options?: RunOptions): Promise<void> => {
    const target = pipelineTarget(argument, this.sessions, toFile) ?? (await this.pickPipeline());
    if (target) await this.desk.run(target, options);
  };

  readonly runStep = async (argument?: unknown): Promise<void> => {
    const target = (await stepTarget(argument, this.sessions, toFile)) ?? (await this.pickStep());
    if (target) await this.desk.run(target);
  };

  readonly runWithoutCache = async (argument?: unknown): Promise<void> => {
    const step = await stepTarget(argument, this.sessions, toFile);
    if (step) await this.desk.run(step, { force: 'target' });
    else await this.runPipeline(argument, { force: 'all' });
  };

  readonly debugStep = async (argument?: unknown): Promise<void> => {
    const target = (await stepTarget(argument, this.sessions, toFile)) ?? (await this.pickStep());
    if (target) await debug(target, this.desk);
  };

  readonly stop = async (argument?: unknown): Promise<void> => {
    if (isNode(argument) && argument.kind === 'pipelineRun') {
      await argument.session.call('POST /api/pipeline-runs/:id/cancel', { id: argument.id });
    } else if (isNode(argument) && argument.kind === 'run') {
      await argument.session.call('POST /api/runs/:runId/stop', { runId: argument.runId });
    } else await this.stopPicked();
  };

  private async stopPicked(): Promise<void> {
    const running = this.sessions.all.flatMap((session) =>
      [...session.experiments.knownRuns()]
        .filter((row) => row.status === 'RUNNING' && row.parentRunId === undefined)
        .map((row) => ({ label: row.name, description: experimentOf(session, row), session, row })),
    );
    if (running.length === 0) {
      await vscode.window.showInformationMessage('No run is running.');
      return;
    }
    const placeHolder = 'Which run is to be stopped?';
    const picked = await vscode.window.showQuickPick(running, { placeHolder });
    if (!picked) return;
    await picked.session.call('POST /api/runs/:runId/stop', { runId: picked.row.runId });
  }

  /** Known pipelines, and those of the file in the editor. */
  private async pickPipeline(): Promise<RunTarget | undefined> {
    const known = await this.knownPipelines();
    const open = this.activeFile();
    const items = open
      ? [{ label: 'Pipeline of this file', description: open.label, target: open.target }, ...known]
      : known;
    if (items.length === 0) {
      await vscode.window.showInformationMessage(
        'No pipeline is known. Open a Python file with a function decorated with @pipeline.',
      );
      return undefined;
    }
    const placeHolder = 'Which pipeline is to be run?';
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.target;
  }

  private async knownPipelines() {
    const perSession = await Promise.all(
      this.sessions.all.map(async (session) => {
        await session.ready();
        if (!session.pipelines.loaded) await session.loadPipelines();
        return session.pipelines.pipelines.map(({ name, source, lastRun }) => ({
          label: name,
          description: source.file,
          detail: lastRun ? `last run ${ageText(lastRun.startedAt, Date.now())}` : '',
          target: {
            session,
            file: vscode.Uri.joinPath(vscode.Uri.file(session.folder.root), source.file).fsPath,
            pipeline: name,
            step: undefined,
          },
        }));
      }),
    );
    return perSession.flat();
  }

  /** A step of the latest run of a pipeline. */
  private async pickStep(): Promise<RunTarget | undefined> {
    const pipeline = await this.pickPipeline();
    if (!pipeline) return undefined;
    const { session } = pipeline;
    const last = session.pipelines.pipeline(pipeline.pipeline ?? '')?.lastRun;
    const known = last ? await session.ensureSteps(last.id) : [];
    if (known.length === 0) {
      const prompt = 'Name of the step';
      const step = await vscode.window.showInputBox({ prompt });
      return step ? { ...pipeline, step } : undefined;
    }
    const items = known.map(({ stepId, source }) => ({ label: stepId, description: source.file }));
    const placeHolder = 'Which step is to be run?';
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    return picked && { ...pipeline, step: picked.label };
  }

  private activeFile(): { label: string; target: RunTarget } | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== 'python' || document.uri.scheme !== 'file') return undefined;
    const file = document.uri.fsPath;
    const session = this.sessions.all.find(({ folder }) => file.startsWith(folder.path));
    const target = session && { session, file, pipeline: undefined, step: undefined };
    return target && { label: vscode.workspace.asRelativePath(file), target };
  }
}

const experimentOf = (session: FolderSession, row: RunRow): string =>
  session.experiments.experiment(row.experimentId)?.name ?? '';
