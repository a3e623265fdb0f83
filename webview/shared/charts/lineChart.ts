/** A chart.js line chart that is made once and fed: lines, axis, smoothing, colours, crosshair. */
import {
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';
import { formatMetric } from '../../../src/domain/display';
import { colourOf, dashOf, type Theme, withAlpha } from '../theme';
import { drawn, type Line, type XY } from './series';

Chart.register(LinearScale, LineController, LineElement, LogarithmicScale, PointElement, Tooltip);

export interface LineChartSpec {
  readonly lines: readonly Line[];
  readonly smoothing: number;
  readonly logY: boolean;
  readonly theme: Theme;
  /** Run whose line stands out. */
  readonly highlight: string | undefined;
}

type LineSet = ChartDataset<'line', XY[]> & { readonly isRaw: boolean };
type LineChartJs = Chart<'line', XY[]>;

/** Rows in a tooltip; those with the greatest values stay. */
const TOOLTIP_ROWS = 10;

export class LineChart {
  private readonly chart: LineChartJs;
  private crosshair: number | undefined;

  /** @param onHover the step under the pointer, undefined when it leaves. */
  constructor(canvas: HTMLCanvasElement, spec: LineChartSpec, onHover: (x?: number) => void) {
    this.chart = new Chart(canvas, configure(spec, this.crosshairPlugin(), onHover));
  }

  update(spec: LineChartSpec): void {
    this.chart.data.datasets = datasets(spec);
    this.chart.options = options(spec, this.chart.options.onHover);
    this.chart.update('none');
  }

  /** Draws the line that all charts share at a step. */
  setCrosshair(x: number | undefined): void {
    if (x === this.crosshair) return;
    this.crosshair = x;
    this.chart.draw();
  }

  destroy(): void {
    this.chart.destroy();
  }

  private crosshairPlugin(): Plugin<'line'> {
    return {
      id: 'runlensCrosshair',
      afterDraw: (chart) => {
        const scale = chart.scales['x'];
        if (this.crosshair === undefined || !scale) return;
        const x = scale.getPixelForValue(this.crosshair);
        const { left, right, top, bottom } = chart.chartArea;
        if (x < left || x > right) return;
        const { ctx } = chart;
        ctx.save();
        ctx.strokeStyle = String(chart.options.color);
        ctx.globalAlpha = 0.5;
        ctx.beginPath();
        ctx.moveTo(x, top);
        ctx.lineTo(x, bottom);
        ctx.stroke();
        ctx.restore();
      },
    };
  }
}

function configure(
  spec: LineChartSpec,
  crosshair: Plugin<'line'>,
  onHover: (x?: number) => void,
): ChartConfiguration<'line', XY[]> {
  const report: NonNullable<ChartConfiguration<'line'>['options']>['onHover'] = (
    event,
    _,
    chart,
  ) => {
    if (event.type === 'mouseout') return onHover(undefined);
    const x = event.x === null ? undefined : chart.scales['x']?.getValueForPixel(event.x);
    onHover(x);
  };
  return {
    type: 'line',
    data: { datasets: datasets(spec) },
    options: options(spec, report),
    plugins: [crosshair],
  };
}

function datasets(spec: LineChartSpec): LineSet[] {
  return spec.lines.flatMap((line) => {
    const shown = dataset(spec, line, { smoothing: spec.smoothing, isRaw: false });
    if (spec.smoothing <= 0) return [shown];
    return [dataset(spec, line, { smoothing: 0, isRaw: true }), shown];
  });
}

function dataset(
  spec: LineChartSpec,
  line: Line,
  { smoothing, isRaw }: { smoothing: number; isRaw: boolean },
): LineSet {
  const full = colourOf(spec.theme, line.slot);
  const isFaded = spec.highlight !== undefined && spec.highlight !== line.runId;
  const colour = isRaw || isFaded ? withAlpha(full, 0.2) : full;
  const points = drawn(line, { smoothing, logY: spec.logY });
  return {
    label: line.name,
    data: points,
    isRaw,
    borderColor: colour,
    backgroundColor: colour,
    hoverBorderColor: colour,
    borderDash: dashOf(line.slot),
    borderWidth: isRaw ? 1 : spec.highlight === line.runId ? 3 : 2,
    // Alone, a point has no line: it must be seen all the same.
    pointRadius: points.length === 1 && !isRaw ? 4 : 0,
    pointHoverRadius: isRaw ? 0 : 4,
    pointHitRadius: 6,
  };
}

function options(
  { theme, logY }: LineChartSpec,
  onHover: NonNullable<ChartConfiguration<'line'>['options']>['onHover'],
): NonNullable<ChartConfiguration<'line', XY[]>['options']> {
  const font = { family: theme.font, size: 11 };
  const axis = { ticks: { color: theme.faint, font }, grid: { color: theme.grid } };
  return {
    animation: false,
    parsing: false,
    normalized: true,
    responsive: true,
    maintainAspectRatio: false,
    color: theme.foreground,
    events: ['mousemove', 'mouseout', 'click', 'touchstart', 'touchmove'],
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    onHover,
    scales: {
      x: { type: 'linear', ...axis, ticks: { ...axis.ticks, maxTicksLimit: 7, precision: 0 } },
      y: {
        type: logY ? 'logarithmic' : 'linear',
        ...axis,
        ticks: {
          ...axis.ticks,
          maxTicksLimit: 6,
          callback: (value) => formatMetric(Number(value)),
        },
      },
    },
    plugins: { tooltip: tooltip(theme) },
  };
}

type TooltipOptions = NonNullable<
  NonNullable<NonNullable<ChartConfiguration<'line'>['options']>['plugins']>['tooltip']
>;

function tooltip(theme: Theme): TooltipOptions {
  return {
    backgroundColor: theme.background,
    titleColor: theme.foreground,
    bodyColor: theme.foreground,
    borderColor: theme.border,
    borderWidth: 1,
    // A rank per item instead of a cut: the tooltip sorts only after it filters.
    filter: (item, _index, items) => {
      if (isRaw(item.dataset)) return false;
      const higher = items.filter((each) => !isRaw(each.dataset) && y(each) > y(item)).length;
      return higher < TOOLTIP_ROWS;
    },
    itemSort: (a, b) => y(b) - y(a),
    callbacks: {
      title: (items) => (items[0] ? `step ${x(items[0])}` : ''),
      label: (item) => ` ${item.dataset.label ?? ''}  ${formatMetric(y(item))}`,
    },
  };
}

const isRaw = (dataset: object): boolean => 'isRaw' in dataset && dataset.isRaw === true;
const y = (item: { parsed: { y: number | null } }): number => item.parsed.y ?? Number.NaN;
const x = (item: { parsed: { x: number | null } }): number => item.parsed.x ?? 0;
