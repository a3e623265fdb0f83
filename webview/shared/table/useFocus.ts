/** The one cell of a grid that takes the focus: it follows its row, and comes back when the row went. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ColumnModel } from './columnModel';
import { type GridPlace, inside } from './keys';
import { cellSelector, placeOf } from './row';
import type { RowSource, TableRow } from './types';

export interface GridShape<R> {
  readonly rows: RowSource<R>;
  readonly pinnedRows: readonly TableRow<R>[];
  readonly model: ColumnModel;
  readonly scroller: { readonly current: HTMLElement | null };
}

interface Held {
  readonly row: number;
  readonly rowId: string | undefined;
  readonly columnId: string | undefined;
}

export interface GridFocus {
  readonly at: GridPlace;
  readonly columnId: string | undefined;
  /** `isMoving`: the keyboard goes there, so the cell is to be focused. */
  set(place: GridPlace, isMoving: boolean): void;
}

/** Rows before those of the source: the header and the pinned ones. */
export const headRows = (pinnedRows: readonly unknown[]): number => 1 + pinnedRows.length;

export const gridRows = <R>({ rows, pinnedRows }: Pick<GridShape<R>, 'rows' | 'pinnedRows'>) =>
  headRows(pinnedRows) + (rows.count ?? 0);

/** The row at a place of the grid; undefined for the header and where it is not here. */
export function rowAt<R>(shape: GridShape<R>, gridRow: number): TableRow<R> | undefined {
  const first = headRows(shape.pinnedRows);
  if (gridRow < first) return shape.pinnedRows[gridRow - 1];
  return shape.rows.at(gridRow - first);
}

export function useFocus<R>(shape: GridShape<R>): GridFocus {
  const [held, setHeld] = useState<Held>({
    row: headRows(shape.pinnedRows),
    rowId: undefined,
    columnId: undefined,
  });
  const isWanted = useRef(false);
  const at = gridPlaceOf(held, shape);
  const columnId = shape.model.all[at.column]?.id;
  const set = (place: GridPlace, isMoving: boolean) => {
    isWanted.current ||= isMoving;
    setHeld({
      row: place.row,
      rowId: place.row === 0 ? undefined : idAt(shape, place.row),
      columnId: shape.model.all[place.column]?.id,
    });
  };
  useLayoutEffect(() => {
    const { current: scroller } = shape.scroller;
    if (!scroller) return;
    const { activeElement } = document;
    // The focused cell may have been taken away: then the body has the focus.
    const isLost = hadFocus.current && activeElement === document.body;
    // Or its element is another row's now.
    const held = scroller.contains(activeElement) ? placeOf(activeElement) : undefined;
    const isAstray = held !== undefined && (held.row !== at.row || held.column !== at.column);
    if (!isWanted.current && !isLost && !isAstray) return;
    isWanted.current = false;
    scroller.querySelector<HTMLElement>(cellSelector(at))?.focus({ preventScroll: true });
  });
  const hadFocus = useHadFocus(shape.scroller);
  return { at, columnId, set };
}

/** By id where the row is known, so that rows that come or go do not move the focus to another row. */
function gridPlaceOf<R>(held: Held, shape: GridShape<R>): GridPlace {
  const first = headRows(shape.pinnedRows);
  const column = shape.model.all.findIndex(({ id }) => id === held.columnId);
  const size = { rows: gridRows(shape), columns: shape.model.all.length, page: 1 };
  return inside({ row: rowOf(held, shape, first), column: Math.max(0, column) }, size);
}

function rowOf<R>({ row, rowId }: Held, shape: GridShape<R>, first: number): number {
  if (rowId === undefined) return row;
  const pinned = shape.pinnedRows.findIndex(({ id }) => id === rowId);
  if (row < first && pinned >= 0) return 1 + pinned;
  const index = shape.rows.indexOf(rowId);
  return index === undefined ? row : first + index;
}

function idAt<R>(shape: GridShape<R>, gridRow: number): string | undefined {
  const first = headRows(shape.pinnedRows);
  if (gridRow < first) return shape.pinnedRows[gridRow - 1]?.id;
  return rowAt(shape, gridRow)?.id;
}

/** Whether the focus was inside when it was last seen; it does not say when its element is removed. */
function useHadFocus(scroller: { readonly current: HTMLElement | null }) {
  const had = useRef(false);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return undefined;
    const enter = () => {
      had.current = true;
    };
    const leave = (event: FocusEvent) => {
      const { relatedTarget } = event;
      // Without a target the window lost the focus, or the element went.
      if (relatedTarget instanceof Node) had.current = current.contains(relatedTarget);
    };
    const press = (event: Event) => {
      if (event.target instanceof Node && !current.contains(event.target)) had.current = false;
    };
    current.addEventListener('focusin', enter);
    current.addEventListener('focusout', leave);
    document.addEventListener('pointerdown', press, true);
    return () => {
      current.removeEventListener('focusin', enter);
      current.removeEventListener('focusout', leave);
      document.removeEventListener('pointerdown', press, true);
    };
  }, [scroller]);
  return had;
}
