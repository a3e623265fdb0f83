/** A patch of `git diff` as its files: what was there before and after, as far as the patch shows it. */

export interface PatchedFile {
  /** With `/`; the new one where a file was renamed. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly isBinary: boolean;
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  /** The changed parts with the lines around them, each after its `@@` line. */
  readonly before: string;
  readonly after: string;
}

/** Never throws: lines that are no patch are left out. */
export function parsePatch(patch: string): PatchedFile[] {
  const lines = patch.split('\n');
  const starts = lines.flatMap((line, i) => (line.startsWith('diff --git ') ? [i] : []));
  return starts.map((start, i) => parseFile(lines.slice(start, starts[i + 1])));
}

function parseFile(lines: readonly string[]): PatchedFile {
  const firstHunk = lines.findIndex((line) => line.startsWith('@@ '));
  const head = firstHunk < 0 ? lines : lines.slice(0, firstHunk);
  const hunks = hunkLines(firstHunk < 0 ? [] : lines.slice(firstHunk));
  const count = (side: Side) => hunks.filter((each) => each.side === side).length;
  const textOf = (side: Side) =>
    hunks
      .filter((each) => each.side === side || each.side === 'both')
      .map(({ text }) => `${text}\n`)
      .join('');
  return {
    path: pathOf(head),
    change: changeOf(head),
    isBinary: head.some((line) => /^(?:Binary files|GIT binary patch)/.test(line)),
    added: count('after'),
    removed: count('before'),
    before: textOf('before'),
    after: textOf('after'),
  };
}

type Side = 'before' | 'after' | 'both';

function hunkLines(lines: readonly string[]): { side: Side; text: string }[] {
  return lines.flatMap((line): { side: Side; text: string }[] => {
    if (line.startsWith('@@ ')) return [{ side: 'both', text: line }];
    if (line.startsWith('+')) return [{ side: 'after', text: line.slice(1) }];
    if (line.startsWith('-')) return [{ side: 'before', text: line.slice(1) }];
    // `\ No newline at end of file`, and the end of the patch.
    return line.startsWith(' ') ? [{ side: 'both', text: line.slice(1) }] : [];
  });
}

function changeOf(head: readonly string[]): PatchedFile['change'] {
  if (head.some((line) => line.startsWith('new file mode'))) return 'added';
  return head.some((line) => line.startsWith('deleted file mode')) ? 'removed' : 'changed';
}

/** Of the line that says it alone; that of `diff --git` has two names that may hold spaces. */
function pathOf(head: readonly string[]): string {
  const named = [/^\+\+\+ (.+)$/, /^--- (.+)$/]
    .map((pattern) => head.map((line) => pattern.exec(line)?.[1]).find((name) => name))
    .find((name) => name !== undefined && name !== '/dev/null');
  if (named !== undefined) return withoutPrefix(unquoted(named));
  const both = (head[0] ?? '').slice('diff --git '.length);
  // Both names are the same: half of the text is one of them.
  return withoutPrefix(unquoted(both.slice(0, Math.floor(both.length / 2))));
}

const withoutPrefix = (name: string): string => name.replace(/^[ab]\//, '').replace(/\t$/, '');

/** As git quotes names: octal bytes of UTF-8 in double quotes. */
function unquoted(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"') || name.length < 2) return name;
  const bytes: number[] = [];
  const inner = name.slice(1, -1);
  for (const [part, octal, escaped] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^\\]/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else bytes.push(...new TextEncoder().encode(escaped === undefined ? part : named(escaped)));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const named = (letter: string): string => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter;
