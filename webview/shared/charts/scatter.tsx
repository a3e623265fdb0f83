/** Points of two numbers, a run each, with the straight line through them; also joined in order. */
/** @jsxRuntime automatic @jsxImportSource preact */
import {
  CategoryScale,
  Chart,
  type ChartDataset,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
} from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { colourOf, dashOf, type Theme } from '../theme';
import { useTheme } from '../useTheme';
import { ChartFrame, type ExportHost } from './chartFrame';
import { axisLook, baseOptions, thinDecades, tickText } from './drawing';
import type { ChartData } from './exportChart';
import { MarkChart } from './markChart';
import type { XY } from './series';
import { timeAxis } from './timeAxis';
import { type Trend, trendOf } from './trend';

Chart.register(
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
);

export interface ScatterPoint {
  readonly id: string;
  readonly name: string;
  readonly slot: number;
  /** What is not finite is left out. */
  readonly x: number;
  readonly y: number;
  /** A place on the x axis in words, where the number says little: `v7`. */
  readonly label?: string;
}

export interface ScatterProps {
  /** What it shows: `accuracy by lr`. */
  readonly name: string;
  readonly points: readonly ScatterPoint[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** The straight line of least squares, on what the axes show. */
  readonly hasTrend?: boolean;
  /** Joins the points in their order. */
  readonly isJoined?: boolean;
  /** Marks of the x axis are the labels of the points, which are at 0, 1, 2 … */
  readonly isByLabel?: boolean;
  /** x is milliseconds since 1970. */
  readonly isTime?: boolean;
  readonly onOpen?: (id: string) => void;
  readonly host?: ExportHost;
}

interface Spec extends ScatterProps {
  readonly theme: Theme;
}

export function Scatter(props: ScatterProps) {
  const theme = useTheme();
  const { points, logX = false, logY = false } = props;
  const shown = useMemo(
    () => points.filter((p) => isPlaced(p.x, logX) && isPlaced(p.y, logY)),
    [points, logX, logY],
  );
  const spec = useMemo(() => ({ ...props, points: shown, theme }), [props, shown, theme]);
  const data = useMemo(() => dataOf(props), [props]);
  const trend = props.hasTrend ? trendOf(shown.map((p) => seen(p, props))) : undefined;
  const left = points.length - shown.length;
  const notes = [
    trend && t('R² {0}', formatMetric(trend.r2)),
    left > 0 ? t('{0} not drawn', left) : undefined,
  ];
  return (
    <ChartFrame
      name={props.name}
      spec={spec}
      make={makeScatter}
      data={data}
      note={notes.filter((note) => note !== undefined).join(' · ')}
      describe={(index) => {
        const point = shown[index];
        return point && `${point.name}: ${place(point, props)}, ${formatMetric(point.y)}`;
      }}
      marks={shown.length}
      host={props.host}
      onOpen={(index) => {
        const point = shown[index];
        if (point) props.onOpen?.(point.id);
      }}
    />
  );
}

const isPlaced = (value: number, isLog: boolean) => Number.isFinite(value) && (!isLog || value > 0);

const place = (point: ScatterPoint, { isByLabel }: ScatterProps): string =>
  isByLabel && point.label !== undefined ? point.label : (point.label ?? formatMetric(point.x));

/** On a logarithmic axis the line is straight where it is drawn. */
const seen = ({ x, y }: XY, { logX, logY }: ScatterProps): XY => ({
  x: logX ? Math.log10(x) : x,
  y: logY ? Math.log10(y) : y,
});

function dataOf({ points, xTitle, yTitle }: ScatterProps): ChartData {
  return {
    heads: [t('Name'), xTitle, yTitle],
    rows: points.map(({ name, x, y, label }) => [name, label ?? x, y]),
  };
}

const makeScatter = (canvas: HTMLCanvasElement, spec: Spec) =>
  new MarkChart<'scatter', Spec, XY[]>(canvas, spec, (each) => ({
    type: 'scatter',
    data: { datasets: datasetsOf(each) },
    options: optionsOf(each),
  }));

/** The marks come first: `MarkChart` counts on it. */
function datasetsOf(spec: Spec): ChartDataset<'scatter', XY[]>[] {
  const { points, theme, isJoined, hasTrend } = spec;
  const colours = points.map((point) => colourOf(theme, point.slot));
  const marks: ChartDataset<'scatter', XY[]> = {
    data: points.map(({ x, y }) => ({ x, y })),
    pointRadius: 5,
    pointHoverRadius: 5,
    pointBackgroundColor: colours,
    pointBorderColor: theme.editor,
    pointBorderWidth: 1,
    showLine: isJoined ?? false,
    borderColor: colours[0] ?? theme.line,
    borderDash: dashOf(points[0]?.slot ?? 0),
    borderWidth: 2,
  };
  const trend = hasTrend ? trendOf(points.map((p) => seen(p, spec))) : undefined;
  return trend ? [marks, trendSet(spec, trend)] : [marks];
}

const STEPS = 32;

function trendSet(spec: Spec, { slope, intercept }: Trend): ChartDataset<'scatter', XY[]> {
  const xs = spec.points.map((point) => seen(point, spec).x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const back = (value: number, isLog: boolean | undefined) => (isLog ? 10 ** value : value);
  return {
    data: Array.from({ length: STEPS + 1 }, (_, i) => {
      const x = low + ((high - low) * i) / STEPS;
      return { x: back(x, spec.logX), y: back(intercept + slope * x, spec.logY) };
    }),
    showLine: true,
    pointRadius: 0,
    borderColor: spec.theme.faint,
    borderDash: [6, 4],
    borderWidth: 1.5,
  };
}

function optionsOf(spec: Spec): ChartOptions<'scatter'> {
  const { theme, xTitle, yTitle, logX, logY, isByLabel, isTime, points } = spec;
  const look = (title: string) => {
    const axis = axisLook(theme, title);
    return { ...axis, ticks: { ...axis.ticks, maxTicksLimit: 7, callback: tickText } };
  };
  const labels = new Map(points.map((point) => [point.x, point.label]));
  const byLabel = (value: number | string) => labels.get(Number(value)) ?? '';
  const x = look(xTitle);
  return {
    ...baseOptions(theme),
    parsing: false,
    scales: {
      x: {
        type: logX ? 'logarithmic' : 'linear',
        ...x,
        ...(logX && { afterBuildTicks: thinDecades }),
        ...(isTime && timeAxis(x.ticks, true)),
        ...(isByLabel && { ticks: { ...x.ticks, callback: byLabel } }),
      },
      y: {
        type: logY ? 'logarithmic' : 'linear',
        ...look(yTitle),
        ...(logY && { afterBuildTicks: thinDecades }),
      },
    },
  };
}
