// Points in an order, each once.
import type { PointOrder } from '../../domain/metric';
import type { Columns } from './columns';

/** Compares point `i` of one with point `j` of the other, as `comparatorOf` does. */
export type CompareAt = (a: Columns, i: number, b: Columns, j: number) => number;

const compareByStep: CompareAt = (a, i, b, j) =>
  (a.steps[i] ?? 0) - (b.steps[j] ?? 0) ||
  (a.times[i] ?? 0) - (b.times[j] ?? 0) ||
  compareValues(a.values[i] ?? Number.NaN, b.values[j] ?? Number.NaN);

const compareByTime: CompareAt = (a, i, b, j) =>
  (a.times[i] ?? 0) - (b.times[j] ?? 0) ||
  (a.steps[i] ?? 0) - (b.steps[j] ?? 0) ||
  compareValues(a.values[i] ?? Number.NaN, b.values[j] ?? Number.NaN);

export const compareAtIn = (order: PointOrder): CompareAt =>
  order === 'step' ? compareByStep : compareByTime;

function compareValues(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

/** Whether each point is greater than the one before. */
export function isStrictlySorted(columns: Columns, order: PointOrder = 'step'): boolean {
  const places = order === 'step' ? columns.steps : columns.times;
  const compare = compareAtIn(order);
  for (let i = 1; i < places.length; i++) {
    if ((places[i] ?? 0) > (places[i - 1] ?? 0)) continue;
    if (compare(columns, i - 1, columns, i) >= 0) return false;
  }
  return true;
}

/** The same points sorted, exact duplicates dropped. */
export function sortColumns(columns: Columns, order: PointOrder = 'step'): Columns {
  if (isStrictlySorted(columns, order)) return columns;
  const compare = compareAtIn(order);
  const sorted = Uint32Array.from({ length: columns.values.length }, (_, i) => i);
  sorted.sort((i, j) => compare(columns, i, columns, j));
  const kept = sorted.filter((index, i) => {
    const before = sorted[i - 1];
    return before === undefined || compare(columns, before, columns, index) !== 0;
  });
  return pick(columns, kept);
}

/** The points at these indexes. */
export function pick(columns: Columns, indexes: Uint32Array): Columns {
  const column = (values: ArrayLike<number>) =>
    Float64Array.from(indexes, (index) => values[index] ?? 0);
  return {
    steps: column(columns.steps),
    times: column(columns.times),
    values: column(columns.values),
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

/** The first index of `count` where `reached` holds, by halving: it must hold from there on. */
export function firstIndex(count: number, reached: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
