/** Lines of a notebook's joined code cells, as the server, the worker and the language server count them. */

/**
 * @param counts lines of each code cell, in order.
 * @param line counted from 0 in the joined text.
 * @returns which of the cells, and the line in it; undefined behind the last one.
 */
export function cellAtLine(
  counts: readonly number[],
  line: number,
): { readonly cell: number; readonly line: number } | undefined {
  let first = 0;
  for (const [cell, count] of counts.entries()) {
    if (line < first + count) return { cell, line: line - first };
    first += count;
  }
  return undefined;
}
