/** Texts that a page or command wants compared: documents that are there as long as the window is. */
import * as vscode from 'vscode';
import { SCHEMES } from '../contributions';

/** More comparisons than these nobody has open. */
const MOST = 100;

export class ComparedTexts implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private next = 1;

  /** @param title last part of the path: what the tab shows. */
  add(text: string, title: string): vscode.Uri {
    const id = String(this.next);
    this.next += 1;
    this.texts.set(id, text);
    for (const old of [...this.texts.keys()].slice(0, Math.max(0, this.texts.size - MOST))) {
      this.texts.delete(old);
    }
    const path = `/${title.replace(/[\\/?#\p{Cc}]/gu, '_')}`;
    return vscode.Uri.from({ scheme: SCHEMES.compared, path, query: id });
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.texts.get(query) ?? 'This text was not kept. Compare again to see it.\n';
  }
}
