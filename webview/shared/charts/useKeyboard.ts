/** A line chart by keyboard: the crosshair from point to point and line to line, zoom, and what is spoken. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Emitter } from '../../../src/base/event';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { placeText } from './axis';
import type { Crosshair } from './chartPage';
import { type HoverRow, moved, rowAt } from './hover';
import type { LineChart } from './lineChart';
import type { LineChartSpec } from './lineSets';
import { bestOf } from './marks';
import { allPlaces, firstFrom, nearestIndex } from './series';
import { isZoomed, type ZoomRange } from './types';
import { scaled } from './zoom';

/** A dozen names are heard out; nobody listens to a hundred. */
export const MOST_SPOKEN = 12;

export type ChartRef = { readonly current: LineChart | undefined };

export interface KeyboardOptions {
  readonly spec: LineChartSpec;
  readonly crosshair: Emitter<Crosshair | undefined>;
  readonly onZoom: (zoom: ZoomRange) => void;
  /** The run whose value is told. */
  readonly onNearest?: (runId: string | undefined) => void;
}

/** Where the crosshair is, and the run whose value is told with all digits. */
interface Place {
  readonly x: number;
  readonly runId: string | undefined;
}

/**
 * Left and right go from point to point (with Shift ten at once), Home and End to the ends, up and down from line to
 * line, `B` to the best point, `H` and `L` to the highest and the lowest; `+`, `-` and `0` zoom.
 */
export function useKeyboard(options: KeyboardOptions, chart: ChartRef) {
  const { spec, crosshair, onZoom, onNearest } = options;
  const [place, setPlace] = useState<Place | undefined>(undefined);
  const [, setDrawn] = useState(spec);
  // Drawn anew, as by a zoom, the same place is elsewhere.
  useEffect(() => {
    if (!place) return;
    setDrawn(spec);
    crosshair.fire({ choice: spec.view.x, x: place.x });
  }, [spec]);
  const go = (next: Place | undefined) => {
    setPlace(next);
    onNearest?.(next?.runId);
    crosshair.fire(next && { choice: spec.view.x, x: next.x });
  };
  const leave = useCallback(() => {
    setPlace(undefined);
    onNearest?.(undefined);
    crosshair.fire(undefined);
  }, [crosshair, onNearest]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoomed = zoomByKey(event.key, { chart, spec, place });
    const next = zoomed ? null : placeByKey(event, spec, place);
    if (zoomed) onZoom(zoomed);
    else if (next !== null) go(next);
    else if (event.key === 'Escape' && isZoomed(spec.zoom)) onZoom({});
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const rows = place ? rowsAtPlace(spec, place.x) : [];
  const told = rows.find(({ line }) => line.runId === place?.runId) ?? rows[0];
  return {
    at: place && chart.current ? pointerAt(chart.current, place.x, told) : undefined,
    spoken: place ? speak(spec, place.x, { rows, told }) : '',
    onKeyDown,
    leave,
  };
}

const pointerAt = (chart: LineChart, x: number, told: HoverRow | undefined) => ({
  x: chart.pixelOfX(x),
  y: told && chart.pixelOfY(told.value),
});

/** Undefined leaves the chart, null means that the key is not ours. */
function placeByKey(
  { key, shiftKey }: KeyboardEvent,
  spec: LineChartSpec,
  place: Place | undefined,
): Place | undefined | null {
  const letter = key.toLowerCase();
  if (letter === 'b') return extreme(spec, spec.direction ?? 'max');
  if (letter === 'h') return extreme(spec, 'max');
  if (letter === 'l') return extreme(spec, 'min');
  if (key === 'ArrowUp' || key === 'ArrowDown') return otherLine(spec, place, key);
  const places = inRange(allPlaces(spec.told), spec.zoom);
  const at = place === undefined ? undefined : nearestIndex(places, place.x);
  const next = moved(key, at, places.length - 1, shiftKey ? 10 : 1);
  if (next === null || next === undefined) return next;
  const x = places[next];
  return x === undefined ? null : { x, runId: place?.runId };
}

const inRange = (places: readonly number[], { x }: ZoomRange): readonly number[] =>
  x ? places.filter((place) => place >= x[0] && place <= x[1]) : places;

function extreme({ told, zoom }: LineChartSpec, direction: 'min' | 'max'): Place | null {
  const { x } = zoom;
  const best = bestOf(told, direction, x && ((at) => at >= x[0] && at <= x[1]));
  return best ? { x: best.x, runId: best.line.runId } : null;
}

/** Of the lines that have a point there, the one above or below. */
function otherLine(
  spec: LineChartSpec,
  place: Place | undefined,
  key: 'ArrowUp' | 'ArrowDown',
): Place | null {
  if (!place) return null;
  const rows = rowsAtPlace(spec, place.x).sort((a, b) => b.value - a.value);
  const at = Math.max(
    0,
    rows.findIndex(({ line }) => line.runId === place.runId),
  );
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + (key === 'ArrowUp' ? -1 : 1)))];
  return { x: place.x, runId: next?.line.runId ?? place.runId };
}

/** Every point at a place, in the order of the lines: also two of one line. */
function rowsAtPlace({ told }: LineChartSpec, x: number): HoverRow[] {
  return told.flatMap((line) => {
    const rows: HoverRow[] = [];
    for (let i = firstFrom(line.xs, x); line.xs[i] === x; i += 1) {
      rows.push(rowAt(line, i));
    }
    return rows;
  });
}

/** `+` and `-` zoom around the crosshair, else around the middle; `0` shows all. */
function zoomByKey(
  key: string,
  {
    chart,
    spec,
    place,
  }: { readonly chart: ChartRef; readonly spec: LineChartSpec; readonly place: Place | undefined },
): ZoomRange | undefined {
  if (key === '0') return {};
  const factor = key === '+' || key === '=' ? 0.5 : key === '-' ? 2 : undefined;
  if (factor === undefined || !chart.current) return undefined;
  const [from, to] = chart.current.xRange;
  const around = place?.x ?? (spec.view.logX ? Math.sqrt(from * to) : (from + to) / 2);
  return zoomedX(spec, chart.current, { factor, around });
}

export function zoomedX(
  spec: LineChartSpec,
  chart: LineChart,
  { factor, around }: { readonly factor: number; readonly around: number },
): ZoomRange {
  // On a logarithmic axis nothing stands at 0 or below.
  const places = allPlaces(spec.lines).filter((place) => place > 0 || !spec.view.logX);
  const whole: [number, number] = [places[0] ?? 0, places.at(-1) ?? 0];
  const x = scaled(chart.xRange, { factor, around, whole, isLog: spec.view.logX });
  return { ...spec.zoom, x };
}

/** The one that is told comes first, with all its digits. */
function speak(
  spec: LineChartSpec,
  x: number,
  { rows, told }: { readonly rows: readonly HoverRow[]; readonly told: HoverRow | undefined },
): string {
  const others = rows.filter((row) => row !== told);
  const values = [
    ...(told ? [`${told.line.name} ${told.value}`] : []),
    ...others.map(({ line, value }) => `${line.name} ${formatMetric(value)}`),
  ];
  const said = values.slice(0, MOST_SPOKEN).join(', ');
  const more = values.length > MOST_SPOKEN ? `, ${t('{0} more', values.length - MOST_SPOKEN)}` : '';
  return `${placeText(spec.view.x, x)}: ${said}${more}`;
}
