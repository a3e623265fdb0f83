/** A chart on a canvas: made once, fed by an effect, gone with its component. */
import type { ChartOptions } from 'chart.js';
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

export const tickText = (value: number | string): string => formatMetric(Number(value));
