// Metadata and tags that are added later, and names that are near.
import { deepStrictEqual, strictEqual } from 'node:assert';
import * as fc from 'fast-check';
import { nearNames } from '../../../src/domain/near';
import { changedNotes, tagsWith } from '../../../src/domain/notes';

describe('notes', () => {
  it('the latest value of a key wins, others stay', () => {
    const first = changedNotes(undefined, { metadata: { a: 1, b: 2 } });
    deepStrictEqual(changedNotes(first, { metadata: { b: [3] } }), { metadata: { a: 1, b: [3] } });
  });

  it('a declared tag can be taken away and given again', () => {
    const removed = changedNotes(undefined, { removeTags: ['prod'] });
    deepStrictEqual(tagsWith(['prod', 'nightly'], removed), ['nightly']);
    const again = changedNotes(removed, { addTags: ['prod'] });
    deepStrictEqual(tagsWith(['prod', 'nightly'], again), ['prod', 'nightly']);
  });

  it('tags are there after they were added and gone after they were removed', () => {
    const tag = fc.constantFrom('a', 'b', 'c', 'd');
    const change = fc.record({ addTags: fc.array(tag), removeTags: fc.array(tag) });
    fc.assert(
      fc.property(fc.array(tag), fc.array(change), change, (declared, before, last) => {
        const notes = [...before, last].reduce<ReturnType<typeof changedNotes> | undefined>(
          changedNotes,
          undefined,
        );
        const tags = new Set(tagsWith([...new Set(declared)], notes));
        for (const one of last.addTags) strictEqual(tags.has(one), true);
        for (const one of last.removeTags) {
          strictEqual(tags.has(one), last.addTags.includes(one));
        }
      }),
    );
  });

  it('a cascading tag that is removed does not go on', () => {
    const given = changedNotes(undefined, { addTags: ['x'], cascade: true });
    deepStrictEqual(given, { added: ['x'], cascade: ['x'] });
    deepStrictEqual(changedNotes(given, { removeTags: ['x'] }), { removed: ['x'] });
  });
});

describe('near names', () => {
  for (const [wanted, names, expected] of [
    ['trainig', ['training', 'inference'], ['training']],
    ['train', ['training-1', 'x', 'training'], ['training', 'training-1']],
    ['zzz', ['training'], []],
    ['Model', ['model'], ['model']],
  ] as const) {
    it(`${wanted} in ${names.join(', ')}`, () => {
      deepStrictEqual(nearNames(wanted, names), [...expected]);
    });
  }
});
