/** The crosshair and the tooltip of a line chart: elements over the canvas, so that moving draws nothing anew. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Emitter } from '../../../src/base/event';
import { formatMetric } from '../../../src/domain/display';
import { SlotSwatch } from '../swatch';
import { t } from '../texts';
import { placeText } from './axis';
import type { Crosshair } from './chartPage';
import { type HoverRows, hoverRows } from './hover';
import type { LineChart, LineChartSpec } from './lineChart';

export interface PlotPointer {
  /** CSS pixels of the canvas. */
  readonly x: number;
  readonly y: number | undefined;
}

export interface TooltipProps {
  readonly chart: { readonly current: LineChart | undefined };
  readonly spec: LineChartSpec;
  readonly crosshair: Emitter<Crosshair | undefined>;
  /** Where the pointer or the keyboard is in this chart; undefined: elsewhere. */
  readonly pointer: PlotPointer | undefined;
}

export function CrosshairLine({ chart, spec, crosshair }: TooltipProps) {
  const element = useRef<HTMLDivElement>(null);
  const choice = spec.view.x;
  useEffect(() => {
    const subscription = crosshair.event((at) => {
      const { current } = element;
      if (!current) return;
      const pixel =
        at && at.choice === choice ? (chart.current?.pixelOfX(at.x) ?? Number.NaN) : Number.NaN;
      const area = chart.current?.area;
      const isIn = area !== undefined && pixel >= area.left && pixel <= area.right;
      current.hidden = !isIn;
      if (!isIn) return;
      current.style.transform = `translateX(${pixel}px)`;
      current.style.top = `${area.top}px`;
      current.style.height = `${area.bottom - area.top}px`;
    });
    return () => subscription.dispose();
  }, [crosshair, choice, chart]);
  return <div ref={element} class="rl-crosshair" hidden />;
}

/** Pixels from a point within which a line still has a row. */
const REACH = 24;

export function PlotTooltip({ chart, spec, pointer }: TooltipProps) {
  const element = useRef<HTMLDivElement>(null);
  const [isLeft, setLeft] = useState(false);
  const { current } = chart;
  const area = current?.area;
  const isIn = pointer && area && pointer.x >= area.left && pointer.x <= area.right;
  useEffect(() => {
    if (pointer && area) setLeft(pointer.x > (area.left + area.right) / 2);
  }, [pointer, area]);
  if (!isIn || !current) return null;
  const x = current.xAt(pointer.x);
  const found = rowsAt(current, spec, pointer);
  if (found.rows.length === 0) return null;
  // On the other side of the crosshair than the pointer comes from, so that it covers no line.
  const place = isLeft
    ? { right: `calc(100% - ${pointer.x - 12}px)` }
    : { left: `${pointer.x + 12}px` };
  return (
    <div ref={element} class="rl-chart-tooltip" style={place} aria-hidden="true">
      <div class="rl-chart-place">{placeText(spec.view.x, found.nearest?.x ?? x)}</div>
      <ul>
        {found.rows.map((row) => (
          <li
            key={row.line.runId}
            class={row === found.nearest ? 'rl-chart-nearest' : undefined}
            dir="auto"
          >
            <SlotSwatch slot={row.line.slot} />
            <span class="rl-chart-name">{row.line.name}</span>
            <span class="rl-figures">{exactText(row, found)}</span>
          </li>
        ))}
      </ul>
      {found.more > 0 && <div class="rl-faint">{t('{0} more', found.more)}</div>}
    </div>
  );
}

/** All digits of the one that is meant: what a person zoomed in for. */
const exactText = (row: HoverRows['rows'][number], { nearest }: HoverRows): string =>
  row === nearest ? String(row.value) : formatMetric(row.value);

/** What lies at the pointer. */
export function rowsAt(chart: LineChart, spec: LineChartSpec, pointer: PlotPointer): HoverRows {
  const x = chart.xAt(pointer.x);
  const reach = Math.max(
    Math.abs(chart.xAt(pointer.x + REACH) - x),
    Math.abs(x - chart.xAt(pointer.x - REACH)),
  );
  const { y } = pointer;
  return hoverRows(spec.lines, x, {
    reach,
    ...(y !== undefined && { distance: (value: number) => Math.abs(chart.pixelOfY(value) - y) }),
  });
}
