/** What the tooltip of a line chart says at a place: the runs there, in the order of the picture. */
import { type Line, nearestIndex } from './series';

export interface HoverRow {
  readonly line: Line;
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

/**
 * Each line's point nearest to `x`, if it is not farther than `reach` (in units of the axis). `distance` says how far a
 * value is from the pointer; without it no line is nearest.
 */
export function hoverRows(
  lines: readonly Line[],
  x: number,
  { reach, distance }: { readonly reach: number; readonly distance?: (value: number) => number },
): HoverRows {
  const all = lines.flatMap((line): HoverRow[] => {
    const index = nearestIndex(line.xs, x);
    if (index === undefined) return [];
    const [at, value] = [line.xs[index] ?? 0, line.values[index] ?? Number.NaN];
    return Math.abs(at - x) > reach || !Number.isFinite(value) ? [] : [{ line, x: at, value }];
  });
  all.sort((a, b) => b.value - a.value);
  const nearest = distance && least(all, ({ value }) => distance(value));
  const at = nearest ? all.indexOf(nearest) : 0;
  // The ten around the nearest, as many above it as below.
  const from = Math.max(0, Math.min(all.length - TOOLTIP_ROWS, at - TOOLTIP_ROWS / 2));
  const rows = all.slice(from, from + TOOLTIP_ROWS);
  return { rows, more: all.length - rows.length, nearest };
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
