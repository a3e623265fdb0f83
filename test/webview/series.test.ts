import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  drawn,
  type Line,
  leftOut,
  lineOf,
  nearest,
  nearestIndex,
  summarize,
  tableOf,
} from '../../webview/shared/charts/series';

const line = (values: number[], steps = values.map((_, i) => i)): Line => ({
  runId: 'r',
  name: 'run',
  slot: 0,
  steps,
  times: steps,
  xs: steps,
  values,
  count: values.length,
});

describe('lineOf', () => {
  it('reads what JSON cannot carry', () => {
    const columns = {
      runId: 'r',
      key: 'k',
      count: 9,
      steps: [0, 1, 2],
      timestamps: [0, 0, 0],
      values: ['NaN', '-Infinity', 2] as const,
    };
    const read = lineOf({ runId: 'r', name: 'n', slot: 3 }, columns);
    assert.deepEqual(read.values, [Number.NaN, Number.NEGATIVE_INFINITY, 2]);
    assert.deepEqual([read.slot, read.count], [3, 9]);
  });
});

describe('drawn', () => {
  it('draws what is not finite as a gap', () => {
    const points = drawn(line([1, Number.NaN, Number.POSITIVE_INFINITY, 2]), {
      smoothing: 0,
      logY: false,
    });
    assert.deepEqual(
      points.map((p) => p.y),
      [1, Number.NaN, Number.NaN, 2],
    );
  });
  it('leaves out what a log axis has no place for, and says how much', () => {
    const lines = [line([1, 0, -1, Number.NaN])];
    assert.deepEqual(
      drawn(lines[0]!, { smoothing: 0, logY: true }).map((p) => p.y),
      [1, Number.NaN, Number.NaN, Number.NaN],
    );
    assert.equal(leftOut(lines, true), 'not drawn: 1 not finite, 2 ≤ 0');
    assert.equal(leftOut(lines, false), 'not drawn: 1 not finite');
    assert.equal(leftOut([line([1])], true), undefined);
  });
});

describe('summarize', () => {
  const cases: [number[], string][] = [
    [[2.3, 1, 0.41], 'fell from 2.3 to 0.41 over 2 steps'],
    [[1, 2], 'rose from 1 to 2 over 1 steps'],
    [[5], 'is 5'],
    [[Number.NaN], 'has no finite value'],
    [[2, 9, 2], 'stayed at 2 over 2 steps'],
  ];
  for (const [values, text] of cases) it(text, () => assert.equal(summarize(line(values)), text));
});

describe('tableOf', () => {
  it('joins runs by step and leaves blank what a run has not', () => {
    const rows = tableOf([line([1, 2], [0, 10]), line([3], [5])], 100);
    assert.deepEqual(rows, [
      { x: 0, values: [1, undefined] },
      { x: 5, values: [undefined, 3] },
      { x: 10, values: [2, undefined] },
    ]);
  });
  it('has a row more for each further point at one place', () => {
    assert.deepEqual(tableOf([line([1, 2, 3], [4, 4, 5]), line([9], [4])], 100), [
      { x: 4, values: [1, 9] },
      { x: 4, values: [2, undefined] },
      { x: 5, values: [3, undefined] },
    ]);
  });
  it('thins evenly and keeps both ends', () => {
    const rows = tableOf([line(Array.from({ length: 1000 }, (_, i) => i))], 11);
    assert.equal(rows.length, 11);
    assert.deepEqual([rows[0]!.x, rows.at(-1)!.x], [0, 999]);
  });
});

describe('nearest', () => {
  it('takes the point whose step is closest', () => {
    assert.deepEqual(nearest(line([7, 8, 9], [0, 10, 20]), 12), { x: 10, value: 8 });
    assert.equal(nearest(line([]), 1), undefined);
  });
  it('finds the same as a look at all points, the first of two that are as near', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }),
        fc.integer({ min: -60, max: 60 }),
        (places, x) => {
          const xs = [...places].sort((a, b) => a - b);
          const distance = Math.min(...xs.map((each) => Math.abs(each - x)));
          const expected = xs.findIndex((each) => Math.abs(each - x) === distance);
          assert.equal(nearestIndex(xs, x), expected);
        },
      ),
    );
  });
});
