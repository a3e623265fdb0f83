/** Code in a file that does not parse: found and delimited by its text alone. */

/**
 * The text of the function or class of this name nearest to the line, up to the next definition
 * that is not deeper than it: rather too much than too little.
 */
export function definitionText(
  text: string,
  name: string,
  line: number,
): { text: string; line: number } | undefined {
  const lines = text.split('\n');
  const pattern = new RegExp(`^[ \\t]*(?:async[ \\t]+)?(?:def|class)[ \\t]+${escaped(name)}\\b`);
  const found = lines.flatMap((content, index) => (pattern.test(content) ? [index] : []));
  const [start] = found.sort((a, b) => Math.abs(a + 1 - line) - Math.abs(b + 1 - line));
  if (start === undefined) return undefined;
  const end = endOf(lines, start);
  return { text: lines.slice(start, end).join('\n'), line: start + 1 };
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const indentOf = (line: string): number => /^[ \t]*/.exec(line)?.[0].length ?? 0;

function endOf(lines: readonly string[], start: number): number {
  const depth = indentOf(lines[start] ?? '');
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const isDefinition = /^[ \t]*(?:@|class\b|def\b|async[ \t]+def\b)/.test(line);
    if (!isDefinition || indentOf(line) > depth) continue;
    // Inside a long string a line may look like a definition.
    if (isBalanced(lines.slice(start, index).join('\n'))) return index;
  }
  return lines.length;
}

function isBalanced(text: string): boolean {
  const count = (quotes: string) => text.split(quotes).length - 1;
  return count('"""') % 2 === 0 && count("'''") % 2 === 0;
}

/** Every dotted name in a text. */
export function dottedNames(text: string): string[][] {
  const found = new Set(text.match(/[^\W\d]\w*(?:\.[^\W\d]\w*)*/gu) ?? []);
  return [...found].map((name) => name.split('.'));
}
