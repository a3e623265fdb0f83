/** What the table is made of besides its elements: rows that change, what is in view, what can be asked of it. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ColumnModel } from './columnModel';
import type { GridActs } from './gridActs';
import { ROW_HEIGHT, type SeenColumn } from './row';
import { Slots } from './slots';
import type { Column, RowSource, TableProps, TableRow } from './types';
import { useAxis } from './useAxis';
import { type GridFocus, type GridShape, headRows } from './useFocus';
import { bringIntoView, type KeptPins, keptPins } from './useScroll';
import { seenColumns } from './useSeen';

const ROW_OVERSCAN = 6;
const COLUMN_OVERSCAN = 2;

/** Draws anew when rows come or change. */
export function useChanges<R>(rows: RowSource<R>): void {
  const [, setVersion] = useState(0);
  useEffect(() => {
    setVersion((version) => version + 1);
    const subscription = rows.onDidChange(() => setVersion((version) => version + 1));
    return () => subscription.dispose();
  }, [rows]);
}

export interface InView<R> {
  readonly seen: readonly SeenColumn<R>[];
  readonly body: readonly {
    readonly index: number;
    readonly row: TableRow<R> | undefined;
    /** Which element it is drawn into. */
    readonly slot: number;
  }[];
}

export function useInView<R>(of: {
  readonly columns: readonly Column<R>[];
  readonly shape: GridShape<R>;
  readonly focused: { readonly row: number; readonly column: number };
}): InView<R> {
  const { shape, focused } = of;
  const { rows, model, scroller, pinnedRows } = shape;
  const first = headRows(pinnedRows);
  const keptRow = focused.row - first;
  const across = useAxis({
    scroller,
    count: model.centre.length,
    sizeOf: (index) => model.centre[index]?.width ?? 0,
    before: model.pinnedWidth,
    overscan: COLUMN_OVERSCAN,
    isHorizontal: true,
    kept: focused.column - model.pinned.length,
    sizes: model,
  });
  const down = useAxis({
    scroller,
    count: rows.count ?? 0,
    sizeOf: () => ROW_HEIGHT,
    before: first * ROW_HEIGHT,
    overscan: ROW_OVERSCAN,
    kept: keptRow,
  });
  const indexes = across.indexes.join();
  const seen = useMemo(
    () => seenColumns(of.columns, model, across.indexes),
    [of.columns, model, indexes],
  );
  // Far from what is in view, the focused row is drawn as it was: it is not asked for again.
  const lastFocused = useRef<TableRow<R> | undefined>(undefined);
  const window = rows.rows(down.from, down.to);
  const shown = down.indexes.map((index) => {
    const isIn = index >= down.from && index < down.to;
    const row = isIn ? window[index - down.from] : lastFocused.current;
    if (index === keptRow && row) lastFocused.current = row;
    return { index, row };
  });
  const slots = useRef<Slots | undefined>(undefined);
  slots.current ??= new Slots();
  const taken = slots.current.take(shown.map(({ row, index }) => row?.id ?? `#${index}`));
  const body = shown.map((each, i) => ({ ...each, slot: taken[i] ?? i }));
  return { seen, body };
}

export function useKeptPins(
  scroller: { readonly current: HTMLElement | null },
  model: ColumnModel,
): KeptPins {
  const [room, setRoom] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return undefined;
    const measure = () => setRoom(current.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [scroller]);
  return keptPins(model, room);
}

/** Lets the page ask the table: the handle stays the same, what it does follows the newest props. */
export function useHandle<R>(
  { handle }: TableProps<R>,
  now: {
    readonly acts: GridActs<R>;
    readonly shape: GridShape<R>;
    readonly focus: GridFocus;
  },
): void {
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    if (!handle) return undefined;
    handle.current = {
      focus: () => latest.current.focus.set(latest.current.focus.at, true),
      reveal(index, { columnId, keepsFocus = false } = {}) {
        const { shape, focus } = latest.current;
        const column = shape.model.all.findIndex(({ id }) => id === columnId);
        const place = { row: headRows(shape.pinnedRows) + index, column: Math.max(0, column) };
        bringIntoView(shape, place);
        focus.set(place, !keepsFocus);
      },
      copy: (format) => latest.current.acts.copy(format),
    };
    return () => {
      handle.current = null;
    };
  }, [handle]);
}
