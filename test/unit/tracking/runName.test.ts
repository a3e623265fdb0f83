// Names for runs without one.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameFromId } from '../../../src/tracking/runName';

describe('the name of a run without one', () => {
  it('is an adjective, an animal and a number below 1000, for any id', () => {
    const id = fc.string({
      unit: fc.constantFrom(...'0123456789abcdef'),
      minLength: 32,
      maxLength: 32,
    });
    fc.assert(
      fc.property(id, (text) => {
        assert.match(nameFromId(text), /^[a-z]+-[a-z]+-\d{1,3}$/);
        assert.equal(nameFromId(text), nameFromId(text));
      }),
    );
  });

  it('differs between ids', () => {
    const names = new Set(
      Array.from({ length: 500 }, (_, n) =>
        nameFromId(((n + 1) * 2_654_435_761).toString(16).padStart(16, '7').repeat(2)),
      ),
    );
    assert.ok(names.size > 450, `${names.size}`);
  });
});
