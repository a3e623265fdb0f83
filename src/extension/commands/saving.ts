/** What runs is what is seen: a worker reads files, not buffers, so that they are saved before. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';

/** Saves the folder's Python files, notebooks and MLproject files. @throws RunlensError when one stays dirty. */
export async function saveDirty({ folder }: FolderSession): Promise<void> {
  const isOurs = ({ scheme, fsPath }: vscode.Uri) =>
    scheme === 'file' && isInside(fsPath, folder.path, folder.root);
  const files = vscode.workspace.textDocuments.filter(
    ({ isDirty, languageId, uri }) =>
      isDirty && ['python', 'mlproject'].includes(languageId) && isOurs(uri),
  );
  const notebooks = vscode.workspace.notebookDocuments.filter(
    ({ isDirty, uri }) => isDirty && path.extname(uri.path) === '.ipynb' && isOurs(uri),
  );
  for (const document of [...files, ...notebooks]) {
    if (await document.save()) continue;
    const name = vscode.workspace.asRelativePath(document.uri);
    throw new RunlensError(
      'run.unsaved',
      t('{0} could not be saved, so nothing was run. Save it and try again.', name),
    );
  }
}

const isInside = (file: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => file === folder || file.startsWith(folder + path.sep));
