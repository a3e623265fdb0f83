/** A line chart that is used: crosshair, tooltip, zoom by drag, wheel and keys, and what is spoken. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../../src/base/event';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { placeText } from './axis';
import type { Crosshair } from './chartPage';
import { useDrawing } from './drawing';
import { moved } from './hover';
import { LineChart, type LineChartSpec } from './lineChart';
import { bestOf } from './marks';
import { allPlaces, type Line, nearest, nearestIndex, summarize } from './series';
import { CrosshairLine, type PlotPointer, PlotTooltip, rowsAt } from './tooltip';
import type { ZoomRange } from './types';
import { useDrag } from './useDrag';
import { scaled } from './zoom';

export interface LinePlotProps {
  /** What it shows; spoken with a summary of each line. */
  readonly name: string;
  /** Memorised: another one is drawn. */
  readonly spec: LineChartSpec;
  readonly onZoom: (zoom: ZoomRange) => void;
  readonly crosshair: Emitter<Crosshair | undefined>;
  /** Gets the chart, for exports. */
  readonly handle?: { current: LineChart | undefined };
  /** The run that the pointer is nearest to. */
  readonly onNearest?: (runId: string | undefined) => void;
}

const make = (canvas: HTMLCanvasElement, spec: LineChartSpec) => new LineChart(canvas, spec);

export function LinePlot(props: LinePlotProps) {
  const { name, spec, crosshair, handle } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useDrawing(canvas, spec, make);
  useEffect(() => {
    if (handle) handle.current = chart.current;
    return () => {
      if (handle) handle.current = undefined;
    };
  }, [handle, chart]);
  const pointing = usePointing(props, chart);
  const keyboard = useKeyboard(props, chart);
  const { box, ...drag } = useDrag({ chart, zoom: spec.zoom, onZoom: props.onZoom });
  useWheel(canvas, props, chart);
  const label = useMemo(() => labelOf(name, spec.lines), [name, spec.lines]);
  const points = spec.lines.reduce((sum, line) => sum + line.xs.length, 0);
  return (
    <div class="rl-plot">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={label}
        aria-keyshortcuts="ArrowLeft ArrowRight + - 0 B"
        data-metric={name}
        data-points={points}
        onKeyDown={keyboard.onKeyDown}
        onBlur={keyboard.leave}
        onPointerMove={(event) => {
          drag.onPointerMove(event);
          pointing.move(event);
        }}
        onPointerLeave={pointing.leave}
        onPointerDown={drag.onPointerDown}
        onPointerUp={drag.onPointerUp}
        onPointerCancel={drag.onPointerCancel}
        onDblClick={() => props.onZoom({})}
      />
      <CrosshairLine chart={chart} spec={spec} crosshair={crosshair} pointer={undefined} />
      {box && (
        <div
          class="rl-zoom-box"
          style={{
            left: `${box.left}px`,
            top: `${box.top}px`,
            width: `${box.width}px`,
            height: `${box.height}px`,
          }}
        />
      )}
      {!box && (
        <PlotTooltip
          chart={chart}
          spec={spec}
          crosshair={crosshair}
          pointer={pointing.at ?? keyboard.at}
        />
      )}
      <p class="rl-sr-only" role="status">
        {keyboard.spoken}
      </p>
    </div>
  );
}

/** A dozen names are heard out; nobody listens to a hundred. */
const MOST_SPOKEN = 12;

function labelOf(name: string, lines: readonly Line[]): string {
  const said = lines.slice(0, MOST_SPOKEN).map((line) => `${line.name} ${summarize(line)}`);
  const rest = lines.length - said.length;
  return `${name}: ${[...said, ...(rest > 0 ? [t('{0} more', rest)] : [])].join('; ')}`;
}

type ChartRef = { readonly current: LineChart | undefined };

/** Follows the pointer once per frame. */
function usePointing({ spec, crosshair, onNearest }: LinePlotProps, chart: ChartRef) {
  const [at, setAt] = useState<PlotPointer | undefined>(undefined);
  const frame = useRef<number | undefined>(undefined);
  const told = useRef<string | undefined>(undefined);
  const tell = (runId: string | undefined) => {
    if (told.current === runId) return;
    told.current = runId;
    onNearest?.(runId);
  };
  useEffect(
    () => () => {
      if (frame.current !== undefined) cancelAnimationFrame(frame.current);
    },
    [],
  );
  const move = (event: PointerEvent) => {
    const pointer = { x: event.offsetX, y: event.offsetY };
    if (frame.current !== undefined) cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      frame.current = undefined;
      const { current } = chart;
      if (!current) return;
      const { left, right, top, bottom } = current.area;
      const isIn =
        pointer.x >= left && pointer.x <= right && pointer.y >= top && pointer.y <= bottom;
      if (!isIn) return leave();
      setAt(pointer);
      crosshair.fire({ choice: spec.view.x, x: current.xAt(pointer.x) });
      const { nearest: near } = rowsAt(current, spec, pointer);
      const isClose = near && Math.abs(current.pixelOfY(near.value) - pointer.y) <= CLOSE;
      tell(isClose ? near.line.runId : undefined);
    });
  };
  const leave = () => {
    if (frame.current !== undefined) cancelAnimationFrame(frame.current);
    frame.current = undefined;
    setAt(undefined);
    tell(undefined);
    crosshair.fire(undefined);
  };
  return { at, move, leave };
}

