/** The Models tree: registered model → versions with aliases and stages, the newest first. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { countOf } from '../../domain/display';
import type { ServerEvent } from '../../protocol/events';
import type { ModelRow, ModelVersionRow } from '../../protocol/models';
import type { Page } from '../../protocol/page';
import { ITEMS } from '../contributions';
import { plainMarkdown } from '../models/markdownText';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';
import { folderItem } from './experimentItems';
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
import { type NodeMakers, type Standing, VersionsTree } from './versionsTree';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

/** Filtered by a part of the name or the description. */
export class ModelsTree extends VersionsTree<ModelTreeNode, ModelRow, ModelVersionRow> {
  protected readonly make: NodeMakers<ModelTreeNode, ModelVersionRow> = {
    folder: modelFolderNode,
    name: modelNode,
    version: (session, model, { version }) => modelVersionNode(session, model, version),
    more: moreModelsNode,
  };

  protected standingOf(node: ModelTreeNode): Standing {
    switch (node.kind) {
      case 'modelFolder':
        return { is: 'folder' };
      case 'model':
        return { is: 'name', name: node.model };
      case 'modelVersion':
        return { is: 'version', name: node.model };
      case 'moreModels':
        return undefined;
    }
  }

  protected changedBy(event: ServerEvent): string | undefined {
    return event.type === 'model' ? event.name : undefined;
  }

  protected readNames(session: FolderSession, page: Page, text: string) {
    return session.call('GET /api/models', { ...page, ...(text !== '' && { text }) });
  }

  protected readVersions(session: FolderSession, page: Page, name: string) {
    return session.call('GET /api/models/:name/versions', { ...page, name });
  }

  protected bareItem(node: ModelTreeNode): vscode.TreeItem {
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
    const row = this.namedRow(node.session, node.model);
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
    const row = this.versionRows(session, model).find((each) => each.version === version);
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
