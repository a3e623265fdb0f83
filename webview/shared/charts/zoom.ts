/** What a drag, a key or the wheel makes of the range that a chart shows. */
import type { ZoomRange } from './types';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A drag takes a part of x; with Shift a box, with Alt a part of y. */
export type DragKind = 'x' | 'box' | 'y';

export const dragKind = (keys: {
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}): DragKind => (keys.shiftKey ? 'box' : keys.altKey ? 'y' : 'x');

/** Less is a click. */
const LEAST_PIXELS = 5;

/** The rectangle of a drag within the plot's area; undefined while it is too small to be meant. */
export function dragged(
  from: PlotPoint,
  to: PlotPoint,
  { kind, area }: { readonly kind: DragKind; readonly area: Area },
): Rectangle | undefined {
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const xs = [from.x, to.x].map((x) => within(x, area.left, area.right));
  const ys = [from.y, to.y].map((y) => within(y, area.top, area.bottom));
  const [left, right] = kind === 'y' ? [area.left, area.right] : ends(xs);
  const [top, bottom] = kind === 'x' ? [area.top, area.bottom] : ends(ys);
  const box = { left, top, width: right - left, height: bottom - top };
  if (kind !== 'y' && box.width < LEAST_PIXELS) return undefined;
  if (kind !== 'x' && box.height < LEAST_PIXELS) return undefined;
  return box;
}

const ends = (values: readonly number[]): [number, number] => [
  Math.min(...values),
  Math.max(...values),
];

/** The range of a rectangle; what the drag did not touch stays as it was. */
export function zoomTo(
  before: ZoomRange,
  box: Rectangle,
  {
    kind,
    xAt,
    yAt,
  }: {
    readonly kind: DragKind;
    readonly xAt: (pixel: number) => number;
    readonly yAt: (pixel: number) => number;
  },
): ZoomRange {
  const x: [number, number] = [xAt(box.left), xAt(box.left + box.width)];
  const y: [number, number] = [yAt(box.top + box.height), yAt(box.top)];
  return {
    ...before,
    ...(kind !== 'y' && isRange(x) && { x }),
    ...(kind !== 'x' && isRange(y) && { y }),
  };
}

const isRange = ([from, to]: readonly [number, number]): boolean =>
  Number.isFinite(from) && Number.isFinite(to) && to > from;

/**
 * `range` shrunk (`factor` < 1) or grown around a place that stays where it is, within `whole`; undefined when it is all
 * of it again. On a logarithmic axis the logarithms are scaled.
 */
export function scaled(
  range: readonly [number, number],
  { factor, around, whole, isLog }: ScaleOptions,
): readonly [number, number] | undefined {
  const into = (value: number) => (isLog ? Math.log(value) : value);
  const out = (value: number) => (isLog ? Math.exp(value) : value);
  const [from, to, at] = [into(range[0]), into(range[1]), into(around)];
  const low = Math.max(whole[0], out(at - (at - from) * factor));
  const high = Math.min(whole[1], out(at + (to - at) * factor));
  if (low <= whole[0] && high >= whole[1]) return undefined;
  // Nearer than numbers can tell apart there is nothing to see.
  return isRange([low, high]) ? [low, high] : range;
}

export interface ScaleOptions {
  readonly factor: number;
  readonly around: number;
  readonly whole: readonly [number, number];
  readonly isLog: boolean;
}
