/** The crosshair and the tooltip of a line chart: elements over the canvas, so that moving draws nothing anew. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import type { Emitter } from '../../../src/base/event';
import { formatMetric } from '../../../src/domain/display';
import { SlotSwatch } from '../swatch';
import { t } from '../texts';
import { placeText } from './axis';
import type { Crosshair } from './chartPage';
import { type HoverRow, type HoverRows, hoverRows } from './hover';
import type { LineChart } from './lineChart';
import type { LineChartSpec } from './lineSets';

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
/** Pixels beside the pointer within which the point under it is looked for. */
const CLOSE = 3;

export function PlotTooltip({ chart, spec, pointer }: TooltipProps) {
  const { current } = chart;
  const area = current?.area;
  const isIn = pointer && area && pointer.x >= area.left && pointer.x <= area.right;
  if (!isIn || !current) return null;
  const isLeft = pointer.x > (area.left + area.right) / 2;
  const x = current.xAt(pointer.x);
  const found = rowsAt(current, spec, pointer);
  if (found.rows.length === 0) return null;
  // Beside the crosshair where there is more room, and never beyond the card.
  const wanted = isLeft ? `${pointer.x - 12}px - 100%` : `${pointer.x + 12}px`;
  const most = `${current.canvas.clientWidth}px - 100%`;
  const place = { transform: `translateX(clamp(0px, calc(${wanted}), calc(${most})))` };
  const { nearest } = found;
  return (
    <>
      {nearest && (
        <Dot at={{ x: current.pixelOfX(nearest.x), y: current.pixelOfY(nearest.value) }} />
      )}
      <div class="rl-chart-tooltip" style={place} aria-hidden="true">
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
    </>
  );
}

/** Around the point whose value is told. */
const Dot = ({ at }: { readonly at: { readonly x: number; readonly y: number } }) => (
  <div class="rl-chart-dot" style={{ left: `${at.x}px`, top: `${at.y}px` }} />
);

/** All digits of the one that is meant: what a person zoomed in for. Of a group also what its runs lie between. */
function exactText(row: HoverRow, { nearest }: HoverRows): string {
  const { line, index, value } = row;
  const { low, high } = line.spread ?? {};
  if (!low || !high) return row === nearest ? String(value) : formatMetric(value);
  const [from, to] = [low[index] ?? value, high[index] ?? value];
  return t('{0} ({1} to {2})', ...[value, from, to].map(shortText));
}

const shortText = (value: number): string => formatMetric(Number(value.toPrecision(3)));

/** What lies at the pointer. */
export function rowsAt(chart: LineChart, spec: LineChartSpec, pointer: PlotPointer): HoverRows {
  const x = chart.xAt(pointer.x);
  const reach = Math.max(
    Math.abs(chart.xAt(pointer.x + REACH) - x),
    Math.abs(x - chart.xAt(pointer.x - REACH)),
  );
  const { y } = pointer;
  return hoverRows(spec.told, x, {
    reach,
    close: (reach * CLOSE) / REACH,
    ...(y !== undefined && { distance: (value: number) => Math.abs(chart.pixelOfY(value) - y) }),
  });
}
