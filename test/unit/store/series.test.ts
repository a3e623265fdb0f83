// Metric points: exact history, buckets that keep every extreme, wherever the points lie.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { comparePoints, type MetricPoint } from '../../../src/domain/metric';
import type { LoggedMetric } from '../../../src/domain/run';
import { decodeChunk, encodeChunk } from '../../../src/store/series/chunk';
import { decodeColumns, encodeColumns } from '../../../src/store/series/columns';
import type { Store } from '../../../src/store/store';
import { cleanUp, copyOf, createRun, log, open, tempFolder } from './support';

const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
);
const points = (most: number) =>
  fc.array(
    fc.record({
      key: fc.constant('loss'),
      step: fc.integer({ min: -20, max: 300 }),
      timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 }),
      value,
    }),
    { maxLength: most },
  );

const plain = ({ step, timestamp, value: v }: MetricPoint) => ({ step, timestamp, value: v });

/** What history must be: sorted, each point once. */
function expectedOf(logged: readonly LoggedMetric[]): MetricPoint[] {
  const sorted = logged.map(plain).sort(comparePoints);
  return sorted.filter((each, i) => i === 0 || comparePoints(sorted[i - 1]!, each) !== 0);
}

const all = (store: Store, key = 'loss') =>
  store.series.history('a', key, { offset: 0, limit: 1e9 });

/** A store in which the parts were logged with a checkpoint after each. */
async function storeOf(parts: readonly (readonly LoggedMetric[])[]): Promise<{
  store: Store;
  folder: string;
}> {
  const folder = tempFolder();
  const store = await open(folder);
  await store.commit(createRun('a'));
  for (const [i, metrics] of parts.entries()) {
    if (i > 0) await store.checkpoint();
    await store.commit(log('a', { metrics }));
  }
  return { store, folder };
}

