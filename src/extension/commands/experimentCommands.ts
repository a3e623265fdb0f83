/** Commands on runs in the trees: reveal, rename, delete and restore, copy, load more. */
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { ownId } from '../sources/runIds';
import { isSource } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';
import { t } from '../texts';
import type { ExperimentNode } from '../views/experimentNodes';
import type { ExperimentsTree } from '../views/experimentsTree';
import type { ProblemNode } from '../views/liveTree';
import { runNodesOf } from './placeTargets';
import { isNode, isRunNode } from './targets';

/** A busy machine may take seconds to draw a tree. */
const REVEAL_WITHIN_MS = 10_000;
const REVEAL_PAUSE_MS = 150;

export class ExperimentCommands {
  /** Counts them: the newest is what a person waits for. */
  private reveals = 0;

  constructor(
    private readonly places: { readonly sessions: Sessions; readonly sources: Sources },
    private readonly tree: ExperimentsTree,
    private readonly view: vscode.TreeView<ExperimentNode | ProblemNode>,
    private readonly clearFilter: () => void,
  ) {}

  /** @param argument a run's id, or a row that has a run. */
  readonly revealRun = async (argument?: unknown): Promise<void> => {
    const runId = typeof argument === 'string' ? argument : runIdOf(argument);
    if (runId === undefined) return;
    const session = await this.sessionOf(runId);
    // A run that does not match is looked for all the same.
    if (this.tree.filter !== '') this.clearFilter();
    await session.locate(runId);
    await this.reveal(this.tree.runNodeOf(session, runId));
  };

  async revealExperiment(session: FolderSession, experimentId: string): Promise<void> {
    await this.reveal(this.tree.experimentNodeOf(session, experimentId));
  }

  /** The workbench reveals only rows that it has fetched, and says nothing when it has not yet. */
  private async reveal(node: ExperimentNode): Promise<void> {
    this.reveals += 1;
    const own = this.reveals;
    const before = this.view.selection;
    this.tree.refreshNow();
    const end = performance.now() + REVEAL_WITHIN_MS;
    await this.view.reveal(node, { select: true, focus: true, expand: true });
    while (!this.view.selection.includes(node)) {
      await delay(REVEAL_PAUSE_MS);
      if (own !== this.reveals || performance.now() > end || this.isElsewhere(before)) return;
      // Without the keyboard: a person may be writing by now.
      await this.view.reveal(node, { select: true, focus: false, expand: true });
    }
    // Its row has the keyboard's place, too, when the view has the keyboard.
    await this.view.reveal(node, { select: true, focus: true });
  }

  /** Someone has chosen another row meanwhile, or closed the view. */
  private isElsewhere(before: readonly unknown[]): boolean {
    const { selection, visible } = this.view;
    return !visible || (before.length > 0 && selection.some((row) => !before.includes(row)));
  }

  readonly renameRun = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const value = session.experiments.run(runId)?.name ?? '';
    const name = await vscode.window.showInputBox({
      prompt: t('Name of the run'),
      value,
      validateInput: (text) => (text.trim() === '' ? t('A run needs a name.') : undefined),
    });
    if (name && name !== value) {
      await session.call('POST /api/runs/:runId/rename', { runId, name: name.trim() });
    }
  };

  /** The run, or all that are selected when it is one of them; those of one place. */
  readonly deleteRun = async (argument?: unknown, selected?: unknown): Promise<void> => {
    const nodes = runNodesOf(argument, selected);
    const [first] = nodes;
    if (!first) return;
    const { session } = first;
    const runIds = nodes.filter((node) => node.session === session).map(({ runId }) => runId);
    const what =
      runIds.length > 1
        ? t('{0} runs', runIds.length)
        : t('run {0}', session.experiments.run(first.runId)?.name ?? first.runId);
    const sure = await vscode.window.showWarningMessage(
      t('Delete {0}?', what),
      { modal: true, detail: whereOf(session, runIds.length) },
      t('Delete'),
    );
    if (!sure) return;
    const { deleted, undelete } = await deleteRuns(session, runIds);
    if (deleted === 0) return;
    const undo = await vscode.window.showInformationMessage(t('Deleted {0}.', what), t('Undo'));
    if (undo) await undelete();
  };

  /** @param argument a deleted run's id, or its row. */
  readonly restoreRun = async (argument?: unknown): Promise<void> => {
    const runId = typeof argument === 'string' ? argument : runIdOf(argument);
    if (runId === undefined) return;
    const session = await this.sessionOf(runId);
    await session.call('POST /api/runs/:runId/restore', { runId });
  };

  /** Asks for a key and a value; an empty value deletes the tag. */
  readonly setRunTag = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const key = (await vscode.window.showInputBox({ prompt: t('Key of the tag') }))?.trim();
    if (!key) return;
    const held = (await session.ensureDetail(runId))?.tags.find((tag) => tag.key === key)?.value;
    const prompt =
      held === undefined ? t('Value of {0}', key) : t('Value of {0}; empty deletes the tag', key);
    const text = await vscode.window.showInputBox({ prompt, value: held ?? '' });
    if (text === undefined || text === (held ?? '')) return;
    const value = text === '' ? null : text;
    await session.call('POST /api/runs/:runId/edit', { runId, what: 'tag', key, value });
  };

  readonly copyRunId = async (argument?: unknown): Promise<void> => {
    if (isRunNode(argument)) await vscode.env.clipboard.writeText(ownId(argument.runId));
  };

  readonly loadMore = async (argument?: unknown): Promise<void> => {
    if (!isNode(argument) || argument.kind !== 'more') return;
    if ('owner' in argument) await this.tree.loadMore(argument);
    else await argument.session.loadMorePipelineRuns(argument.pipeline);
  };

  /** The folder whose store has the run. */
  private async sessionOf(runId: string): Promise<FolderSession> {
    const { sessions, sources } = this.places;
    const known = sessions.ofRun(runId) ?? sources.ofRun(runId);
    if (known) return known;
    for (const session of sessions.all) {
      await session.ready();
      // The other folders' servers do not know it: that is no failure.
      const found = await session.ensureDetail(runId).catch(() => undefined);
      if (found) return session;
    }
    throw new RunlensError('run.unknown', t('No open folder has the run {0}.', runId));
  }
}

function whereOf(session: FolderSession, count: number): string {
  if (!isSource(session)) return count > 1 ? t('They can be restored.') : t('It can be restored.');
  const { place } = session.info;
  return count > 1
    ? t('They are deleted on {0}, for everyone. They can be restored.', place)
    : t('It is deleted on {0}, for everyone. It can be restored.', place);
}

/** One by its own route; many in one commit, and only those that were there are brought back. */
async function deleteRuns(session: FolderSession, runIds: readonly string[]) {
  const [runId, ...others] = runIds;
  if (runId !== undefined && others.length === 0) {
    await session.call('POST /api/runs/:runId/delete', { runId });
    const undelete = () => session.call('POST /api/runs/:runId/restore', { runId });
    return { deleted: 1, undelete };
  }
  const change = { do: 'delete' } as const;
  const reply = await session.call('POST /api/run-changes', { runs: runIds, change });
  const undelete = () =>
    session.call('POST /api/run-changes', { runs: reply.runIds, change: { do: 'restore' } });
  return { deleted: reply.runIds.length, undelete };
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
