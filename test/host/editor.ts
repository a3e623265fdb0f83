/** The editor's side of the tests: the extension's api, lenses, tree rows, notifications, terminals. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { RunlensApi } from '../../src/extension/api';
import type { FolderSession } from '../../src/extension/session/folderSession';
import { ui, until } from './ui';

export const EXTENSION = 'runlens.runlens';

export async function activated(): Promise<RunlensApi> {
  const extension = vscode.extensions.getExtension<RunlensApi>(EXTENSION);
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** The only folder's session, with its server up. */
export async function onlySession(): Promise<{ api: RunlensApi; session: FolderSession }> {
  const api = await activated();
  const [session, ...others] = api.sessions.all;
  assert.ok(session, 'there is no session');
  assert.equal(others.length, 0);
  await session.ready();
  return { api, session };
}

export function folderPath(index = 0): string {
  const folder = vscode.workspace.workspaceFolders?.[index];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

/** One row of a tree as VS Code is told to draw it. */
export interface Row<N> {
  readonly node: N;
  readonly label: string;
  readonly description: string;
  readonly item: vscode.TreeItem;
}

export interface Tree<N> {
  getChildren(node?: N): Promise<N[]>;
  getTreeItem(node: N): vscode.TreeItem;
  readonly onDidChangeTreeData: vscode.Event<N[] | undefined>;
}

export function rowOf<N>(tree: Tree<N>, node: N): Row<N> {
  const item = tree.getTreeItem(node);
  const label = typeof item.label === 'object' ? item.label.label : (item.label ?? '');
  return { node, label, description: String(item.description ?? ''), item };
}

export async function rowsOf<N>(tree: Tree<N>, parent?: N): Promise<Row<N>[]> {
  return (await tree.getChildren(parent)).map((node) => rowOf(tree, node));
}

export const labels = (rows: readonly Row<unknown>[]): string[] => rows.map((row) => row.label);

/** Waits for a row by its label. */
export async function findRow<N>(
  tree: Tree<N>,
  parent: N | undefined,
  label: string,
): Promise<Row<N>> {
  let seen: string[] = [];
  try {
    return await until(async () => {
      const rows = await rowsOf(tree, parent);
      seen = labels(rows);
      return rows.find((row) => row.label === label);
    });
  } catch (error) {
    throw new Error(`There is no row ${label}, only: ${seen.join(', ')}`, { cause: error });
  }
}

/** Settles when the tree asks to be drawn again and what is looked for has come true. */
export async function redrawn<N, T>(
  tree: Tree<N>,
  act: () => Promise<unknown>,
  look: () => T | false | undefined | Promise<T | false | undefined>,
): Promise<T> {
  let events = 0;
  const subscription = tree.onDidChangeTreeData(() => {
    events += 1;
  });
  try {
    await act();
    const found = await until<T>(look);
    await until(() => events > 0);
    return found;
  } finally {
    subscription.dispose();
  }
}

/** Lenses by the line of the function's name: `{fit: ['▶ Run', 'not run yet']}`. */
export async function lensesOf(
  document: vscode.TextDocument,
): Promise<ReadonlyMap<string, readonly vscode.CodeLens[]>> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  const byName = new Map<string, vscode.CodeLens[]>();
  for (const lens of lenses) {
    const name = functionAt(document, lens.range.start.line);
    byName.set(name, [...(byName.get(name) ?? []), lens]);
  }
  return byName;
}

/** The function that a decorator in this line belongs to. */
function functionAt(document: vscode.TextDocument, line: number): string {
  for (let at = line; at < document.lineCount; at += 1) {
    const match = /^\s*(?:async )?def (\w+)/.exec(document.lineAt(at).text);
    if (match) return match[1]!;
  }
  throw new Error(`There is no function below line ${line + 1} of ${document.fileName}`);
}

export const titles = (lenses: readonly vscode.CodeLens[] | undefined): string[] =>
  (lenses ?? []).map((lens) => lens.command?.title ?? '');

