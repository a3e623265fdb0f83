/** What both trees share: nodes with a stable identity, refreshes that are gathered, no throwing. */
import * as vscode from 'vscode';
import { messageOf } from '../../base/errors';
import type { FolderSession } from '../session/folderSession';

export interface TreeNode {
  readonly kind: string;
  /** Unique in the tree and the same after a reload: VS Code keeps expansion and selection by it. */
  readonly key: string;
  readonly session: FolderSession;
}

const GATHER_MS = 60;
/** After this long a row that was unfolded should have been asked for its rows. */
const ASK_MS = 500;

/** A node that says why there is nothing to see in its place. */
export interface ProblemNode extends TreeNode {
  readonly kind: 'problem';
  readonly message: string;
  readonly tooltip?: string;
  /** What to do about it; called with the node. */
  readonly command?: { readonly command: string; readonly title: string } | undefined;
}

export abstract class LiveTree<N extends TreeNode>
  implements vscode.TreeDataProvider<N | ProblemNode>, vscode.Disposable
{
  private readonly changed = new vscode.EventEmitter<(N | ProblemNode)[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly nodes = new Map<string, N>();
  private readonly stale = new Set<string>();
  /** Rows that were asked for their own since the last drawing. */
  private readonly asked = new Set<string>();
  private isAllStale = false;
  private timer: NodeJS.Timeout | undefined;

  /** Draws a node again, soon; one that was never shown needs no drawing. */
  protected refreshNode(key: string): void {
    this.stale.add(key);
    this.schedule();
  }

  refreshAll(): void {
    this.isAllStale = true;
    this.schedule();
  }

  /** Draws everything again without waiting for more changes. */
  refreshNow(): void {
    clearTimeout(this.timer);
    this.isAllStale = true;
    this.flush();
  }

  /** A row that is unfolded in the moment in which it is drawn anew would stay empty: VS Code does not ask. */
  askUnfolded(view: vscode.TreeView<N | ProblemNode>): vscode.Disposable {
    return view.onDidExpandElement(({ element: { key } }) => {
      setTimeout(() => {
        if (!this.asked.has(key)) this.refreshNode(key);
      }, ASK_MS);
    });
  }

  /** The one object that stands for a key, which VS Code compares by identity. */
  protected node<T extends N>(made: T): T {
    const held = this.nodes.get(made.key);
    // A session that was closed and opened again has rows of the same keys.
    if (held?.session === made.session) return held as T;
    this.nodes.set(made.key, made);
    return made;
  }

  abstract itemOf(node: N): vscode.TreeItem;
  abstract childrenOf(node: N | undefined): Promise<readonly (N | ProblemNode)[]>;
  abstract getParent(node: N | ProblemNode): N | undefined;

  getTreeItem(node: N | ProblemNode): vscode.TreeItem {
    return isProblem(node) ? problemItem(node) : this.itemOf(node);
  }

  async getChildren(node?: N | ProblemNode): Promise<(N | ProblemNode)[]> {
    if (node && isProblem(node)) return [];
    if (node) this.asked.add(node.key);
    try {
      return [...(await this.childrenOf(node))];
    } catch (error) {
      // An empty root shows the welcome view, which says what is wrong and what to do.
      if (!node) return [];
      const message = messageOf(error);
      return [{ kind: 'problem', key: `${node.key}|problem`, session: node.session, message }];
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.timer = undefined;
    const nodes = [...this.stale].flatMap((key) => this.nodes.get(key) ?? []);
    const all = this.isAllStale;
    this.stale.clear();
    this.isAllStale = false;
    this.asked.clear();
    if (all) this.changed.fire(undefined);
    else if (nodes.length > 0) this.changed.fire(nodes);
  }
}

export const isProblem = (node: TreeNode): node is ProblemNode => node.kind === 'problem';

function problemItem(node: ProblemNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.message);
  item.id = node.key;
  item.iconPath = new vscode.ThemeIcon('warning');
  item.tooltip = node.tooltip ?? node.message;
  if (node.command) item.command = { ...node.command, arguments: [node] };
  return item;
}
