// Filters of lists: how they are read, what they let pass, and how rows are ordered.
import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert';
import * as fc from 'fast-check';
import {
  compareFields,
  type FieldValue,
  fulfils,
  parseListFilter,
  parseListOrder,
} from '../../../src/domain/listFilter';

const passes = (text: string, found: FieldValue, field = 'x') =>
  fulfils(parseListFilter(field, text), found);

const CASES: readonly [string, FieldValue, boolean][] = [
  ['finished', 'finished', true],
  ['eq:finished', 'finished', true],
  ['equals:finished', 'finished', true],
  ['ne:finished', 'failed', true],
  ['ne:finished', 'finished', false],
  ['ne:finished', undefined, true],
  ['eq:1', undefined, false],
  ['gt:0.7', 0.75, true],
  ['gt:0.7', 0.7, false],
  ['gte:0.7', 0.7, true],
  ['lt:10', 9, true],
  ['lt:10', '9', true],
  ['lte:10', 10.5, false],
  ['gt:0.7', 'high', true],
  ['gt:high', 3, false],
  ['1.0', 1, true],
  ['true', true, true],
  ['contains:rain', 'training', true],
  ['startswith:tr', 'training', true],
  ['endswith:tr', 'training', false],
  ['oneof:failed,cancelled', 'cancelled', true],
  ['oneof:["a,b","c"]', 'a,b', true],
  ['in:["a"]', 'b', false],
  ['prod', ['prod', 'nightly'], true],
  ['ne:prod', ['prod', 'nightly'], false],
  ['ne:prod', [], true],
  ['startswith:night', ['prod', 'nightly'], true],
  ['contains:1', 'not an operator:1', true],
  ['runs:/a', 'runs:/a', true],
  ['gt:2026-01-31 12:00:00', Date.UTC(2026, 0, 31, 12, 0, 1), true],
  ['lt:2026-01-31T12:00:00+01:00', Date.UTC(2026, 0, 31, 11, 0, 1), false],
  ['gt:2026-01-31', Date.UTC(2026, 0, 30), false],
];

describe('list filters', () => {
  for (const [text, found, expected] of CASES) {
    it(`${text} on ${JSON.stringify(found)}: ${expected}`, () => {
      strictEqual(passes(text, found), expected);
    });
  }

  it('take the key of metadata from the front, with its step', () => {
    const field = 'run_metadata';
    for (const [text, key, operator, value] of [
      ['acc:gt:0.7', 'acc', 'gt', '0.7'],
      ['acc:0.7', 'acc', 'eq', '0.7'],
      ['train::acc:gt:0.7', 'train::acc', 'gt', '0.7'],
      ['at:12:30', 'at', 'eq', '12:30'],
    ]) {
      deepStrictEqual(parseListFilter(field, text ?? ''), { field, key, operator, value });
    }
  });

  it('say what is missing', () => {
    throws(() => parseListFilter('run_metadata', 'accuracy'), /names no key/);
    throws(() => parseListOrder('up:created'), /asc:created/);
    throws(() => passes('oneof:["a"', 'a'), /no list/);
  });

  it('a value always passes its own equality, and never its own inequality', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean()), (value) => {
        ok(passes(`eq:${value}`, value));
        ok(!passes(`ne:${value}`, value));
      }),
    );
  });

  it('orders are read', () => {
    deepStrictEqual(parseListOrder('created'), { field: 'created', descending: false });
    deepStrictEqual(parseListOrder('desc:created'), { field: 'created', descending: true });
  });

  it('the order is one: antisymmetric and transitive, missing values last', () => {
    const value = fc.option(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer().map(String)), {
      nil: undefined,
    });
    fc.assert(
      fc.property(value, value, value, fc.boolean(), (a, b, c, descending) => {
        const sign = (x: FieldValue, y: FieldValue) => Math.sign(compareFields(x, y, descending));
        ok(sign(a, b) === -sign(b, a));
        if (sign(a, b) <= 0 && sign(b, c) <= 0) ok(sign(a, c) <= 0);
        if (a !== undefined) strictEqual(sign(undefined, a), 1);
      }),
    );
  });
});
