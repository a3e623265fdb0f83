/** A few points of a series, as MLflow's `get-history-bulk-interval` chooses them. */
import type { MetricPoint } from '../domain/metric';
import type { SeriesQueries } from '../store/store';

export interface SampleRange {
  /** At least 1. */
  readonly limit: number;
  /** Both or neither; both are included. */
  readonly fromStep: number | undefined;
  readonly toStep: number | undefined;
}

const PAGE = 25_000;

/**
 * At most `limit` points in the order (step, timestamp, value): the first of each of `limit` parts of
 * equal size (SQL's NTILE: earlier parts take one more), and the last point instead of the last of these.
 * The series is read twice, page by page, so that it is never whole in memory.
 */
export function samplePoints(
  series: SeriesQueries,
  runId: string,
  key: string,
  range: SampleRange,
): MetricPoint[] {
  let count = 0;
  for (const _ of pointsIn(series, runId, key, range)) count++;
  const wanted = new Set(sampleIndexes(count, range.limit));
  const points: MetricPoint[] = [];
  let index = 0;
  for (const point of pointsIn(series, runId, key, range)) {
    if (wanted.has(index++)) points.push(point);
  }
  return points;
}

/** Which of `count` points in order are taken. */
export function sampleIndexes(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  const size = Math.floor(count / limit);
  const larger = count % limit;
  return Array.from({ length: limit }, (_, part) =>
    part === limit - 1 ? count - 1 : part * size + Math.min(part, larger),
  );
}

function* pointsIn(
  series: SeriesQueries,
  runId: string,
  key: string,
  { fromStep = Number.NEGATIVE_INFINITY, toStep = Number.POSITIVE_INFINITY }: SampleRange,
): Iterable<MetricPoint> {
  for (let offset = 0; ; offset += PAGE) {
    const page = series.history(runId, key, { offset, limit: PAGE });
    for (const point of page) {
      if (point.step > toStep) return;
      if (point.step >= fromStep) yield point;
    }
    if (page.length < PAGE) return;
  }
}
