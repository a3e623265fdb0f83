/** The entry points of the workspace's MLproject files, as the language server finds them. */
import * as vscode from 'vscode';
import { LENS_COMMANDS, type LensTarget } from '../../protocol/lsp';
import { t } from '../texts';
import { lensTargets } from './atCursor';

/** Of the file in the editor when that is one, else of all in the workspace. */
export async function pickEntryPoint(): Promise<LensTarget | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  const files =
    active?.languageId === 'mlproject'
      ? [active.uri]
      : await vscode.workspace.findFiles('**/MLproject', '**/{node_modules,.venv,venv}/**', 100);
  const perFile = await Promise.all(files.map(entryPointsOf));
  const items = perFile.flat().map((target) => ({
    label: target.name,
    description: vscode.workspace.asRelativePath(vscode.Uri.parse(target.uri)),
    target,
  }));
  if (items.length === 0) {
    await vscode.window.showInformationMessage(
      t(
        'No entry point was found. Entry points stand in a file named MLproject, and their lenses must not be turned off.',
      ),
    );
    return undefined;
  }
  const placeHolder = t('Which entry point is to be run?');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.target;
}

async function entryPointsOf(uri: vscode.Uri): Promise<readonly LensTarget[]> {
  const document = await vscode.workspace.openTextDocument(uri);
  const placed = await lensTargets(document, LENS_COMMANDS.runEntryPoint);
  return placed.map(({ target }) => target);
}
