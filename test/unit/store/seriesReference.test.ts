// Points logged in any order, again and again, against a plain list: history, counts and buckets.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  comparatorOf,
  comparePoints,
  type MetricPoint,
  type PointOrder,
} from '../../../src/domain/metric';
import { EVERYTHING } from '../../../src/domain/search/filter';
import type { SeriesRange, Store } from '../../../src/store/store';
import { cleanUp, copyOf, createRun, log, open, tempFolder } from './support';

const ORDERS = ['step', 'time'] as const;

const point = fc.record({
  step: fc.integer({ min: -5, max: 60 }),
  timestamp: fc.integer({ min: 1000, max: 1020 }),
  value: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0) },
  ),
});

/** What a run logs: new points, or the same as in an earlier batch; a snapshot in between. */
const batches = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.array(point, { maxLength: 60 }) },
    { weight: 2, arbitrary: fc.nat(8).map((again) => again) },
    { weight: 1, arbitrary: fc.constant('snapshot' as const) },
  ),
  { minLength: 1, maxLength: 8 },
);
type Batches = typeof batches extends fc.Arbitrary<infer T> ? T : never;

/** What is written already comes again among other points. */
const AGAIN: [Batches, number][] = [1, 7, 50].map((limit) => {
  const first = Array.from({ length: 40 }, (_, i) => ({ step: i, timestamp: 1000, value: i % 3 }));
  const between = first.map((each) => ({ ...each, timestamp: 1001 }));
  return [[first, 'snapshot', 0, between, 0], limit];
});

/** Few points, of which most lie in a segment and were logged once more: they come whole. */
const TWICE: [Batches, number, PointOrder, [undefined, undefined, undefined, undefined]] = [
  [[0, 1, 2, 3, 4].map((i) => ({ step: 0, timestamp: 1000 + i, value: i % 2 })), 'snapshot', 0],
  2,
  'step',
  [undefined, undefined, undefined, undefined],
];

/** Each point once, in order. */
function reference(points: readonly MetricPoint[], order: PointOrder): MetricPoint[] {
  const sorted = points.map((each) => ({ ...each, value: each.value + 0 }));
  sorted.sort(comparatorOf(order));
  return sorted.filter((each, i) => i === 0 || comparePoints(sorted[i - 1]!, each) !== 0);
}

async function logged(given: Batches): Promise<{
  store: Store;
  folder: string;
  points: MetricPoint[];
}> {
  const folder = tempFolder();
  const store = await open(folder);
  await store.commit(createRun('a'));
  const parts: MetricPoint[][] = [];
  for (const batch of given) {
    if (batch === 'snapshot') await store.checkpoint();
    else parts.push(typeof batch === 'number' ? (parts[batch] ?? []) : [...batch]);
    const last = parts.at(-1);
    if (batch === 'snapshot' || !last) continue;
    await store.commit(log('a', { metrics: last.map((each) => ({ key: 'loss', ...each })) }));
  }
  return { store, folder, points: parts.flat() };
}

function pages(store: Store, by: PointOrder, limit: number): MetricPoint[] {
  const read: MetricPoint[] = [];
  for (let offset = 0; ; offset += limit) {
    const page = store.series.history('a', 'loss', { offset, limit, by });
    assert.ok(page.length <= limit);
    read.push(...page);
    if (page.length < limit) return read;
  }
}

function check(store: Store, points: readonly MetricPoint[], limit: number): void {
  for (const by of ORDERS) {
    const expected = reference(points, by);
    assert.deepEqual(pages(store, by, limit), expected);
    assert.deepEqual(store.series.history('a', 'loss', { offset: 0, limit: 1e9, by }), expected);
  }
  const count = reference(points, 'step').length;
  assert.equal(store.runs.summary('a', 'loss')?.count ?? 0, count);
  assert.equal(store.runs.get('a')?.metrics[0]?.count ?? 0, count);
}

