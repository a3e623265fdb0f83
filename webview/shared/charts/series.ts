/** From the columns that were fetched to what a chart and its table show. */
import { formatMetric } from '../../../src/domain/display';
import type { SeriesColumns } from '../../../src/protocol/rows';
import { fromWire } from '../../../src/protocol/wire';
import { smooth } from './smoothing';

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** One run in one chart. */
export interface Line {
  readonly runId: string;
  readonly name: string;
  readonly slot: number;
  readonly steps: readonly number[];
  /** May hold NaN and infinities. */
  readonly values: readonly number[];
  /** Points of the whole series; more than the values when it was reduced to what can be seen. */
  readonly count: number;
}

export function lineOf(
  run: { runId: string; name: string; slot: number },
  columns: SeriesColumns,
): Line {
  const { runId, name, slot } = run;
  const values = columns.values.map(fromWire);
  return { runId, name, slot, steps: columns.steps, values, count: columns.count };
}

/** Points to draw: what cannot be drawn (not finite; ≤ 0 on a log axis) is a gap. */
export function drawn(line: Line, options: { smoothing: number; logY: boolean }): XY[] {
  const values = smooth(line.values, options.smoothing);
  return line.steps.map((x, index) => {
    const y = values[index] ?? Number.NaN;
    return { x, y: Number.isFinite(y) && (y > 0 || !options.logY) ? y : Number.NaN };
  });
}

/** How many values a chart leaves out, and why; undefined when none. */
export function leftOut(lines: readonly Line[], logY: boolean): string | undefined {
  const values = lines.flatMap((line) => line.values);
  const notFinite = values.filter((value) => !Number.isFinite(value)).length;
  const notPositive = logY ? values.filter((value) => value <= 0 && value > -Infinity).length : 0;
  const parts: string[] = [];
  if (notFinite > 0) parts.push(`${notFinite} not finite`);
  if (notPositive > 0) parts.push(`${notPositive} ≤ 0`);
  return parts.length === 0 ? undefined : `not drawn: ${parts.join(', ')}`;
}

/** `fell from 2.3 to 0.41 over 900 steps`. */
export function summarize(line: Line): string {
  const finite = line.values.filter(Number.isFinite);
  const first = finite[0];
  const last = finite.at(-1);
  if (first === undefined || last === undefined) return 'no finite value';
  if (finite.length === 1) return `is ${formatMetric(first)}`;
  const verb = last < first ? 'fell' : last > first ? 'rose' : 'stayed';
  const span = (line.steps.at(-1) ?? 0) - (line.steps[0] ?? 0);
  return `${verb} from ${formatMetric(first)} to ${formatMetric(last)} over ${span} steps`;
}

export interface TableRow {
  readonly step: number;
  /** One per line; undefined where a line has no point at this step. */
  readonly values: readonly (number | undefined)[];
}

/** The chart as a table, by step; beyond `limit` rows evenly thinned, with the first and the last. */
export function tableOf(lines: readonly Line[], limit: number): TableRow[] {
  const byStep = lines.map((line) => new Map(line.steps.map((step, i) => [step, line.values[i]])));
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
  return thin(steps, limit).map((step) => ({ step, values: byStep.map((map) => map.get(step)) }));
}

function thin<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  const stride = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => items[Math.round(i * stride)]).filter(
    (item) => item !== undefined,
  );
}

/** The value of a line at its point nearest to a step. */
export function nearest(line: Line, step: number): { step: number; value: number } | undefined {
  let best: number | undefined;
  line.steps.forEach((each, index) => {
    const held = best === undefined ? undefined : line.steps[best];
    if (held === undefined || Math.abs(each - step) < Math.abs(held - step)) best = index;
  });
  if (best === undefined) return undefined;
  return { step: line.steps[best] ?? 0, value: line.values[best] ?? Number.NaN };
}
