// Where in a filter something is wrong, as the terminal shows it.
import assert from 'node:assert/strict';
import { caretLines } from '../../../src/cli/caret';

describe('the caret under a place', () => {
  const cases: [what: string, text: string, offset: number, lines: string[]][] = [
    ['at the beginning', "bad.x = '1'", 0, ["bad.x = '1'", '^']],
    ['in the middle', 'a > 1 AND none > 2', 10, ['a > 1 AND none > 2', '          ^']],
    ['behind the end', 'loss <', 6, ['loss <', '      ^']],
    ['where space is missing something', 'loss <  ', 8, ['loss <', '        ^']],
    ['in an empty text', '', 0, ['', '^']],
    ['under its own line only', 'a > 1\nAND b ! 2\nAND c', 12, ['AND b ! 2', '      ^']],
    ['at a line break', 'a >\nb', 3, ['a >', '   ^']],
    ['behind tabs', "\tx\t= '1'", 3, [" x = '1'", '   ^']],
    ['behind full-width characters', '`損失` ! 2', 5, ['`損失` ! 2', '       ^']],
    ['behind a combining mark', 'e\u0301 ! 2', 3, ['e\u0301 ! 2', '  ^']],
  ];
  for (const [what, text, offset, lines] of cases) {
    it(`stands ${what}`, () => assert.deepEqual(caretLines(text, offset), lines));
  }

  it('keeps what is next to it of a long text', () => {
    const [line = '', caret = ''] = caretLines(`${'x'.repeat(200)}!${'y'.repeat(200)}`, 200);
    assert.equal(line.length, 76);
    assert.equal(line[0], '…');
    assert.equal(line.at(-1), '…');
    assert.equal(line[caret.indexOf('^')], '!');
  });
});
