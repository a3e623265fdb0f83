/** Columns by pointer: dragging an edge resizes, dragging a head moves, a click alone is a click. */
import { useRef, useState } from 'preact/hooks';
import type { ColumnModel, PlacedColumn } from './columnModel';

/** A shaking hand is no drag. */
const SLACK = 5;

interface Drag {
  readonly kind: 'resize' | 'move';
  readonly column: PlacedColumn;
  readonly from: number;
  isMoving: boolean;
}

export interface HeaderDragOptions {
  readonly scroller: { readonly current: HTMLElement | null };
  readonly model: ColumnModel;
  readonly onResize: (id: string, width: number) => void;
  readonly onMove: (id: string, index: number) => void;
}

export interface HeaderDrag {
  /** Id of the column that is being moved. */
  readonly dragged: string | undefined;
  /** Pixels from the start of the canvas, where it would be put. */
  readonly dropAt: number | undefined;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  /** True when it ended a drag, so that it is no click. */
  onPointerUp(): boolean;
}

export function useHeaderDrag(options: HeaderDragOptions): HeaderDrag {
  const drag = useRef<Drag | undefined>(undefined);
  const [drop, setDrop] = useState<{ id: string; index: number; at: number } | undefined>();
  const { model } = options;
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const head = event.target.closest('.rl-head-cell');
    const column = model.all.find(({ id }) => id === head?.getAttribute('data-column'));
    if (!column) return;
    const kind = event.target.closest('[data-act=resize]') ? 'resize' : 'move';
    drag.current = { kind, column, from: event.clientX, isMoving: false };
  };
  const onPointerMove = (event: PointerEvent) => {
    const { current } = drag;
    if (!current) return;
    if (event.buttons === 0) {
      // The button was let go where nobody told of it.
      drag.current = undefined;
      setDrop(undefined);
      return;
    }
    const by = event.clientX - current.from;
    if (!current.isMoving && Math.abs(by) < SLACK) return;
    if (!current.isMoving && event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    current.isMoving = true;
    if (current.kind === 'resize') options.onResize(current.column.id, current.column.width + by);
    else setDrop(dropOf(event.clientX, current.column, options));
  };
  const onPointerUp = () => {
    const { current } = drag;
    drag.current = undefined;
    if (current?.isMoving && current.kind === 'move' && drop) options.onMove(drop.id, drop.index);
    setDrop(undefined);
    return current?.isMoving === true || current?.kind === 'resize';
  };
  return { dragged: drop?.id, dropAt: drop?.at, onPointerDown, onPointerMove, onPointerUp };
}

function dropOf(clientX: number, column: PlacedColumn, { scroller, model }: HeaderDragOptions) {
  const { current } = scroller;
  if (!current) return undefined;
  const seen = clientX - current.getBoundingClientRect().left;
  const part = column.isPinned ? model.pinned : model.centre;
  const x = column.isPinned ? seen : seen + current.scrollLeft - model.pinnedWidth;
  const place = dropPlace(part, column.id, x);
  const at = column.isPinned ? place.at + current.scrollLeft : place.at + model.pinnedWidth;
  return { id: column.id, index: place.index, at };
}

/** Before the first column whose middle is behind `x`; `index` counts without the moved one. */
export function dropPlace(
  part: readonly PlacedColumn[],
  id: string,
  x: number,
): { readonly index: number; readonly at: number } {
  const others = part.filter((column) => column.id !== id);
  const index = others.findIndex((column) => x < column.start + column.width / 2);
  const before = others[index];
  if (before) return { index, at: before.start };
  const last = part.at(-1);
  return { index: others.length, at: last ? last.start + last.width : 0 };
}
