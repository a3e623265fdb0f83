// Files of saved views: what is written is read back, and what is wrong is said.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { RunlensError } from '../../../src/base/errors';
import {
  EMPTY_VIEW,
  GROUP_ATTRIBUTES,
  type NamedView,
  readViewFile,
  SHOWN_VALUES,
  viewFileName,
  writeViewFile,
} from '../../../src/domain/runsView';

const key = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text !== '__proto__');
const keys = fc.uniqueArray(key, { maxLength: 6 });
const named: fc.Arbitrary<NamedView> = fc.record({
  name: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((text) => text.trim())
    .filter((text) => text !== '' && text.length <= 100 && !/\p{Cc}/u.test(text)),
  view: fc.record({
    filter: key,
    sort: fc.array(fc.record({ id: key, desc: fc.boolean() }), { maxLength: 3 }),
    columns: fc.record({
      added: keys,
      hidden: keys,
      order: keys,
      pinned: keys,
      widths: fc.dictionary(key, fc.integer({ min: 1, max: 10_000 })),
    }),
    groupBy: fc.array(
      fc.oneof(
        fc.record({ on: fc.constantFrom('param' as const, 'tag' as const), key }),
        fc.record({
          on: fc.constant('attribute' as const),
          key: fc.constantFrom(...GROUP_ATTRIBUTES),
        }),
      ),
      { maxLength: 3 },
    ),
    baseline: fc.option(key, { nil: undefined }),
    pinnedRuns: keys,
    isNested: fc.boolean(),
    isOnlyDiffering: fc.boolean(),
    isSameRange: fc.boolean(),
    values: fc.dictionary(key, fc.constantFrom(...SHOWN_VALUES)),
    directions: fc.dictionary(key, fc.constantFrom('max' as const, 'min' as const)),
  }),
});

const file = (more: object) =>
  JSON.stringify({ kind: 'runlens.runsView', version: 1, name: 'Best', ...more });

describe('files of saved views', () => {
  it('give back what was saved', () => {
    fc.assert(
      fc.property(named, (view) => {
        // Objects of the generator may have no prototype; what is compared is what they hold.
        const plain = structuredClone(view);
        assert.deepEqual(readViewFile(writeViewFile(view)), plain);
      }),
    );
  });

  it('say only what a person wants to say', () => {
    const { name, view } = readViewFile(file({ filter: 'loss < 1', comment: 'ignored' }));
    assert.equal(name, 'Best');
    assert.deepEqual(view, { ...EMPTY_VIEW, filter: 'loss < 1' });
  });

  for (const [what, text, code, message] of [
    ['no JSON', '{', 'view.invalid', /no JSON/],
    ['another kind', '{"version":1}', 'view.invalid', /"kind"/],
    ['no version', file({ version: 'one' }), 'view.invalid', /"version"/],
    ['a newer version', file({ version: 2 }), 'view.newer', /newer Runlens/],
    ['no name', file({ name: ' ' }), 'view.name', /name/],
    ['a name on two lines', file({ name: 'a\nb' }), 'view.name', /one line/],
    ['a filter that is no text', file({ filter: 7 }), 'view.invalid', /"filter"/],
    ['a broken order', file({ sort: [{ id: 'loss' }, 'x'] }), 'view.invalid', /"sort\[1\]"/],
    ['a width of nothing', file({ columns: { widths: { a: 0 } } }), 'view.invalid', /widths\.a/],
    [
      'an unknown group',
      file({ groupBy: [{ on: 'attribute', key: 'x' }] }),
      'view.invalid',
      /groupBy\[0\]/,
    ],
    [
      'an unknown value',
      file({ values: { loss: 'mean' } }),
      'view.invalid',
      /values\.loss.*last, best/,
    ],
    [
      'a direction that is none',
      file({ directions: { loss: 'up' } }),
      'view.invalid',
      /"max" or "min"/,
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => readViewFile(text),
        (error) =>
          error instanceof RunlensError && error.code === code && message.test(error.message),
      );
    });
  }
});

describe('names of view files', () => {
  for (const [name, wanted] of [
    ['Best of sweep', 'best-of-sweep.json'],
    ['Größe 2', 'größe-2.json'],
  ] as const) {
    it(`${name} is ${wanted}`, () => assert.equal(viewFileName(name), wanted));
  }

  it('are safe and differ where names differ in more than case', () => {
    fc.assert(
      fc.property(named, named, (a, b) => {
        const [left, right] = [viewFileName(a.name), viewFileName(b.name)];
        assert.match(left, /^[\p{L}\p{N}-]+\.json$/u);
        const isSame =
          a.name.normalize('NFC').toLowerCase() === b.name.normalize('NFC').toLowerCase();
        assert.equal(left === right, isSame);
      }),
    );
    for (const [a, b] of [
      ['a b', 'a-b'],
      ['../x', 'x'],
      ['con', 'con-'],
      ['x'.repeat(80), 'x'.repeat(81)],
    ] as const) {
      assert.notEqual(viewFileName(a), viewFileName(b));
    }
  });
});
