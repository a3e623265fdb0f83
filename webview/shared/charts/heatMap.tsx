/** A matrix of cells from little to much: binned heat maps, and confusion matrices. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { CategoryScale, Chart, type ChartConfiguration, type ChartOptions } from 'chart.js';
import { MatrixController, MatrixElement } from 'chartjs-chart-matrix';
import { useMemo } from 'preact/hooks';
import { formatMetric } from '../../../src/domain/display';
import { contrast, parseColour } from '../contrast';
import { t } from '../texts';
import { mixed, type Theme } from '../theme';
import { useTheme } from '../useTheme';
import { ChartFrame, type ExportHost } from './chartFrame';
import { axisLook, baseOptions, shortened } from './drawing';
import type { ChartData } from './exportChart';
import { MarkChart } from './markChart';

Chart.register(CategoryScale, MatrixController, MatrixElement);

export interface HeatCell {
  /** Index of the column and row. */
  readonly x: number;
  readonly y: number;
  /** Finite. */
  readonly value: number;
  /** Written into the cell where it has room; default: the value. */
  readonly text?: string;
  /** More about it, for the tooltip: `12 runs`. */
  readonly detail?: string;
}

export interface HeatMapProps {
  readonly name: string;
  /** Of columns, from the left. */
  readonly xLabels: readonly string[];
  /** Of rows, from the top. */
  readonly yLabels: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly valueTitle: string;
  readonly cells: readonly HeatCell[];
  /** What the ramp begins and ends with; default: the least and greatest value. */
  readonly range?: readonly [number, number];
  readonly height?: number;
  readonly host?: ExportHost;
}

interface Spec extends HeatMapProps {
  readonly theme: Theme;
  /** Known once, not per cell: a matrix of a hundred classes has ten thousand. */
  readonly range: readonly [number, number];
}

export function HeatMap(props: HeatMapProps) {
  const theme = useTheme();
  const spec = useMemo(() => ({ ...props, theme, range: rangeOf(props) }), [props, theme]);
  const data = useMemo(() => dataOf(props), [props]);
  const { cells } = props;
  const [low, high] = spec.range;
  return (
    <ChartFrame
      name={props.name}
      spec={spec}
      make={makeMatrix}
      data={data}
      note={cells.length === 0 ? t('no values') : `${formatMetric(low)} – ${formatMetric(high)}`}
      marks={cells.length}
      describe={(index) => describe(props, cells[index])}
      height={props.height ?? Math.max(200, props.yLabels.length * 34 + 70)}
      host={props.host}
    />
  );
}

function describe(props: HeatMapProps, cell: HeatCell | undefined): string | undefined {
  if (!cell) return undefined;
  const { xTitle, yTitle, valueTitle, xLabels, yLabels } = props;
  const places = `${xTitle} ${xLabels[cell.x] ?? ''}, ${yTitle} ${yLabels[cell.y] ?? ''}`;
  const value = `${valueTitle} ${cell.text ?? formatMetric(cell.value)}`;
  return [places, value, cell.detail].filter((part) => part !== undefined).join(' · ');
}

function dataOf({ xLabels, yLabels, xTitle, yTitle, cells }: HeatMapProps): ChartData {
  const values = new Map(cells.map((cell) => [`${cell.x} ${cell.y}`, cell.value]));
  return {
    heads: [`${yTitle} \\ ${xTitle}`, ...xLabels],
    rows: yLabels.map((label, y) => [label, ...xLabels.map((_, x) => values.get(`${x} ${y}`))]),
  };
}

function rangeOf({ range, cells }: HeatMapProps): readonly [number, number] {
  if (range) return range;
  const ends: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return cells.reduce(
    ([low, high], { value }) => [Math.min(low, value), Math.max(high, value)],
    ends,
  );
}

