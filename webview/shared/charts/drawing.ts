/** A chart on a canvas: made once, fed by an effect, gone with its component. */
import type { ChartOptions, Scale } from 'chart.js';
import { useEffect, useRef } from 'preact/hooks';
import { formatMetric } from '../../../src/domain/display';
import type { Theme } from '../theme';

export interface Drawing<S> {
  /** As it is drawn, in pixels of the device. */
  readonly canvas: HTMLCanvasElement;
  update(spec: S): void;
  destroy(): void;
}

/** `spec` is memorised by who calls: another one is drawn. */
export function useDrawing<S, D extends Drawing<S>>(
  canvas: { readonly current: HTMLCanvasElement | null },
  spec: S,
  make: (canvas: HTMLCanvasElement, spec: S) => D,
): { readonly current: D | undefined } {
  const drawing = useRef<D | undefined>(undefined);
  const drawn = useRef<S>(spec);
  useEffect(() => {
    if (!canvas.current) return undefined;
    drawn.current = spec;
    drawing.current = make(canvas.current, spec);
    return () => {
      drawing.current?.destroy();
      drawing.current = undefined;
    };
  }, [canvas]);
  useEffect(() => {
    if (drawn.current === spec) return;
    drawn.current = spec;
    drawing.current?.update(spec);
  }, [spec]);
  return drawing;
}

/** What all charts have in common: no animation, no events of their own, the editor's font and colours. */
export function baseOptions(theme: Theme) {
  const font = { family: theme.font, size: 11 };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    color: theme.foreground,
    events: [],
    font,
    plugins: { tooltip: { enabled: false }, legend: { display: false } },
  } satisfies ChartOptions;
}

/** Marks, lines and title of an axis. */
export function axisLook(theme: Theme, title?: string) {
  const font = { family: theme.font, size: 11 };
  return {
    ticks: { color: theme.faint, font, maxRotation: 0, autoSkipPadding: 8 },
    grid: { color: theme.grid },
    border: { color: theme.line },
    ...(title !== undefined && {
      title: { display: true, text: shortened(title, 60), color: theme.faint, font },
    }),
  };
}

/** A name that a person or program gave may have any length; the title of the card has all of it. */
export const shortened = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
};

/** First digits of marks, the fewest first. */
const DECADES = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
const LEAST_MARKS = 3;

/** Marks of a logarithmic axis at the same first digits in each decade, as few as will do. */
export function thinDecades(scale: Scale): void {
  const digitOf = (value: number) =>
    Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toPrecision(6));
  for (const digits of DECADES) {
    const kept = scale.ticks.filter(({ value }) => digits.includes(digitOf(value)));
    if (kept.length < LEAST_MARKS) continue;
    scale.ticks = kept;
    return;
  }
}

/** Digits of a double; more tell nothing. */
const MOST_DIGITS = 15;

/** With as many digits as tell the marks of an axis apart: those of a zoomed or narrow range differ late. */
export function tickText(
  value: number | string,
  _index: number = 0,
  ticks: readonly { readonly value: number }[] = [],
): string {
  const values = ticks.map((tick) => tick.value);
  const isApart = (write: (of: number) => string) =>
    new Set(values.map(write)).size === new Set(values).size;
  let write = formatMetric;
  for (let digits = 6; !isApart(write) && digits <= MOST_DIGITS; digits += 1) {
    const all = digits;
    write = (of) => String(Number(of.toPrecision(all)));
  }
  return write(Number(value));
}
