/** A line chart that is used: crosshair, tooltip, zoom by drag, wheel and keys, and what is spoken. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../../src/base/event';
import { t } from '../texts';
import type { Crosshair } from './chartPage';
import { useDrawing } from './drawing';
import { LineChart } from './lineChart';
import type { LineChartSpec } from './lineSets';
import { type Line, summarize } from './series';
import { CrosshairLine, type PlotPointer, PlotTooltip, rowsAt } from './tooltip';
import type { ZoomRange } from './types';
import { useDrag } from './useDrag';
import { type ChartRef, MOST_SPOKEN, useKeyboard, zoomedX } from './useKeyboard';

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
        aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown + - 0 B H L"
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

function labelOf(name: string, lines: readonly Line[]): string {
  const said = lines.slice(0, MOST_SPOKEN).map((line) => `${line.name} ${summarize(line)}`);
  const rest = lines.length - said.length;
  return `${name}: ${[...said, ...(rest > 0 ? [t('{0} more', rest)] : [])].join('; ')}`;
}

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
      now.current.onZoom(zoomedX(now.current.spec, chart.current, { factor, around }));
    };
    current.addEventListener('wheel', wheel, { passive: false });
    return () => current.removeEventListener('wheel', wheel);
  }, [canvas, chart]);
}