describe('store series against a plain list', () => {
  afterEach(cleanUp);

  it('history and counts hold each point once, in both orders, on any page', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 50 }), async (given, limit) => {
        const { store, folder, points } = await logged(given);
        check(store, points, limit);
        const killed = await open(copyOf(folder));
        await store.checkpoint();
        check(store, points, limit);
        await store.close();
        for (const each of [killed, await open(folder)]) check(each, points, limit);
        await cleanUp();
      }),
      { numRuns: 60, examples: AGAIN },
    );
  }).timeout(120_000);

  it('a call that is tried again adds nothing, of one point or of a thousand', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('a'));
    const count = () => store.runs.summary('a', 'loss')?.count;
    const one = [{ key: 'loss', step: 0, timestamp: 5, value: Number.NaN }];
    for (let i = 0; i < 3; i++) await store.commit(log('a', { metrics: one }));
    assert.equal(count(), 1);
    await store.checkpoint();
    await store.commit(log('a', { metrics: one }));
    assert.equal(count(), 1);
    const many = Array.from({ length: 1000 }, (_, i) => ({
      key: 'loss',
      step: i + 1,
      timestamp: 6,
      value: i,
    }));
    await store.commit(log('a', { metrics: many }));
    await store.commit(log('a', { metrics: many }));
    assert.equal(count(), 1001);
    await store.checkpoint();
    await store.commit(log('a', { metrics: many }));
    assert.equal(count(), 1001);
    await store.checkpoint();
    assert.equal(count(), 1001);
    assert.equal(store.runs.search(everyRun).items[0]?.metrics[0]?.count, 1001);
    const again = await open(copyOf(folder));
    assert.equal(again.runs.summary('a', 'loss')?.count, 1001);
    assert.equal(again.series.history('a', 'loss', { offset: 0, limit: 5000 }).length, 1001);
  });

  it('points of another step, time or value are other points', async () => {
    const store = await open(tempFolder());
    await store.commit(createRun('a'));
    const base = { key: 'loss', step: 5, timestamp: 5, value: 5 };
    const others = [base, { ...base, step: 4 }, { ...base, timestamp: 4 }, { ...base, value: 4 }];
    await store.commit(log('a', { metrics: others }));
    assert.equal(store.runs.summary('a', 'loss')?.count, 4);
    assert.equal(store.series.history('a', 'loss', { offset: 0, limit: 9 }).length, 4);
  });

  it('steps that begin anew with each epoch come back in both orders', async () => {
    const store = await open(tempFolder());
    await store.commit(createRun('a'));
    const points = Array.from({ length: 60_000 }, (_, i) => ({
      key: 'loss',
      step: i % 1000,
      timestamp: 10_000 + i,
      value: i,
    }));
    for (let from = 0; from < points.length; from += 5000) {
      await store.commit(log('a', { metrics: points.slice(from, from + 5000) }));
    }
    const plain = points.map(({ step, timestamp, value }) => ({ step, timestamp, value }));
    for (const by of ORDERS) assert.deepEqual(pages(store, by, 7919), reference(plain, by), by);
    assert.equal(store.runs.summary('a', 'loss')?.count, 60_000);
  }).timeout(30_000);

  it('buckets hold the first, least, greatest and last of each, by step and by time', async () => {
    const bound = fc.option(fc.integer({ min: -10, max: 70 }), { nil: undefined });
    const time = fc.option(fc.integer({ min: 998, max: 1022 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...ORDERS),
        fc.tuple(bound, bound, time, time),
        async (given, buckets, by, [fromStep, toStep, fromTime, toTime]) => {
          const { store, points } = await logged(given);
          const range = { buckets, by, ...defined({ fromStep, toStep, fromTime, toTime }) };
          checkBuckets(store, points, range);
          await store.checkpoint();
          checkBuckets(store, points, range);
          await cleanUp();
        },
      ),
      { numRuns: 150, examples: [TWICE] },
    );
  }).timeout(120_000);

  it('a spike among many chunks is in its bucket, by step and by time', async () => {
    const store = await open(tempFolder());
    await store.commit(createRun('a'));
    const points = Array.from({ length: 50_000 }, (_, i) => ({
      step: i,
      timestamp: 1_700_000_000_000 + i * 7 + (i % 3),
      value: i === 41_234 ? 1e9 : i === 12_345 ? -1e9 : Math.cos(i / 99),
    }));
    await store.commit(log('a', { metrics: points.map((each) => ({ key: 'loss', ...each })) }));
    await store.checkpoint();
    for (const by of ORDERS) {
      for (const buckets of [1, 7, 50]) checkBuckets(store, points, { buckets, by });
    }
  }).timeout(30_000);
});

