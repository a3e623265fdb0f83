/** Steps over time: when each was ready, began and ended, and which can share a lane. */
import type { StepRow } from '../../src/protocol/rows';
import { neighboursOf, type StepGraph } from './graph';

/** Times in milliseconds since 1970. */
export interface Bar {
  readonly row: StepRow;
  /** When all that it takes was there; never after `start`. */
  readonly ready: number;
  readonly start: number;
  /** `now` while it runs. */
  readonly end: number;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Of steps that have begun, by their beginnings; ties in the graph's order. */
export function timelineBars(
  graph: StepGraph,
  rows: ReadonlyMap<string, StepRow>,
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
): readonly Bar[] {
  const near = neighboursOf(graph);
  const bars = graph.nodes.flatMap(({ id }): Bar[] => {
    const row = rows.get(id);
    if (row?.startedAt === undefined || row.status === 'skipped') return [];
    const ends = near.before(id).flatMap((from) => rows.get(from)?.endedAt ?? []);
    const ready = Math.min(row.startedAt, Math.max(startedAt, ...ends));
    const end = row.endedAt ?? (row.status === 'running' ? now : row.startedAt);
    return [{ row, ready, start: row.startedAt, end: Math.max(row.startedAt, end) }];
  });
  return bars.sort((a, b) => a.start - b.start);
}

/** From the run's start to the last end; at least a millisecond. */
export function spanOf(bars: readonly Bar[], run: Span): Span {
  let { from, to } = run;
  for (const { ready, end } of bars) {
    from = Math.min(from, ready);
    to = Math.max(to, end);
  }
  return { from, to: Math.max(to, from + 1) };
}

/**
 * Lane of each bar, from 0, as few as there are steps at the same time: first fit over bars by their
 * beginnings (interval partitioning: Kleinberg & Tardos, Algorithm Design, §4.1).
 */
export function packLanes(bars: readonly Pick<Bar, 'start' | 'end'>[]): readonly number[] {
  const ends: number[] = [];
  return bars.map(({ start, end }) => {
    const free = ends.findIndex((until) => until <= start);
    const lane = free < 0 ? ends.length : free;
    // What took no time still takes its place: two of them at one moment stand in two lanes.
    ends[lane] = Math.max(end, start + 1);
    return lane;
  });
}

/** Round numbers of milliseconds: 1, 2, 5 …, then of seconds, minutes, hours. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Milliseconds after the beginning, at most `most` of them, 0 first. */
export function ticksOf(length: number, most: number): readonly number[] {
  const enough = Math.max(1, most - 1);
  const day = STEPS.at(-1) ?? 1;
  const step =
    STEPS.find((each) => length / each <= enough) ?? Math.ceil(length / enough / day) * day;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}

/** `0`, `500 ms`, `28.5 s`, `2 m 5 s`: as exact as the step from one mark to the next needs; both in milliseconds. */
export function tickText(milliseconds: number, step: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const digits = step >= 1000 ? 0 : Math.ceil(3 - Math.log10(step));
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = (milliseconds % 60_000) / 1000;
  return [
    hours > 0 && `${hours} h`,
    minutes > 0 && `${minutes} m`,
    seconds > 0 && `${seconds.toFixed(digits)} s`,
  ]
    .filter(Boolean)
    .join(' ');
}
