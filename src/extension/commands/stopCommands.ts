/** Commands that stop runs, steps and launches that wait. */
import * as vscode from 'vscode';
import type { PipelineRunRow, RunRow, StepRow } from '../../protocol/rows';
import type { LaunchState } from '../models/pipelines';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { isLaunchNode, isPipelineRunNode, isRunNode, isStepNode, isStopTarget } from './targets';

interface Stoppable extends vscode.QuickPickItem {
  stop(): Promise<unknown>;
}

export class StopCommands {
  constructor(private readonly sessions: Sessions) {}

  readonly stop = async (argument?: unknown): Promise<void> => {
    if (isPipelineRunNode(argument)) await stopPipeline(argument.session, argument.id);
    else if (isRunNode(argument)) await stopRun(argument.session, argument.runId);
    else if (isLaunchNode(argument)) await stopLaunch(argument.session, argument.launchId);
    else await this.pick(this.running(), t('Which run is to be stopped?'), t('No run is running.'));
  };

  /** @param argument a step's row, or a lens with the step runs that it is about. */
  readonly stopStep = async (argument?: unknown): Promise<void> => {
    if (isStepNode(argument)) await stopSteps(argument.session, [argument.id]);
    else if (isStopTarget(argument)) {
      const session = this.sessions.byRoot(argument.root);
      if (session) await stopSteps(session, argument.stepRunIds);
    } else {
      const steps = await this.runningSteps();
      await this.pick(steps, t('Which step is to be stopped?'), t('No step is running.'));
    }
  };

  private async pick(
    items: readonly Stoppable[],
    placeHolder: string,
    none: string,
  ): Promise<void> {
    if (items.length === 0) {
      await vscode.window.showInformationMessage(none);
      return;
    }
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    await picked?.stop();
  }

  private running(): readonly Stoppable[] {
    return this.sessions.all.flatMap((session) => [
      ...[...session.experiments.knownRuns()]
        .filter((row) => row.status === 'RUNNING' && row.parentRunId === undefined)
        .map((row) => runItem(session, row)),
      ...session.pipelines.launches.map((launch) => launchItem(session, launch)),
    ]);
  }

  private async runningSteps(): Promise<readonly Stoppable[]> {
    const runs = this.sessions.all.flatMap((session) =>
      session.pipelines.runningRuns.map((run) => ({ session, run })),
    );
    const perRun = await Promise.all(
      runs.map(async ({ session, run }) =>
        (await session.ensureSteps(run.id))
          .filter(({ status }) => status === 'running')
          .map((step) => stepItem(session, run, step)),
      ),
    );
    return perRun.flat();
  }
}

const runItem = (session: FolderSession, row: RunRow): Stoppable => ({
  label: row.name,
  description: session.experiments.experiment(row.experimentId)?.name ?? '',
  stop: () => stopRun(session, row.runId),
});

const launchItem = (
  session: FolderSession,
  { launchId, name, status }: LaunchState,
): Stoppable => ({
  label: name,
  description: status,
  stop: () => stopLaunch(session, launchId),
});

const stepItem = (session: FolderSession, run: PipelineRunRow, step: StepRow): Stoppable => ({
  label: step.stepId,
  description: run.name,
  stop: () => stopSteps(session, [step.id]),
});

const stopPipeline = (session: FolderSession, id: string): Promise<unknown> =>
  session.call('POST /api/pipeline-runs/:id/cancel', { id });
const stopRun = (session: FolderSession, runId: string): Promise<unknown> =>
  session.call('POST /api/runs/:runId/stop', { runId });
const stopLaunch = (session: FolderSession, launchId: string): Promise<unknown> =>
  session.call('POST /api/launches/:launchId/cancel', { launchId });
const stopSteps = (session: FolderSession, ids: readonly string[]): Promise<unknown> =>
  Promise.all(ids.map((id) => session.call('POST /api/steps/:id/cancel', { id })));