/** Pixels from a line within which it is meant. */
const CLOSE = 24;

/** Arrow keys move the crosshair from point to point; what lies there is spoken and shown. */
function useKeyboard(props: LinePlotProps, chart: ChartRef) {
  const { spec, crosshair, onZoom } = props;
  const [place, setPlace] = useState<number | undefined>(undefined);
  const places = useMemo(() => inRange(allPlaces(spec.lines), spec.zoom), [spec.lines, spec.zoom]);
  const go = (x: number | undefined) => {
    setPlace(x);
    crosshair.fire(x === undefined ? undefined : { choice: spec.view.x, x });
  };
  const leave = useCallback(() => {
    setPlace(undefined);
    crosshair.fire(undefined);
  }, [crosshair]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = place === undefined ? undefined : nearestIndex(places, place);
    const next = moved(event.key, at, places.length - 1, event.shiftKey ? 10 : 1);
    const zoomed = zoomByKey(event.key, { chart, spec, place });
    if (event.key.toLowerCase() === 'b') go(bestPlace(spec));
    else if (zoomed) onZoom(zoomed);
    else if (next !== null) go(next === undefined ? undefined : places[next]);
    else if (event.key === 'Escape' && isZoomed(spec.zoom)) onZoom({});
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pixel = place === undefined ? undefined : chart.current?.pixelOfX(place);
  return {
    at: pixel === undefined ? undefined : { x: pixel, y: undefined },
    spoken: place === undefined ? '' : speak(spec, place),
    onKeyDown,
    leave,
  };
}

export const isZoomed = (zoom: ZoomRange): boolean => zoom.x !== undefined || zoom.y !== undefined;

const bestPlace = ({ lines, direction }: LineChartSpec): number | undefined =>
  bestOf(lines, direction ?? 'max')?.x;

const inRange = (places: readonly number[], { x }: ZoomRange): readonly number[] =>
  x ? places.filter((place) => place >= x[0] && place <= x[1]) : places;

/** `+` and `-` zoom around the crosshair, else around the middle; `0` shows all. */
function zoomByKey(
  key: string,
  {
    chart,
    spec,
    place,
  }: { readonly chart: ChartRef; readonly spec: LineChartSpec; readonly place: number | undefined },
): ZoomRange | undefined {
  if (key === '0') return {};
  const factor = key === '+' || key === '=' ? 0.5 : key === '-' ? 2 : undefined;
  if (factor === undefined || !chart.current) return undefined;
  const [from, to] = chart.current.xRange;
  const around = place ?? (spec.view.logX ? Math.sqrt(from * to) : (from + to) / 2);
  return withX(spec, chart.current, { factor, around });
}

function withX(
  spec: LineChartSpec,
  chart: LineChart,
  { factor, around }: { readonly factor: number; readonly around: number },
): ZoomRange {
  const places = allPlaces(spec.lines);
  const whole: [number, number] = [places[0] ?? 0, places.at(-1) ?? 0];
  const x = scaled(chart.xRange, { factor, around, whole, isLog: spec.view.logX });
  return { ...spec.zoom, x };
}

/** With Ctrl only: the plain wheel scrolls the page. */
function useWheel(
  canvas: { readonly current: HTMLCanvasElement | null },
  { spec, onZoom }: LinePlotProps,
  chart: ChartRef,
): void {
  const now = useRef({ spec, onZoom });
  now.current = { spec, onZoom };
  useEffect(() => {
    const { current } = canvas;
    if (!current) return undefined;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey || !chart.current) return;
      event.preventDefault();
      const around = chart.current.xAt(event.offsetX);
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      now.current.onZoom(withX(now.current.spec, chart.current, { factor, around }));
    };
    current.addEventListener('wheel', wheel, { passive: false });
    return () => current.removeEventListener('wheel', wheel);
  }, [canvas, chart]);
}

function speak(spec: LineChartSpec, x: number): string {
  const values = spec.lines.flatMap((line) => {
    const point = nearest(line, x);
    return point?.x === x ? [`${line.name} ${formatMetric(point.value)}`] : [];
  });
  const said = values.slice(0, MOST_SPOKEN).join(', ');
  const more = values.length > MOST_SPOKEN ? `, ${t('{0} more', values.length - MOST_SPOKEN)}` : '';
  return `${placeText(spec.view.x, x)}: ${said}${more}`;
}
