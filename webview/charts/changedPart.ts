/** Which words of a text differ from another text: what is alike at both ends is put aside. */

export interface ChangedPart {
  readonly before: string;
  readonly changed: string;
  readonly after: string;
}

/** Undefined when too little is alike for a part to stand out. */
export function changedPart(base: string, value: string): ChangedPart | undefined {
  const [a, b] = [wordsOf(base), wordsOf(value)];
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const before = b.slice(0, start).join('');
  const after = b.slice(b.length - end).join('');
  if (base === value || before.length + after.length < LEAST_ALIKE) return undefined;
  return { before, changed: b.slice(start, b.length - end).join(''), after };
}

const LEAST_ALIKE = 4;

/** Words, spaces and signs, each for itself; all of them together are the text. */
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];
