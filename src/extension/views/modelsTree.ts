/** The Models tree: registered model → versions with aliases and stages, the newest first. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { countOf } from '../../domain/display';
import type { ModelRow, ModelVersionRow } from '../../protocol/models';
import { ITEMS } from '../contributions';
import { plainMarkdown } from '../models/markdownText';
import { PagedRows } from '../models/pagedRows';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { folderItem } from './experimentItems';
import { LiveTree, type ProblemNode } from './liveTree';
import {
  type ModelNode,
  type ModelTreeNode,
  type ModelVersionNode,
  modelFolderNode,
  modelNode,
  modelVersionNode,
  moreModelsNode,
} from './modelNodes';
import { moreItem } from './moreItem';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

export class ModelsTree extends LiveTree<ModelTreeNode> {
  private readonly subscriptions: vscode.Disposable[];
  private readonly models = new Map<string, PagedRows<ModelRow>>();
  private readonly versions = new Map<string, PagedRows<ModelVersionRow>>();
  private wanted = '';

  constructor(private readonly sessions: Sessions) {
    super();
    this.subscriptions = [
      sessions.onEvent(({ session, event }) => {
        if (event.type === 'model') this.follow(session, event.name);
        else if (event.type === 'reset') this.reread();
      }),
      sessions.onDidChangeState(() => this.reread()),
      sessions.onDidChange(() => this.reread()),
    ];
  }

  get filter(): string {
    return this.wanted;
  }

  /** Only models whose name or description holds the text. */
  setFilter(text: string): void {
    this.wanted = text.trim();
    this.reread();
  }

  itemOf(node: ModelTreeNode): vscode.TreeItem {
    const item = this.bareItem(node);
    item.id = node.key;
    return item;
  }

  async childrenOf(
    node: ModelTreeNode | undefined,
  ): Promise<readonly (ModelTreeNode | ProblemNode)[]> {
    if (!node) return this.roots();
    switch (node.kind) {
      case 'modelFolder':
        return this.modelsOf(node.session);
      case 'model':
        return this.versionsOf(node);
      default:
        return [];
    }
  }

  getParent(node: ModelTreeNode | ProblemNode): ModelTreeNode | undefined {
    const { session } = node;
    if (node.kind === 'modelVersion') return this.node(modelNode(session, node.model));
    if (node.kind !== 'model' || this.sessions.all.length < 2) return undefined;
    return this.node(modelFolderNode(session));
  }

  async loadMore(session: FolderSession, model: string | undefined): Promise<void> {
    await (model === undefined
      ? this.listOf(session).loadMore()
      : this.versionList(session, model).loadMore());
    this.refreshAll();
  }

  override dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    super.dispose();
  }

  private async roots(): Promise<readonly ModelTreeNode[]> {
    const { all } = this.sessions;
    if (all.length > 1) return all.map((session) => this.node(modelFolderNode(session)));
    return all[0] ? this.modelsOf(all[0]) : [];
  }

  private async modelsOf(session: FolderSession): Promise<readonly ModelTreeNode[]> {
    if ((await session.ready()).kind !== 'up') return [];
    const list = this.listOf(session);
    const rows = await list.ensure();
    const nodes: ModelTreeNode[] = rows.map(({ name }) => this.node(modelNode(session, name)));
    return list.more ? [...nodes, this.node(moreModelsNode(session, undefined))] : nodes;
  }

  private async versionsOf({ session, model }: ModelNode): Promise<readonly ModelTreeNode[]> {
    const list = this.versionList(session, model);
    const rows = await list.ensure();
    const nodes: ModelTreeNode[] = rows.map(({ version }) =>
      this.node(modelVersionNode(session, model, version)),
    );
    return list.more ? [...nodes, this.node(moreModelsNode(session, model))] : nodes;
  }

  private listOf(session: FolderSession): PagedRows<ModelRow> {
    const { root } = session.folder;
    const held = this.models.get(root);
    if (held) return held;
    const text = () => (this.wanted === '' ? {} : { text: this.wanted });
    const made = new PagedRows<ModelRow>((page) =>
      session.call('GET /api/models', { ...page, ...text() }),
    );
    this.models.set(root, made);
    return made;
  }

  private versionList(session: FolderSession, model: string): PagedRows<ModelVersionRow> {
    const { key } = modelNode(session, model);
    const held = this.versions.get(key);
    if (held) return held;
    const made = new PagedRows<ModelVersionRow>((page) =>
      session.call('GET /api/models/:name/versions', { ...page, name: model }),
    );
    this.versions.set(key, made);
    return made;
  }

  private follow(session: FolderSession, model: string): void {
    this.models.get(session.folder.root)?.invalidate();
    this.versions.get(modelNode(session, model).key)?.invalidate();
    // Its name, its place among the others and its versions may all have changed.
    this.refreshAll();
  }

  private reread(): void {
    this.models.clear();
    this.versions.clear();
    this.refreshAll();
  }

  private bareItem(node: ModelTreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'modelFolder':
        return folderItem(node.session.folder.name);
      case 'model':
        return this.modelItem(node);
      case 'modelVersion':
        return this.versionItem(node);
      case 'moreModels':
        return moreItem(node);
    }
  }

  private modelItem(node: ModelNode): vscode.TreeItem {
    const row = this.models
      .get(node.session.folder.root)
      ?.rows.find(({ name }) => name === node.model);
    const item = new vscode.TreeItem(node.model, Collapsed);
    item.iconPath = new vscode.ThemeIcon('symbol-class');
    item.contextValue = ITEMS.model;
    if (row) {
      item.description = countOf(row.versions, 'version');
      item.tooltip = new vscode.MarkdownString(
        [`**${plainMarkdown(row.name)}**`, plainMarkdown(row.description)].join('\n\n'),
      );
    }
    const words = [t('Model {0}', node.model), item.description];
    item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
    return item;
  }

  private versionItem(node: ModelVersionNode): vscode.TreeItem {
    const { session, model, version } = node;
    const row = this.versions
      .get(modelNode(session, model).key)
      ?.rows.find((each) => each.version === version);
    const item = new vscode.TreeItem(`v${version}`, None);
    item.contextValue = ITEMS.modelVersion;
    item.command = { command: 'runlens.openModel', title: t('Open Model'), arguments: [node] };
    if (!row) return item;
    const about = versionWords(row);
    item.description = about.join(' · ');
    item.iconPath = STAGE_ICONS[row.stage];
    item.tooltip = [row.description, row.runName ? t('from the run {0}', row.runName) : row.source]
      .filter(Boolean)
      .join('\n\n');
    item.accessibilityInformation = {
      label: [t('{0} version {1}', model, version), ...about].join(', '),
    };
    return item;
  }
}

const icon = (id: string, colour?: string) =>
  new vscode.ThemeIcon(id, colour === undefined ? undefined : new vscode.ThemeColor(colour));

const STAGE_ICONS: Readonly<Record<ModelVersionRow['stage'], vscode.ThemeIcon>> = {
  None: icon('circle-outline'),
  Staging: icon('beaker', 'charts.yellow'),
  Production: icon('pass', 'charts.green'),
  Archived: icon('archive', 'disabledForeground'),
};

/** `@champion · Production · 2 h ago`. */
const versionWords = ({ aliases, stage, created, status }: ModelVersionRow): readonly string[] => [
  ...aliases.map((alias) => `@${alias}`),
  ...(stage === 'None' ? [] : [stage]),
  ...(status === 'READY' ? [] : [status.toLowerCase().replaceAll('_', ' ')]),
  ageText(created, Date.now()),
];
