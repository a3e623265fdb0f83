/** The viewport of a graph: fit when it is laid out anew, moved by wheel, pointer and keys. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Size, useSize } from '../shared/useWindow';
import type { Box, Point } from './layout';
import { firstView, fitted, overlaps, seenPart, type Viewport, zoomedAt } from './viewport';

const KEY_ZOOM = 1.25;
const KEY_PAN = 60;

export interface UsedViewport {
  readonly viewport: Viewport;
  readonly size: Size;
  set(viewport: Viewport): void;
  showAll(): void;
  /** About the middle. */
  zoom(factor: number): void;
  /** Whether the key was one of its own; zooms about `box`, which has the focus. */
  byKey(event: KeyboardEvent, box: Box | undefined): boolean;
  /** Drags; a click on the ground is told with its point of the drawing. */
  onPointerDown(event: PointerEvent, onClick: (at: Point) => void): void;
}

export interface ViewportOptions {
  /** Of the whole drawing. */
  readonly bounds: Box;
  /** Another one: it is looked at anew. */
  readonly version: number;
  /** What matters most, where all of it cannot be read at once. */
  readonly at: Box | undefined;
  /** What was seen before the page was left; holds at first, as long as there is something to see. */
  readonly kept: Viewport | undefined;
  /** Told once it rests. */
  readonly onRest: (viewport: Viewport) => void;
}

const REST_MS = 400;

export function useViewport(
  element: { readonly current: HTMLDivElement | null },
  { bounds, version, at, kept, onRest }: ViewportOptions,
): UsedViewport {
  const size = useSize(element);
  const [viewport, setViewport] = useState<Viewport>({ x: 0, y: 0, zoom: 1 });
  const fitFor = useRef(-1);
  const isMeasured = size.width > 0 && size.height > 0;
  let seen = viewport;
  // While drawing: what is drawn first is drawn where it stays.
  if (isMeasured && fitFor.current !== version) {
    const isKept = fitFor.current < 0 && kept && overlaps(seenPart(kept, size), bounds);
    fitFor.current = version;
    seen = isKept ? kept : firstView(bounds, size, at);
    setViewport(seen);
  }
  const isMoved = useRef(false);
  const move: typeof setViewport = (change) => {
    isMoved.current = true;
    setViewport(change);
  };
  useEffect(() => {
    if (!isMoved.current) return undefined;
    const timer = setTimeout(() => onRest(viewport), REST_MS);
    return () => clearTimeout(timer);
  }, [viewport]);
  useEffect(() => onWheel(element.current, move), [element]);
  const middle = { x: size.width / 2, y: size.height / 2 };
  const zoomAt = (factor: number, point: Point) => move((from) => zoomedAt(from, factor, point));
  const zoom = (factor: number) => zoomAt(factor, middle);
  const showAll = () => move(fitted(bounds, size));
  const pan = (dx: number, dy: number) =>
    move((from) => ({ ...from, x: from.x + dx, y: from.y + dy }));
  return {
    viewport: seen,
    size,
    set: move,
    showAll,
    zoom,
    byKey: (event, box) => {
      const isSeen = box && overlaps(box, seenPart(seen, size));
      const point = isSeen ? middleOf(box, seen) : middle;
      return byKey(event, { zoom: (factor) => zoomAt(factor, point), showAll, pan });
    },
    onPointerDown: (event, onClick) =>
      dragged(event, pan, (at) =>
        onClick({ x: (at.x - seen.x) / seen.zoom, y: (at.y - seen.y) / seen.zoom }),
      ),
  };
}

/** Of the view. */
const middleOf = (box: Box, { x, y, zoom }: Viewport): Point => ({
  x: (box.x + box.width / 2) * zoom + x,
  y: (box.y + box.height / 2) * zoom + y,
});

interface Moves {
  zoom(factor: number): void;
  showAll(): void;
  pan(dx: number, dy: number): void;
}

/** `+`, `-`, `0`; arrows with Shift pan, since without it they follow edges. */
function byKey(event: KeyboardEvent, { zoom, showAll, pan }: Moves): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === '+' || event.key === '=') zoom(KEY_ZOOM);
  else if (event.key === '-') zoom(1 / KEY_ZOOM);
  else if (event.key === '0') showAll();
  else if (!event.shiftKey) return false;
  else if (event.key === 'ArrowLeft') pan(KEY_PAN, 0);
  else if (event.key === 'ArrowRight') pan(-KEY_PAN, 0);
  else if (event.key === 'ArrowUp') pan(0, KEY_PAN);
  else if (event.key === 'ArrowDown') pan(0, -KEY_PAN);
  else return false;
  return true;
}

/** Pans; with Ctrl (and for a pinch, which comes so) zooms about the pointer. */
function onWheel(
  element: HTMLElement | null,
  set: (change: (from: Viewport) => Viewport) => void,
): (() => void) | undefined {
  if (!element) return undefined;
  const listener = (event: WheelEvent) => {
    event.preventDefault();
    const { left, top } = element.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.005 : 0.08));
      set((from) => zoomedAt(from, factor, at));
      return;
    }
    const unit = event.deltaMode === 0 ? 1 : 32;
    const [dx, dy] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    set((from) => ({ ...from, x: from.x - dx * unit, y: from.y - dy * unit }));
  };
  // Not passive: the page itself must not scroll or zoom.
  element.addEventListener('wheel', listener, { passive: false });
  return () => element.removeEventListener('wheel', listener);
}

/** Pixels that a hand may shake. */
const CLICK = 4;

/** The ground is dragged; steps are clicked. `onClick` is told a point of the view. */
function dragged(
  event: PointerEvent,
  pan: (dx: number, dy: number) => void,
  onClick: (at: Point) => void,
): void {
  const { target, currentTarget } = event;
  if (event.button !== 0 || !(currentTarget instanceof HTMLElement)) return;
  if (target instanceof Element && target.closest('button, .pl-minimap')) return;
  const ground = currentTarget;
  ground.setPointerCapture(event.pointerId);
  const first = { x: event.clientX, y: event.clientY };
  let last = first;
  const move = (next: PointerEvent) => {
    pan(next.clientX - last.x, next.clientY - last.y);
    last = { x: next.clientX, y: next.clientY };
  };
  const end = () => {
    ground.removeEventListener('pointermove', move);
    ground.removeEventListener('pointerup', end);
    ground.removeEventListener('pointercancel', end);
    if (Math.abs(last.x - first.x) + Math.abs(last.y - first.y) > CLICK) return;
    const { left, top } = ground.getBoundingClientRect();
    onClick({ x: first.x - left, y: first.y - top });
  };
  ground.addEventListener('pointermove', move);
  ground.addEventListener('pointerup', end);
  ground.addEventListener('pointercancel', end);
}
