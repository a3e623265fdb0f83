/** Whether a line belongs to the decorated function that begins above it. Knows no VS Code. */

/**
 * @param first line of the function's first decorator, from 0.
 * @param at a line from there on.
 */
export function isInBody(lines: readonly string[], first: number, at: number): boolean {
  const depth = indentOf(lines[first] ?? '');
  const head = lines.findIndex(
    (line, index) => index >= first && /^\s*(async\s+)?def\b/.test(line) && indentOf(line) <= depth,
  );
  if (head < 0 || at <= head) return true;
  return lines.slice(head + 1, at + 1).every((line) => {
    // The end of a signature over several lines stands as far out as its `def`.
    const isOfHead = /^\s*(#|\)|$)/.test(line);
    return isOfHead || indentOf(line) > depth;
  });
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
