/** Parallel coordinates: a line per run over axes of parameters and metrics; brushes on axes let runs pass. */
/** @jsxRuntime automatic @jsxImportSource preact */
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
import { useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../texts';
import { type Theme, withAlpha } from '../theme';
import { MenuButton } from '../ui/menu';
import { useTheme } from '../useTheme';
import { chartEntries, type ExportHost } from './chartFrame';
import { DataTable } from './dataTable';
import { axisLook, baseOptions, type Drawing, shortened, useDrawing } from './drawing';
import { rampColour } from './heatMap';
import {
  axisOfColumn,
  type Brush,
  brushKey,
  type ParallelAxis,
  type ParallelColumn,
  passing,
} from './parallel';

Chart.register(CategoryScale, LinearScale, LineController, LineElement, PointElement);

export interface ParallelCoordinatesProps {
  readonly name: string;
  /** Each with a value per run. */
  readonly columns: readonly ParallelColumn[];
  readonly names: readonly string[];
  /** Index of the column that colours the lines; default: the last. */
  readonly colourBy?: number;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly onBrushes: (brushes: Readonly<Record<string, Brush>>) => void;
  readonly host?: ExportHost;
}

interface Spec {
  readonly axes: readonly ParallelAxis[];
  readonly colours: ParallelAxis | undefined;
  readonly isPassing: readonly boolean[];
  readonly theme: Theme;
}

export function ParallelCoordinates(props: ParallelCoordinatesProps) {
  const { name, columns, names, brushes, onBrushes } = props;
  const theme = useTheme();
  const [asTable, setAsTable] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const axes = useMemo(() => columns.map(axisOfColumn), [columns]);
  const isPassing = useMemo(() => passing(axes, brushes), [axes, brushes]);
  const colours = axes[props.colourBy ?? axes.length - 1];
  const spec = useMemo(
    () => ({ axes, colours, isPassing, theme }),
    [axes, colours, isPassing, theme],
  );
  const chart = useDrawing(canvas, spec, (element, first) => new ParallelChart(element, first));
  const passed = isPassing.filter(Boolean).length;
  const data = useMemo(
    () => ({
      heads: [t('Run'), ...columns.map(({ key }) => key)],
      rows: names.map((run, i) => [run, ...columns.map(({ values }) => values[i] ?? undefined)]),
    }),
    [columns, names],
  );
  return (
    <figure class="rl-frame">
      <figcaption class="rl-card-head">
        <span class="rl-frame-name" dir="auto">
          {name}
        </span>
        <span class="rl-card-note" role="status">
          {t('{0} of {1} runs', passed, names.length)}
        </span>
        <MenuButton
          icon="more"
          name={t('More for {0}', name)}
          entries={() =>
            chartEntries({
              name,
              theme,
              data,
              host: props.host,
              canvas: chart.current?.canvas,
              asTable,
              setAsTable,
            })
          }
        />
      </figcaption>
      <div class="rl-plot rl-parallel" hidden={asTable}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={t('{0}, {1} of {2} runs', name, passed, names.length)}
        />
        {axes.map((axis, index) => (
          <AxisBrush
            key={brushKey(axis)}
            axis={axis}
            share={axes.length === 1 ? 0 : index / (axes.length - 1)}
            brush={brushes[brushKey(axis)]}
            onBrush={(brush) => onBrushes(withBrush(brushes, brushKey(axis), brush))}
          />
        ))}
      </div>
      <DataTable name={t('{0}, table', name)} data={data} isHidden={!asTable} />
    </figure>
  );
}

function withBrush(
  brushes: Readonly<Record<string, Brush>>,
  key: string,
  brush: Brush | undefined,
): Readonly<Record<string, Brush>> {
  const { [key]: _, ...rest } = brushes;
  return brush ? { ...rest, [key]: brush } : rest;
}

/** Pixels above, below and beside the axes: titles and marks stand there. */
const EDGE = { top: 30, bottom: 12, left: 60, right: 60 };

class ParallelChart implements Drawing<Spec> {
  private readonly chart: Chart<'line', (number | null)[]>;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private spec: Spec,
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

  update(spec: Spec): void {
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

function configurationOf(spec: Spec): ChartConfiguration<'line', (number | null)[]> {
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

/** Those that pass are drawn last, over the others. */
function linesOf({
  axes,
  colours,
  isPassing,
  theme,
}: Spec): ChartDataset<'line', (number | null)[]>[] {
  const lines = isPassing.map((passes, run) => {
    const share = colours?.places[run] ?? Number.NaN;
    const colour = Number.isNaN(share) ? theme.faint : rampColour(theme, 0.25 + share * 0.75);
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

function drawAxes(chart: Chart<'line', (number | null)[]>, { axes, theme }: Spec): void {
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
    drawTexts(ctx, axis, { x, area: chartArea, theme, isLast: index === axes.length - 1 });
  }
  ctx.restore();
}

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
    const left = isLast ? x + 6 : x - 6 - width;
    ctx.fillStyle = withAlpha(theme.editor, 0.75);
    ctx.fillRect(left - 1, y - 7, width + 2, 14);
    ctx.fillStyle = theme.faint;
    ctx.fillText(shown, isLast ? left : x - 6, y);
  }
}

interface AxisBrushProps {
  readonly axis: ParallelAxis;
  /** Where the axis stands between the first and the last. */
  readonly share: number;
  readonly brush: Brush | undefined;
  readonly onBrush: (brush: Brush | undefined) => void;
}

const STEP = 0.05;

/** Over one axis: a drag brushes, a click clears; arrows move the brush, with Shift its upper end. */
function AxisBrush({ axis, share, brush, onBrush }: AxisBrushProps) {
  const from = useRef<number | undefined>(undefined);
  const [draft, setDraft] = useState<Brush | undefined>(undefined);
  const placeAt = (event: PointerEvent) => {
    const box =
      event.currentTarget instanceof Element && event.currentTarget.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (box.bottom - event.clientY) / box.height)) : 0;
  };
  const shown = draft ?? brush;
  const end = () => {
    from.current = undefined;
    setDraft(undefined);
  };
  return (
    <div
      class="rl-brush"
      style={{ left: `calc(${EDGE.left}px + (100% - ${EDGE.left + EDGE.right}px) * ${share})` }}
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('Filter by {0}', axis.key)}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={shown?.[0] ?? 0}
      aria-valuetext={
        shown ? t('{0} to {1}', textAt(axis, shown[0]), textAt(axis, shown[1])) : t('all')
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = placeAt(event);
      }}
      onPointerMove={(event) => {
        if (from.current === undefined) return;
        setDraft(ordered(from.current, placeAt(event)));
      }}
      onPointerUp={() => {
        onBrush(draft && draft[1] - draft[0] > 0.01 ? draft : undefined);
        end();
      }}
      onPointerCancel={end}
      onKeyDown={(event) => {
        const next = brushByKey(event, brush);
        if (next === null) return;
        event.preventDefault();
        onBrush(next);
      }}
    >
      {shown && (
        <div
          class="rl-brush-part"
          style={{ bottom: `${shown[0] * 100}%`, height: `${(shown[1] - shown[0]) * 100}%` }}
        />
      )}
    </div>
  );
}

const ordered = (a: number, b: number): Brush => (a <= b ? [a, b] : [b, a]);

/** Null: not our key; undefined: no brush any more. */
export function brushByKey(
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  brush: Brush | undefined,
): Brush | undefined | null {
  if (key === 'Escape' || key === 'Delete') return brush ? undefined : null;
  const by = key === 'ArrowUp' ? STEP : key === 'ArrowDown' ? -STEP : 0;
  if (by === 0) return null;
  const [low, high] = brush ?? [0, 1];
  const within = (value: number, least: number, most: number) =>
    Number(Math.min(most, Math.max(least, value)).toFixed(4));
  const next: Brush = shiftKey
    ? [low, within(high + by, low, 1)]
    : [within(low + by, 0, high), high];
  return next[0] === 0 && next[1] === 1 ? undefined : next;
}

/** The mark that is nearest to a place. */
function textAt({ ticks }: ParallelAxis, place: number): string {
  const sorted = [...ticks].sort((a, b) => Math.abs(a.place - place) - Math.abs(b.place - place));
  return sorted[0]?.text ?? '';
}
