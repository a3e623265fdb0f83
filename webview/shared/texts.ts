/** The page's texts in the editor's language, and numbers as that language writes them. */

let texts: Readonly<Record<string, string>> = {};
let locale = 'en';
/** Made once for a language: making one takes longer than a hundred texts of it. */
let dates: Intl.DateTimeFormat | undefined;

/** Told once at the start, before anything that depends on it is drawn. */
export function setTexts(byEnglish: Readonly<Record<string, string>>, bcp47: string): void {
  texts = byEnglish;
  locale = isKnown(bcp47) ? bcp47 : 'en';
  dates = undefined;
}

/** The text for an English one; `{0}` … are replaced by the rest, as `vscode.l10n.t` does. */
export function t(english: string, ...values: readonly (string | number)[]): string {
  const text = texts[english] ?? english;
  return text.replace(/\{(\d+)\}/g, (hole, index) => {
    const value = values[Number(index)];
    return value === undefined ? hole : String(value);
  });
}

/** A whole number with separators: `10,000`. */
export const countText = (count: number): string => count.toLocaleString(locale);

/** `21 Nov 2026, 11:48:05`. */
export function dateText(at: number): string {
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return '–';
  dates ??= new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  return dates.format(at);
}

function isKnown(bcp47: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(bcp47).length > 0;
  } catch {
    return false;
  }
}
