// Text tables: columns stand under each other, whatever is in them.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tableLines, widthOf } from '../../../src/cli/table';

describe('text tables', () => {
  it('aligns columns, leaves out empty ones and trailing space', () => {
    assert.deepEqual(
      tableLines(
        [{ title: 'STEP' }, { title: 'NONE' }, { title: 'TIME', align: 'right' }, { title: 'WHY' }],
        [
          ['load_data', '', '40 ms', ''],
          ['fit', '', '12 s', 'gamma 1\n → 2'],
        ],
      ),
      ['STEP        TIME  WHY', 'load_data  40 ms', 'fit         12 s  gamma 1 → 2'],
    );
  });

  it('counts full-width characters twice and combining ones not at all', () => {
    assert.equal(widthOf('数字'), 4);
    assert.equal(widthOf('e\u0301'), 1);
    assert.equal(widthOf('→'), 1);
  });

  it('starts each column at the same place in every line', () => {
    const cell = fc.stringMatching(/^[a-z数é]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const lines = tableLines([{ title: 'A' }, { title: 'B' }], rows);
        const starts = lines.map((line, i) => {
          const last = i === 0 ? 'B' : rows[i - 1]![1];
          return widthOf(line) - widthOf(last);
        });
        assert.equal(new Set(starts).size, 1);
      }),
    );
  });
});
