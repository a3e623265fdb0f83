// The sample of a series: which points, and that the whole range is told.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sampleIndexes, samplePoints } from '../../../src/tracking/sampling';
import { Tracking } from './harness';

describe('sampleIndexes', () => {
  it('takes the first of parts that differ by at most one, and the last point', () => {
    assert.deepEqual(sampleIndexes(20, 5), [0, 4, 8, 12, 19]);
    assert.deepEqual(sampleIndexes(10, 7), [0, 2, 4, 6, 7, 8, 9]);
    assert.deepEqual(sampleIndexes(20, 1), [19]);
    assert.deepEqual(sampleIndexes(3, 5), [0, 1, 2]);
    assert.deepEqual(sampleIndexes(0, 5), []);
  });

  it('never takes more than asked for, none twice, and keeps both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 2, max: 300 }), (n, k) => {
        const indexes = sampleIndexes(n, k);
        assert.equal(indexes.length, Math.min(n, k));
        assert.equal(indexes[0], 0);
        assert.equal(indexes.at(-1), n - 1);
        const gaps = indexes.slice(1).map((index, i) => index - (indexes[i] ?? 0));
        assert.ok(gaps.every((gap) => gap >= 1));
        // The last part is told by its end, so only the gaps before it show the parts' sizes.
        const sizes = gaps.slice(0, -1);
        assert.ok(sizes.length === 0 || Math.max(...sizes) - Math.min(...sizes) <= 1);
      }),
    );
  });
});

describe('samplePoints', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    tracking = await Tracking.open();
    run_id = await tracking.newRun();
    const metrics = Array.from({ length: 1000 }, (_, step) => ({
      key: 'k',
      value: step / 2,
      timestamp: 5000 - step,
      step,
    }));
    await tracking.post('runs/log-batch', { run_id, metrics });
  });
  after(() => tracking.close());

  it('bounds by step, both ends included', () => {
    const range = { limit: 3, fromStep: 100, toStep: 108 };
    const points = samplePoints(tracking.store.series, run_id, 'k', range);
    assert.deepEqual(
      points.map((point) => point.step),
      [100, 103, 108],
    );
  });

  it('answers over the route, and nothing for runs and metrics that are not there', async () => {
    const ask = (query: string) => tracking.get(`metrics/get-history-bulk-interval?${query}`);
    const { json } = await ask(`run_ids=${run_id}&run_ids=nope&metric_key=k&max_results=2`);
    assert.deepEqual(json.metrics, [
      { key: 'k', value: 0, timestamp: 5000, step: 0, run_id },
      { key: 'k', value: 499.5, timestamp: 4001, step: 999, run_id },
    ]);
    assert.deepEqual((await ask(`run_ids=${run_id}&metric_key=none`)).json, {});
    const bad = await ask(`run_ids=${run_id}&metric_key=k&max_results=2501`);
    assert.match(bad.json.message, /^max_results must be between 1 and 2500\. /);
    const half = await ask(`run_ids=${run_id}&metric_key=k&start_step=1`);
    assert.match(half.json.message, /both must be specified/);
  });
});
