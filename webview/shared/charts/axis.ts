/** The x axis of a line chart: where points stand on it, what to ask for when a part of it is in view, its words. */
import { formatMetric } from '../../../src/domain/display';
import { fromWire } from '../../../src/protocol/wire';
import { countText, dateText, t } from '../texts';
import { firstFrom, type Line, lineOf } from './series';
import type { FetchedSeries, SeriesWindow } from './seriesStore';
import { spanText } from './ticks';
import type { ChartRun, XChoice } from './types';

/** The key of the metric that an axis shows; undefined for the others. */
export const metricOf = (choice: XChoice): string | undefined =>
  choice.startsWith('metric:') ? choice.slice('metric:'.length) : undefined;

/** What the buckets of a reduced series divide on this axis. */
export const orderOf = (choice: XChoice): 'step' | 'time' =>
  choice === 'relative' || choice === 'time' ? 'time' : 'step';

export function axisTitle(choice: XChoice): string {
  if (choice === 'step') return t('Step');
  if (choice === 'relative') return t('Relative time');
  if (choice === 'time') return t('Time');
  return metricOf(choice) ?? '';
}

/** A place on the axis in words: `step 900`, `2.5 min`, `21 Nov 2026, 11:48:05`, `epoch 3`. */
export function placeText(choice: XChoice, x: number): string {
  // Exactly: it is what a person goes back to the data with.
  if (choice === 'step') return t('step {0}', Number.isInteger(x) ? countText(x) : formatMetric(x));
  if (choice === 'relative') return spanText(x);
  if (choice === 'time') return dateText(x);
  return `${metricOf(choice) ?? ''} ${formatMetric(x)}`;
}

/** `metric:epoch` for a metric that is named epoch, with or without a prefix; the shortest of several. */
export function epochChoice(metrics: readonly string[]): XChoice | undefined {
  const named = metrics.filter((key) => /(^|[/.])epochs?$/i.test(key));
  const [first] = named.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return first === undefined ? undefined : `metric:${first}`;
}

export interface LineColumns {
  readonly y: FetchedSeries;
  /** A zoomed part at full fidelity. */
  readonly detail?: FetchedSeries;
  /** For an axis that is a metric. */
  readonly x?: FetchedSeries;
}

/** A run's line on an axis; points that have no place on it are left out. */
export function lineOn(choice: XChoice, run: ChartRun, columns: LineColumns): Line {
  const line = columns.detail
    ? spliced(lineOf(run, columns.y), lineOf(run, columns.detail), columns.detail.window)
    : lineOf(run, columns.y);
  if (choice === 'step') return line;
  if (choice === 'time') return inOrder({ ...line, xs: line.times });
  if (choice === 'relative') {
    const start = startOf(run, line);
    return inOrder({ ...line, xs: line.times.map((time) => time - start) });
  }
  return inOrder({ ...line, xs: columns.x ? carried(line.steps, columns.x) : [] });
}

/** Where relative time is 0, milliseconds since 1970. */
export function startOf(run: ChartRun, line: Pick<Line, 'times'>): number {
  let first = Number.POSITIVE_INFINITY;
  for (const time of line.times) if (time < first) first = time;
  // An imported series may be older than the run that it is said to be of.
  return run.startTime === undefined || run.startTime > first ? first : run.startTime;
}

/** The value that another series had last at each step; NaN before its first. Steps are ascending. */
export function carried(steps: readonly number[], other: FetchedSeries): number[] {
  const values = other.values.map(fromWire);
  return steps.map((step) => values[firstFrom(other.steps, step + 0.5) - 1] ?? Number.NaN);
}

/** The overview outside the window, the detail inside it: the line goes on to the edges of the chart. */
export function spliced(overview: Line, detail: Line, window: SeriesWindow | undefined): Line {
  if (!window) return detail;
  const places = window.by === 'time' ? overview.times : overview.steps;
  const before = places.flatMap((x, i) =>
    window.from !== undefined && x < window.from ? [i] : [],
  );
  const after = places.flatMap((x, i) => (window.to !== undefined && x > window.to ? [i] : []));
  const join = (of: (line: Line) => readonly number[]) => [
    ...before.map((i) => of(overview)[i] ?? Number.NaN),
    ...of(detail),
    ...after.map((i) => of(overview)[i] ?? Number.NaN),
  ];
  const steps = join((line) => line.steps);
  return {
    ...overview,
    steps,
    times: join((line) => line.times),
    values: join((line) => line.values),
    xs: steps,
  };
}

/** Sorted by place, without those that have none; equal places keep their order. */
function inOrder(line: Line): Line {
  const order = line.xs.flatMap((x, i) => (Number.isFinite(x) ? [i] : []));
  const at = (column: readonly number[], i: number) => column[i] ?? Number.NaN;
  order.sort((a, b) => at(line.xs, a) - at(line.xs, b) || a - b);
  const pick = (column: readonly number[]) => order.map((i) => at(column, i));
  return {
    ...line,
    steps: pick(line.steps),
    times: pick(line.times),
    values: pick(line.values),
    xs: pick(line.xs),
  };
}

/**
 * What to ask for so that everything of the run between two places of the axis is there at full
 * fidelity. On a metric's axis these are the steps around all points that are known to lie there.
 */
export function windowOf(
  choice: XChoice,
  range: readonly [number, number],
  { run, line }: { readonly run: ChartRun; readonly line: Line },
): SeriesWindow | undefined {
  const [from, to] = [Math.floor(range[0]), Math.ceil(range[1])];
  if (choice === 'step') return { by: 'step', from, to };
  if (choice === 'time') return { by: 'time', from, to };
  if (choice === 'relative') {
    const start = startOf(run, line);
    return { by: 'time', from: Math.floor(start + range[0]), to: Math.ceil(start + range[1]) };
  }
  const steps = line.steps.filter((_, i) => isWithin(line.xs[i] ?? Number.NaN, range));
  if (steps.length === 0) return undefined;
  const all = [...line.steps].sort((a, b) => a - b);
  const first = firstFrom(all, least(steps));
  const last = firstFrom(all, greatest(steps) + 0.5);
  return {
    by: 'step',
    from: all[first - 1] ?? least(steps),
    to: all[last] ?? greatest(steps),
  };
}

const isWithin = (x: number, [from, to]: readonly [number, number]) => x >= from && x <= to;
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
