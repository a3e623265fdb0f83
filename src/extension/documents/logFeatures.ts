/** What logs and tracebacks offer besides their text: links to source, folded progress bars, following the end. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { progressRanges } from '../../domain/progressLines';
import { SCHEMES } from '../contributions';
import { sourceLinks } from '../models/sourceLinks';
import { parseDocumentUri } from './uris';

const LOGS = { scheme: SCHEMES.log };
const TEXTS = { scheme: SCHEMES.text };

export function registerLogFeatures(): Disposable {
  const store = new DisposableStore();
  store.add(vscode.languages.registerDocumentLinkProvider([LOGS, TEXTS], { provideDocumentLinks }));
  store.add(vscode.languages.registerFoldingRangeProvider(LOGS, { provideFoldingRanges }));
  store.add(new EndFollower());
  return store;
}

function provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
  const root = parseDocumentUri(document.uri)?.root;
  if (root === undefined) return [];
  return sourceLinks(document.getText(), root).map(({ start, end, file, line }) => {
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const link = new vscode.DocumentLink(range, linkTo(root, file, line));
    link.tooltip = `Open line ${line}`;
    return link;
  });
}

/** A line of a notebook is one of its joined cells, which a command finds. */
function linkTo(root: string, file: string, line: number): vscode.Uri {
  const uri = vscode.Uri.file(file);
  if (!file.endsWith('.ipynb')) return uri.with({ fragment: `L${line}` });
  const target = { uri: uri.toString(), root, name: '', line: line - 1 };
  const args = encodeURIComponent(JSON.stringify([target]));
  return vscode.Uri.parse(`command:runlens.goToSource?${args}`);
}

function provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
  const lines = document.getText().split('\n');
  return progressRanges(lines).map(({ start, end }) => new vscode.FoldingRange(start, end));
}

/** A log whose cursor is on its last line goes on being read there as it grows. */
class EndFollower implements Disposable {
  private readonly store = new DisposableStore();
  /** Editors whose cursor a person has taken away from the end. */
  private readonly left = new WeakSet<vscode.TextEditor>();

  constructor() {
    this.store.add(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        // Without a kind it was the text that moved it.
        if (isLog(textEditor.document) && kind !== undefined) this.note(textEditor);
      }),
    );
    this.store.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isLog(document)) this.follow(document);
      }),
    );
  }

  dispose(): void {
    this.store.dispose();
  }

  private note(editor: vscode.TextEditor): void {
    const last = editor.document.lineCount - 1;
    if (editor.selection.active.line >= last) this.left.delete(editor);
    else this.left.add(editor);
  }

  private follow(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document || this.left.has(editor)) continue;
      const { end } = document.lineAt(document.lineCount - 1).range;
      editor.selection = new vscode.Selection(end, end);
      editor.revealRange(new vscode.Range(end, end));
    }
  }
}

const isLog = ({ uri }: vscode.TextDocument): boolean => uri.scheme === SCHEMES.log;
