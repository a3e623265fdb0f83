/** Where files of a place lie that pages may show. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { dataFolder } from '../../client/root';
import type { FolderSession } from '../session/folderSession';
import { isSource } from '../sources/sourceSession';

/** @param storage of the extension: files of servers that were looked at are there. */
export function fileRoots(session: FolderSession | undefined, storage: vscode.Uri): vscode.Uri[] {
  if (!session) return [];
  if (!isSource(session)) {
    return [vscode.Uri.file(path.join(dataFolder(session.folder.root), 'artifacts'))];
  }
  const { kind, id, place } = session.info;
  if (kind === 'server') return [vscode.Uri.joinPath(storage, 'remote', id)];
  return [vscode.Uri.file(place.endsWith('.db') ? path.dirname(place) : place)];
}
