// Unified diffs of definitions.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { unifiedDiff } from '../../../src/cli/textDiff';

/** The second text again, from the first and the diff. */
function applied(before: string, diff: readonly string[]): string {
  const old = before.split('\n');
  const result: string[] = [];
  let at = 0;
  for (const line of diff) {
    const head = /^@@ -(\d+)/.exec(line);
    if (head) while (at < Number(head[1]) - 1) result.push(old[at++] ?? '');
    else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      assert.equal(old[at], line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...old.slice(at)].join('\n');
}

describe('unifiedDiff', () => {
  it('shows what changed with three lines around it', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
    const after = before.map((line) => (line === 'b' || line === 'l' ? `${line}2` : line));
    assert.deepEqual(unifiedDiff(before.join('\n'), after.join('\n')), [
      '@@ -1,5 +1,5 @@',
      ' a',
      '-b',
      '+b2',
      ' c',
      ' d',
      ' e',
      '@@ -9,4 +9,4 @@',
      ' i',
      ' j',
      ' k',
      '-l',
      '+l2',
    ]);
    assert.deepEqual(unifiedDiff('a\nb', 'a\nb'), []);
  });

  it('leads from one text to the other', () => {
    const lines = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 20 })
      .map((all) => all.join('\n'));
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        assert.equal(applied(before, unifiedDiff(before, after)), after);
      }),
    );
  });
});
