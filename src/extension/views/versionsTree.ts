/** A tree of things by name and their versions, the newest first: what the Artifacts and Models trees share. */
import type * as vscode from 'vscode';
import type { ServerEvent } from '../../protocol/events';
import type { Page, PageOf } from '../../protocol/page';
import { PagedRows } from '../models/pagedRows';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isProblem, LiveTree, type ProblemNode, type TreeNode } from './liveTree';

/** What a node stands for; undefined: the row that reads more, which nobody reveals. */
export type Standing =
  | { readonly is: 'folder' }
  | { readonly is: 'name' | 'version'; readonly name: string }
  | undefined;

/** How the nodes of one tree are made. */
export interface NodeMakers<N, V> {
  folder(session: FolderSession): N;
  name(session: FolderSession, name: string): N;
  version(session: FolderSession, name: string, row: V): N;
  /** Reads the next page of versions; without a name of names. */
  more(session: FolderSession, name: string | undefined): N;
}

export abstract class VersionsTree<
  N extends TreeNode,
  R extends { readonly name: string },
  V,
> extends LiveTree<N> {
  private readonly subscriptions: vscode.Disposable[];
  /** By folder. */
  private readonly names = new Map<string, PagedRows<R>>();
  /** By folder and name. */
  private readonly versions = new Map<string, PagedRows<V>>();
  private wanted = '';

  protected abstract readonly make: NodeMakers<N, V>;
  protected abstract standingOf(node: N): Standing;
  /** The name that an event is about. */
  protected abstract changedBy(event: ServerEvent): string | undefined;
  /** @param text what names are filtered by; empty: all */
  protected abstract readNames(
    session: FolderSession,
    page: Page,
    text: string,
  ): Promise<PageOf<R>>;
  protected abstract readVersions(
    session: FolderSession,
    page: Page,
    name: string,
  ): Promise<PageOf<V>>;
  protected abstract bareItem(node: N): vscode.TreeItem;

  constructor(private readonly sessions: Sessions) {
    super();
    this.subscriptions = [
      sessions.onEvent(({ session, event }) => {
        const name = this.changedBy(event);
        if (name !== undefined) this.follow(session, name);
        else if (event.type === 'reset') this.reread();
      }),
      sessions.onDidChangeState(() => this.reread()),
      sessions.onDidChange(() => this.reread()),
    ];
  }

  get filter(): string {
    return this.wanted;
  }

  setFilter(text: string): void {
    this.wanted = text.trim();
    this.reread();
  }

  itemOf(node: N): vscode.TreeItem {
    const item = this.bareItem(node);
    item.id = node.key;
    return item;
  }

  async childrenOf(node: N | undefined): Promise<readonly (N | ProblemNode)[]> {
    if (!node) return this.roots();
    const standing = this.standingOf(node);
    if (standing?.is === 'folder') return this.namesOf(node.session);
    return standing?.is === 'name' ? this.versionsOf(node.session, standing.name) : [];
  }

  getParent(node: N | ProblemNode): N | undefined {
    if (isProblem(node)) return undefined;
    const { session } = node;
    const standing = this.standingOf(node);
    if (standing?.is === 'version') return this.node(this.make.name(session, standing.name));
    if (standing?.is !== 'name' || this.sessions.all.length < 2) return undefined;
    return this.node(this.make.folder(session));
  }

  /** @param name of which versions; undefined: names */
  async loadMore(session: FolderSession, name: string | undefined): Promise<void> {
    await (name === undefined
      ? this.nameList(session)
      : this.versionList(session, name)
    ).loadMore();
    this.refreshAll();
  }

  override dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    super.dispose();
  }

  /** Of what has been read. */
  protected namedRow(session: FolderSession, name: string): R | undefined {
    return this.names.get(session.folder.root)?.rows.find((row) => row.name === name);
  }

  /** Of what has been read. */
  protected versionRows(session: FolderSession, name: string): readonly V[] {
    return this.versions.get(keyOf(session, name))?.rows ?? [];
  }

  private async roots(): Promise<readonly N[]> {
    const { all } = this.sessions;
    if (all.length > 1) return all.map((session) => this.node(this.make.folder(session)));
    return all[0] ? this.namesOf(all[0]) : [];
  }

  private async namesOf(session: FolderSession): Promise<readonly N[]> {
    if ((await session.ready()).kind !== 'up') return [];
    const list = this.nameList(session);
    const rows = await list.ensure();
    const nodes = rows.map(({ name }) => this.node(this.make.name(session, name)));
    return list.more ? [...nodes, this.node(this.make.more(session, undefined))] : nodes;
  }

  private async versionsOf(session: FolderSession, name: string): Promise<readonly N[]> {
    const list = this.versionList(session, name);
    const rows = await list.ensure();
    const nodes = rows.map((row) => this.node(this.make.version(session, name, row)));
    return list.more ? [...nodes, this.node(this.make.more(session, name))] : nodes;
  }

  private nameList(session: FolderSession): PagedRows<R> {
    return listOf(this.names, session.folder.root, (page) =>
      this.readNames(session, page, this.wanted),
    );
  }

  private versionList(session: FolderSession, name: string): PagedRows<V> {
    return listOf(this.versions, keyOf(session, name), (page) =>
      this.readVersions(session, page, name),
    );
  }

  /** Its place among the others, what stands beside it and its versions may all have changed. */
  private follow(session: FolderSession, name: string): void {
    this.names.get(session.folder.root)?.invalidate();
    this.versions.get(keyOf(session, name))?.invalidate();
    this.refreshAll();
  }

  private reread(): void {
    this.names.clear();
    this.versions.clear();
    this.refreshAll();
  }
}

function listOf<T>(
  lists: Map<string, PagedRows<T>>,
  key: string,
  read: (page: { limit: number; offset: number }) => Promise<PageOf<T>>,
): PagedRows<T> {
  const held = lists.get(key);
  if (held) return held;
  const made = new PagedRows<T>(read);
  lists.set(key, made);
  return made;
}

const keyOf = ({ folder }: FolderSession, name: string): string => `${folder.root}|${name}`;
