/** The Artifacts tree: name → versions, the newest first. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { formatBytes } from '../../domain/display';
import type { Page } from '../../protocol/page';
import type { ArtifactRow } from '../../protocol/rows';
import { ITEMS } from '../contributions';
import { PagedRows } from '../models/pagedRows';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import {
  type ArtifactNameNode,
  type ArtifactRowNode,
  type ArtifactTreeNode,
  artifactFolderNode,
  artifactNameNode,
  artifactRowNode,
  moreArtifactsNode,
} from './artifactNodes';
import { folderItem } from './experimentItems';
import { LiveTree, type ProblemNode } from './liveTree';
import { moreItem } from './moreItem';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

export class ArtifactsTree extends LiveTree<ArtifactTreeNode> {
  private readonly subscriptions: vscode.Disposable[];
  /** By session and name; without a name the newest version of each. */
  private readonly lists = new Map<string, PagedRows<ArtifactRow>>();
  private wanted = '';

  constructor(private readonly sessions: Sessions) {
    super();
    this.subscriptions = [
      sessions.onEvent(({ session, event }) => {
        if (event.type === 'artifact') this.follow(session, event.artifact.name);
        else if (event.type === 'reset') this.reread();
      }),
      sessions.onDidChangeState(() => this.reread()),
      sessions.onDidChange(() => this.reread()),
    ];
  }

  get filter(): string {
    return this.wanted;
  }

  /** Only names that hold the text. */
  setFilter(text: string): void {
    this.wanted = text.trim();
    this.reread();
  }

  itemOf(node: ArtifactTreeNode): vscode.TreeItem {
    const item = this.bareItem(node);
    item.id = node.key;
    return item;
  }

  async childrenOf(
    node: ArtifactTreeNode | undefined,
  ): Promise<readonly (ArtifactTreeNode | ProblemNode)[]> {
    if (!node) return this.roots();
    switch (node.kind) {
      case 'artifactFolder':
        return this.namesOf(node.session);
      case 'artifactName':
        return this.versionsOf(node);
      default:
        return [];
    }
  }

  getParent(node: ArtifactTreeNode | ProblemNode): ArtifactTreeNode | undefined {
    const { session } = node;
    if (node.kind === 'artifactRow') return this.node(artifactNameNode(session, node.name));
    if (node.kind !== 'artifactName' || this.sessions.all.length < 2) return undefined;
    return this.node(artifactFolderNode(session));
  }

  async loadMore(session: FolderSession, name: string | undefined): Promise<void> {
    await this.listOf(session, name).loadMore();
    this.refreshAll();
  }

  override dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    super.dispose();
  }

  private async roots(): Promise<readonly ArtifactTreeNode[]> {
    const { all } = this.sessions;
    if (all.length > 1) return all.map((session) => this.node(artifactFolderNode(session)));
    return all[0] ? this.namesOf(all[0]) : [];
  }

  private async namesOf(session: FolderSession): Promise<readonly ArtifactTreeNode[]> {
    if ((await session.ready()).kind !== 'up') return [];
    const list = this.listOf(session, undefined);
    const rows = await list.ensure();
    const nodes = rows.map(({ name }) => this.node(artifactNameNode(session, name)));
    return list.more ? [...nodes, this.node(moreArtifactsNode(session, undefined))] : nodes;
  }

  private async versionsOf({ session, name }: ArtifactNameNode) {
    const list = this.listOf(session, name);
    const rows = await list.ensure();
    const nodes: ArtifactTreeNode[] = rows.map((row) => this.node(artifactRowNode(session, row)));
    return list.more ? [...nodes, this.node(moreArtifactsNode(session, name))] : nodes;
  }

  private listOf(session: FolderSession, name: string | undefined): PagedRows<ArtifactRow> {
    const key = keyOf(session, name);
    const held = this.lists.get(key);
    if (held) return held;
    const made = new PagedRows<ArtifactRow>((page) =>
      name === undefined
        ? session.call('GET /api/lists/artifacts', { ...page, ...this.names() })
        : session.call('GET /api/lists/artifact-versions', versionsOf(name, page)),
    );
    this.lists.set(key, made);
    return made;
  }

  private names(): object {
    return this.wanted === '' ? {} : { name: `contains:${this.wanted}` };
  }

  private follow(session: FolderSession, name: string): void {
    const names = this.lists.get(keyOf(session, undefined));
    const isNew = names !== undefined;
    names?.invalidate();
    this.lists.get(keyOf(session, name))?.invalidate();
    if (isNew) this.refreshAll();
    else this.refreshNode(artifactNameNode(session, name).key);
  }

  private reread(): void {
    this.lists.clear();
    this.refreshAll();
  }

  private bareItem(node: ArtifactTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'artifactFolder':
        return folderItem(node.session.folder.name);
      case 'artifactName':
        return this.nameItem(node);
      case 'artifactRow':
        return this.versionItem(node);
      case 'moreArtifacts':
        return moreItem(node);
    }
  }

  private nameItem({ session, name }: ArtifactNameNode): vscode.TreeItem {
    const item = new vscode.TreeItem(name, Collapsed);
    const newest = this.lists.get(keyOf(session, undefined))?.rows.find((row) => row.name === name);
    item.description = newest && `v${newest.version} · ${ageText(newest.createdAt, Date.now())}`;
    item.iconPath = new vscode.ThemeIcon('package');
    item.contextValue = ITEMS.artifactName;
    const words = [t('Artifact {0}', name), item.description];
    item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
    return item;
  }

  private versionItem(node: ArtifactRowNode): vscode.TreeItem {
    const { session, name, artifactId } = node;
    const row = this.lists.get(keyOf(session, name))?.rows.find(({ id }) => id === artifactId);
    const item = new vscode.TreeItem(row ? `v${row.version}` : artifactId, None);
    item.contextValue = ITEMS.artifactVersion;
    item.command = {
      command: 'runlens.openArtifact',
      title: t('Open Artifact'),
      arguments: [node],
    };
    if (!row) return item;
    const by = row.pipeline === undefined ? [] : [`${row.pipeline} / ${row.stepId ?? ''}`];
    const about = [shortType(row.type), formatBytes(row.size), ageText(row.createdAt, Date.now())];
    item.description = about.join(' · ');
    item.tooltip = [row.type, ...by.map((maker) => t('made by {0}', maker))].join('\n');
    item.iconPath = new vscode.ThemeIcon('versions');
    item.accessibilityInformation = {
      label: [t('{0} version {1}', name, row.version), ...about, ...by].join(', '),
    };
    return item;
  }
}

/** A filter of a field beside what every list takes. */
const versionsOf = (name: string, page: Page) => ({ ...page, name: `eq:${name}` });

const keyOf = ({ folder }: FolderSession, name: string | undefined): string =>
  name === undefined ? folder.root : `${folder.root}|${name}`;

/** `DataFrame` of `pandas.core.frame.DataFrame`. */
const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);
