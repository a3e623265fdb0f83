/** What part of a drawing is seen: zoom, pan, fit. Pure. */
import type { Size } from '../shared/useWindow';
import type { Box, Point } from './layout';

/** A point of the drawing is at `point × zoom + (x, y)` of the view. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const MIN_ZOOM = 0.005;
export const MAX_ZOOM = 2;
const FIT_PAD = 24;

const clampZoom = (zoom: number) => Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));

/** All of it in the middle, never larger than it is. */
export function fitted(bounds: Box, view: Size): Viewport {
  const across = (view.width - 2 * FIT_PAD) / Math.max(1, bounds.width);
  const down = (view.height - 2 * FIT_PAD) / Math.max(1, bounds.height);
  const zoom = clampZoom(Math.min(1, across, down));
  return centredOn(bounds, view, zoom);
}

/** Names are read without effort from here on. */
export const READABLE_ZOOM = 0.7;
const FIRST_ZOOM = 0.9;

/** All of it where that can be read, else what stands around `at`, without empty ground beside the drawing. */
export function firstView(bounds: Box, view: Size, at: Box | undefined): Viewport {
  const all = fitted(bounds, view);
  if (all.zoom >= READABLE_ZOOM || !at) return all;
  const { x, y, zoom } = centredOn(at, view, FIRST_ZOOM);
  return {
    x: held(x, bounds.x * zoom, bounds.width * zoom, view.width),
    y: held(y, bounds.y * zoom, bounds.height * zoom, view.height),
    zoom,
  };
}

/** An offset by which a length fills its space, or stands in the middle where it does not. */
function held(offset: number, start: number, length: number, space: number): number {
  if (length + 2 * FIT_PAD <= space) return (space - length) / 2 - start;
  return Math.max(space - FIT_PAD - start - length, Math.min(FIT_PAD - start, offset));
}

/** Its middle is the view's. */
export function centredOn(box: Box, view: Size, zoom: number): Viewport {
  return {
    x: view.width / 2 - (box.x + box.width / 2) * zoom,
    y: view.height / 2 - (box.y + box.height / 2) * zoom,
    zoom,
  };
}

/** What is at a point of the view stays there. */
export function zoomedAt(from: Viewport, factor: number, at: Point): Viewport {
  const zoom = clampZoom(from.zoom * factor);
  const share = zoom / from.zoom;
  return { x: at.x - (at.x - from.x) * share, y: at.y - (at.y - from.y) * share, zoom };
}

/** The part of the drawing that is in view. */
export const seenPart = ({ x, y, zoom }: Viewport, view: Size): Box => ({
  x: -x / zoom,
  y: -y / zoom,
  width: view.width / zoom,
  height: view.height / zoom,
});

export const overlaps = (a: Box, b: Box): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

const MARGIN = 16;

/** Moved as little as brings the box into view; the same object when it is there. */
export function bringIntoView(from: Viewport, box: Box, view: Size): Viewport {
  const { x, y, zoom } = from;
  const dx = shift(box.x * zoom + x, box.width * zoom, view.width);
  const dy = shift(box.y * zoom + y, box.height * zoom, view.height);
  return dx === 0 && dy === 0 ? from : { x: x + dx, y: y + dy, zoom };
}

function shift(start: number, length: number, space: number): number {
  if (start < MARGIN) return MARGIN - start;
  const over = start + length - (space - MARGIN);
  return over > 0 ? -Math.min(over, start - MARGIN) : 0;
}
