/** The Artifacts tree: name → versions, the newest first. */
import * as vscode from 'vscode';
import { ageText } from '../../base/timeText';
import { formatBytes } from '../../domain/display';
import type { ServerEvent } from '../../protocol/events';
import type { Page } from '../../protocol/page';
import type { ArtifactRow } from '../../protocol/rows';
import { ITEMS } from '../contributions';
import type { FolderSession } from '../session/folderSession';
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
import { moreItem } from './moreItem';
import { type NodeMakers, type Standing, VersionsTree } from './versionsTree';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;

/** Filtered by a part of the name. */
export class ArtifactsTree extends VersionsTree<ArtifactTreeNode, ArtifactRow, ArtifactRow> {
  protected readonly make: NodeMakers<ArtifactTreeNode, ArtifactRow> = {
    folder: artifactFolderNode,
    name: artifactNameNode,
    version: (session, _name, row) => artifactRowNode(session, row),
    more: moreArtifactsNode,
  };

  protected standingOf(node: ArtifactTreeNode): Standing {
    switch (node.kind) {
      case 'artifactFolder':
        return { is: 'folder' };
      case 'artifactName':
        return { is: 'name', name: node.name };
      case 'artifactRow':
        return { is: 'version', name: node.name };
      case 'moreArtifacts':
        return undefined;
    }
  }

  protected changedBy(event: ServerEvent): string | undefined {
    return event.type === 'artifact' ? event.artifact.name : undefined;
  }

  /** The newest version of each. */
  protected readNames(session: FolderSession, page: Page, text: string) {
    const name = text === '' ? {} : { name: `contains:${text}` };
    return session.call('GET /api/lists/artifacts', { ...page, ...name });
  }

  protected readVersions(session: FolderSession, page: Page, name: string) {
    const request = { ...page, name: `eq:${name}` };
    return session.call('GET /api/lists/artifact-versions', request);
  }

  protected bareItem(node: ArtifactTreeNode): vscode.TreeItem {
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
    const newest = this.namedRow(session, name);
    item.description = newest && `v${newest.version} · ${ageText(newest.createdAt, Date.now())}`;
    item.iconPath = new vscode.ThemeIcon('package');
    item.contextValue = ITEMS.artifactName;
    const words = [t('Artifact {0}', name), item.description];
    item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
    return item;
  }

  private versionItem(node: ArtifactRowNode): vscode.TreeItem {
    const { session, name, artifactId } = node;
    const row = this.versionRows(session, name).find(({ id }) => id === artifactId);
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

/** `DataFrame` of `pandas.core.frame.DataFrame`. */
const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);
