// Groups of runs: runs with equal values under one head, and the order of the heads.
import { type Spread, spreadOf } from './spread';

/** One value per run; null where it has none. */
export type TextCells = readonly (string | null)[];
export type NumberCells = readonly (number | null)[];

export interface RowGroup {
  /** One per column that is grouped by. */
  readonly values: readonly (string | null)[];
  /** Positions of its runs in the columns, ascending. */
  readonly members: readonly number[];
}

/** `by` are columns of equal length, at least one. Groups come in the order of their first run. */
export function groupRows(by: readonly TextCells[]): RowGroup[] {
  const groups = new Map<string, { values: (string | null)[]; members: number[] }>();
  const count = by[0]?.length ?? 0;
  for (let row = 0; row < count; row++) {
    const values = by.map((cells) => cells[row] ?? null);
    const name = JSON.stringify(values);
    const group = groups.get(name);
    if (group) group.members.push(row);
    else groups.set(name, { values, members: [row] });
  }
  return [...groups.values()];
}

/** How a metric lies over the runs of a group; those without it do not count. */
export function spreadOver(members: readonly number[], cells: NumberCells): Spread {
  const values: number[] = [];
  for (const row of members) {
    const value = cells[row] ?? null;
    if (value !== null) values.push(value);
  }
  return spreadOf(values);
}

/** By the values: numbers before texts, nothing last. */
export const byValues = (a: RowGroup, b: RowGroup): number => {
  for (let i = 0; i < a.values.length; i++) {
    const order = compareValues(a.values[i] ?? null, b.values[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
};

/** In the order of a metric's mean; groups that have none last in both directions. */
export function orderedByMean(
  groups: readonly RowGroup[],
  cells: NumberCells,
  { descending }: { readonly descending: boolean },
): RowGroup[] {
  const means = new Map(groups.map((group) => [group, spreadOver(group.members, cells).mean]));
  return [...groups].sort((a, b) => {
    const [left, right] = [means.get(a), means.get(b)];
    if (left === right) return byValues(a, b);
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
    return descending ? right - left : left - right;
  });
}

function compareValues(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined && left !== right) return left < right ? -1 : 1;
  if ((left === undefined) !== (right === undefined)) return left === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}

function numberOf(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
