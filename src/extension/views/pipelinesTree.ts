/** The Pipelines tree: pipeline → runs → steps → outputs. */
import type * as vscode from 'vscode';
import type { PipelineChanged } from '../models/pipelines';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { LiveTree, type ProblemNode } from './liveTree';
import { pipelineItem } from './pipelineItems';
import {
  artifactNode,
  launchNode,
  morePipelineRunsNode,
  type PipelineNode,
  pipelineFolderNode,
  pipelineNode,
  pipelineRunNode,
  type StepNode,
  stepNode,
} from './pipelineNodes';

export class PipelinesTree extends LiveTree<PipelineNode> {
  private readonly subscriptions: vscode.Disposable[];
  private wanted = '';

  constructor(private readonly sessions: Sessions) {
    super();
    this.subscriptions = [
      sessions.onDidChangePipelines(({ session, changes }) => this.follow(session, changes)),
      sessions.onDidChange(() => this.refreshAll()),
    ];
  }

  get filter(): string {
    return this.wanted;
  }

  /** Only pipelines whose name holds the text. */
  setFilter(text: string): void {
    this.wanted = text.trim();
    this.refreshAll();
  }

  itemOf(node: PipelineNode): vscode.TreeItem {
    return pipelineItem(node);
  }

  async childrenOf(
    node: PipelineNode | undefined,
  ): Promise<readonly (PipelineNode | ProblemNode)[]> {
    if (!node) return this.roots();
    switch (node.kind) {
      case 'folder':
        return this.pipelinesOf(node.session);
      case 'pipeline':
        return this.runsOf(node.session, node.name);
      case 'pipelineRun':
        return this.stepsOf(node.session, node.id);
      case 'step':
        return this.outputsOf(node);
      default:
        return [];
    }
  }

  getParent(node: PipelineNode | ProblemNode): PipelineNode | undefined {
    const { session } = node;
    switch (node.kind) {
      case 'launch':
      case 'pipeline':
        return this.sessions.all.length > 1 ? this.node(pipelineFolderNode(session)) : undefined;
      case 'pipelineRun': {
        const row = session.pipelines.run(node.id);
        return row && this.node(pipelineNode(session, row.pipeline));
      }
      case 'step':
        return this.node(pipelineRunNode(session, node.pipelineRunId));
      case 'artifact':
        return this.node(stepNode(session, node.pipelineRunId, node.stepRunId));
      default:
        return undefined;
    }
  }

  override dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    super.dispose();
  }

  private async roots(): Promise<readonly PipelineNode[]> {
    const { all } = this.sessions;
    if (all.length > 1) return all.map((session) => this.node(pipelineFolderNode(session)));
    const only = all[0];
    return only ? this.pipelinesOf(only) : [];
  }

  private async pipelinesOf(session: FolderSession): Promise<readonly PipelineNode[]> {
    await session.ready();
    const { pipelines } = session;
    if (!pipelines.loaded) {
      if (session.state.kind !== 'up') return [];
      await session.loadPipelines();
    }
    return [
      ...pipelines.launches.map(({ launchId }) => this.node(launchNode(session, launchId))),
      ...pipelines.pipelines
        .filter(({ name }) => name.toLowerCase().includes(this.wanted.toLowerCase()))
        .map((row) => this.node(pipelineNode(session, row.name))),
    ];
  }

  private async runsOf(session: FolderSession, name: string): Promise<readonly PipelineNode[]> {
    if (!session.pipelines.runs(name)) await session.loadPipelineRuns(name);
    const runs = session.pipelines.runs(name);
    const nodes = (runs?.rows ?? []).map((row) => this.node(pipelineRunNode(session, row.id)));
    return runs?.more ? [...nodes, this.node(morePipelineRunsNode(session, name))] : nodes;
  }

  private async stepsOf(session: FolderSession, id: string): Promise<readonly PipelineNode[]> {
    const steps = await session.ensureSteps(id);
    return steps.map((step) => this.node(stepNode(session, id, step.id)));
  }

  private async outputsOf(node: StepNode): Promise<readonly PipelineNode[]> {
    const step = node.session.pipelines.step(node.pipelineRunId, node.id);
    return (step?.outputs ?? []).map(({ artifact }) => this.node(artifactNode(node, artifact.id)));
  }

  private follow(session: FolderSession, changes: readonly PipelineChanged[]): void {
    for (const change of changes) {
      if (change.kind === 'root') this.refreshAll();
      else if (change.kind === 'pipeline') {
        this.refreshNode(pipelineNode(session, change.name).key);
      } else if (change.kind === 'pipelineRun') {
        this.refreshNode(pipelineRunNode(session, change.id).key);
      } else this.refreshNode(stepNode(session, change.pipelineRunId, change.id).key);
    }
  }
}
