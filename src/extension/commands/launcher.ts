/** Starts pipelines and steps in the server's workers and says how they ended. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import type { LaunchRequest } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { PipelineRunRow, StepRow } from '../../protocol/rows';
import { documentUri } from '../documents/uris';
import { stepText } from '../models/stepText';
import type { FolderSession } from '../session/folderSession';
import type { Interpreter, Interpreters } from '../session/interpreter';
import type { Sessions } from '../session/sessions';
import { readSettings } from '../settings';
import type { RunTarget } from './targets';

export interface RunOptions {
  readonly force?: 'all' | 'target';
  readonly debugPort?: number;
}

interface Watched {
  readonly target: RunTarget;
  readonly done: () => void;
}
type LaunchEvent = Extract<ServerEvent, { type: 'launch' }>;

/** Ends that came before the launch's own answer did. */
const REMEMBERED = 50;

export class LaunchDesk implements Disposable {
  private readonly store = new DisposableStore();
  private readonly watched = new Map<string, Watched>();
  private readonly early = new Map<string, LaunchEvent>();

  constructor(
    sessions: Sessions,
    private readonly interpreters: Interpreters,
  ) {
    this.store.add(
      sessions.onEvent(({ event }) => {
        if (event.type === 'launch') this.follow(event);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Saves, checks, launches; answers the launch's id, or undefined when it could not be started. */
  async run(target: RunTarget, options: RunOptions = {}): Promise<string | undefined> {
    if (!(await checkTrust('run Python'))) return undefined;
    const { session } = target;
    await saveDirty(session);
    const python = await this.interpreter(session);
    if (!python) return undefined;
    try {
      const request = launchRequest(target, options, python);
      const { launchId } = await session.call('POST /api/launches', request);
      void this.show(launchId, target);
      return launchId;
    } catch (error) {
      await failed(`${nameOf(target)} was not started: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Whether a launch that `run` answered has ended. */
  isOver(launchId: string): boolean {
    return !this.watched.has(launchId);
  }

  /** Says that there is no Python, with the way out. */
  async interpreter(session: FolderSession): Promise<Interpreter | undefined> {
    const python = await this.interpreters.of(session.folder.path);
    if (python) return python;
    const chosen = readSettings(vscode.Uri.file(session.folder.path)).interpreter;
    const text =
      chosen === ''
        ? 'No Python 3.10 or newer was found to run steps with.'
        : `The setting runlens.interpreter names no usable Python 3.10 or newer: ${chosen}`;
    const choice = await failed(text, 'Select Interpreter');
    if (choice) await vscode.commands.executeCommand('runlens.selectInterpreter');
    return undefined;
  }

  /** Progress in the Pipelines view until the launch is over. */
  private async show(launchId: string, target: RunTarget): Promise<void> {
    const location = { viewId: 'runlens.pipelines' };
    await vscode.window.withProgress(
      { location },
      () =>
        new Promise<void>((resolve) => {
          this.watched.set(launchId, { target, done: resolve });
          const early = this.early.get(launchId);
          if (early) this.follow(early);
        }),
    );
  }

  private follow(event: LaunchEvent): void {
    if (event.status !== 'failed' && event.status !== 'ended') return;
    const watched = this.watched.get(event.launchId);
    if (!watched) {
      this.early.set(event.launchId, event);
      const [oldest] = this.early.keys();
      if (this.early.size > REMEMBERED && oldest !== undefined) this.early.delete(oldest);
      return;
    }
    this.watched.delete(event.launchId);
    this.early.delete(event.launchId);
    watched.done();
    void this.report(watched.target, event).catch((error: unknown) => failed(messageOf(error)));
  }

  private async report(target: RunTarget, event: LaunchEvent): Promise<void> {
    const { session } = target;
    if (event.status === 'failed') {
      const message = `${nameOf(target)}: ${event.message ?? 'the worker ended'}`;
      const choice = await failed(message, 'Open Log');
      if (choice) await openLog(session, event.launchId, nameOf(target));
      return;
    }
    if (event.pipelineRunId === undefined) return;
    const id = event.pipelineRunId;
    const { stepRows, ...run } = await session.call('GET /api/pipeline-runs/:id', { id });
    const broken = stepRows.find((step) => step.status === 'failed');
    if (broken) await this.reportFailure(session, broken);
    else await this.offerWithoutCache(target, run, stepRows);
  }

  private async reportFailure(session: FolderSession, step: StepRow): Promise<void> {
    const text = `${step.stepId} failed: ${step.error?.type}: ${step.error?.message}`;
    const choice = await failed(text, 'Show Traceback', 'Open Log');
    if (choice === 'Open Log') await openLog(session, step.id, step.stepId);
    if (choice === 'Show Traceback') await openTraceback(session, step.id, step.stepId);
  }

  /** Whoever asked for a run and got an old result may want a new one all the same. */
  private async offerWithoutCache(
    target: RunTarget,
    run: Pick<PipelineRunRow, 'status' | 'steps' | 'cached'>,
    steps: readonly StepRow[],
  ): Promise<void> {
    const step = steps.find((row) => row.stepId === target.step || row.step === target.step);
    const isCached = step ? step.status === 'cached' : run.cached === run.steps;
    if (run.status !== 'finished' || !isCached) return;
    const text = step
      ? `${step.stepId}: ${stepText(step, Date.now())}. Its code and inputs have not changed.`
      : `${nameOf(target)}: every step is cached.`;
    const choice = await vscode.window.showInformationMessage(text, 'Run Without Cache');
    if (choice) await this.run(target, { force: step ? 'target' : 'all' });
  }
}

function launchRequest(
  { file, pipeline, step, session }: RunTarget,
  { force, debugPort }: RunOptions,
  python: Interpreter,
): LaunchRequest {
  return {
    file,
    ...(pipeline === undefined ? {} : { pipeline }),
    plan: {
      target: step === undefined ? 'all' : { step },
      ...(force === undefined ? {} : { force }),
    },
    interpreter: python.path,
    cwd: session.folder.path,
    ...(debugPort === undefined ? {} : { debugPort }),
  };
}

export const nameOf = ({ step, pipeline, file }: RunTarget): string =>
  step ?? pipeline ?? vscode.workspace.asRelativePath(file);

/** In Restricted Mode: says why not, with the way out. */
export async function checkTrust(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const choice = await vscode.window.showWarningMessage(
    `This workspace is in Restricted Mode, so Runlens does not ${what}.`,
    'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

/** What runs is what is seen: a worker reads files, not buffers. */
async function saveDirty({ folder }: FolderSession): Promise<void> {
  const dirty = vscode.workspace.textDocuments.filter(
    (document) =>
      document.isDirty &&
      document.languageId === 'python' &&
      document.uri.scheme === 'file' &&
      isInside(document.uri.fsPath, folder.path, folder.root),
  );
  await Promise.all(dirty.map((document) => document.save()));
}

const isInside = (file: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => file.startsWith(folder));

export async function openLog(session: FolderSession, id: string, name: string): Promise<void> {
  const uri = documentUri({ kind: 'log', root: session.folder.root, id }, `${name}.log`);
  await showDocument(uri);
}

export async function openTraceback(
  session: FolderSession,
  id: string,
  name: string,
): Promise<void> {
  const ref = { kind: 'traceback', root: session.folder.root, id } as const;
  await showDocument(documentUri(ref, `${name} traceback.txt`));
}

async function showDocument(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

const failed = (message: string, ...actions: string[]): Thenable<string | undefined> =>
  vscode.window.showErrorMessage(message, ...actions);
