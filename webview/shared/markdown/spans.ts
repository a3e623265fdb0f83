/** Where code spans and brackets end: found in one pass each, so that nothing is looked for twice. */

/** Offset of each opening run of backticks → offset behind the closing one (CommonMark 0.31 §6.1). */
export function codeEnds(text: string): Map<number, number> {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({
    at: match.index,
    length: match[0].length,
  }));
  const next = nextOfLength(runs.map(({ length }) => length));
  const ends = new Map<number, number>();
  for (let i = 0; i < runs.length; i += 1) {
    const [run, closing] = [runs[i], next[i]];
    const close = closing === undefined ? undefined : runs[closing];
    if (!run || !close || isEscaped(text, run.at)) continue;
    ends.set(run.at, close.at + close.length);
    // What lies between is code: no span begins there.
    i = closing ?? i;
  }
  return ends;
}

/** Index of the next run of the same length, by index; undefined for the last one. */
function nextOfLength(lengths: readonly number[]): (number | undefined)[] {
  const seen = new Map<number, number>();
  const next = lengths.map((): number | undefined => undefined);
  for (let i = lengths.length - 1; i >= 0; i -= 1) {
    const length = lengths[i] ?? 0;
    next[i] = seen.get(length);
    seen.set(length, i);
  }
  return next;
}

/** Offset of each `[` → offset of its `]`, code left out. */
export function bracketEnds(text: string, codes: ReadonlyMap<number, number>): Map<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (letter === '\\') i += 1;
    else if (codes.has(i)) i = (codes.get(i) ?? i) - 1;
    else if (letter === '[') open.push(i);
    else if (letter === ']') {
      const begin = open.pop();
      if (begin !== undefined) ends.set(begin, i);
    }
  }
  return ends;
}

function isEscaped(text: string, at: number): boolean {
  let begin = at;
  while (begin > 0 && text[begin - 1] === '\\') begin -= 1;
  return (at - begin) % 2 === 1;
}
