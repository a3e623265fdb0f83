/** The Experiments tree: experiment → runs → metrics, parameters and artifacts. */
import type * as vscode from 'vscode';
import { messageOf } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { RunRow } from '../../protocol/rows';
import type { Changed, ListOwner } from '../models/experiments';
import { PagedRows } from '../models/pagedRows';
import { runModels } from '../models/runModels';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import { isSource, type SourceSession } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';
import { experimentItem } from './experimentItems';
import {
  type ExperimentNode,
  experimentNode,
  type FileNode,
  fileNode,
  folderNode,
  metricNode,
  moreNode,
  paramNode,
  type RunModelNode,
  type RunNode,
  runModelNode,
  runNode,
  type SourceNode,
  sectionNode,
  sourceNode,
} from './experimentNodes';
import { LiveTree, type ProblemNode } from './liveTree';
import { sourceProblem } from './sourceItems';
import { runTooltip } from './tooltips';

export class ExperimentsTree extends LiveTree<ExperimentNode> {
  private readonly subscriptions: vscode.Disposable[];
  /** By experiment; only while there is a filter. */
  private readonly found = new Map<string, PagedRows<RunRow>>();
  private wanted = '';
  private readonly sourceOpened = new Emitter<SourceSession>();
  /** The content of a source was asked for: its root is unfolded. */
  readonly onDidOpenSource = this.sourceOpened.event;

  constructor(
    private readonly sessions: Sessions,
    private readonly shown: ShownRuns,
    private readonly sources: Sources,
  ) {
    super();
    this.subscriptions = [
      sessions.onDidChangeExperiments(({ session, changes }) => this.follow(session, changes)),
      sessions.onDidChange(() => this.refreshAll()),
      sources.onDidChangeExperiments(({ session, changes }) => this.follow(session, changes)),
      sources.onDidChangeState((session) => this.refreshNode(sourceNode(session).key)),
      sources.onDidChange(() => this.refreshAll()),
      shown.onDidChange((runIds) => this.followShown(runIds)),
    ];
  }

  get filter(): string {
    return this.wanted;
  }

  /** Only runs that match, in the language of docs/search.md; all without a text. */
  setFilter(text: string): void {
    this.wanted = text.trim();
    this.found.clear();
    this.refreshAll();
  }

  /** Reads the next page of what a row stands for. */
  async loadMore({ session, owner }: Extract<ExperimentNode, { kind: 'more' }>): Promise<void> {
    const { experimentId, parent } = owner;
    if (this.wanted === '' || parent !== undefined) return session.loadMoreRuns(owner);
    await this.foundIn(session, experimentId).loadMore();
    this.refreshNode(experimentNode(session, experimentId).key);
  }

  itemOf(node: ExperimentNode): vscode.TreeItem {
    return experimentItem(node, this.shown);
  }

  async childrenOf(
    node: ExperimentNode | undefined,
  ): Promise<readonly (ExperimentNode | ProblemNode)[]> {
    if (!node) return this.roots();
    switch (node.kind) {
      case 'folder':
        return this.experimentsOf(node.session);
      case 'source':
        return this.experimentsOfSource(node);
      case 'experiment':
        return this.runsOf(node.session, { experimentId: node.experimentId });
      case 'run':
        return this.partsOf(node);
      case 'section':
        return this.rowsOf(node);
      case 'file':
        return this.filesOf(node.session, node.runId, node.row.path);
      default:
        return [];
    }
  }

  getParent(node: ExperimentNode | ProblemNode): ExperimentNode | undefined {
    const { session } = node;
    switch (node.kind) {
      case 'experiment':
        if (isSource(session)) return this.node(sourceNode(session));
        return this.sessions.all.length > 1 ? this.node(folderNode(session)) : undefined;
      case 'run': {
        const row = session.experiments.run(node.runId);
        if (!row) return undefined;
        return row.parentRunId === undefined
          ? this.node(experimentNode(session, row.experimentId))
          : this.node(runNode(session, row.parentRunId));
      }
      case 'section':
        return this.node(runNode(session, node.runId));
      default:
        return undefined;
    }
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: ExperimentNode | ProblemNode,
  ): Promise<vscode.TreeItem> {
    if (node.kind === 'run') item.tooltip = await runTooltip(node.session, node.runId);
    return item;
  }

  runNodeOf(session: FolderSession, runId: string): RunNode {
    return this.node(runNode(session, runId));
  }

  experimentNodeOf(session: FolderSession, experimentId: string): ExperimentNode {
    return this.node(experimentNode(session, experimentId));
  }

  override dispose(): void {
    this.sourceOpened.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    super.dispose();
  }

  /** What the folders recorded comes first; then each source with its state. */
  private async roots(): Promise<readonly (ExperimentNode | ProblemNode)[]> {
    const sources = this.sources.all.map((session) => this.node(sourceNode(session)));
    return [...(await this.ownRoots(sources.length > 0)), ...sources];
  }

  private async ownRoots(hasOthers: boolean): Promise<readonly (ExperimentNode | ProblemNode)[]> {
    const { all } = this.sessions;
    if (all.length > 1) return all.map((session) => this.node(folderNode(session)));
    const [only] = all;
    if (!only) return [];
    try {
      const experiments = await this.experimentsOf(only);
      const { state } = only;
      // Alone, an empty tree shows the welcome view, which says it better.
      if (!hasOthers || state.kind !== 'down' || experiments.length > 0) return experiments;
      return [this.problem(only, state.message)];
    } catch (error) {
      if (!hasOthers) throw error;
      return [this.problem(only, messageOf(error))];
    }
  }

