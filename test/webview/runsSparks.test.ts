// Lines in rows: asked for together, no spike lost, renewed as series grow.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { SeriesColumns } from '../../src/protocol/rows';
import { BUCKETS, lineOf, SparkStore } from '../../webview/runs/sparkStore';

const seriesOf = (key: string, values: readonly number[], runId = 'r'): SeriesColumns => ({
  runId,
  key,
  count: values.length,
  steps: values.map((_, i) => i),
  timestamps: values.map((_, i) => i),
  values: values.map((value) => (Number.isFinite(value) ? value : (String(value) as 'NaN'))),
});

describe('a sparkline', () => {
  it('holds the extremes of every series', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
      fc.constant(Number.NaN),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (values) => {
        const { buckets } = lineOf('loss', seriesOf('loss', values));
        assert.ok(buckets.length <= BUCKETS);
        const finite = values.filter(Number.isFinite);
        const held = buckets.flatMap((bucket) => bucket ?? []);
        assert.equal(held.length === 0, finite.length === 0);
        if (finite.length === 0) return;
        assert.equal(Math.min(...held), Math.min(...finite));
        assert.equal(Math.max(...held), Math.max(...finite));
      }),
    );
  });
  it('holds a spike of one point, up or down, wherever it is', () => {
    for (let at = 0; at < 400; at += 1) {
      for (const spike of [9, -9]) {
        const values = Array.from({ length: 400 }, (_, i) => (i === at ? spike : i / 400));
        const held = lineOf('loss', seriesOf('loss', values)).buckets.flat();
        assert.ok(held.includes(spike), `${spike} at ${at}`);
      }
    }
  });
  it('has a gap where nothing is finite, and none where nothing was logged', () => {
    const gap = lineOf('x', seriesOf('x', [1, Number.NaN, 3])).buckets;
    assert.deepEqual(gap, [[1, 1], null, [3, 3]]);
    const sparse = { ...seriesOf('x', [1, 2, 3]), steps: [0, 1, 100] };
    assert.deepEqual(lineOf('x', sparse).buckets, [
      [1, 2],
      [2, 2],
      [3, 3],
    ]);
  });
  it('says how it goes', () => {
    assert.equal(
      lineOf('loss', seriesOf('loss', [2.3, 1, 0.41])).label,
      'loss fell from 2.3 to 0.41 over 2 steps',
    );
    assert.equal(lineOf('loss', undefined).label, 'loss has no finite value');
  });
});

describe('the store of sparklines', () => {
  let timers: { due: () => void; after: number }[];
  let asked: string[][];
  let fails: boolean;
  let changes: string[];
  let store: SparkStore;
  beforeEach(() => {
    timers = [];
    asked = [];
    fails = false;
    changes = [];
    store = new SparkStore({
      series: async (names) => {
        asked.push(names.map(({ runId, key }) => `${runId}/${key}`));
        if (fails) throw new Error('down');
        return names.map(({ runId, key }) => seriesOf(key, [1, Number(runId.slice(1))], runId));
      },
      after: (after, due) => {
        const timer = { due, after };
        timers.push(timer);
        return () => {
          timers = timers.filter((each) => each !== timer);
        };
      },
    });
    store.onDidChange((key) => changes.push(key));
  });
  const tick = async () => {
    const due = timers;
    timers = [];
    for (const timer of due) timer.due();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const watch = (run: number, key = 'loss') => store.watch({ runId: `r${run}`, key });

  it('asks for all rows in view at once, and again for nothing', async () => {
    for (const run of [1, 2, 3]) watch(run);
    await tick();
    watch(2);
    await tick();
    assert.deepEqual(asked, [['r1/loss', 'r2/loss', 'r3/loss']]);
    assert.deepEqual(changes, ['loss']);
  });
  it('shares a range among the rows that are in view', async () => {
    const stop = watch(9);
    watch(4);
    await tick();
    assert.deepEqual(store.range('loss'), [1, 9]);
    stop();
    assert.deepEqual(store.range('loss'), [1, 4]);
    assert.equal(store.range('acc'), undefined);
  });
  it('renews what has grown, but only where it is seen', async () => {
    const stop = watch(1);
    watch(2);
    await tick();
    stop();
    store.grown({ runId: 'r1', key: 'loss' });
    store.grown({ runId: 'r2', key: 'loss' });
    await tick();
    assert.deepEqual(asked[1], ['r2/loss']);
    watch(1);
    await tick();
    assert.deepEqual(asked[2], ['r1/loss']);
  });
  it('asks for at most a hundred at once, and for the rest then', async () => {
    for (let run = 1; run <= 130; run += 1) watch(run);
    await tick();
    await tick();
    assert.deepEqual(
      asked.map((names) => names.length),
      [100, 30],
    );
  });
  it('does not let rows that come into view wait for lines that grow', async () => {
    watch(1);
    await tick();
    store.grown({ runId: 'r1', key: 'loss' });
    const [growing] = timers;
    watch(2);
    assert.equal(timers.length, 1);
    assert.ok((timers[0]?.after ?? 0) < (growing?.after ?? 0), 'the shorter pause counts');
    await tick();
    assert.deepEqual(asked[1]?.toSorted(), ['r1/loss', 'r2/loss']);
    fails = true;
    watch(3);
    await tick();
    const [retry] = timers;
    watch(4);
    assert.deepEqual(timers, [retry], 'a server that is gone is not asked for each row');
  });
  it('asks again after a failure', async () => {
    fails = true;
    watch(1);
    await tick();
    fails = false;
    await tick();
    assert.equal(asked.length, 2);
    assert.ok(store.line({ runId: 'r1', key: 'loss' }));
  });
});
