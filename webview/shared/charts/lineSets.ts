/** What a line chart draws, as data sets: lines with their raw values, bands, marks; each in its look. */
import type { ChartDataset } from 'chart.js';
import type { Direction } from '../../../src/domain/direction';
import { colourOf, dashOf, type Theme, withAlpha } from '../theme';
import type { Band } from './bands';
import { bestOf, markerOf } from './marks';
import { drawn, firstFrom, type Line, thin, type XY } from './series';
import { weightOf } from './smoothing';
import type { ChartView, ZoomRange } from './types';

export interface LineChartSpec {
  readonly lines: readonly Line[];
  /** Of the groups; none unless the view wants them. */
  readonly bands: readonly Band[];
  /** What is told at a place: the lines, or the means of the groups. */
  readonly told: readonly Line[];
  readonly view: ChartView;
  readonly zoom: ZoomRange;
  readonly theme: Theme;
  /** Run or group (`meanLine`) whose line stands out. */
  readonly highlight: string | undefined;
  /** Which way the metric gets better; undefined: nothing is marked. */
  readonly direction: Direction | undefined;
}

export type LineSet = ChartDataset<'line', XY[]>;

/** Markers on a line whose colour another line has, too. */
const MARKERS = 8;

export function setsOf(spec: LineChartSpec): LineSet[] {
  const { view, lines } = spec;
  if (view.bands === 'none') return [...lines.flatMap((l) => lineSets(spec, l)), ...bestSets(spec)];
  const bands = spec.bands.flatMap((band) => bandSets(spec, band));
  const members = view.showMembers ? lines.map((line) => memberSet(spec, line)) : [];
  return [...members, ...bands];
}

function lineSets(spec: LineChartSpec, line: Line): LineSet[] {
  const weight = weightIn(spec, line);
  const shown = lineSet(spec, line, { weight, isRaw: false });
  const raw = weight > 0 ? [lineSet(spec, line, { weight: 0, isRaw: true })] : [];
  const marker = markerOf(line.slot);
  const alone = aloneIn(shown.data);
  return [
    ...raw,
    shown,
    ...(marker === undefined ? [] : [markerSet(shown, marker)]),
    ...(alone.length === 0 ? [] : [aloneSet(shown, alone)]),
  ];
}

/** By itself the smoothing ends where a zoom shows few points: each can be seen. */
function weightIn({ view, zoom }: LineChartSpec, line: Line): number {
  if (!zoom.x) return weightOf(view.smoothing, line.count);
  const [from, to] = zoom.x;
  return weightOf(view.smoothing, firstFrom(line.xs, to) - firstFrom(line.xs, from));
}

/** A point between gaps has no line: it must be seen all the same. */
const aloneIn = (points: readonly XY[]): XY[] =>
  points.filter(({ y }, i) => Number.isFinite(y) && isGap(points[i - 1]) && isGap(points[i + 1]));

const isGap = (point: XY | undefined): boolean => !point || !Number.isFinite(point.y);

const aloneSet = (line: LineSet, data: XY[]): LineSet => ({
  ...line,
  data,
  showLine: false,
  pointRadius: data.length === 1 ? 4 : 2.5,
});

function lineSet(
  spec: LineChartSpec,
  line: Line,
  { weight, isRaw }: { readonly weight: number; readonly isRaw: boolean },
): LineSet {
  const full = colourOf(spec.theme, line.slot);
  const isLit = spec.highlight === line.runId;
  const isFaded = spec.highlight !== undefined && !isLit;
  const alpha = isRaw ? (isLit ? 0.6 : isFaded ? 0.1 : 0.3) : isFaded ? 0.2 : 1;
  const colour = alpha === 1 ? full : withAlpha(full, alpha);
  return {
    label: line.name,
    data: pointsOf(line, spec.view, weight),
    borderColor: colour,
    backgroundColor: colour,
    borderDash: dashOf(line.slot),
    borderWidth: isRaw ? 1 : isLit ? 3 : 2,
    pointRadius: 0,
  };
}

/** By line, so that a look that changes reckons nothing anew. */
const held = new WeakMap<Line, Map<string, XY[]>>();

function pointsOf(line: Line, { logX, logY }: ChartView, smoothing: number): XY[] {
  const own = held.get(line) ?? new Map<string, XY[]>();
  held.set(line, own);
  const key = `${smoothing} ${logX} ${logY}`;
  const points = own.get(key) ?? drawn(line, { smoothing, logX, logY });
  // The raw line, the smoothed one, and those of the choice before.
  if (own.size > 3) own.clear();
  own.set(key, points);
  return points;
}

/** A few points of the line, drawn as signs. */
function markerSet(line: LineSet, pointStyle: 'circle' | 'triangle' | 'rect'): LineSet {
  const finite = line.data.filter(({ y }) => Number.isFinite(y));
  return { ...line, data: thin(finite, MARKERS), showLine: false, pointRadius: 4, pointStyle };
}

const memberSet = (spec: LineChartSpec, line: Line): LineSet => {
  const set = lineSet(spec, line, { weight: weightIn(spec, line), isRaw: false });
  const isLit = spec.highlight === line.runId;
  const colour = withAlpha(colourOf(spec.theme, line.slot), isLit ? 1 : 0.35);
  return { ...set, borderColor: colour, borderWidth: isLit ? 3 : 1 };
};

/** Low edge, high edge filled down to it, mean. */
function bandSets({ theme, view, highlight, told }: LineChartSpec, band: Band): LineSet[] {
  const lit = told.find(({ runId }) => runId === highlight);
  const isFaded = lit !== undefined && lit.name !== band.group;
  const colour = colourOf(theme, band.slot);
  const place = (ys: readonly number[]): XY[] =>
    band.xs.flatMap((x, i) => {
      const y = ys[i] ?? Number.NaN;
      if (view.logX && x <= 0) return [];
      return [{ x, y: view.logY && y <= 0 ? Number.NaN : y }];
    });
  const edge = {
    borderWidth: 0,
    pointRadius: 0,
    borderColor: colour,
    backgroundColor: withAlpha(colour, isFaded ? 0.06 : theme.isContrast ? 0.35 : 0.2),
  };
  return [
    { ...edge, label: band.group, data: place(band.low) },
    { ...edge, label: band.group, data: place(band.high), fill: '-1' },
    {
      label: band.group,
      data: place(band.mean),
      borderColor: isFaded ? withAlpha(colour, 0.3) : colour,
      borderDash: dashOf(band.slot),
      borderWidth: lit && !isFaded ? 3 : 2,
      pointRadius: band.xs.length === 1 ? 4 : 0,
    },
  ];
}

/** A star at the best point of all lines. */
function bestSets({ lines, direction, theme, view }: LineChartSpec): LineSet[] {
  const best = direction && bestOf(lines, direction);
  if (!best || best.only || (view.logY && best.value <= 0) || (view.logX && best.x <= 0)) return [];
  const colour = colourOf(theme, best.line.slot);
  return [
    {
      label: best.line.name,
      data: [{ x: best.x, y: best.value }],
      showLine: false,
      pointStyle: 'star',
      pointRadius: 6,
      borderColor: colour,
      pointBorderWidth: 2,
    },
  ];
}
