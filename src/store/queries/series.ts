// Queries of metric points: exact history, and buckets for charts.
import { StepBuckets } from '../../domain/downsample';
import { comparePoints, type MetricPoint } from '../../domain/metric';
import { CHUNK_POINTS } from '../series/chunk';
import { type Columns, pointAt } from '../series/columns';
import { concatenate, sortColumns } from '../series/order';
import { endsOf, type Source } from '../series/series';
import type { State } from '../state';
import type { SeriesQueries, SeriesRange } from '../store';

/** `current` gives the state of now: it is another one after a failed write. */
export function seriesQueries(current: () => State): SeriesQueries {
  return {
    history: (runId, key, page) => history(sourcesOf(current(), runId, key), page),
    buckets: (runId, key, range) => buckets(sourcesOf(current(), runId, key), range),
  };
}

/** Parts of a series in the order of their first points; none for an unknown run or key. */
function sourcesOf(state: State, runId: string, key: string): Source[] {
  const run = state.findRun(runId);
  const id = state.keys.find(key);
  if (run === undefined || id === undefined) return [];
  const summary = state.summaries.get(run, id);
  if (!summary) return [];
  const sources = state.series.sources(run, id, summary.last);
  const firsts = new Map(sources.map((source) => [source, endsOf(source).first]));
  const first = (source: Source) => firsts.get(source) ?? summary.first;
  return sources.sort((a, b) => comparePoints(first(a), first(b)));
}

function history(
  sources: readonly Source[],
  page: { offset: number; limit: number },
): MetricPoint[] {
  const points: MetricPoint[] = [];
  let start = 0;
  for (const group of overlapping(sources)) {
    const columns = group.length > 1 ? merge(group) : undefined;
    const count = columns?.values.length ?? group[0]?.count ?? 0;
    const from = Math.max(0, page.offset - start);
    const to = Math.min(count, page.offset + page.limit - start);
    start += count;
    if (from >= to) continue;
    const read = columns ?? merge(group);
    for (let i = from; i < to; i++) points.push(pointAt(read, i));
  }
  return points;
}

const merge = (group: readonly Source[]): Columns =>
  sortColumns(concatenate(group.map((source) => source.read())));

/** Neighbours that share a stretch of the order, so that they must be merged to be in order. */
function overlapping(sources: readonly Source[]): Source[][] {
  const groups: Source[][] = [];
  let last: MetricPoint | undefined;
  for (const source of sources) {
    const ends = endsOf(source);
    const group = groups.at(-1);
    if (group && last && comparePoints(ends.first, last) <= 0) group.push(source);
    else groups.push([source]);
    if (!last || comparePoints(ends.last, last) > 0) last = ends.last;
  }
  return groups;
}

function buckets(all: readonly Source[], range: SeriesRange): MetricPoint[] {
  const ends = all.map(endsOf);
  const from = range.fromStep ?? Math.min(...ends.map((end) => end.first.step));
  const to = range.toStep ?? Math.max(...ends.map((end) => end.last.step));
  const inside = all.filter((_, i) => overlaps(ends[i], from, to));
  const most = inside.reduce((sum, source) => sum + source.count, 0);
  const whole = range.buckets * 4;
  // At most the two chunks at the ends lie partly outside; their share must be read to be known.
  if (most <= whole + 2 * CHUNK_POINTS) {
    const points = pointsInside(merge(inside), from, to);
    if (points.length <= whole) return points;
  }
  return fill(new StepBuckets(Math.max(1, range.buckets), from, to), inside, from, to);
}

const overlaps = (
  ends: { first: MetricPoint; last: MetricPoint } | undefined,
  from: number,
  to: number,
): boolean => ends !== undefined && ends.first.step <= to && ends.last.step >= from;

function pointsInside(columns: Columns, from: number, to: number): MetricPoint[] {
  const points: MetricPoint[] = [];
  for (let i = 0; i < columns.values.length; i++) {
    const step = columns.steps[i] ?? 0;
    if (step >= from && step <= to) points.push(pointAt(columns, i));
  }
  return points;
}

function fill(
  into: StepBuckets,
  sources: readonly Source[],
  from: number,
  to: number,
): MetricPoint[] {
  for (const source of sources) {
    if (!addDigest(into, source, from, to)) addPoints(into, source.read(), from, to);
  }
  return into.points();
}

/** Whether the digest stands for the whole chunk: it lies in the range and in one bucket. */
function addDigest(into: StepBuckets, source: Source, from: number, to: number): boolean {
  const digest = source.digest;
  if (!digest || digest.first.step < from || digest.last.step > to) return false;
  if (into.indexOf(digest.first.step) !== into.indexOf(digest.last.step)) return false;
  const { first, finite } = digest;
  const points = finite ? [finite.first, finite.min, finite.max, finite.last] : [first];
  for (const { step, timestamp, value } of points) into.add(step, timestamp, value);
  return true;
}

function addPoints(into: StepBuckets, columns: Columns, from: number, to: number): void {
  const start = firstIndex(columns.steps, (step) => step >= from);
  into.addSorted(
    columns,
    start,
    firstIndex(columns.steps, (step) => step > to),
  );
}

/** The first index of sorted steps where `reached` holds, by halving. */
function firstIndex(steps: ArrayLike<number>, reached: (step: number) => boolean): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(steps[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