describe('store series', () => {
  afterEach(cleanUp);

  // What a client does whose answer was lost: the points are in order, and one stands there twice.
  for (const [name, parts] of Object.entries({
    'in one request': [[0, 1, 1, 2]],
    'in the next request': [
      [0, 1],
      [1, 2],
    ],
    'over a whole request': [[0, 1], [0, 1], [2]],
  })) {
    it(`a point that is sent again ${name} is there once`, async () => {
      const logged = parts.map((steps) =>
        steps.map((step) => ({ key: 'loss', step, timestamp: 1, value: step / 2 })),
      );
      const expected = expectedOf(logged.flat());
      assert.equal(expected.length, 3);
      const { store: apart, folder } = await storeOf(logged);
      const together = await open(tempFolder());
      await together.commit(createRun('a'));
      for (const metrics of logged) await together.commit(log('a', { metrics }));
      const reopened = await open(copyOf(folder));
      for (const store of [apart, together, reopened]) assert.deepEqual(all(store), expected);
      await together.checkpoint();
      assert.deepEqual(all(together), expected);
    });
  }

  it('columns of any doubles read back exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number)), (rows) => {
        const columns = {
          steps: rows.map((row) => row[0]),
          times: rows.map((row) => row[1]),
          values: rows.map((row) => row[2]),
        };
        const read = decodeColumns(encodeColumns(columns));
        const plainColumns = {
          steps: [...Array.from(read.steps)],
          times: [...Array.from(read.times)],
          values: [...Array.from(read.values)],
        };
        // A step or time of -0 is 0.
        const zero = (list: number[]) => list.map((each) => (each === 0 ? 0 : each));
        assert.deepEqual(zero(plainColumns.steps), zero(columns.steps));
        assert.deepEqual(zero(plainColumns.times), zero(columns.times));
        assert.deepEqual(plainColumns.values, columns.values);
      }),
    );
  });

  it('a chunk with any flipped byte is refused, never read wrongly', () => {
    const bytes = encodeChunk({ steps: [1, 2, 3], times: [9, 9, 9], values: [0.5, 1, 2] });
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      assert.throws(() => decodeChunk(damaged, 'test'), { code: 'store.damaged' });
    }
  });

  it('gives every point once, in order, on any page, from memory and from disk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(points(120), { minLength: 1, maxLength: 4 }),
        fc.nat(200),
        fc.integer({ min: 1, max: 60 }),
        async (parts, offset, limit) => {
          const { store, folder } = await storeOf(parts);
          const expected = expectedOf(parts.flat());
          const killed = await open(copyOf(folder));
          await store.close();
          for (const each of [killed, await open(folder)]) {
            assert.deepEqual(all(each), expected);
            const page = each.series.history('a', 'loss', { offset, limit });
            assert.deepEqual(page, expected.slice(offset, offset + limit));
          }
          await cleanUp();
        },
      ),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('pages through a long series over many chunks without a gap or a repeat', async () => {
    const at = (step: number) => ({ key: 'loss', step, timestamp: 1000 + step, value: step / 3 });
    const part = (from: number) => Array.from({ length: 5000 }, (_, i) => at(from + i));
    const { store } = await storeOf([part(0), part(4000), part(20_000)]);
    await store.checkpoint();
    const expected = expectedOf([...part(0), ...part(4000), ...part(20_000)]);
    const read: MetricPoint[] = [];
    for (let offset = 0; ; offset += 999) {
      const page = store.series.history('a', 'loss', { offset, limit: 999 });
      read.push(...page);
      if (page.length < 999) break;
    }
    assert.equal(read.length, 14_000);
    assert.deepEqual(read, expected);
  });

  it('keeps a series of one point without a chunk, also when a second one comes later', async () => {
    const first = { key: 'acc', step: 3, timestamp: 5, value: 0.25 };
    const second = { key: 'acc', step: 1, timestamp: 6, value: Number.NaN };
    const { store, folder } = await storeOf([[first], []]);
    await store.checkpoint();
    assert.ok(!fs.existsSync(path.join(folder, 'store/series/00001.points')));
    assert.deepEqual(all(store, 'acc'), [plain(first)]);
    await store.commit(log('a', { metrics: [second] }));
    assert.deepEqual(all(store, 'acc'), [plain(second), plain(first)]);
    await store.close();
    assert.deepEqual(all(await open(folder), 'acc'), [plain(second), plain(first)]);
  });

  it('buckets hold every extreme of the range, few enough, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(points(400), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        fc.tuple(fc.integer({ min: -30, max: 310 }), fc.nat(200)),
        fc.boolean(),
        async (parts, buckets, [fromStep, width], zoom) => {
          const { store } = await storeOf(parts);
          await store.checkpoint();
          const range = zoom ? { buckets, fromStep, toStep: fromStep + width } : { buckets };
          const inRange = expectedOf(parts.flat()).filter(
            ({ step }) => !zoom || (step >= fromStep && step <= fromStep + width),
          );
          checkBuckets(store.series.buckets('a', 'loss', range), inRange, buckets);
          await cleanUp();
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it('loses no spike among a hundred thousand points, with few or many buckets', async () => {
    const metrics = Array.from({ length: 100_000 }, (_, step) => ({
      key: 'loss',
      step,
      timestamp: step,
      value: Math.sin(step / 500),
    }));
    metrics[31_337]!.value = 1e6;
    metrics[77_777]!.value = -1e6;
    metrics[50_000]!.value = Number.NaN;
    const { store } = await storeOf([metrics, []]);
    await store.checkpoint();
    for (const buckets of [1, 3, 10, 1000]) {
      const read = store.series.buckets('a', 'loss', { buckets });
      const values = read.map((point) => point.value);
      assert.ok(values.includes(1e6) && values.includes(-1e6), `${buckets} buckets`);
      assert.ok(read.length <= 4 * buckets);
      assert.equal(read[0]?.step, 0);
      assert.equal(read.at(-1)?.step, 99_999);
    }
    const near = store.series.buckets('a', 'loss', {
      buckets: 10,
      fromStep: 31_330,
      toStep: 31_340,
    });
    assert.deepEqual(near, expectedOf(metrics.slice(31_330, 31_341)));
  });

  it('reports damaged points instead of giving wrong ones', async () => {
    const metrics = Array.from({ length: 2000 }, (_, step) => ({
      key: 'loss',
      step,
      timestamp: step,
      value: step,
    }));
    const { store, folder } = await storeOf([metrics]);
    await store.close();
    const segment = path.join(folder, 'store/series/00001.points');
    const bytes = fs.readFileSync(segment);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    fs.writeFileSync(segment, bytes);
    const again = await open(folder);
    assert.throws(() => all(again), { code: 'store.damaged' });
    assert.equal(again.runs.summary('a', 'loss')?.count, 2000);
  });

  it('answers an unknown run or key with no points', async () => {
    const { store } = await storeOf([[]]);
    assert.deepEqual(all(store, 'nothing'), []);
    assert.deepEqual(store.series.buckets('nobody', 'loss', { buckets: 5 }), []);
  });

  it('keeps summaries with NaN and infinities through a snapshot', async () => {
    const odd = [Number.NaN, Infinity, -Infinity, 2, 1].map((v, step) => ({
      key: 'loss',
      step,
      timestamp: 1_700_000_000_000 + step,
      value: v,
    }));
    for (let count = 1; count <= odd.length; count++) {
      const { store, folder } = await storeOf([odd.slice(0, count)]);
      const before = store.runs.summary('a', 'loss');
      await store.close();
      const again = await open(folder);
      assert.deepEqual(again.runs.summary('a', 'loss'), before);
      assert.deepEqual(again.runs.get('a')?.metrics, [before]);
      assert.equal(before?.count, count);
    }
  });
});

/** Each bucket's first, least, greatest and last finite value are among the points. */
function checkBuckets(
  read: readonly MetricPoint[],
  expected: readonly MetricPoint[],
  buckets: number,
): void {
  assert.ok(read.length <= 4 * buckets);
  assert.deepEqual(read, [...read].sort(comparePoints));
  const known = new Set(expected.map((point) => JSON.stringify(point)));
  for (const point of read) assert.ok(known.has(JSON.stringify(point)));
  if (expected.length <= 4 * buckets) {
    assert.deepEqual(read, expected);
    return;
  }
  const finite = expected.filter((point) => Number.isFinite(point.value));
  if (finite.length === 0) return;
  const values = (list: readonly MetricPoint[]) =>
    list.map((point) => point.value).filter(Number.isFinite);
  assert.equal(Math.min(...values(read)), Math.min(...values(finite)));
  assert.equal(Math.max(...values(read)), Math.max(...values(finite)));
  const finiteRead = read.filter((point) => Number.isFinite(point.value));
  assert.equal(finiteRead[0]?.step, finite[0]?.step);
  assert.equal(finiteRead.at(-1)?.step, finite.at(-1)?.step);
}