  private problem(session: FolderSession, message: string): ProblemNode {
    return { kind: 'problem', key: `${folderNode(session).key}|problem`, session, message };
  }

  /** What was read of a source stays in sight when it is gone; its root says so. */
  private async experimentsOfSource(
    node: SourceNode,
  ): Promise<readonly (ExperimentNode | ProblemNode)[]> {
    const { session } = node;
    this.sourceOpened.fire(session);
    const experiments = await this.experimentsOf(session);
    if (experiments.length > 0) return experiments;
    const problem = sourceProblem(session, node.key);
    return problem ? [problem] : [];
  }

  private async experimentsOf(session: FolderSession): Promise<readonly ExperimentNode[]> {
    await session.ready();
    const { experiments } = session;
    if (!experiments.loaded) {
      if (session.state.kind !== 'up') return [];
      await session.loadExperiments();
    }
    return experiments.shown.map((row) => this.node(experimentNode(session, row.experimentId)));
  }

  private async runsOf(
    session: FolderSession,
    owner: ListOwner,
  ): Promise<readonly ExperimentNode[]> {
    if (this.wanted !== '' && owner.parent === undefined) return this.matchesOf(session, owner);
    await session.ensureRuns(owner);
    const list = session.experiments.list(owner);
    const runs = (list?.rows ?? []).map((row) => this.node(runNode(session, row.runId)));
    return list?.more ? [...runs, this.node(moreNode(session, owner))] : runs;
  }

  private async matchesOf(
    session: FolderSession,
    owner: ListOwner,
  ): Promise<readonly ExperimentNode[]> {
    const list = this.foundIn(session, owner.experimentId);
    const rows = await list.ensure();
    const runs = rows.map((row) => this.node(runNode(session, row.runId)));
    return list.more ? [...runs, this.node(moreNode(session, owner))] : runs;
  }

  private foundIn(session: FolderSession, experimentId: string): PagedRows<RunRow> {
    const { key } = experimentNode(session, experimentId);
    const held = this.found.get(key);
    if (held) return held;
    const { wanted } = this;
    const made = new PagedRows((page) => session.findRuns(experimentId, wanted, page));
    this.found.set(key, made);
    return made;
  }

  private async partsOf(node: RunNode): Promise<readonly ExperimentNode[]> {
    const { session, runId } = node;
    const detail = await session.ensureDetail(runId);
    const row = session.experiments.run(runId);
    const children = row && row.children > 0 ? await this.runsOf(session, childrenOf(row)) : [];
    const sections = (['metrics', 'params', 'artifacts'] as const).filter(
      (section) => section === 'artifacts' || (detail?.[section].length ?? 0) > 0,
    );
    const models = (await this.modelsOf(session, runId)).length > 0 ? (['models'] as const) : [];
    return [
      ...children,
      ...[...sections, ...models].map((name) => this.node(sectionNode(session, runId, name))),
    ];
  }

  /** Registered versions, and models that none was registered of. Remote servers are not asked. */
  private async modelsOf(session: FolderSession, runId: string): Promise<readonly RunModelNode[]> {
    if (isSource(session) && session.info.kind === 'server') return [];
    const lineage = await session.call('GET /api/runs/:runId/lineage', { runId });
    return runModels(lineage).map((of) => this.node(runModelNode(session, runId, of)));
  }

  private async rowsOf(
    node: Extract<ExperimentNode, { kind: 'section' }>,
  ): Promise<readonly ExperimentNode[]> {
    const { session, runId, section } = node;
    if (section === 'artifacts') return this.filesOf(session, runId, undefined);
    if (section === 'models') return this.modelsOf(session, runId);
    const detail = await session.ensureDetail(runId);
    if (section === 'metrics') {
      return (detail?.metrics ?? []).map(({ key }) => this.node(metricNode(session, runId, key)));
    }
    return (detail?.params ?? []).map(({ key }) => this.node(paramNode(session, runId, key)));
  }

  /** Files are not announced, so that they are read each time they are opened. */
  private async filesOf(
    session: FolderSession,
    runId: string,
    path: string | undefined,
  ): Promise<readonly FileNode[]> {
    const request = path === undefined ? { runId } : { runId, path };
    const { items } = await session.call('GET /api/runs/:runId/files', request);
    return items.map((row) => this.node(fileNode(session, runId, row)));
  }

  private follow(session: FolderSession, changes: readonly Changed[]): void {
    for (const change of changes) {
      if (change.kind === 'root') this.refreshRoot(session);
      else if (change.kind === 'experiment') {
        this.found.get(experimentNode(session, change.experimentId).key)?.invalidate();
        this.refreshNode(experimentNode(session, change.experimentId).key);
      } else if (change.kind === 'run') this.refreshNode(runNode(session, change.runId).key);
      else this.refreshNode(sectionNode(session, change.runId, 'metrics').key);
    }
  }

  /** A source is drawn again by itself. */
  private refreshRoot(session: FolderSession): void {
    this.found.clear();
    if (isSource(session)) this.refreshNode(sourceNode(session).key);
    else this.refreshAll();
  }

  private followShown(runIds: readonly string[]): void {
    for (const session of [...this.sessions.all, ...this.sources.all]) {
      for (const runId of runIds) {
        if (session.experiments.run(runId)) this.refreshNode(runNode(session, runId).key);
      }
    }
  }
}

const childrenOf = (row: RunRow): ListOwner => ({
  experimentId: row.experimentId,
  parent: row.runId,
});
