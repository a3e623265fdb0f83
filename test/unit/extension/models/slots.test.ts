import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  AUTOMATIC_RUNS,
  allocate,
  choose,
  NOTHING_SHOWN,
  shownRuns,
} from '../../../../src/extension/models/slots';
import { runRow } from '../rows';

const withMetric = (runId: string, startTime: number) =>
  runRow(runId, { startTime, primaryMetric: { key: 'loss', value: 1 } });
const idsOf = (rows: readonly { runId: string }[]) => rows.map((row) => row.runId);

describe('shownRuns', () => {
  it('shows runs of other servers only when they are ticked', () => {
    const primaryMetric = { key: 'loss', value: 1 };
    const rows = [runRow('own', { primaryMetric }), runRow('server-x:far', { primaryMetric })];
    const ids = (choices: Record<string, boolean>) =>
      shownRuns(rows, { choices, slots: {} }).map(({ runId }) => runId);
    assert.deepEqual(ids({}), ['own']);
    assert.deepEqual(ids({ 'server-x:far': true }), ['own', 'server-x:far']);
  });

  it('shows the newest runs that have metrics', () => {
    const rows = Array.from({ length: 15 }, (_, i) => withMetric(`r${i}`, i));
    const shown = shownRuns([...rows, runRow('empty', { startTime: 99 })], NOTHING_SHOWN);
    assert.equal(shown.length, AUTOMATIC_RUNS);
    assert.deepEqual(idsOf(shown).slice(0, 2), ['r14', 'r13']);
  });

  it('keeps to what a person chose, and fills up with the next', () => {
    const rows = Array.from({ length: 12 }, (_, i) => withMetric(`r${i}`, i));
    const state = choose(choose(NOTHING_SHOWN, 'r11', false), 'r0', true);
    const shown = idsOf(shownRuns(rows, state));
    assert.ok(!shown.includes('r11'));
    assert.ok(shown.includes('r0'));
    assert.ok(shown.includes('r1'), 'the place of r11 is taken');
  });

  it('shows a chosen run without metrics, and no deleted one', () => {
    const state = choose(choose(NOTHING_SHOWN, 'a', true), 'b', true);
    const rows = [runRow('a'), runRow('b', { lifecycleStage: 'deleted' })];
    assert.deepEqual(idsOf(shownRuns(rows, state)), ['a']);
  });
});

describe('allocate', () => {
  it('gives the oldest run the first colour and keeps it when others come', () => {
    const first = allocate(NOTHING_SHOWN, ['a']);
    const second = allocate(first, ['c', 'b', 'a']);
    assert.equal(second.slots['a'], 0);
    assert.deepEqual([second.slots['b'], second.slots['c']], [1, 2]);
  });

  it('remembers the slot of a hidden run', () => {
    const before = allocate(NOTHING_SHOWN, ['b', 'a']);
    const hidden = allocate(before, ['c', 'b']);
    assert.equal(hidden.slots['c'], 2, 'not that of the hidden run');
    assert.equal(allocate(hidden, ['c', 'b', 'a']).slots['a'], before.slots['a']);
  });

  it('answers the same object when nothing has to be given', () => {
    const state = allocate(NOTHING_SHOWN, ['a']);
    assert.equal(allocate(state, ['a']), state);
    assert.equal(allocate(state, []), state);
  });

  it('never gives two shown runs one slot, and never takes a slot from a run that stays', () => {
    const step = fc.uniqueArray(fc.constantFrom(...'abcdefghijklmnopqrst'), { maxLength: 14 });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let state = NOTHING_SHOWN;
        let before: readonly string[] = [];
        for (const shown of steps) {
          const next = allocate(state, shown);
          const slots = shown.map((id) => next.slots[id]);
          assert.equal(new Set(slots).size, shown.length);
          assert.ok(slots.every((slot) => slot !== undefined));
          for (const id of shown) {
            if (before.includes(id)) assert.equal(next.slots[id], state.slots[id]);
          }
          state = next;
          before = shown;
        }
      }),
    );
  });
});
