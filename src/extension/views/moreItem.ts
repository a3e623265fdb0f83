/** The row that reads the next page of a list. */
import * as vscode from 'vscode';

export function moreItem(node: object): vscode.TreeItem {
  const item = new vscode.TreeItem('Load more…', vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: 'runlens.loadMore', title: 'Load More', arguments: [node] };
  return item;
}
