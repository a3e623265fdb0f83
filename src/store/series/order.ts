// Points in their order (step, timestamp, value), each once.
import { comparePoints } from '../../domain/metric';
import { type Columns, pointAt } from './columns';

/** Whether each point is greater than the one before. */
export function isStrictlySorted(columns: Columns): boolean {
  const { steps } = columns;
  for (let i = 1; i < steps.length; i++) {
    if ((steps[i] ?? 0) > (steps[i - 1] ?? 0)) continue;
    if (comparePoints(pointAt(columns, i - 1), pointAt(columns, i)) >= 0) return false;
  }
  return true;
}

/** The same points sorted, exact duplicates dropped. */
export function sortColumns(columns: Columns): Columns {
  if (isStrictlySorted(columns)) return columns;
  const points = Array.from({ length: columns.values.length }, (_, i) => pointAt(columns, i));
  points.sort(comparePoints);
  const kept = points.filter((point, i) => {
    const before = points[i - 1];
    return before === undefined || comparePoints(before, point) !== 0;
  });
  return {
    steps: kept.map((point) => point.step),
    times: kept.map((point) => point.timestamp),
    values: kept.map((point) => point.value),
  };
}

/** Points one part after the other. */
export function concatenate(parts: readonly Columns[]): Columns {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const length = parts.reduce((sum, part) => sum + part.values.length, 0);
  const joined = {
    steps: new Float64Array(length),
    times: new Float64Array(length),
    values: new Float64Array(length),
  };
  let offset = 0;
  for (const part of parts) {
    joined.steps.set(part.steps, offset);
    joined.times.set(part.times, offset);
    joined.values.set(part.values, offset);
    offset += part.values.length;
  }
  return joined;
}
