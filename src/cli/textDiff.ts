/** What differs between two short texts, as a unified diff. */

const CONTEXT = 3;

/** Lines with ` `, `-` or `+` in front, in hunks with `@@ -1,3 +1,4 @@`; empty when nothing differs. */
export function unifiedDiff(before: string, after: string): string[] {
  const lines = diffLines(before.split('\n'), after.split('\n'));
  const changed = lines.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]));
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(lines.length, index + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  return hunks.flatMap(({ from, to }) => {
    const part = lines.slice(from, to);
    const old = lines.slice(0, from).filter(({ mark }) => mark !== '+').length;
    const now = lines.slice(0, from).filter(({ mark }) => mark !== '-').length;
    const count = (without: string) => part.filter(({ mark }) => mark !== without).length;
    const head = `@@ -${old + 1},${count('+')} +${now + 1},${count('-')} @@`;
    return [head, ...part.map(({ mark, text }) => `${mark}${text}`)];
  });
}

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** By the longest common subsequence of lines; definitions are short. */
function diffLines(before: readonly string[], after: readonly string[]): Line[] {
  const lengths = commonLengths(before, after);
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old = '', now = ''] = [before[i], after[j]];
    const isBoth = i < before.length && j < after.length;
    if (isBoth && old === now) {
      lines.push({ mark: ' ', text: old });
      i++;
      j++;
    } else if (i < before.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) {
      lines.push({ mark: '-', text: old });
      i++;
    } else if (j < after.length) {
      lines.push({ mark: '+', text: now });
      j++;
    } else {
      lines.push({ mark: '-', text: old });
      i++;
    }
  }
  return lines;
}

/** `[i][j]`: how many lines the texts from line i and j on have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const rows = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = rows[i];
      if (!row) continue;
      const below = rows[i + 1];
      row[j] =
        before[i] === after[j]
          ? (below?.[j + 1] ?? 0) + 1
          : Math.max(below?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}
