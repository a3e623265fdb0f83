/** A chart.js line chart that is made once and fed: data sets, axes, the part that is shown. */
import {
  Chart,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Scale,
} from 'chart.js';
import { axisTitle, metricOf } from './axis';
import { axisLook, baseOptions, type Drawing, thinDecades, tickText } from './drawing';
import { type LineChartSpec, type LineSet, setsOf } from './lineSets';
import { type Fences, fencesOf } from './outliers';
import { hasPointsIn, type Line, type XY } from './series';
import { timeAxis } from './timeAxis';
import type { Area } from './zoom';

Chart.register(Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement);

export class LineChart implements Drawing<LineChartSpec> {
  private readonly chart: Chart<'line', XY[]>;
  /** What the y axis counts in. */
  private unit: number;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private spec: LineChartSpec,
  ) {
    this.unit = unitOf(spec);
    this.chart = new Chart(canvas, {
      type: 'line',
      data: { datasets: datasets(spec, this.unit) },
      options: options(spec, this.unit),
    });
  }

  update(spec: LineChartSpec): void {
    const before = this.spec;
    this.spec = spec;
    if (isOnlyHighlight(before, spec)) this.restyle(datasets(spec, this.unit));
    else this.redraw(spec);
  }

  private redraw(spec: LineChartSpec): void {
    this.unit = unitOf(spec);
    this.chart.data.datasets = datasets(spec, this.unit);
    this.chart.options = options(spec, this.unit);
    this.chart.update('none');
  }

  /** The same points in other colours: nothing is reckoned anew while the pointer goes from line to line. */
  private restyle(sets: readonly LineSet[]): void {
    for (const [index, { borderColor, backgroundColor, borderWidth }] of sets.entries()) {
      const { dataset, data } = this.chart.getDatasetMeta(index);
      const style = { borderColor, backgroundColor, borderWidth };
      Object.assign(this.chart.data.datasets[index] ?? {}, style);
      if (dataset) dataset.options = { ...dataset.options, ...style };
      const { pointRadius } = sets[index] ?? {};
      if (!pointRadius) continue;
      for (const point of data) {
        point.options = { ...point.options, borderColor, backgroundColor };
      }
    }
    this.chart.draw();
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
    return (this.scale('y')?.getValueForPixel(pixel) ?? Number.NaN) * this.unit;
  }

  pixelOfX(x: number): number {
    return this.scale('x')?.getPixelForValue(x) ?? Number.NaN;
  }

  pixelOfY(y: number): number {
    return this.scale('y')?.getPixelForValue(y / this.unit) ?? Number.NaN;
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

const isOnlyHighlight = (before: LineChartSpec, after: LineChartSpec): boolean =>
  before.lines === after.lines &&
  before.bands === after.bands &&
  before.view === after.view &&
  before.zoom === after.zoom &&
  before.theme === after.theme &&
  before.direction === after.direction;

/** Beyond, the distance of two values may be greater than all numbers. */
const HUGE = 1e307;

/** The largest numbers are drawn in a unit in which chart.js can reckon with their distances. */
function unitOf({ lines }: LineChartSpec): number {
  const isHuge = lines.some(({ values }) =>
    values.some((value) => Math.abs(value) > HUGE && Number.isFinite(value)),
  );
  return isHuge ? 1e8 : 1;
}

function datasets(spec: LineChartSpec, unit: number): LineSet[] {
  const sets = setsOf(spec);
  if (unit === 1) return sets;
  return sets.map((set) => ({ ...set, data: set.data.map(({ x, y }) => ({ x, y: y / unit })) }));
}

function options(spec: LineChartSpec, unit: number): ChartOptions<'line'> {
  return {
    ...baseOptions(spec.theme),
    parsing: false,
    // Places ascend in every data set, but not all sets have the same.
    normalized: false,
    spanGaps: false,
    scales: { x: xScale(spec), y: yScale(spec, unit) },
  };
}

type Scales = NonNullable<ChartOptions<'line'>['scales']>;

function xScale({ view, zoom, theme }: LineChartSpec): NonNullable<Scales['x']> {
  const look = axisLook(theme, axisTitle(view.x));
  const range = zoom.x ? { min: zoom.x[0], max: zoom.x[1] } : {};
  // The ends of a zoom are no round numbers.
  const ticks = { ...look.ticks, maxTicksLimit: 7, includeBounds: !zoom.x, callback: tickText };
  if (view.logX) {
    return { type: 'logarithmic', ...look, ...range, ticks, afterBuildTicks: thinDecades };
  }
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

function yScale(spec: LineChartSpec, unit: number): NonNullable<Scales['y']> {
  const { view, zoom, theme } = spec;
  const fences = view.ignoreOutliers && !zoom.y ? outliersOf(spec.lines, view.logY) : undefined;
  const [min, max] = zoom.y ?? (fences ? [fences.low, fences.high] : []);
  const look = axisLook(theme);
  const isCut = min !== undefined && max !== undefined;
  // Without a value in view there is nothing that the marks could be of.
  const isBare = !isCut && zoom.x !== undefined && !hasPointsIn(spec.told, zoom.x, view.logY);
  return {
    type: view.logY ? 'logarithmic' : 'linear',
    ...look,
    ...(view.logY && { afterBuildTicks: thinDecades }),
    ...(isCut && { min: min / unit, max: max / unit }),
    ticks: {
      ...look.ticks,
      display: !isBare,
      maxTicksLimit: 6,
      includeBounds: !isCut,
      callback: unit === 1 ? tickText : (value) => hugeText(Number(value) * unit),
    },
  };
}

const hugeText = (value: number): string => (Number.isFinite(value) ? tickText(value) : '');

/** What the y axis leaves out when outliers are ignored. */
export function outliersOf(lines: readonly Line[], logY: boolean): Fences | undefined {
  const values = lines.flatMap((line) => line.values);
  return fencesOf(logY ? values.filter((value) => value > 0) : values);
}
