/** A chart.js line chart that is made once and fed: lines, bands, axes, smoothing, best marks, colours. */
import {
  Chart,
  type ChartDataset,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Scale,
} from 'chart.js';
import type { Direction } from '../../../src/domain/direction';
import { colourOf, dashOf, type Theme, withAlpha } from '../theme';
import { axisTitle, metricOf } from './axis';
import { type Band, bandsOf } from './bands';
import { axisLook, baseOptions, type Drawing, tickText } from './drawing';
import { bestOf, markerOf } from './marks';
import { type Fences, fencesOf } from './outliers';
import { drawn, type Line, thin, type XY } from './series';
import { weightOf } from './smoothing';
import { timeAxis } from './timeAxis';
import type { ChartView, ZoomRange } from './types';
import type { Area } from './zoom';

Chart.register(Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement);

export interface LineChartSpec {
  readonly lines: readonly Line[];
  readonly view: ChartView;
  readonly zoom: ZoomRange;
  readonly theme: Theme;
  /** Run whose line stands out. */
  readonly highlight: string | undefined;
  /** Which way the metric gets better; undefined: nothing is marked. */
  readonly direction: Direction | undefined;
}

type LineSet = ChartDataset<'line', XY[]>;

/** Markers on a line whose colour another line has, too. */
const MARKERS = 8;

export class LineChart implements Drawing<LineChartSpec> {
  private readonly chart: Chart<'line', XY[]>;

  constructor(
    readonly canvas: HTMLCanvasElement,
    spec: LineChartSpec,
  ) {
    this.chart = new Chart(canvas, {
      type: 'line',
      data: { datasets: datasets(spec) },
      options: options(spec),
    });
  }

  update(spec: LineChartSpec): void {
    this.chart.data.datasets = datasets(spec);
    this.chart.options = options(spec);
    this.chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }

  /** Of the plot without its axes, in CSS pixels of the canvas. */
  get area(): Area {
    return this.chart.chartArea;
  }

  xAt(pixel: number): number {
    return this.scale('x')?.getValueForPixel(pixel) ?? Number.NaN;
  }

  yAt(pixel: number): number {
    return this.scale('y')?.getValueForPixel(pixel) ?? Number.NaN;
  }

  pixelOfX(x: number): number {
    return this.scale('x')?.getPixelForValue(x) ?? Number.NaN;
  }

  pixelOfY(y: number): number {
    return this.scale('y')?.getPixelForValue(y) ?? Number.NaN;
  }

  /** What the x axis shows now. */
  get xRange(): readonly [number, number] {
    const scale = this.scale('x');
    return [scale?.min ?? 0, scale?.max ?? 0];
  }

  private scale(axis: 'x' | 'y'): Scale | undefined {
    return this.chart.scales[axis];
  }
}

function datasets(spec: LineChartSpec): LineSet[] {
  const { view, lines } = spec;
  if (view.bands === 'none') return [...lines.flatMap((l) => lineSets(spec, l)), ...bestSets(spec)];
  const bands = bandsOf(lines, view.bands).flatMap((band) => bandSets(spec, band));
  const members = view.showMembers ? lines.map((line) => memberSet(spec, line)) : [];
  return [...members, ...bands];
}

function lineSets(spec: LineChartSpec, line: Line): LineSet[] {
  const weight = weightOf(spec.view.smoothing, line.count);
  const shown = lineSet(spec, line, { weight, isRaw: false });
  const raw = weight > 0 ? [lineSet(spec, line, { weight: 0, isRaw: true })] : [];
  const marker = markerOf(line.slot);
  return [...raw, shown, ...(marker === undefined ? [] : [markerSet(shown, marker)])];
}

