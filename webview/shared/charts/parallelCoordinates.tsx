/** Parallel coordinates: a line per run over axes of parameters and metrics; brushes on axes let runs pass. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Direction } from '../../../src/domain/direction';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { MenuButton } from '../ui/menu';
import { useTheme } from '../useTheme';
import { AxisBrush } from './axisBrush';
import { chartEntries, type ExportHost, useFrameTable } from './chartFrame';
import { useDrawing } from './drawing';
import { moved } from './hover';
import {
  axisOfColumn,
  type Brush,
  brushKey,
  lineAt,
  type ParallelAxis,
  type ParallelColumn,
  passing,
} from './parallel';
import { EDGE, ParallelChart, type ParallelSpec } from './parallelChart';

export interface ParallelCoordinatesProps {
  readonly name: string;
  /** Each with a value per run; the last colours the lines. */
  readonly columns: readonly ParallelColumn[];
  readonly names: readonly string[];
  /** Which way the last column gets better. */
  readonly direction?: Direction;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly onBrushes: (brushes: Readonly<Record<string, Brush>>) => void;
  /** Opens the run of an index. */
  readonly onOpen?: (index: number) => void;
  readonly host?: ExportHost;
}

const make = (canvas: HTMLCanvasElement, spec: ParallelSpec) => new ParallelChart(canvas, spec);

export function ParallelCoordinates(props: ParallelCoordinatesProps) {
  const { name, columns, names, direction } = props;
  const theme = useTheme();
  const [asTable, setAsTable] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const axes = useMemo(() => columns.map(axisOfColumn), [columns]);
  const isPassing = useMemo(() => passing(axes, props.brushes), [axes, props.brushes]);
  const spec = useMemo(
    () => ({ axes, colours: axes.at(-1), direction, isPassing, theme }),
    [axes, direction, isPassing, theme],
  );
  const chart = useDrawing(canvas, spec, make);
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
        <Lines {...props} canvas={canvas} axes={axes} isPassing={isPassing} />
        {axes.map((axis, index) => (
          <AxisBrush
            key={brushKey(axis)}
            axis={axis}
            share={axes.length === 1 ? 0 : index / (axes.length - 1)}
            brush={props.brushes[brushKey(axis)]}
            onBrush={(brush) => props.onBrushes(withBrush(props.brushes, brushKey(axis), brush))}
          />
        ))}
      </div>
      {useFrameTable(name, data, asTable)}
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

interface LinesProps extends ParallelCoordinatesProps {
  readonly canvas: { readonly current: HTMLCanvasElement | null };
  readonly axes: readonly ParallelAxis[];
  readonly isPassing: readonly boolean[];
}

/** Pixels from a line within which it is meant. */
const REACH = 10;

/** The canvas; one line stands out: that under the pointer, or by arrow keys one after the other. */
function Lines(props: LinesProps) {
  const { name, names, axes, isPassing, canvas, onOpen } = props;
  const [shown, setShown] = useState<number | undefined>(undefined);
  const run = shown !== undefined && isPassing[shown] ? shown : undefined;
  const open = () => run !== undefined && onOpen?.(run);
  const point = (event: PointerEvent) => {
    const place = placeOf(event, axes.length);
    setShown(place && lineAt(axes, place.at, { isPassing, reach: REACH / place.height }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') return open();
    const order = inOrder(axes.at(-1), isPassing);
    const at = run === undefined ? undefined : order.indexOf(run);
    const next = moved(event.key, at, order.length - 1);
    if (next === null || order.length === 0) return;
    event.preventDefault();
    setShown(next === undefined ? undefined : order[next]);
  };
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={t('{0}, {1} of {2} runs', name, isPassing.filter(Boolean).length, names.length)}
        onPointerMove={point}
        onPointerLeave={() => setShown(undefined)}
        onClick={open}
        onKeyDown={onKeyDown}
        onBlur={() => setShown(undefined)}
      />
      {run !== undefined && <LitLine {...props} run={run} />}
      <p class="rl-sr-only" role="status">
        {run !== undefined && textsOf(props, run).join(', ')}
      </p>
    </>
  );
}

function placeOf(event: PointerEvent, axes: number) {
  if (!(event.currentTarget instanceof HTMLElement)) return undefined;
  const { clientWidth, clientHeight } = event.currentTarget;
  const width = clientWidth - EDGE.left - EDGE.right;
  const height = clientHeight - EDGE.top - EDGE.bottom;
  const across = ((event.offsetX - EDGE.left) / width) * Math.max(1, axes - 1);
  const at = { across, up: 1 - (event.offsetY - EDGE.top) / height };
  return width > 0 && height > 0 && across >= -0.1 && across <= axes - 0.9
    ? { at, height }
    : undefined;
}

/** The lowest of the last axis first; those without a value there last. */
function inOrder(axis: ParallelAxis | undefined, isPassing: readonly boolean[]): number[] {
  const placeOfRun = (run: number) => {
    const place = axis?.places[run] ?? Number.NaN;
    return Number.isNaN(place) ? 2 : place;
  };
  return isPassing
    .flatMap((passes, run) => (passes ? [run] : []))
    .sort((a, b) => placeOfRun(a) - placeOfRun(b) || a - b);
}

/** What the run is called, and its value on each axis. */
const textsOf = ({ names, columns }: ParallelCoordinatesProps, run: number): string[] => [
  names[run] ?? '',
  ...columns.map(({ key, values }) => {
    const value = values[run] ?? null;
    const text = typeof value === 'number' ? formatMetric(value) : (value ?? '–');
    return `${key} ${text}`;
  }),
];

/** Over the others, without drawing them anew. */
function LitLine(props: LinesProps & { readonly run: number }) {
  const { axes, run, canvas } = props;
  const { clientWidth: width = 0, clientHeight: height = 0 } = canvas.current ?? {};
  const xOf = (index: number) =>
    EDGE.left + ((width - EDGE.left - EDGE.right) * index) / Math.max(1, axes.length - 1);
  const yOf = (place: number) => EDGE.top + (height - EDGE.top - EDGE.bottom) * (1 - place);
  const points = axes.flatMap(({ places }, index) => {
    const place = places[run] ?? Number.NaN;
    return Number.isNaN(place) ? [] : [`${xOf(index)},${yOf(place)}`];
  });
  const [name, ...values] = textsOf(props, run);
  return (
    <>
      <svg class="rl-parallel-lit" width={width} height={height} aria-hidden="true">
        <polyline points={points.join(' ')} />
      </svg>
      <div class="rl-chart-tooltip rl-parallel-tip" aria-hidden="true">
        <div class="rl-chart-place" dir="auto">
          {name}
        </div>
        {values.map((text, index) => (
          <div key={index} class="rl-chart-name" dir="auto">
            {text}
          </div>
        ))}
      </div>
    </>
  );
}
