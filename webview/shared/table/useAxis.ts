/** Which rows or columns are in view: tanstack's virtualizer on one axis of the table's scroller. */
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

export interface AxisOptions {
  readonly scroller: { readonly current: HTMLElement | null };
  readonly count: number;
  readonly sizeOf: (index: number) => number;
  /** Pixels before the first one: the header, pinned columns. */
  readonly before: number;
  readonly overscan: number;
  readonly isHorizontal?: boolean;
  /** Stays drawn wherever it is, so that the focus is not lost: its index. */
  readonly kept: number | undefined;
  /** Changes when sizes do. */
  readonly sizes?: unknown;
}

export interface Axis {
  /** In order; `kept` may stand apart. */
  readonly indexes: readonly number[];
  /** What is in view, without `kept`. */
  readonly from: number;
  readonly to: number;
}

export function useAxis(options: AxisOptions): Axis {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const { kept } = options;
  const span = useRef({ from: 0, to: 0 });
  const settings = {
    count: options.count,
    getScrollElement: () => options.scroller.current,
    estimateSize: options.sizeOf,
    scrollMargin: options.before,
    overscan: options.overscan,
    horizontal: options.isHorizontal === true,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => redraw(undefined),
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range);
      span.current = { from: seen[0] ?? 0, to: (seen.at(-1) ?? -1) + 1 };
      return withKept(seen, kept, range.count);
    },
  };
  const held = useRef<Virtualizer<HTMLElement, HTMLElement> | undefined>(undefined);
  held.current ??= new Virtualizer<HTMLElement, HTMLElement>(settings);
  const { current: virtualizer } = held;
  const sizes = useRef(options.sizes);
  virtualizer.setOptions(settings);
  if (sizes.current !== options.sizes) {
    sizes.current = options.sizes;
    virtualizer.measure();
  }
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  const indexes = virtualizer.getVirtualItems().map((item) => item.index);
  return { indexes, ...span.current };
}

export function withKept(indexes: number[], kept: number | undefined, count: number): number[] {
  if (kept === undefined || kept < 0 || kept >= count || indexes.includes(kept)) return indexes;
  return [...indexes, kept].sort((a, b) => a - b);
}
