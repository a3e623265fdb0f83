/** Commands on runs in the trees: reveal, rename, delete and restore, copy, load more. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ExperimentNode } from '../views/experimentNodes';
import type { ExperimentsTree } from '../views/experimentsTree';
import type { ProblemNode } from '../views/liveTree';
import { isNode, isRunNode } from './targets';

const REVEAL_ATTEMPTS = 8;
const REVEAL_PAUSE_MS = 150;

export class ExperimentCommands {
  constructor(
    private readonly sessions: Sessions,
    private readonly tree: ExperimentsTree,
    private readonly view: vscode.TreeView<ExperimentNode | ProblemNode>,
  ) {}

  /** @param argument a run's id, or a row that has a run. */
  readonly revealRun = async (argument?: unknown): Promise<void> => {
    const runId = typeof argument === 'string' ? argument : runIdOf(argument);
    if (runId === undefined) return;
    const session = await this.sessionOf(runId);
    await session.locate(runId);
    this.tree.refreshNow();
    const node = this.tree.runNodeOf(session, runId);
    // The workbench reveals only rows that it has fetched, and says nothing when it has not yet.
    for (let attempt = 0; attempt < REVEAL_ATTEMPTS; attempt += 1) {
      await this.view.reveal(node, { select: true, focus: true, expand: true });
      if (this.view.selection.includes(node)) return;
      await delay(REVEAL_PAUSE_MS);
    }
  };

  readonly renameRun = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const value = session.experiments.run(runId)?.name ?? '';
    const name = await vscode.window.showInputBox({
      prompt: 'Name of the run',
      value,
      validateInput: (text) => (text.trim() === '' ? 'A run needs a name.' : undefined),
    });
    if (name && name !== value) {
      await session.call('POST /api/runs/:runId/rename', { runId, name: name.trim() });
    }
  };

  readonly deleteRun = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const name = session.experiments.run(runId)?.name ?? runId;
    const sure = await vscode.window.showWarningMessage(
      `Delete run ${name}?`,
      { modal: true, detail: 'It can be restored.' },
      'Delete',
    );
    if (!sure) return;
    await session.call('POST /api/runs/:runId/delete', { runId });
    const undo = await vscode.window.showInformationMessage(`Deleted run ${name}.`, 'Undo');
    if (undo) await session.call('POST /api/runs/:runId/restore', { runId });
  };

  /** @param argument a deleted run's id, or its row. */
  readonly restoreRun = async (argument?: unknown): Promise<void> => {
    const runId = typeof argument === 'string' ? argument : runIdOf(argument);
    if (runId === undefined) return;
    const session = await this.sessionOf(runId);
    await session.call('POST /api/runs/:runId/restore', { runId });
  };

  readonly copyRunId = async (argument?: unknown): Promise<void> => {
    if (isRunNode(argument)) await vscode.env.clipboard.writeText(argument.runId);
  };

  readonly loadMore = async (argument?: unknown): Promise<void> => {
    if (!isNode(argument) || argument.kind !== 'more') return;
    if ('owner' in argument) await argument.session.loadMoreRuns(argument.owner);
    else await argument.session.loadMorePipelineRuns(argument.pipeline);
  };

  /** The folder whose store has the run. */
  private async sessionOf(runId: string): Promise<FolderSession> {
    const known = this.sessions.ofRun(runId);
    if (known) return known;
    for (const session of this.sessions.all) {
      await session.ready();
      // The other folders' servers do not know it: that is no failure.
      const found = await session.ensureDetail(runId).catch(() => undefined);
      if (found) return session;
    }
    throw new RunlensError('run.unknown', `No open folder has the run ${runId}.`);
  }
}

function runIdOf(argument: unknown): string | undefined {
  if (!isNode(argument)) return undefined;
  const { pipelines } = argument.session;
  switch (argument.kind) {
    case 'run':
      return argument.runId;
    case 'pipelineRun':
      return pipelines.run(argument.id)?.trackingRunId;
    case 'step':
      return pipelines.step(argument.pipelineRunId, argument.id)?.trackingRunId;
    default:
      return undefined;
  }
}
