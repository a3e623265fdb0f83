/** The lines of a card: what is in view is asked for, its zoomed part at full fidelity, and followed. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lineOn, metricOf, orderOf, windowOf } from './axis';
import type { ChartPage } from './chartPage';
import type { Line } from './series';
import type { SeriesId, SeriesStore } from './seriesStore';
import type { ChartRun, XChoice } from './types';

export interface LinesRequest {
  /** Unique on the page: what is asked for is asked for as long as this has it. */
  readonly id: string;
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly choice: XChoice;
  /** The zoomed part of the x axis. */
  readonly range: readonly [number, number] | undefined;
  readonly isInView: boolean;
  /** There is room for more points than in a card. */
  readonly isFine?: boolean;
}

export interface Lines {
  readonly lines: readonly Line[];
  /** Points that the series of each run is known to have, drawn or not; 0: not known yet. */
  readonly known: ReadonlyMap<string, number>;
  /** Every series of the card has come, empty or not. */
  readonly isComplete: boolean;
  /** The zoomed part has come, too: until then what is drawn of it may lack points. */
  readonly isDetailed: boolean;
}

export interface RunSeries {
  readonly run: ChartRun;
  readonly y: SeriesId;
  readonly x: SeriesId | undefined;
}

/** `runs` is memorised by who calls. */
export function useLines(page: ChartPage, request: LinesRequest): Lines {
  const { series: store } = page;
  const { id, metric, runs, choice, range, isInView, isFine = false } = request;
  const version = useVersion(store, isInView);
  const series = useMemo(
    () => runs.map((run) => seriesOf(run, metric, { choice, isFine })),
    [runs, metric, choice, isFine],
  );
  const wholeHeld = useHeld(store, series);
  const whole = useMemo(() => linesOf(store, series, choice), [store, series, choice, wholeHeld]);
  const details = useMemo(
    () => (range ? detailsOf(series, whole, { choice, range }) : []),
    [series, whole, choice, range],
  );
  const wantedText = JSON.stringify(details.map(({ y }) => y));
  useEffect(() => {
    if (!isInView) return undefined;
    const wanted = series.flatMap(({ y, x }) => (x ? [x, y] : [y]));
    page.wanted.set(id, [...details.map(({ y }) => y), ...wanted]);
    return () => page.wanted.clear(id);
  }, [page, id, series, wantedText, isInView]);
  const detailsHeld = useHeld(store, details);
  const lines = useMemo(() => {
    const drawn = details.length === 0 ? whole : linesOf(store, details, choice);
    return drawn.map(({ line }) => line);
  }, [whole, details, store, choice, detailsHeld]);
  // The version stands for the store's content.
  return useMemo(() => {
    const known = new Map(series.map(({ y }) => [y.runId, store.countOf(y)]));
    const isHere = ({ y }: RunSeries) => store.get(y) !== undefined;
    return {
      lines,
      known,
      isComplete: series.every(isHere),
      isDetailed: details.every(isHere),
    };
  }, [lines, series, details, store, version]);
}

/** What the store holds of these; the same value as long as it is, so that others' series draw nothing anew. */
function useHeld(store: SeriesStore, series: readonly RunSeries[]): readonly unknown[] {
  const before = useRef<readonly unknown[]>([]);
  const now = series.flatMap(({ y, x }) => [store.get(y), x && store.get(x)]);
  const { current } = before;
  const isSame = now.length === current.length && now.every((each, i) => each === current[i]);
  if (!isSame) before.current = now;
  return before.current;
}

function useVersion(store: SeriesStore, isInView: boolean): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (!isInView) return undefined;
    // It may have changed while the card was out of view.
    setVersion((before) => before + 1);
    const subscription = store.onDidChange(() => setVersion((before) => before + 1));
    return () => subscription.dispose();
  }, [store, isInView]);
  return version;
}

/** What a run's line on an axis is made of. */
export function seriesOf(
  run: ChartRun,
  key: string,
  { choice, isFine }: { readonly choice: XChoice; readonly isFine: boolean },
): RunSeries {
  const other = metricOf(choice);
  const { runId } = run;
  // By time the buckets divide the time; a series by step is the same for all other axes.
  const by = orderOf(choice);
  const window = by === 'time' || isFine ? { by, ...(isFine && { isFine }) } : undefined;
  return {
    run,
    y: { runId, key, ...(window && { window }) },
    x: other === undefined ? undefined : { runId, key: other },
  };
}

interface RunLine {
  readonly run: ChartRun;
  readonly line: Line;
}

function linesOf(
  store: SeriesStore,
  series: readonly (RunSeries & { readonly overview?: SeriesId })[],
  choice: XChoice,
): RunLine[] {
  return series.flatMap(({ run, y, x, overview }) => {
    const whole = store.get(overview ?? y);
    if (!whole) return [];
    const detail = overview ? store.get(y) : undefined;
    const line = lineOn(choice, run, { y: whole, detail, x: x && store.get(x) });
    return [{ run, line }];
  });
}

/** Until the part has come, the overview stands in for it. */
function detailsOf(
  series: readonly RunSeries[],
  whole: readonly RunLine[],
  { choice, range }: { readonly choice: XChoice; readonly range: readonly [number, number] },
): (RunSeries & { readonly overview: SeriesId })[] {
  const lines = new Map(whole.map((each) => [each.run.runId, each]));
  return series.flatMap((each) => {
    const known = lines.get(each.run.runId);
    const window = known && windowOf(choice, range, known);
    if (!known || (window === undefined && metricOf(choice) === undefined)) return [];
    const y = { ...each.y, ...(window && { window: { ...each.y.window, ...window } }) };
    return [{ ...each, y, overview: each.y }];
  });
}
