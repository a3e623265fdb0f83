/** Opens logs, tracebacks and lines of source. */
import * as vscode from 'vscode';
import { documentUri } from '../documents/uris';
import { cellAtLine } from '../models/notebookLines';
import type { FolderSession } from '../session/folderSession';

export async function openLog(session: FolderSession, id: string, name: string): Promise<void> {
  const uri = documentUri({ kind: 'log', root: session.folder.root, id }, `${name}.log`);
  const editor = await showDocument(uri);
  // At its end, where it is followed as it grows.
  const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(new vscode.Range(end, end));
}

export async function openTraceback(
  session: FolderSession,
  id: string,
  name: string,
): Promise<void> {
  const ref = { kind: 'traceback', root: session.folder.root, id } as const;
  await showDocument(documentUri(ref, `${name} traceback.txt`));
}

async function showDocument(uri: vscode.Uri): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(uri);
  return vscode.window.showTextDocument(document, { preview: true });
}

/** @param line counted from 0; of a notebook in the joined text of its code cells. */
export async function openAt(uri: vscode.Uri, line: number): Promise<void> {
  if (uri.scheme === 'file' && uri.path.endsWith('.ipynb')) return openCell(uri, line);
  const document = await vscode.workspace.openTextDocument(uri);
  const at = new vscode.Position(Math.max(0, Math.min(line, document.lineCount - 1)), 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}

async function openCell(uri: vscode.Uri, line: number): Promise<void> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
  const found = cellAtLine(
    cells.map(({ document }) => document.lineCount),
    line,
  );
  const cell = found && cells[found.cell];
  if (!cell) {
    await vscode.window.showNotebookDocument(notebook);
    return;
  }
  const at = new vscode.Position(found.line, 0);
  await vscode.commands.executeCommand('vscode.open', cell.document.uri, {
    selection: new vscode.Range(at, at),
  });
}