/** Waits until one of the lenses above a function fits; answers all of their titles. */
export async function lensAbove(
  document: vscode.TextDocument,
  name: string,
  pattern: RegExp,
): Promise<string[]> {
  let seen: string[] = [];
  try {
    return await until(async () => {
      seen = titles((await lensesOf(document)).get(name));
      return seen.some((title) => pattern.test(title)) && seen;
    }, 30_000);
  } catch (error) {
    throw new Error(`The lenses of ${name} are ${JSON.stringify(seen)}, none fits ${pattern}`, {
      cause: error,
    });
  }
}

/** What a click on a lens does. */
export async function runLens(
  document: vscode.TextDocument,
  name: string,
  pattern: RegExp,
): Promise<void> {
  await lensAbove(document, name, pattern);
  const lens = (await lensesOf(document))
    .get(name)
    ?.find(({ command }) => pattern.test(command?.title ?? ''));
  assert.ok(lens?.command?.command, `the lens ${pattern} above ${name} has no command`);
  await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
}

/** Replaces the first occurrence of a text in the buffer and leaves it unsaved. */
export async function edit(
  document: vscode.TextDocument,
  find: string,
  replace: string,
): Promise<void> {
  const isEdited = await replaceText(document, find, replace);
  assert.ok(isEdited, `${document.fileName} was not edited`);
}

async function replaceText(
  document: vscode.TextDocument,
  find: string,
  replace: string,
): Promise<boolean> {
  const at = document.getText().indexOf(find);
  assert.ok(at >= 0, `${find} is not in ${document.fileName}`);
  const range = new vscode.Range(document.positionAt(at), document.positionAt(at + find.length));
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, range, replace);
  return vscode.workspace.applyEdit(change);
}

/** What a person reads in notifications; waits until one fits. */
export async function notification(pattern: RegExp): Promise<string> {
  const text = await until(async () => {
    const shown = await ui<string[]>('texts', '.notification-list-item-message');
    return shown.find((message) => pattern.test(message));
  });
  await vscode.commands.executeCommand('notifications.clearAll');
  return text;
}

/** Runs a line in a new terminal and answers what it wrote to the file `$OUT`. */
export async function inTerminal(line: (file: string) => string, folder = 0): Promise<string> {
  const cwd = folderPath(folder);
  const file = path.join(cwd, `terminal-${Date.now()}.out`);
  const terminal = vscode.window.createTerminal({ name: 'test', cwd });
  try {
    // Written under another name first, so that no half of it is read.
    terminal.sendText(`${line(`${file}.part`)} && mv ${file}.part ${file}`);
    await until(() => fs.existsSync(file), 40_000);
    return fs.readFileSync(file, 'utf8');
  } finally {
    terminal.dispose();
    fs.rmSync(file, { force: true });
  }
}

/** The environment of a new terminal, and where Python finds the package. */
export async function terminalEnvironment(folder = 0): Promise<Record<string, string | undefined>> {
  const code =
    'import importlib.util as u, json, os, sys; s = u.find_spec(\\"runlens\\"); ' +
    'json.dump({**os.environ, \\"SDK\\": s.origin if s else None}, open(sys.argv[1], \\"w\\"))';
  const text = await inTerminal((file) => `"${testPython()}" -c "${code}" ${file}`, folder);
  return JSON.parse(text) as Record<string, string | undefined>;
}

export function testPython(): string {
  const python = process.env.RUNLENS_TEST_PYTHON;
  assert.ok(python, 'RUNLENS_TEST_PYTHON is not set: start this suite with npm test -- host');
  return python;
}

/** Puts unsaved buffers back to what is on the disk and closes all editors. */
export async function closeEditors(): Promise<void> {
  const dirty = vscode.workspace.textDocuments.filter(
    (document) => document.isDirty && document.uri.scheme === 'file',
  );
  for (const document of dirty) {
    await until(async () => {
      if (document.isClosed || !document.isDirty) return true;
      await replaceText(document, document.getText(), fs.readFileSync(document.fileName, 'utf8'));
      return document.save();
    });
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
