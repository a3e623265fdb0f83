/** The least and greatest value of each metric's column over all runs that are shown, and the best of them. */
import type { RunsView } from '../../src/domain/runsView';
import type { GroupsReply } from '../../src/protocol/runTable';
import { directionOf, parseRef } from './columnChoice';

export interface Extremes {
  /** Of the column. */
  readonly id: string;
  readonly min: number;
  readonly max: number;
  /** Runs with a finite value. */
  readonly n: number;
}

/** Over groups, which together are all runs; columns without a finite value are left out. */
export function extremesOf(reply: GroupsReply | undefined, ids: readonly string[]): Extremes[] {
  return ids.flatMap((id, i) => {
    let [min, max, n] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (const { cells } of reply?.groups ?? []) {
      const cell = cells[i];
      min = Math.min(min, cell?.min ?? min);
      max = Math.max(max, cell?.max ?? max);
      n += cell?.n ?? 0;
    }
    return n === 0 ? [] : [{ id, min, max, n }];
  });
}

/** By column; none where nobody knows which way is better, or all are the same. */
export function bestValues(found: readonly Extremes[], view: RunsView): Map<string, number> {
  return new Map(
    found.flatMap(({ id, min, max }) => {
      const key = parseRef(id)?.key;
      const direction = key === undefined ? undefined : directionOf(view, key);
      if (direction === undefined || min === max) return [];
      return [[id, direction === 'max' ? max : min] as const];
    }),
  );
}

/** Metrics that every run has with one value. */
export function sameMetrics(
  found: readonly Extremes[],
  total: number | undefined,
): ReadonlySet<string> {
  const same = found.filter(({ min, max, n }) => min === max && n === total);
  return new Set(same.flatMap(({ id }) => parseRef(id)?.key ?? []));
}
