/** What is wrong, or could be better, in a document: plain values that the wire turns into diagnostics. */
import type { TextPosition, TextRange } from '../../syntax/facts';

export const FINDING_CODES = [
  'output-without-annotation',
  'unused-result',
  'unknown-artifact',
  'unknown-model',
  'unknown-run',
  'parameter-not-serialisable',
  'type-mismatch',
  'cycle',
  'unknown-step',
  'step-failed',
  'project',
  'model-file',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly range: TextRange;
  readonly message: string;
  /** Shown faded. */
  readonly isUnnecessary?: boolean;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly Fix[];
}

export interface RelatedPlace {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

/** An edit of the document that mends it. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextChange[];
  readonly isPreferred?: boolean;
}

export interface TextChange {
  readonly range: TextRange;
  readonly text: string;
}

export const insertion = (at: TextPosition, text: string): TextChange => ({
  range: { start: at, end: at },
  text,
});

/** Names like a wrong one, the nearest first; at most three. */
export function nearNames(wrong: string, names: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(wrong.length / 3));
  return names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before.at(-1) ?? 0;
}
