/** The row that reads the next page of a list. */
import * as vscode from 'vscode';
import { t } from '../texts';

export function moreItem(node: object): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Load more…'), vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: 'runlens.loadMore', title: t('Load More'), arguments: [node] };
  return item;
}
