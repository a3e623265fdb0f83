import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compared } from '../../../src/domain/differences';

describe('compared', () => {
  it('has the order of the first, then what only later ones have', () => {
    const rows = compared([
      new Map([
        ['b', '1'],
        ['a', '1'],
      ]),
      new Map([
        ['c', '1'],
        ['a', '2'],
      ]),
    ]);
    assert.deepEqual(rows, [
      { key: 'b', values: ['1', undefined], isEqual: false },
      { key: 'a', values: ['1', '2'], isEqual: false },
      { key: 'c', values: [undefined, '1'], isEqual: false },
    ]);
  });
  it('loses nothing, and calls equal what is equal everywhere', () => {
    const thing = fc.dictionary(
      fc.constantFrom('a', 'b', '__proto__', ''),
      fc.constantFrom('1', '2'),
    );
    fc.assert(
      fc.property(fc.array(thing, { maxLength: 4 }), (things) => {
        const maps = things.map((each) => new Map(Object.entries(each)));
        const rows = compared(maps);
        assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
        for (const map of maps)
          for (const key of map.keys()) assert.ok(rows.some((row) => row.key === key));
        for (const { key, values, isEqual } of rows) {
          assert.deepEqual(
            values,
            maps.map((map) => map.get(key)),
          );
          assert.equal(
            isEqual,
            values.every((value) => value === values[0]),
          );
        }
      }),
    );
  });
});
