/** Draws parallel coordinates: a line per run, the axes with their marks, the colours along the last. */
import {
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from 'chart.js';
import type { Direction } from '../../../src/domain/direction';
import { mixed, type Theme, withAlpha } from '../theme';
import { axisLook, baseOptions, type Drawing, shortened } from './drawing';
import type { ParallelAxis } from './parallel';

Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement);

export interface ParallelSpec {
  readonly axes: readonly ParallelAxis[];
  readonly colours: ParallelAxis | undefined;
  /** Which end of the colours is good; undefined: nobody knows. */
  readonly direction: Direction | undefined;
  readonly isPassing: readonly boolean[];
  readonly theme: Theme;
}

/** Pixels above, below and beside the axes: titles and marks stand there. */
export const EDGE = { top: 30, bottom: 12, left: 60, right: 60 };

export class ParallelChart implements Drawing<ParallelSpec> {
  private readonly chart: Chart<'line', (number | null)[]>;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private spec: ParallelSpec,
  ) {
    const plugin = {
      id: 'runlensAxes',
      // The first picture is drawn before there is a chart to give.
      afterDraw: () => {
        if (this.chart) drawAxes(this.chart, this.spec);
      },
    };
    this.chart = new Chart(canvas, { ...configurationOf(spec), plugins: [plugin] });
    this.chart.draw();
  }

  update(spec: ParallelSpec): void {
    this.spec = spec;
    const { data, options } = configurationOf(spec);
    this.chart.data = data;
    if (options) this.chart.options = options;
    this.chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }
}

function configurationOf(spec: ParallelSpec): ChartConfiguration<'line', (number | null)[]> {
  const { theme, axes } = spec;
  return {
    type: 'line',
    data: { labels: axes.map((_, i) => String(i)), datasets: linesOf(spec) },
    options: {
      ...baseOptions(theme),
      layout: { padding: EDGE },
      scales: {
        x: { type: 'category', display: false, ...axisLook(theme) },
        y: { type: 'linear', display: false, min: 0, max: 1 },
      },
    },
  };
}

/** Between two colours that both stand out from the ground; the first is the good end, or the upper one. */
export function shareColour(theme: Theme, share: number, direction: Direction | undefined): string {
  const [good = theme.foreground, bad = theme.foreground] = theme.series;
  return mixed(good, bad, direction === 'min' ? 1 - share : share);
}

/** Those that pass are drawn last, over the others. */
function linesOf({
  axes,
  colours,
  direction,
  isPassing,
  theme,
}: ParallelSpec): ChartDataset<'line', (number | null)[]>[] {
  const lines = isPassing.map((passes, run) => {
    const share = colours?.places[run] ?? Number.NaN;
    const colour = Number.isNaN(share) ? theme.faint : shareColour(theme, share, direction);
    const places = axes.map(({ places: all }) => all[run] ?? Number.NaN);
    return {
      passes,
      set: {
        data: places.map((place) => (Number.isNaN(place) ? null : place)),
        borderColor: passes
          ? withAlpha(colour, isPassing.length > 200 ? 0.5 : 0.9)
          : withAlpha(theme.foreground, 0.08),
        borderWidth: 1.5,
        pointRadius: 0,
        spanGaps: false,
      },
    };
  });
  return lines.sort((a, b) => Number(a.passes) - Number(b.passes)).map(({ set }) => set);
}

function drawAxes(chart: Chart<'line', (number | null)[]>, spec: ParallelSpec): void {
  const { axes, theme, colours } = spec;
  const { ctx, chartArea } = chart;
  const scale = chart.scales['x'];
  if (!scale) return;
  ctx.save();
  ctx.font = `11px ${theme.font}`;
  ctx.strokeStyle = theme.line;
  for (const [index, axis] of axes.entries()) {
    const x = scale.getPixelForValue(index);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    if (axis === colours) drawColours(ctx, spec, { x, area: chartArea });
    drawTexts(ctx, axis, { x, area: chartArea, theme, isLast: index === axes.length - 1 });
  }
  ctx.restore();
}

const STRIP = 5;

/** Beside the axis that colours the lines: which colour is which value. */
function drawColours(
  ctx: CanvasRenderingContext2D,
  { theme, direction }: ParallelSpec,
  { x, area }: Pick<AxisPlace, 'x' | 'area'>,
): void {
  const colours = ctx.createLinearGradient(0, area.bottom, 0, area.top);
  for (const share of [0, 0.5, 1])
    colours.addColorStop(share, shareColour(theme, share, direction));
  ctx.fillStyle = colours;
  ctx.fillRect(x - STRIP / 2, area.top, STRIP, area.bottom - area.top);
}

/** Pixels between an axis and its marks: a brush lies there. */
const BESIDE = 11;

interface AxisPlace {
  readonly x: number;
  readonly area: { readonly top: number; readonly bottom: number };
  readonly theme: Theme;
  readonly isLast: boolean;
}

function drawTexts(
  ctx: CanvasRenderingContext2D,
  axis: ParallelAxis,
  { x, area, theme, isLast }: AxisPlace,
): void {
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = theme.foreground;
  ctx.fillText(shortened(axis.key, 18), x, area.top - 14);
  ctx.textAlign = isLast ? 'left' : 'right';
  ctx.textBaseline = 'middle';
  for (const { place, text } of axis.ticks) {
    const y = area.bottom - place * (area.bottom - area.top);
    // On the editor's colour, so that lines do not run through it.
    const shown = shortened(text, 12);
    const width = ctx.measureText(shown).width;
    const left = isLast ? x + BESIDE : x - BESIDE - width;
    ctx.fillStyle = withAlpha(theme.editor, 0.9);
    ctx.fillRect(left - 1, y - 7, width + 2, 14);
    ctx.fillStyle = theme.faint;
    ctx.fillText(shown, isLast ? left : x - BESIDE, y);
  }
}