function lineSet(
  spec: LineChartSpec,
  line: Line,
  { weight, isRaw }: { readonly weight: number; readonly isRaw: boolean },
): LineSet {
  const full = colourOf(spec.theme, line.slot);
  const isFaded = spec.highlight !== undefined && spec.highlight !== line.runId;
  const colour = isRaw || isFaded ? withAlpha(full, 0.2) : full;
  const points = drawn(line, { ...spec.view, smoothing: weight });
  return {
    label: line.name,
    data: points,
    borderColor: colour,
    backgroundColor: colour,
    borderDash: dashOf(line.slot),
    borderWidth: isRaw ? 1 : spec.highlight === line.runId ? 3 : 2,
    // Alone, a point has no line: it must be seen all the same.
    pointRadius: points.length === 1 && !isRaw ? 4 : 0,
  };
}

/** A few points of the line, drawn as signs. */
function markerSet(line: LineSet, pointStyle: 'circle' | 'triangle' | 'rect'): LineSet {
  const finite = line.data.filter(({ y }) => Number.isFinite(y));
  return { ...line, data: thin(finite, MARKERS), showLine: false, pointRadius: 4, pointStyle };
}

const memberSet = (spec: LineChartSpec, line: Line): LineSet => {
  const set = lineSet(spec, line, {
    weight: weightOf(spec.view.smoothing, line.count),
    isRaw: false,
  });
  const isLit = spec.highlight === line.runId;
  const colour = withAlpha(colourOf(spec.theme, line.slot), isLit ? 1 : 0.35);
  return { ...set, borderColor: colour, borderWidth: isLit ? 3 : 1 };
};

/** Low edge, high edge filled down to it, mean. */
function bandSets({ theme, view }: LineChartSpec, band: Band): LineSet[] {
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
    backgroundColor: withAlpha(colour, theme.isContrast ? 0.35 : 0.2),
  };
  return [
    { ...edge, label: band.group, data: place(band.low) },
    { ...edge, label: band.group, data: place(band.high), fill: '-1' },
    {
      label: band.group,
      data: place(band.mean),
      borderColor: colour,
      borderDash: dashOf(band.slot),
      borderWidth: 2,
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

function options(spec: LineChartSpec): ChartOptions<'line'> {
  return {
    ...baseOptions(spec.theme),
    parsing: false,
    // Places ascend in every data set, but not all sets have the same.
    normalized: false,
    spanGaps: false,
    scales: { x: xScale(spec), y: yScale(spec) },
  };
}

type Scales = NonNullable<ChartOptions<'line'>['scales']>;

function xScale({ view, zoom, theme }: LineChartSpec): NonNullable<Scales['x']> {
  const look = axisLook(theme, axisTitle(view.x));
  const range = zoom.x ? { min: zoom.x[0], max: zoom.x[1] } : {};
  const ticks = { ...look.ticks, maxTicksLimit: 7, callback: tickText };
  if (view.logX) return { type: 'logarithmic', ...look, ...range, ticks };
  const isTime = view.x === 'relative' || view.x === 'time';
  const precision = metricOf(view.x) === undefined && !isTime ? { precision: 0 } : {};
  return {
    type: 'linear',
    ...look,
    ...range,
    ticks: { ...ticks, ...precision },
    ...(isTime && timeAxis(ticks, view.x === 'time')),
  };
}

function yScale(spec: LineChartSpec): NonNullable<Scales['y']> {
  const { view, zoom, theme } = spec;
  const fences = view.ignoreOutliers && !zoom.y ? outliersOf(spec.lines, view.logY) : undefined;
  const range = zoom.y ? { min: zoom.y[0], max: zoom.y[1] } : {};
  const look = axisLook(theme);
  return {
    type: view.logY ? 'logarithmic' : 'linear',
    ...look,
    ...range,
    ...(fences && { min: fences.low, max: fences.high }),
    ticks: { ...look.ticks, maxTicksLimit: 6, callback: tickText },
  };
}

/** What the y axis leaves out when outliers are ignored. */
export function outliersOf(lines: readonly Line[], logY: boolean): Fences | undefined {
  const values = lines.flatMap((line) => line.values);
  return fencesOf(logY ? values.filter((value) => value > 0) : values);
}
