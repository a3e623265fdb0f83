// Buckets: by step or by time, in any order of points, sorted or one by one.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Buckets, finiteExtremes } from '../../../src/domain/downsample';
import { comparatorOf, type MetricPoint } from '../../../src/domain/metric';

const point = fc.record({
  step: fc.integer({ min: 0, max: 40 }),
  timestamp: fc.integer({ min: 0, max: 40 }),
  value: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -500, max: 500 }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity) },
  ),
});
/** Of equal values any may stand for the bucket: here there are none. */
const given = fc.uniqueArray(point, {
  minLength: 1,
  maxLength: 80,
  selector: ({ value }) => value,
});
const columnsOf = (points: readonly MetricPoint[]) => ({
  steps: points.map((each) => each.step),
  times: points.map((each) => each.timestamp),
  values: points.map((each) => each.value),
});

describe('downsampling', () => {
  for (const by of ['step', 'time'] as const) {
    it(`sorted columns and single points give the same buckets by ${by}`, () => {
      fc.assert(
        fc.property(given, fc.integer({ min: 1, max: 9 }), (points, count) => {
          const sorted = [...points].sort(comparatorOf(by));
          const range = { count, by, from: 0, to: 40 };
          const [whole, single] = [new Buckets(range), new Buckets(range)];
          whole.addSorted(columnsOf(sorted), 0, sorted.length);
          for (const each of sorted) single.add(each.step, each.timestamp, each.value);
          assert.deepEqual(whole.points(), single.points());
          assert.deepEqual(whole.points(), [...whole.points()].sort(comparatorOf(by)));
          assert.ok(whole.points().length <= 4 * count);
        }),
      );
    });
  }

  it('a bucket without a finite point gives its first', () => {
    const buckets = new Buckets({ count: 1, by: 'time', from: 0, to: 9 });
    buckets.add(1, 5, Number.NaN);
    buckets.add(2, 3, Number.POSITIVE_INFINITY);
    assert.deepEqual(buckets.points(), [
      { step: 2, timestamp: 3, value: Number.POSITIVE_INFINITY },
    ]);
  });

  it('of points at one step and time the least begins a bucket and the greatest ends it', () => {
    const values = fc.shuffledSubarray([-3, -1, 0, 2, 5], { minLength: 2 });
    fc.assert(
      fc.property(values, fc.constantFrom('step' as const, 'time' as const), (arrived, by) => {
        const buckets = new Buckets({ count: 1, by, from: 0, to: 9 });
        for (const value of arrived) buckets.add(4, 4, value);
        const points = buckets.points().map(({ value }) => value);
        assert.deepEqual(points, [Math.min(...arrived), Math.max(...arrived)]);
      }),
    );
  });

  it('extremes are the first of equals, and none of what is not finite', () => {
    const values = [Number.NaN, 2, 7, 7, 1, 1, Infinity];
    assert.deepEqual(finiteExtremes(values, 0, values.length), [1, 5, 4, 2]);
    assert.equal(finiteExtremes([Number.NaN, -Infinity], 0, 2), undefined);
  });

  it('a range of one step is one bucket', () => {
    const buckets = new Buckets({ count: 5, by: 'step', from: 3, to: 3 });
    for (const value of [4, 9, -2, 5]) buckets.add(3, value + 10, value);
    assert.equal(buckets.indexOf(3), 0);
    assert.deepEqual(
      buckets.points().map((each) => each.value),
      [-2, 9],
    );
  });
});
