import assert from 'node:assert/strict';
import { Histories } from '../../../../src/client/mlflow/histories';
import type { HistoryQuery, MlflowClient } from '../../../../src/client/mlflow/mlflowClient';
import type { RemotePoint } from '../../../../src/client/mlflow/wire';

const NAME = { runId: 'r', key: 'loss' };
const RANGE = { buckets: 400 };
const point = (step: number, value = step): RemotePoint => ({ step, timestamp: step, value });
const pointsTo = (count: number) => Array.from({ length: count }, (_, step) => point(step));

/** A server with one series, whose calls are counted. */
function make(points: RemotePoint[], canSample = true) {
  const calls: string[] = [];
  const server = {
    points,
    history: async ({ limit, pageToken }: HistoryQuery) => {
      calls.push('history');
      const from = Number(pageToken ?? 0);
      const items = server.points.slice(from, from + limit);
      const next = from + limit < server.points.length ? String(from + limit) : undefined;
      return { items, next };
    },
    sample: async (_: object, range: { fromStep?: number; toStep?: number }) => {
      calls.push('sample');
      if (!canSample) return undefined;
      const { fromStep = 0, toStep = Number.POSITIVE_INFINITY } = range;
      return server.points.filter(({ step }) => step >= fromStep && step <= toStep).slice(0, 2500);
    },
  };
  return { server, calls, histories: new Histories(server as unknown as MlflowClient) };
}

describe('histories of another server', () => {
  it('are read once, and again when the series has changed', async () => {
    const { server, calls, histories } = make(pointsTo(3));
    await histories.series(NAME, RANGE, 1);
    await histories.series(NAME, RANGE, 1);
    assert.deepEqual(calls, ['history']);
    server.points.push(point(3));
    const { points, count } = await histories.series(NAME, RANGE, 2);
    assert.deepEqual([points.length, count], [4, 4]);
    assert.deepEqual(calls, ['history', 'history']);
  });

  it('are read once by those who ask at the same time', async () => {
    const { calls, histories } = make(pointsTo(3));
    await Promise.all([1, 2, 3].map(() => histories.series(NAME, RANGE, 1)));
    assert.deepEqual(calls, ['history']);
  });

  it('are put in order of steps, each point once', async () => {
    const { histories } = make([point(2), point(0), point(1), point(2)]);
    const { points, count } = await histories.series(NAME, RANGE, 1);
    assert.deepEqual(
      points.map(({ step }) => step),
      [0, 1, 2],
    );
    assert.equal(count, 3);
  });

  it('are read over several pages without losing the least or greatest value', async () => {
    const all = pointsTo(60_000);
    all[12_345] = point(12_345, -1e9);
    all[54_321] = point(54_321, 1e9);
    const { calls, histories } = make(all);
    const { points, count } = await histories.series(NAME, { buckets: 100 }, 1);
    assert.equal(calls.length, 3);
    assert.equal(count, 60_000);
    assert.ok(points.length <= 400);
    const values = points.map(({ value }) => value);
    assert.ok(values.includes(-1e9) && values.includes(1e9));
  });

  it('of great length are sampled by the server, and anew for a part of them', async () => {
    const { calls, histories } = make(pointsTo(150_000));
    const { count } = await histories.series(NAME, RANGE, 1);
    assert.ok(count >= 100_000, 'as many were seen');
    assert.deepEqual(calls, ['history', 'history', 'history', 'history', 'sample']);
    const range = { buckets: 400, fromStep: 100_000, toStep: 100_009 };
    const { points } = await histories.series(NAME, range, 1);
    assert.equal(points.length, 10);
    assert.equal(calls.length, 6);
  });

  it('are forgotten when there are too many of them, the oldest first', async () => {
    const { calls, histories } = make(pointsTo(90_000));
    const read = (run: number) => histories.series({ runId: `r${run}`, key: 'loss' }, RANGE, 1);
    for (let run = 0; run < 12; run += 1) await read(run);
    calls.length = 0;
    await read(11);
    assert.deepEqual(calls, [], 'still held');
    await read(0);
    assert.equal(calls.length, 4, 'read again');
  });

  it('of great length are cut where the server cannot sample', async () => {
    const { histories } = make(pointsTo(150_000), false);
    assert.equal((await histories.series(NAME, RANGE, 1)).count, 100_000);
  });
});