/** Between the stops of the theme's ramp. */
export function rampColour(theme: Theme, share: number): string {
  const last = theme.ramp.length - 1;
  const place = Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share)) * last;
  const [below, above] = [theme.ramp[Math.floor(place)], theme.ramp[Math.ceil(place)]];
  if (below === undefined || above === undefined) return theme.foreground;
  return mixed(above, below, place - Math.floor(place));
}

/** The one of the editor's two colours that can be read on it. */
export function textOn(theme: Theme, colour: string): string {
  const [under, light, dark] = [colour, theme.foreground, theme.editor].map(parseColour);
  if (!under || !light || !dark) return theme.foreground;
  return contrast(light, under) >= contrast(dark, under) ? theme.foreground : theme.editor;
}

const colourOfCell = (spec: Spec, cell: HeatCell | undefined): string => {
  const [low, high] = spec.range;
  if (!cell) return 'transparent';
  return rampColour(spec.theme, high > low ? (cell.value - low) / (high - low) : 1);
};

interface MatrixPoint {
  readonly x: string;
  readonly y: string;
  readonly v: number;
}

/** Categories must differ; labels may not. */
const keyOf = (index: number): string => String(index);

const makeMatrix = (canvas: HTMLCanvasElement, spec: Spec) =>
  new MarkChart<'matrix', Spec, MatrixPoint[]>(canvas, spec, configurationOf, drawTexts);

function configurationOf(each: Spec): ChartConfiguration<'matrix', MatrixPoint[]> {
  return {
    type: 'matrix',
    data: {
      datasets: [
        {
          data: each.cells.map(({ x, y, value }) => ({ x: keyOf(x), y: keyOf(y), v: value })),
          backgroundColor: ({ dataIndex }) => colourOfCell(each, each.cells[dataIndex]),
          borderColor: each.theme.editor,
          borderWidth: 1,
          width: ({ chart }) => sizeOf(chart.chartArea, each).width,
          height: ({ chart }) => sizeOf(chart.chartArea, each).height,
        },
      ],
    },
    options: optionsOf(each),
  };
}

function sizeOf(
  area: { readonly width: number; readonly height: number } | undefined,
  { xLabels, yLabels }: Spec,
): { width: number; height: number } {
  return {
    width: Math.max(1, (area?.width ?? 0) / Math.max(1, xLabels.length) - 1),
    height: Math.max(1, (area?.height ?? 0) / Math.max(1, yLabels.length) - 1),
  };
}

function optionsOf({ theme, xLabels, yLabels, xTitle, yTitle }: Spec): ChartOptions<'matrix'> {
  const scale = (labels: readonly string[], title: string) => {
    const look = axisLook(theme, title);
    return {
      type: 'category' as const,
      ...look,
      offset: true,
      // The controller's default turns rows round.
      reverse: false,
      grid: { display: false },
      labels: labels.map((_, i) => keyOf(i)),
      ticks: {
        ...look.ticks,
        callback: (value: number | string) => shortened(labels[Number(value)] ?? '', 18),
      },
    };
  };
  return {
    ...baseOptions(theme),
    scales: { x: scale(xLabels, xTitle), y: scale(yLabels, yTitle) },
  };
}

/** Pixels that a text needs around it. */
const PAD = 6;
const LEAST_HEIGHT = 14;

function drawTexts(chart: Chart<'matrix', MatrixPoint[]>, spec: Spec): void {
  const { ctx } = chart;
  ctx.save();
  ctx.font = `11px ${spec.theme.font}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const { width, height } = sizeOf(chart.chartArea, spec);
  for (const [index, mark] of chart.getDatasetMeta(0).data.entries()) {
    const cell = spec.cells[index];
    if (!cell) continue;
    const text = cell.text ?? formatMetric(cell.value);
    if (height < LEAST_HEIGHT || ctx.measureText(text).width > width - PAD) continue;
    ctx.fillStyle = textOn(spec.theme, colourOfCell(spec, cell));
    const { x, y } = mark.tooltipPosition(true);
    ctx.fillText(text, x ?? 0, y ?? 0);
  }
  ctx.restore();
}
