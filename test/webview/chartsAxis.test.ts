// Where points stand on each axis, and what a zoomed chart asks for.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { carried, epochChoice, lineOn, startOf, windowOf } from '../../webview/shared/charts/axis';
import type { FetchedSeries } from '../../webview/shared/charts/seriesStore';

const run = { runId: 'r', name: 'run', slot: 0, startTime: 1000 };
const series = (
  steps: number[],
  values: number[],
  more: Partial<FetchedSeries> = {},
): FetchedSeries => ({
  runId: 'r',
  key: 'loss',
  count: steps.length,
  steps,
  timestamps: steps.map((step) => 2000 + step * 10),
  values,
  ...more,
});

describe('the x axis', () => {
  const y = series([0, 1, 2], [5, 4, 3]);
  it('is the step, the time, or the time since the run began', () => {
    assert.deepEqual(lineOn('step', run, { y }).xs, [0, 1, 2]);
    assert.deepEqual(lineOn('time', run, { y }).xs, [2000, 2010, 2020]);
    assert.deepEqual(lineOn('relative', run, { y }).xs, [1000, 1010, 1020]);
  });
  it('never begins before zero, whatever an import says of the start', () => {
    assert.equal(startOf({ ...run, startTime: 9999 }, { times: [2010, 2000] }), 2000);
  });
  it('is another metric by its value at the step, sorted; before its first there is no point', () => {
    const x = series([1, 2], [7, 6]);
    const line = lineOn('metric:epoch', run, { y, x });
    assert.deepEqual(line.xs, [6, 7]);
    assert.deepEqual(line.values, [3, 4]);
    assert.deepEqual(carried([0, 1, 5], x), [Number.NaN, 7, 6]);
  });
  it('keeps two points at one time in their order', () => {
    const twice = series([0, 1], [1, 2], { timestamps: [50, 50] });
    assert.deepEqual(lineOn('time', run, { y: twice }).values, [1, 2]);
  });
  it('finds an epoch by its name, the shortest first', () => {
    assert.equal(epochChoice(['loss', 'train/epoch', 'epoch']), 'metric:epoch');
    assert.equal(epochChoice(['epochs_left', 'loss']), undefined);
  });
});

describe('a zoomed part', () => {
  const y = series([0, 10, 20, 30], [1, 2, 3, 4]);
  it('stands in for the overview inside its window, which goes on outside', () => {
    const window = { by: 'step' as const, from: 8, to: 22 };
    const detail = series([9, 15, 21], [90, 1e6, 80], { window });
    const line = lineOn('step', run, { y, detail });
    assert.deepEqual(line.xs, [0, 9, 15, 21, 30]);
    // One point in many keeps its exact value.
    assert.ok(line.values.includes(1e6));
  });
  it('asks for everything between two places of any axis', () => {
    const of = (choice: 'step' | 'time' | 'relative', range: [number, number]) =>
      windowOf(choice, range, { run, line: lineOn(choice, run, { y }) });
    assert.deepEqual(of('step', [8.4, 21.2]), { by: 'step', from: 8, to: 22 });
    assert.deepEqual(of('time', [2000.5, 2100]), { by: 'time', from: 2000, to: 2100 });
    assert.deepEqual(of('relative', [1000, 1100]), { by: 'time', from: 2000, to: 2100 });
  });
  it('of a metric axis reaches over all steps that lie in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 30 }),
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        (xs, from) => {
          const steps = xs.map((_, i) => i * 10);
          const line = lineOn('metric:m', run, { y: series(steps, xs), x: series(steps, xs) });
          const window = windowOf('metric:m', [from, from + 0.3], { run, line });
          const inside = steps.filter((_, i) => xs[i]! >= from && xs[i]! <= from + 0.3);
          if (inside.length === 0) return assert.equal(window, undefined);
          assert.ok(inside.every((step) => step >= window!.from! && step <= window!.to!));
        },
      ),
    );
  });
});
