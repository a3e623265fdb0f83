// Filters that are made for a value: read again they mean that value, whatever characters it has.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { exactFilter } from '../../../../src/domain/search/exact';
import { parseFilter } from '../../../../src/domain/search/parse';
import { RUNS } from '../../../../src/domain/search/subjects';

const read = (text: string | undefined) => parseFilter(text ?? '(', RUNS, 0);

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    "'",
    '"',
    '`',
    '\\',
    "\\'",
    '``',
    "it's",
    '"a`',
    '🎉',
    'a b',
    ')',
    "') OR (a = 'b",
    'x\ny',
    '%_',
    'NULL',
  ),
  fc.string({ maxLength: 20 }),
  fc.stringMatching(/^['"`\\(),a ]{0,12}$/),
);

describe('exact filters', () => {
  it('are plain where that is enough', () => {
    assert.equal(exactFilter({ on: 'param', key: 'lr' }, ['0.1']), "params.`lr` = '0.1'");
    assert.equal(exactFilter({ on: 'tag', key: 'seed' }, [null]), 'tags.`seed` IS NULL');
    assert.equal(exactFilter({ on: 'attribute', key: 'status' }, ['FAILED']), "status = 'FAILED'");
  });

  it('mean one of their values, and nothing where null is one', () => {
    const filter = exactFilter({ on: 'tag', key: 'k' }, ['a', null, "it's"]);
    const field = { on: 'tag', key: 'k' };
    assert.deepEqual(read(filter), {
      kind: 'or',
      parts: [
        { kind: 'leaf', leaf: { kind: 'test', field, test: { op: 'IN', values: ['a', "it's"] } } },
        { kind: 'leaf', leaf: { kind: 'test', field, test: { op: 'IS NULL' } } },
      ],
    });
  });

  it('mean what was meant, for any key that can be written and any value', () => {
    let written = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('param' as const, 'tag' as const),
        hostile,
        hostile,
        (on, key, value) => {
          const filter = exactFilter({ on, key }, [value]);
          if (filter === undefined) {
            assert.match(key, /`/);
            return;
          }
          written++;
          const tree = read(`metrics.m > 1 AND ${filter} AND NOT ${filter}`);
          assert.ok(tree.kind === 'and');
          const part = tree.parts[1];
          assert.ok(part?.kind === 'leaf' && part.leaf.kind === 'test');
          assert.deepEqual(part.leaf.field, { on, key });
          const { test } = part.leaf;
          assert.deepEqual('values' in test ? test.values : 'value' in test && [test.value], [
            value,
          ]);
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(written > 500);
  });
});
