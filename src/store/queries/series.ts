// Queries of metric points: exact history, and buckets for charts.
import { Buckets } from '../../domain/downsample';
import type { MetricPoint, PointOrder } from '../../domain/metric';
import { type Columns, pointAt } from '../series/columns';
import { fillPage, inOrder, overlapping, Page } from '../series/merge';
import { concatenate, firstIndex, pick, sortColumns } from '../series/order';
import { type Bounds, boundsOf, readIn, type Source, timesIn } from '../series/source';
import type { State } from '../state';
import type { HistoryPage, SeriesQueries, SeriesRange } from '../store';

/** `current` gives the state of now: it is another one after a failed write. */
export function seriesQueries(current: () => State): SeriesQueries {
  return {
    history: (runId, key, page) => history(sourcesOf(current(), runId, key), page),
    buckets: (runId, key, range) => buckets(sourcesOf(current(), runId, key), range),
  };
}

/** Parts of a series; none for an unknown run or key. */
function sourcesOf(state: State, runId: string, key: string): Source[] {
  const run = state.findRun(runId);
  const id = state.keys.find(key);
  if (run === undefined || id === undefined) return [];
  const summary = state.summaries.get(run, id);
  return summary ? state.series.sources(run, id, summary.last) : [];
}

function history(sources: readonly Source[], { offset, limit, by = 'step' }: HistoryPage) {
  const page = new Page(offset, limit);
  fillPage(page, sources, by);
  return page.points;
}

/** Both ends are included. */
interface Range {
  readonly steps: readonly [number, number];
  readonly times: readonly [number, number];
}

function rangeOf(range: SeriesRange): Range {
  const { NEGATIVE_INFINITY: least, POSITIVE_INFINITY: most } = Number;
  return {
    steps: [range.fromStep ?? least, range.toStep ?? most],
    times: [range.fromTime ?? least, range.toTime ?? most],
  };
}

function buckets(all: readonly Source[], asked: SeriesRange): MetricPoint[] {
  const by = asked.by ?? 'step';
  const range = rangeOf(asked);
  const sources = all.filter((source) => placeOf(source, range) !== 'outside');
  const few = asked.buckets * 4;
  const whole = maybeWhole(sources, { range, by, few });
  if (whole) return whole;
  const bounds = sources.map((source) => boundsOf(source, by));
  const into = new Buckets({ count: Math.max(1, asked.buckets), by, ...endsOf(bounds, asked) });
  for (const source of sources) addSource(into, source, { range, by });
  return into.points();
}

/** Where the buckets begin and end: as asked, else with the points. */
function endsOf(bounds: readonly Bounds[], asked: SeriesRange): { from: number; to: number } {
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return asked.by === 'time'
    ? {
        from: asked.fromTime ?? least(bounds.map(({ first }) => first.timestamp)),
        to: asked.toTime ?? most(bounds.map(({ last }) => last.timestamp)),
      }
    : {
        from: asked.fromStep ?? least(bounds.map(({ first }) => first.step)),
        to: asked.toStep ?? most(bounds.map(({ last }) => last.step)),
      };
}

/** Where a source lies, as far as is known of it unread. */
function placeOf(source: Source, { steps, times }: Range): 'inside' | 'partly' | 'outside' {
  const { first, last } = boundsOf(source, 'step');
  if (last.step < steps[0] || first.step > steps[1]) return 'outside';
  const inSteps = first.step >= steps[0] && last.step <= steps[1];
  if (!Number.isFinite(times[0]) && !Number.isFinite(times[1]))
    return inSteps ? 'inside' : 'partly';
  const { min, max } = timesIn(source);
  if (max < times[0] || min > times[1]) return 'outside';
  return inSteps && min >= times[0] && max <= times[1] ? 'inside' : 'partly';
}

interface Asked {
  readonly range: Range;
  readonly by: PointOrder;
}

/** All points of the range, when they are `few`. A point that was logged again counts once. */
function maybeWhole(
  sources: readonly Source[],
  { range, by, few }: Asked & { few: number },
): MetricPoint[] | undefined {
  const inside = sources.filter((source) => placeOf(source, range) === 'inside');
  // Known without a look: a long series is not read for nothing.
  if (leastCount(inside) > few) return undefined;
  const partly = sources.filter((source) => !inside.includes(source));
  const parts = [
    ...inside.map((source) => source.read()),
    ...partly.map((source) => pointsInside(source.read(), range)),
  ];
  const points = sortColumns(concatenate(parts), by);
  if (points.values.length > few) return undefined;
  return Array.from(points.values, (_, i) => pointAt(points, i));
}

/** How many points there are at least: only sources that overlap may hold the same ones. */
function leastCount(sources: readonly Source[]): number {
  const groups = overlapping(inOrder(sources, 'step'), 'step');
  const largest = groups.map((group) => Math.max(...group.map(({ source }) => source.count)));
  return largest.reduce((sum, count) => sum + count, 0);
}

function pointsInside(columns: Columns, { steps, times }: Range): Columns {
  const kept: number[] = [];
  for (let i = 0; i < columns.values.length; i++) {
    const [step, time] = [columns.steps[i] ?? 0, columns.times[i] ?? 0];
    if (step >= steps[0] && step <= steps[1] && time >= times[0] && time <= times[1]) kept.push(i);
  }
  return kept.length === columns.values.length ? columns : pick(columns, Uint32Array.from(kept));
}

function addSource(into: Buckets, source: Source, { range, by }: Asked): void {
  const place = placeOf(source, range);
  if (place === 'inside' && addDigest(into, source, by)) return;
  const columns = readIn(source, by);
  if (place === 'inside') into.addSorted(columns, 0, columns.values.length);
  else addPart(into, columns, { range, by });
}

/** Whether the digest stands for the whole chunk: it lies in one bucket, in its order. */
function addDigest(into: Buckets, source: Source, by: PointOrder): boolean {
  const { digest } = source;
  if (!digest || (by === 'time' && !digest.times?.sorted)) return false;
  const { first, last, finite } = digest;
  const ends = by === 'step' ? [first.step, last.step] : [first.timestamp, last.timestamp];
  if (into.indexOf(ends[0] ?? 0) !== into.indexOf(ends[1] ?? 0)) return false;
  const points = finite ? [finite.first, finite.min, finite.max, finite.last] : [first];
  for (const { step, timestamp, value } of points) into.add(step, timestamp, value);
  return true;
}

function addPart(into: Buckets, columns: Columns, { range, by }: Asked): void {
  const [own, other] = by === 'step' ? [range.steps, range.times] : [range.times, range.steps];
  const isFree = other.every((end) => !Number.isFinite(end));
  const inside = isFree ? columns : pointsInside(columns, range);
  const places = by === 'step' ? inside.steps : inside.times;
  const start = firstIndex(places.length, (i) => (places[i] ?? 0) >= own[0]);
  const end = firstIndex(places.length, (i) => (places[i] ?? 0) > own[1]);
  into.addSorted(inside, start, end);
}
