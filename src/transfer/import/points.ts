// Logs the points that a run lacks: however often an import is repeated, each is there once.
import { comparePoints, type MetricPoint } from '../../domain/metric';
import type { PointBatch } from '../source';
import type { Target } from './target';

export async function importPoints(
  { store, commits, progress }: Target,
  runId: string,
  batches: AsyncIterable<PointBatch>,
): Promise<void> {
  for await (const { key, points } of batches) {
    const missing = missingPoints(store, { runId, key, points });
    if (missing.length > 0) {
      const metrics = missing.map((point) => ({ key, ...point }));
      await commits.add({ type: 'run.log', runId, metrics, params: [], tags: [] });
      progress.add('points', missing.length);
    }
    await progress.turn();
  }
}

/** In order, each once. Only points whose steps the store has too are looked up there. */
function missingPoints(
  store: Target['store'],
  { runId, key, points }: PointBatch & { readonly runId: string },
): MetricPoint[] {
  const sorted = distinct(points);
  const [first] = sorted;
  const last = sorted.at(-1);
  const known = store.runs.summary(runId, key);
  if (!known || !first || !last) return sorted;
  if (first.step > known.last.step || last.step < known.first.step) return sorted;
  const range = { buckets: WHOLE, fromStep: first.step, toStep: last.step };
  return without(sorted, store.series.buckets(runId, key, range));
}

/** More buckets than any series has points: the points come as they are. */
const WHOLE = Number.MAX_SAFE_INTEGER;

function distinct(points: readonly MetricPoint[]): MetricPoint[] {
  // -0 is 0 in the store.
  const sorted = points
    .map(({ step, timestamp, value }) => ({ step, timestamp, value: value + 0 }))
    .sort(comparePoints);
  return sorted.filter((point, i) => {
    const before = sorted[i - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });
}

/** `points` that are not among `known`; both in order. */
function without(points: readonly MetricPoint[], known: readonly MetricPoint[]): MetricPoint[] {
  let at = 0;
  return points.filter((point) => {
    for (let other = known[at]; other; other = known[++at]) {
      const order = comparePoints(other, point);
      if (order === 0) return false;
      if (order > 0) return true;
    }
    return true;
  });
}
