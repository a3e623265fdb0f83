/** Starts pipelines and steps in the server's workers and says how they ended. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import type { LaunchRequest } from '../../protocol/control';
import type { PipelineRunRow, StepRow } from '../../protocol/rows';
import { stepText, takenStale } from '../../protocol/stepText';
import type { PreviewReply } from '../../protocol/worker';
import { planOf, type RunOptions } from '../models/plan';
import type { FolderSession } from '../session/folderSession';
import type { Interpreter, Interpreters } from '../session/interpreter';
import type { Sessions } from '../session/sessions';
import { readSettings } from '../settings';
import { t } from '../texts';
import { pipelineRunNode } from '../views/pipelineNodes';
import { type LaunchEvent, LaunchWatch } from './launchWatch';
import { openLog, openTraceback } from './opening';
import { saveDirty } from './saving';
import { nameOf, type RunTarget } from './targets';
import { checkTrust } from './trust';

export class LaunchDesk implements Disposable {
  private readonly store = new DisposableStore();
  private readonly watch: LaunchWatch;

  constructor(
    sessions: Sessions,
    private readonly interpreters: Interpreters,
  ) {
    this.watch = this.store.add(
      new LaunchWatch((listener) => sessions.onEvent(({ event }) => listener(event))),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  /** Saves, checks, launches; answers the launch's id, or undefined when it could not be started. */
  async run(target: RunTarget, options: RunOptions = {}): Promise<string | undefined> {
    const launched = await this.launch(target, options, false);
    if (!launched) return undefined;
    const { launchId, ended } = launched;
    void this.follow(target, options, ended);
    return launchId;
  }

  /** What a run would do and why; undefined when it could not be asked, which has been said. */
  async preview(target: RunTarget, options: RunOptions = {}): Promise<PreviewReply | undefined> {
    const launched = await this.launch(target, options, true);
    if (!launched) return undefined;
    const { launchId, ended } = launched;
    const { session } = target;
    const title = t('Preview {0}', nameOf(target));
    const location = vscode.ProgressLocation.Notification;
    let isCancelled = false;
    const event = await vscode.window.withProgress(
      { location, title, cancellable: true },
      (_progress, cancel) => {
        cancel.onCancellationRequested(() => {
          isCancelled = true;
          cancelLaunch(session, launchId);
        });
        return ended;
      },
    );
    if (isCancelled) return undefined;
    if (event.status === 'failed') {
      await this.reportBroken(target, event);
      return undefined;
    }
    return session.call('GET /api/launches/:launchId/preview', { launchId });
  }

  /** Whether a launch that `run` answered has ended. */
  isOver(launchId: string): boolean {
    return this.watch.isOver(launchId);
  }

  /** Says that there is no Python, with the way out. */
  async interpreter(session: FolderSession): Promise<Interpreter | undefined> {
    const python = await this.interpreters.of(session.folder.path);
    if (python) return python;
    const chosen = readSettings(vscode.Uri.file(session.folder.path)).interpreter;
    const text =
      chosen === ''
        ? t('No Python 3.10 or newer was found to run steps with.')
        : t('The setting runlens.interpreter names no usable Python 3.10 or newer: {0}', chosen);
    const choice = await failed(text, t('Select Interpreter'));
    if (choice) await vscode.commands.executeCommand('runlens.selectInterpreter');
    return undefined;
  }

  private async launch(target: RunTarget, options: RunOptions, dryRun: boolean) {
    if (!(await checkTrust(t('run Python')))) return undefined;
    const { session } = target;
    await saveDirty(session);
    const python = await this.interpreter(session);
    if (!python) return undefined;
    try {
      const request = launchRequest(target, options, python);
      const { launchId } = await session.call(
        'POST /api/launches',
        dryRun ? { ...request, dryRun } : request,
      );
      const name = nameOf(target);
      session.nameLaunch(launchId, dryRun ? t('Preview of {0}', name) : name);
      return { launchId, ended: this.watch.ended(launchId) };
    } catch (error) {
      await failed(t('{0} was not started: {1}', nameOf(target), messageOf(error)));
      return undefined;
    }
  }

  private async follow(
    target: RunTarget,
    options: RunOptions,
    ended: Promise<LaunchEvent>,
  ): Promise<void> {
    try {
      const location = { viewId: 'runlens.pipelines' };
      const event = await vscode.window.withProgress({ location }, () => ended);
      await this.report(target, options, event);
    } catch (error) {
      await failed(messageOf(error));
    }
  }

  private async report(target: RunTarget, options: RunOptions, event: LaunchEvent): Promise<void> {
    const { session } = target;
    if (event.status === 'failed') return this.reportBroken(target, event);
    if (event.pipelineRunId === undefined) return;
    const id = event.pipelineRunId;
    const { stepRows, ...run } = await session.call('GET /api/pipeline-runs/:id', { id });
    const broken = stepRows.find((step) => step.status === 'failed');
    if (broken) await this.reportFailure(target, run, broken);
    else if (stepRows.some((step) => takenStale(step) !== undefined)) {
      await this.offerUpToHere(target, options, stepRows);
    } else await this.offerWithoutCache(target, options, run, stepRows);
  }

  /** No pipeline run came of it. */
  private async reportBroken(target: RunTarget, event: LaunchEvent): Promise<void> {
    const message = `${nameOf(target)}: ${event.message ?? t('the worker ended')}`;
    const choice = await failed(message, t('Open Log'));
    if (choice) await openLog(target.session, event.launchId, nameOf(target));
  }

  private async reportFailure(
    target: RunTarget,
    run: Pick<PipelineRunRow, 'id'>,
    step: StepRow,
  ): Promise<void> {
    const { session } = target;
    const { type = '', message = '' } = step.error ?? {};
    const text = t('{0} failed: {1}: {2}', step.stepId, type, message);
    const [traceback, log, resume] = [t('Show Traceback'), t('Open Log'), t('Resume')];
    const choice = await failed(text, traceback, log, resume);
    if (choice === log) await openLog(session, step.id, step.stepId);
    if (choice === traceback) await openTraceback(session, step.id, step.stepId);
    if (choice === resume) {
      await vscode.commands.executeCommand('runlens.resumeRun', pipelineRunNode(session, run.id));
    }
  }

  /** A step that ran by itself on results that are not what today's code makes. */
  private async offerUpToHere(
    target: RunTarget,
    options: RunOptions,
    steps: readonly StepRow[],
  ): Promise<void> {
    const stale = steps.flatMap((step) => {
      const why = takenStale(step);
      return why === undefined ? [] : [`${step.stepId} (${why})`];
    });
    const text = t(
      '{0} ran with what was made before, which is not what the code makes now: {1}.',
      nameOf(target),
      stale.join(', '),
    );
    const choice = await vscode.window.showInformationMessage(text, t('Run Up To Here'));
    if (choice) await this.run(target, { ...options, reach: 'up-to' });
  }

  /** Whoever asked for a run and got an old result may want a new one all the same. */
  private async offerWithoutCache(
    target: RunTarget,
    options: RunOptions,
    run: Pick<PipelineRunRow, 'status' | 'steps' | 'cached'>,
    steps: readonly StepRow[],
  ): Promise<void> {
    const step = steps.find((row) => row.stepId === target.step || row.step === target.step);
    const isCached = step ? step.status === 'cached' : run.cached === run.steps;
    if (run.status !== 'finished' || !isCached || run.steps === 0) return;
    const text = step
      ? t(
          '{0}: {1}. Its code and inputs have not changed.',
          step.stepId,
          stepText(step, Date.now()),
        )
      : t('{0}: every step is cached.', nameOf(target));
    const choice = await vscode.window.showInformationMessage(text, t('Run Without Cache'));
    if (choice) await this.run(target, { ...options, force: step ? 'target' : 'all' });
  }
}

function launchRequest(
  { file, pipeline, step, session }: RunTarget,
  options: RunOptions,
  python: Interpreter,
): LaunchRequest {
  const { parameters, debugPort } = options;
  return {
    file,
    ...(pipeline === undefined ? {} : { pipeline }),
    plan: planOf(step, options),
    ...(parameters === undefined ? {} : { parameters }),
    interpreter: python.path,
    cwd: session.folder.path,
    ...(debugPort === undefined ? {} : { debugPort }),
  };
}

const cancelLaunch = (session: FolderSession, launchId: string): void => {
  session
    .call('POST /api/launches/:launchId/cancel', { launchId })
    .catch((error: unknown) => failed(messageOf(error)));
};

const failed = (message: string, ...actions: string[]): Thenable<string | undefined> =>
  vscode.window.showErrorMessage(message, ...actions);
