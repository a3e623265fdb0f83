/** Where an image lies in its frame: fitted, zoomed about a point, moved. Pixels of the screen and of the image. */

export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels of the screen per pixel of the image, and where in the frame the image's corner is. */
export interface Placement {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const MIN_SCALE = 0.01;
export const MAX_SCALE = 64;
/** From here on single pixels are looked at: they are not smoothed. */
export const SHARP_SCALE = 2;
/** From here on lines between pixels do not hide them. */
export const GRID_SCALE = 8;
const ZOOM_STEP = 1.25;
/** Of an image that was moved away, so much stays in view. */
const KEPT_IN_VIEW = 24;

/** Small images are blown up to about so many pixels: a digit of 8 × 8 is looked at, not guessed. */
const SEEN = 256;

/** Wholly in view and in the middle. */
export const fitted = (image: Size, frame: Size): Placement =>
  centred(image, frame, fitScale(image, frame));

/** At which all of an image is in view; above 1 a whole number, so that its pixels are of one size. */
export function fitScale(image: Size, frame: Size): number {
  const room = Math.min(frame.width / image.width, frame.height / image.height);
  if (room < 1) return clampScale(room);
  const seen = SEEN / Math.max(image.width, image.height);
  return clampScale(Math.max(1, Math.floor(Math.min(room, seen))));
}

export function centred(image: Size, frame: Size, scale: number): Placement {
  return {
    scale,
    x: (frame.width - image.width * scale) / 2,
    y: (frame.height - image.height * scale) / 2,
  };
}

/** What lies under `at` (in the frame) stays there. */
export function zoomedTo(placement: Placement, to: number, at: Point): Placement {
  const scale = clampScale(to);
  const by = scale / placement.scale;
  return { scale, x: at.x - (at.x - placement.x) * by, y: at.y - (at.y - placement.y) * by };
}

/** Steps up to the next size that a person knows: 100 % and its multiples are never passed over. */
export function zoomStep(scale: number, direction: 1 | -1): number {
  const next = direction === 1 ? scale * ZOOM_STEP : scale / ZOOM_STEP;
  const passes = (mark: number) => (scale < mark && next > mark) || (scale > mark && next < mark);
  return clampScale([1, SHARP_SCALE, GRID_SCALE].find(passes) ?? next);
}

export function moved(
  placement: Placement,
  by: Point,
  { image, frame }: { readonly image: Size; readonly frame: Size },
): Placement {
  const along = (place: number, length: number, room: number) => {
    const kept = Math.min(KEPT_IN_VIEW, length);
    return Math.min(room - kept, Math.max(kept - length, place));
  };
  return {
    scale: placement.scale,
    x: along(placement.x + by.x, image.width * placement.scale, frame.width),
    y: along(placement.y + by.y, image.height * placement.scale, frame.height),
  };
}

/** The image's pixel under a point of the frame; undefined beside the image. */
export function pixelAt(placement: Placement, image: Size, at: Point): Point | undefined {
  const x = Math.floor((at.x - placement.x) / placement.scale);
  const y = Math.floor((at.y - placement.y) / placement.scale);
  const isInside = x >= 0 && y >= 0 && x < image.width && y < image.height;
  return isInside ? { x, y } : undefined;
}

/** `100 %`, `12.5 %`. */
export const scaleText = (scale: number): string =>
  `${scale < 0.1995 ? Number((scale * 100).toFixed(1)) : Math.round(scale * 100)} %`;

export const clampScale = (scale: number): number =>
  Number.isFinite(scale) ? Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale)) : 1;
