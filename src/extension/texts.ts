/** The extension's texts in the editor's language. */
import * as vscode from 'vscode';

/** The text for an English one; `{0}` … are replaced by the rest. */
export const t = (english: string, ...values: readonly (string | number)[]): string =>
  vscode.l10n.t(english, ...values);

/** All texts of the editor's language by their English ones, for pages; empty for English. */
export function pageTexts(): Readonly<Record<string, string>> {
  const entries = Object.entries<unknown>(vscode.l10n.bundle ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
