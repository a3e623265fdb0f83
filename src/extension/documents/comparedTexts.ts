/** Texts that a page or command wants compared: documents that are there as long as the window is. */
import * as vscode from 'vscode';
import { SCHEMES } from '../contributions';

/** One comparison of code may have hundreds of files, two texts each. */
const MOST = 1000;
/** Together, but for the two that were added last. */
const MOST_CHARACTERS = 100_000_000;

export class ComparedTexts implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private characters = 0;
  private next = 1;

  /** @param title last part of the path: what the tab shows. */
  add(text: string, title: string): vscode.Uri {
    const id = String(this.next);
    this.next += 1;
    this.texts.set(id, text);
    this.characters += text.length;
    for (const [old, { length }] of this.texts) {
      if (this.texts.size <= 2) break;
      if (this.texts.size <= MOST && this.characters <= MOST_CHARACTERS) break;
      this.texts.delete(old);
      this.characters -= length;
    }
    const path = `/${title.replace(/[\\/?#\p{Cc}]/gu, '_')}`;
    return vscode.Uri.from({ scheme: SCHEMES.compared, path, query: id });
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.texts.get(query) ?? 'This text was not kept. Compare again to see it.\n';
  }
}
