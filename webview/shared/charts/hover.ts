/** What the tooltip of a line chart says at a place: the runs there, in the order of the picture. */
import { firstFrom, type Line, nearestIndex } from './series';

export interface HoverRow {
  readonly line: Line;
  readonly index: number;
  readonly x: number;
  /** Not smoothed, all digits. */
  readonly value: number;
}

export interface HoverRows {
  /** By value, the greatest first, as the lines lie; the nearest is always among them. */
  readonly rows: readonly HoverRow[];
  /** Lines that have no row for want of room. */
  readonly more: number;
  readonly nearest: HoverRow | undefined;
}

export const TOOLTIP_ROWS = 10;

export interface HoverReach {
  /** In units of the axis: a line without a point that near has no row. */
  readonly reach: number;
  /** In units of the axis: of several points that near, as where a spike stands, the one under the pointer is meant. */
  readonly close?: number;
  /** How far a value is from the pointer; without it no line is nearest. */
  readonly distance?: (value: number) => number;
}

/** Each line's point nearest to `x`; the line under the pointer has the point under the pointer. */
export function hoverRows(
  lines: readonly Line[],
  x: number,
  { reach, close = 0, distance }: HoverReach,
): HoverRows {
  const all = lines.flatMap((line): HoverRow[] => {
    const index = nearestIndex(line.xs, x);
    if (index === undefined) return [];
    const row = rowAt(line, index);
    return Math.abs(row.x - x) > reach || !Number.isFinite(row.value) ? [] : [row];
  });
  const meant = distance && underPointer(lines, x, { close, distance });
  if (meant) {
    const at = all.findIndex(({ line }) => line === meant.line);
    all.splice(at < 0 ? all.length : at, at < 0 ? 0 : 1, meant);
  }
  all.sort((a, b) => b.value - a.value);
  const nearest = meant ?? (distance && least(all, ({ value }) => distance(value)));
  const at = nearest ? all.indexOf(nearest) : 0;
  // The ten around the nearest, as many above it as below.
  const from = Math.max(0, Math.min(all.length - TOOLTIP_ROWS, at - TOOLTIP_ROWS / 2));
  const rows = all.slice(from, from + TOOLTIP_ROWS);
  return { rows, more: all.length - rows.length, nearest };
}

export const rowAt = (line: Line, index: number): HoverRow => ({
  line,
  index,
  x: line.xs[index] ?? 0,
  value: line.values[index] ?? Number.NaN,
});

/** Pixels from a point's value within which the pointer is on it. */
const ON_POINT = 6;

/** The point that the pointer is on, of all points close to `x`: also the upper one of two at one place. */
function underPointer(
  lines: readonly Line[],
  x: number,
  { close, distance }: { readonly close: number; readonly distance: (value: number) => number },
): HoverRow | undefined {
  const near = lines.flatMap((line) => {
    const rows: HoverRow[] = [];
    for (let i = firstFrom(line.xs, x - close); (line.xs[i] ?? Infinity) <= x + close; i += 1) {
      if (Number.isFinite(line.values[i])) rows.push(rowAt(line, i));
    }
    return rows;
  });
  const found = least(near, ({ value }) => distance(value));
  return found && distance(found.value) <= ON_POINT ? found : undefined;
}

function least<T>(items: readonly T[], of: (item: T) => number): T | undefined {
  let found: { item: T; size: number } | undefined;
  for (const item of items) {
    const size = of(item);
    if (!found || size < found.size) found = { item, size };
  }
  return found?.item;
}

/** The new position; undefined leaves the chart, null means that the key is not ours. */
export function moved(
  key: string,
  at: number | undefined,
  last: number,
  by: number = 1,
): number | undefined | null {
  if (key === 'Escape') return at === undefined ? null : undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowRight') return Math.min(last, (at ?? -1) + by);
  if (key === 'ArrowLeft') return Math.max(0, (at ?? last + 1) - by);
  return null;
}
