/** What is in view stays in view: when rows change above it, after a reload, when the focus moves. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ColumnModel } from './columnModel';
import { ROW_HEIGHT } from './row';
import type { ScrollPlace, Sort } from './types';
import { type GridShape, headRows } from './useFocus';

const SETTLED_MS = 200;

export interface ScrollOptions {
  readonly place: ScrollPlace | undefined;
  readonly onPlace: ((place: ScrollPlace) => void) | undefined;
  readonly sort: readonly Sort[];
  readonly topic: string | undefined;
}

/** Keeps the row at the top where it is; another order or topic begins at its top. */
export function useSteady<R>(shape: GridShape<R>, options: ScrollOptions): void {
  const { place, onPlace, sort, topic } = options;
  const { rows, scroller } = shape;
  const top = useRef<{ readonly id: string; readonly index: number } | undefined>(undefined);
  const wanted = useRef(place);
  const last = useRef({ sort, topic });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current || rows.count === undefined) return;
    if (last.current.sort !== sort || last.current.topic !== topic) {
      last.current = { sort, topic };
      current.scrollTop = 0;
    } else if (wanted.current) {
      const { rowId, index, left } = wanted.current;
      wanted.current = undefined;
      const found = rowId === undefined ? undefined : rows.indexOf(rowId);
      current.scrollTop = (found ?? index) * ROW_HEIGHT;
      current.scrollLeft = left;
    } else if (top.current && current.scrollTop > 0) {
      const index = rows.indexOf(top.current.id);
      const by = index === undefined ? 0 : index - top.current.index;
      if (by !== 0) current.scrollTop += by * ROW_HEIGHT;
    }
    top.current = topRow(shape, current);
  });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current || !onPlace) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      const found = topRow(shape, current);
      const index = Math.floor(current.scrollTop / ROW_HEIGHT);
      onPlace({ rowId: found?.id, index, left: current.scrollLeft });
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, SETTLED_MS);
    };
    current.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      current.removeEventListener('scroll', onScroll);
    };
  }, [scroller, onPlace, rows]);
}

function topRow<R>({ rows }: GridShape<R>, scroller: HTMLElement) {
  const index = Math.floor(scroller.scrollTop / ROW_HEIGHT);
  const row = rows.at(index);
  return row && { id: row.id, index };
}

/** Scrolls by as little as shows a cell wholly, beside what is pinned. */
export function bringIntoView<R>(
  { scroller, model, pinnedRows }: GridShape<R>,
  at: { readonly row: number; readonly column: number },
): void {
  const { current } = scroller;
  if (!current) return;
  const head = headRows(pinnedRows) * ROW_HEIGHT;
  const index = at.row - headRows(pinnedRows);
  if (index >= 0) {
    const start = index * ROW_HEIGHT;
    const room = current.clientHeight - head;
    current.scrollTop = shown(current.scrollTop, { start, size: ROW_HEIGHT, room });
  }
  const column = model.all[at.column];
  if (!column) return;
  const kept = keptPins(model, current.clientWidth);
  if (column.isPinned && (kept === 'all' || (kept === 'last' && column === model.pinned.at(-1))))
    return;
  const { width } = column;
  // Of the pinned ones, only those come here that scroll: nothing lies over them.
  const before = column.isPinned ? 0 : keptWidth(model, kept);
  const start = column.start + (column.isPinned ? 0 : model.pinnedWidth) - before;
  const room = current.clientWidth - before;
  current.scrollLeft = shown(current.scrollLeft, { start, size: width, room });
}

/** Which pinned columns stay in view: in a narrow panel only the last one, which is the rows' name. */
export type KeptPins = 'all' | 'last' | 'none';

/** Of the width; more of what stays would leave no room for the others. */
const MOST_PINNED = 0.6;

export function keptPins({ pinned, pinnedWidth }: ColumnModel, room: number): KeptPins {
  const most = room * MOST_PINNED;
  if (pinnedWidth <= most) return 'all';
  return (pinned.at(-1)?.width ?? 0) <= most ? 'last' : 'none';
}

function keptWidth({ pinned, pinnedWidth }: ColumnModel, kept: KeptPins): number {
  if (kept === 'all') return pinnedWidth;
  return kept === 'last' ? (pinned.at(-1)?.width ?? 0) : 0;
}

/** The offset nearest to `offset` at which `start` … `start + size` is in view. */
export function shown(
  offset: number,
  { start, size, room }: { readonly start: number; readonly size: number; readonly room: number },
): number {
  if (start < offset || size > room) return start;
  return Math.max(offset, start + size - room);
}
