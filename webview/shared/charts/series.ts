/** From the columns that were fetched to what a chart and its table show. */
import type { SeriesColumns } from '../../../src/protocol/rows';
import { fromWire } from '../../../src/protocol/wire';
import { courseText } from '../course';
import { t } from '../texts';
import { smooth } from './smoothing';
import type { ChartRun } from './types';

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** One run in one chart. Columns of equal length. */
export interface Line {
  readonly runId: string;
  readonly name: string;
  readonly slot: number;
  readonly group?: string;
  readonly groupSlot?: number;
  readonly steps: readonly number[];
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** May hold NaN and infinities. */
  readonly values: readonly number[];
  /** Where each point stands on the x axis, ascending; NaN ones were taken out before (`lineOn`). */
  readonly xs: readonly number[];
  /** Points of the whole series; more than the values when it was reduced to what can be seen. */
  readonly count: number;
  /** Of a group's mean: what the runs of the group lie between. */
  readonly spread?: { readonly low: readonly number[]; readonly high: readonly number[] };
}

type LineRun = 'runId' | 'name' | 'slot' | 'group' | 'groupSlot';

/** By step. */
export function lineOf(run: Pick<ChartRun, LineRun>, columns: SeriesColumns): Line {
  const { runId, name, slot, group, groupSlot } = run;
  const { steps, timestamps, count } = columns;
  const values = columns.values.map(fromWire);
  return {
    runId,
    name,
    slot,
    group,
    groupSlot,
    steps,
    times: timestamps,
    values,
    xs: steps,
    count,
  };
}

export interface Axes {
  readonly logX?: boolean;
  readonly logY: boolean;
}

/** Points to draw: what cannot be drawn (not finite; ≤ 0 on a log axis) is a gap. */
export function drawn(
  line: Line,
  { smoothing, logX, logY }: Axes & { readonly smoothing: number },
): XY[] {
  const values = smooth(line.values, smoothing);
  const points: XY[] = [];
  // A loop, not a map: it runs for every point of every line in view at each update.
  for (let i = 0; i < line.xs.length; i += 1) {
    const [x, y] = [line.xs[i] ?? 0, values[i] ?? Number.NaN];
    if (logX && x <= 0) continue;
    points.push({ x, y: Number.isFinite(y) && (y > 0 || !logY) ? y : Number.NaN });
  }
  return points;
}

/** Whether a point of a line is drawn within a part of the x axis; undefined: all of it. */
export function hasPointsIn(
  lines: readonly Line[],
  range: readonly [number, number] | undefined,
  logY: boolean,
): boolean {
  const [from, to] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return lines.some(({ xs, values }) => {
    for (let i = firstFrom(xs, from); i < xs.length && (xs[i] ?? Number.NaN) <= to; i += 1) {
      const value = values[i] ?? Number.NaN;
      if (Number.isFinite(value) && (value > 0 || !logY)) return true;
    }
    return false;
  });
}

/** How many values a chart leaves out, and why; undefined when none. */
export function leftOut(
  lines: readonly Line[],
  logY: boolean,
  logX: boolean = false,
): string | undefined {
  let [notFinite, notPositive, behind] = [0, 0, 0];
  for (const line of lines) {
    for (let i = 0; i < line.values.length; i += 1) {
      const value = line.values[i] ?? Number.NaN;
      if (!Number.isFinite(value)) notFinite += 1;
      if (logY && value <= 0 && value > -Infinity) notPositive += 1;
      if (logX && (line.xs[i] ?? 0) <= 0) behind += 1;
    }
  }
  const parts: string[] = [];
  if (notFinite > 0) parts.push(t('{0} not finite', notFinite));
  if (notPositive > 0) parts.push(t('{0} ≤ 0', notPositive));
  if (behind > 0) parts.push(t('{0} at x ≤ 0', behind));
  return parts.length === 0 ? undefined : t('not drawn: {0}', parts.join(', '));
}

/** `fell from 2.3 to 0.41 over 900 steps`. */
export function summarize({ values, steps }: Line): string {
  const finite = values.filter(Number.isFinite);
  return courseText({
    first: finite[0] ?? Number.NaN,
    last: finite.at(-1) ?? Number.NaN,
    steps: (steps.at(-1) ?? 0) - (steps[0] ?? 0),
    count: finite.length,
  });
}

export interface TableRow {
  readonly x: number;
  /** One per line; undefined where a line has no point there. */
  readonly values: readonly (number | undefined)[];
}

/**
 * The chart as a table, by x: a row per place, and one more for each further point that a line has there. Beyond `limit`
 * places evenly thinned, with the first and the last.
 */
export function tableOf(lines: readonly Line[], limit: number): TableRow[] {
  return thin(allPlaces(lines), limit).flatMap((x) => {
    const columns = lines.map((line) => {
      const from = firstFrom(line.xs, x);
      let to = from;
      while (line.xs[to] === x) to += 1;
      return line.values.slice(from, to);
    });
    const rows = columns.reduce((most, { length }) => Math.max(most, length), 0);
    return Array.from({ length: rows }, (_, i) => ({ x, values: columns.map((all) => all[i]) }));
  });
}

/** Every place on the x axis where a line has a point, ascending. */
export function allPlaces(lines: readonly Line[]): number[] {
  return [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
}

export function thin<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  const stride = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => items[Math.round(i * stride)]).filter(
    (item) => item !== undefined,
  );
}

/** The index of the first place that is not before `x`; the number of places when all are. */
export function firstFrom(places: readonly number[], x: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The point of a line that is nearest to a place on the x axis; of two the first. */
export function nearest(line: Line, x: number): { x: number; value: number } | undefined {
  const at = nearestIndex(line.xs, x);
  if (at === undefined) return undefined;
  return { x: line.xs[at] ?? 0, value: line.values[at] ?? Number.NaN };
}

export function nearestIndex(places: readonly number[], x: number): number | undefined {
  if (places.length === 0) return undefined;
  const after = firstFrom(places, x);
  const [before, behind] = [places[after - 1], places[after]];
  if (behind === undefined) return firstFrom(places, before ?? 0);
  if (before === undefined || behind - x < x - before) return after;
  return firstFrom(places, before);
}
