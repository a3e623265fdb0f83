// Notebooks as one text: the cases are shared with the Python side.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { cellAt, joinCells, notebookSource, readNotebook } from '../../../src/syntax/notebook';

interface Case {
  readonly name: string;
  readonly notebook: object;
  readonly text: string;
  readonly lines: readonly number[];
}
const file = path.join(__dirname, '../../fixtures/notebooks/joined.json');
const { cases } = JSON.parse(fs.readFileSync(file, 'utf8')) as { cases: Case[] };

describe('the text of a notebook', () => {
  for (const { name, notebook, text, lines } of cases) {
    it(name, () => {
      const json = JSON.stringify(notebook);
      assert.equal(notebookSource(json), text);
      const { cells } = joinCells(readNotebook(json) ?? []);
      assert.deepEqual(
        cells.map(({ line }) => line),
        lines,
      );
    });
  }

  for (const text of ['', 'x = 1', '[]', '{}', '{"cells": 1}', '{"worksheets": []}']) {
    it(`is none for ${JSON.stringify(text)}`, () => assert.equal(notebookSource(text), undefined));
  }

  it('has as many lines as its cells, each found again from its line', () => {
    const cell = fc.record({
      text: fc
        .array(fc.constantFrom('x = 1', '', '%magic', '!ls', 'y?', 'ä😀 = 2', '%%bash'))
        .map((l) => l.join('\n')),
      isPython: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(cell), (cells) => {
        const joined = joinCells(cells);
        const lines = joined.text.split('\n');
        assert.equal(
          lines.length - 1,
          joined.cells.reduce((sum, one) => sum + one.lines, 0),
        );
        cells.forEach(({ text }, index) => {
          const own = text.split('\n');
          own.forEach((_, line) => {
            const at = (joined.cells[index]?.line ?? 0) + line;
            assert.deepEqual(cellAt(joined, at), { cell: index, line });
          });
        });
        assert.equal(cellAt(joined, lines.length - 1), undefined);
      }),
    );
  });
});
