/** What the cursor of the active editor stands in, by the lenses above it: the language server knows, nobody else parses. */
import * as vscode from 'vscode';
import { LENS_COMMANDS, type LensTarget } from '../../protocol/lsp';
import { isInBody } from '../models/functionBody';
import { isLensTarget } from './targets';

type LensCommand = (typeof LENS_COMMANDS)[keyof typeof LENS_COMMANDS];

interface Placed {
  readonly target: LensTarget;
  /** Of the lens, from 0. */
  readonly line: number;
}

/** What the lenses of a document that call a command are about, from top to bottom. */
export async function lensTargets(
  document: vscode.TextDocument,
  command: LensCommand,
): Promise<readonly Placed[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[] | undefined>(
    'vscode.executeCodeLensProvider',
    document.uri,
    1000,
  );
  return (lenses ?? [])
    .flatMap((lens): Placed[] => {
      const argument: unknown = lens.command?.arguments?.[0];
      if (lens.command?.command !== command || !isLensTarget(argument)) return [];
      return [{ target: argument, line: lens.range.start.line }];
    })
    .sort((a, b) => a.line - b.line);
}

/** Of the active document; none when it has none or is not Python. */
export async function activeTargets(command: LensCommand): Promise<readonly LensTarget[]> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return [];
  return (await lensTargets(document, command)).map(({ target }) => target);
}

/** The step that the cursor is in. */
export async function stepAtCursor(): Promise<LensTarget | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const at = editor.selection.active.line;
  const above = (await lensTargets(editor.document, LENS_COMMANDS.runStep)).filter(
    ({ line }) => line <= at,
  );
  const nearest = above.at(-1);
  if (!nearest) return undefined;
  const lines = Array.from({ length: at + 1 }, (_, line) => editor.document.lineAt(line).text);
  return isInBody(lines, nearest.line, at) ? nearest.target : undefined;
}