const everyRun = {
  experimentIds: ['0'],
  filter: EVERYTHING,
  orderBy: [],
  stage: 'all' as const,
  limit: 10,
  offset: 0,
};

const defined = (bounds: Record<string, number | undefined>): Partial<SeriesRange> =>
  Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));

/** The buckets by the rule itself: equal widths, each with four of its finite points. */
function checkBuckets(store: Store, points: readonly MetricPoint[], range: SeriesRange): void {
  const by = range.by ?? 'step';
  const read = store.series.buckets('a', 'loss', range);
  const within = reference(points, by).filter(
    ({ step, timestamp }) =>
      step >= (range.fromStep ?? -Infinity) &&
      step <= (range.toStep ?? Infinity) &&
      timestamp >= (range.fromTime ?? -Infinity) &&
      timestamp <= (range.toTime ?? Infinity),
  );
  assert.deepEqual(read, [...read].sort(comparatorOf(by)));
  const known = new Set(within.map((each) => JSON.stringify(each)));
  for (const each of read) assert.ok(known.has(JSON.stringify(each)), JSON.stringify(each));
  assert.ok(read.length <= 4 * range.buckets || read.length === within.length);
  if (within.length <= 4 * range.buckets) {
    assert.deepEqual(read, within);
    return;
  }
  const finite = (list: readonly MetricPoint[]) =>
    list.filter((each) => Number.isFinite(each.value));
  const values = finite(within).map((each) => each.value);
  if (values.length === 0) return;
  const readValues = finite(read).map((each) => each.value);
  assert.equal(Math.max(...readValues), Math.max(...values));
  assert.equal(Math.min(...readValues), Math.min(...values));
  const isAll = Object.keys(range).length === 2;
  if (isAll)
    for (const bucket of split(within, by, range.buckets)) checkBucket(read, finite(bucket), by);
}

function split(points: readonly MetricPoint[], by: PointOrder, count: number): MetricPoint[][] {
  const place = (each: MetricPoint) => (by === 'step' ? each.step : each.timestamp);
  const [from, to] = [place(points[0]!), place(points.at(-1)!)];
  const scale = to > from ? count / (to - from) : 0;
  const buckets = Array.from({ length: count }, (): MetricPoint[] => []);
  for (const each of points) {
    buckets[Math.min(count - 1, Math.floor((place(each) - from) * scale))]!.push(each);
  }
  return buckets;
}

function checkBucket(
  read: readonly MetricPoint[],
  bucket: readonly MetricPoint[],
  by: PointOrder,
): void {
  const [first, last] = [bucket[0], bucket.at(-1)];
  if (!first || !last) return;
  const compare = comparatorOf(by);
  const mine = read.filter((each) => compare(first, each) <= 0 && compare(each, last) <= 0);
  assert.deepEqual(mine[0], first);
  assert.deepEqual(mine.at(-1), last);
  const values = (list: readonly MetricPoint[]) => list.map((each) => each.value);
  assert.equal(Math.max(...values(mine)), Math.max(...values(bucket)));
  assert.equal(Math.min(...values(mine)), Math.min(...values(bucket)));
}
