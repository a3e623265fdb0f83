/** One point of a metric's series. `value` may be NaN or ±Infinity and is kept as what it is. */
export interface MetricPoint {
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: number;
}

/** What is known of a series without reading its points. */
export interface MetricSummary {
  readonly key: string;
  /** Points logged, each once: the same step, timestamp and value again is the same point. */
  readonly count: number;
  readonly first: MetricPoint;
  /** The greatest by (step, timestamp, value): MLflow's "latest". */
  readonly last: MetricPoint;
  /** The least and greatest finite value; the first point when none is finite. */
  readonly min: MetricPoint;
  readonly max: MetricPoint;
}

/** Order of MLflow's latest-metric rule; NaN sorts below every number. */
export function comparePoints(a: MetricPoint, b: MetricPoint): number {
  return a.step - b.step || a.timestamp - b.timestamp || compareValues(a.value, b.value);
}

/** Order of MLflow's metric history. */
export function comparePointsInTime(a: MetricPoint, b: MetricPoint): number {
  return a.timestamp - b.timestamp || comparePoints(a, b);
}

/** What points are put in order by: (step, timestamp, value), or (timestamp, step, value). */
export type PointOrder = 'step' | 'time';

export const comparatorOf = (order: PointOrder): typeof comparePoints =>
  order === 'step' ? comparePoints : comparePointsInTime;

/** The same step, timestamp and value; NaN equals NaN. */
export const isSamePoint = (a: MetricPoint, b: MetricPoint): boolean => comparePoints(a, b) === 0;

function compareValues(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The summary after one more point. */
export function addPoint(
  key: string,
  summary: MetricSummary | undefined,
  point: MetricPoint,
): MetricSummary {
  if (!summary) return { key, count: 1, first: point, last: point, min: point, max: point };
  return {
    key,
    count: summary.count + 1,
    first: comparePoints(point, summary.first) < 0 ? point : summary.first,
    last: comparePoints(point, summary.last) >= 0 ? point : summary.last,
    min: extreme(summary.min, point, (a, b) => a < b),
    max: extreme(summary.max, point, (a, b) => a > b),
  };
}

function extreme(
  held: MetricPoint,
  point: MetricPoint,
  wins: (a: number, b: number) => boolean,
): MetricPoint {
  if (!Number.isFinite(point.value)) return held;
  if (!Number.isFinite(held.value)) return point;
  return wins(point.value, held.value) ? point : held;
}
