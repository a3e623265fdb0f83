/** Dragging runs onto a run of the Experiments tree compares them, with that run as the baseline. */
import * as vscode from 'vscode';
import { isRunNode } from '../commands/targets';
import { placeId } from '../panels/places';
import type { ExperimentNode, RunNode } from './experimentNodes';
import type { ProblemNode } from './liveTree';

const MIME = 'application/vnd.code.tree.runlens.experiments';
type Node = ExperimentNode | ProblemNode;

export const compareByDrag: vscode.TreeDragAndDropController<Node> = {
  dragMimeTypes: [MIME],
  dropMimeTypes: [MIME],
  handleDrag(nodes, transfer) {
    transfer.set(MIME, new vscode.DataTransferItem(nodes.filter(isRunNode)));
  },
  async handleDrop(target, transfer) {
    const dragged: unknown = transfer.get(MIME)?.value;
    if (!isRunNode(target) || !Array.isArray(dragged)) return;
    const others = dragged.filter(isRunNode).filter(({ key }) => key !== target.key);
    if (others.length > 0) await compare(target, others);
  },
};

async function compare(baseline: RunNode, others: readonly RunNode[]): Promise<void> {
  const runIds = [baseline, ...others].map(({ runId }) => runId);
  const target = { place: placeId(baseline.session), runIds };
  await vscode.commands.executeCommand('runlens.compareRuns', target);
}
