/** The difference of two pictures, drawn and counted. */
import type { Size } from './imageGeometry';

export interface ImageDifference {
  readonly size: Size;
  readonly isSameSize: boolean;
  /** Undefined when the pixels cannot be read: too big, or from elsewhere. */
  readonly counted: DifferenceCount | undefined;
}

export interface DifferenceCount {
  /** Pixels of which a channel differs. */
  readonly differing: number;
  readonly total: number;
  /** The greatest difference of a channel, 1 … 255; 0 when they are equal. */
  readonly most: number;
}

/** Bigger pictures are drawn smaller, and not counted: a canvas of theirs could take a gigabyte. */
const LONGEST = 4096;

/**
 * Draws |a − b| per channel (transparent is black), as bright as it can be told apart: what differs by one step of
 * 255 would be seen as black.
 */
export function drawDifference(
  canvas: HTMLCanvasElement,
  a: HTMLImageElement,
  b: HTMLImageElement,
): ImageDifference {
  const [first, second] = [sizeOf(a), sizeOf(b)];
  const size = {
    width: Math.max(first.width, second.width),
    height: Math.max(first.height, second.height),
  };
  const isSameSize = first.width === second.width && first.height === second.height;
  const by = Math.min(1, LONGEST / Math.max(size.width, size.height));
  canvas.width = Math.max(1, Math.round(size.width * by));
  canvas.height = Math.max(1, Math.round(size.height * by));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return { size, isSameSize, counted: undefined };
  context.fillStyle = '#000000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(a, 0, 0, first.width * by, first.height * by);
  context.globalCompositeOperation = 'difference';
  context.drawImage(b, 0, 0, second.width * by, second.height * by);
  context.globalCompositeOperation = 'source-over';
  return { size, isSameSize, counted: by < 1 ? undefined : countAndBrighten(context, canvas) };
}

const sizeOf = ({ naturalWidth, naturalHeight }: HTMLImageElement): Size => ({
  width: naturalWidth,
  height: naturalHeight,
});

function countAndBrighten(
  context: CanvasRenderingContext2D,
  { width, height }: Size,
): DifferenceCount | undefined {
  let pixels: ImageData;
  try {
    pixels = context.getImageData(0, 0, width, height);
  } catch (error) {
    // A picture from elsewhere may be seen but not read; what is drawn is right all the same.
    if (error instanceof DOMException && error.name === 'SecurityError') return undefined;
    throw error;
  }
  const counted = countDifferences(pixels.data);
  brighten(pixels.data, counted.most);
  context.putImageData(pixels, 0, 0);
  return counted;
}

/** @param differences RGBA, of which alpha says nothing. */
export function countDifferences(differences: Uint8ClampedArray): DifferenceCount {
  let [differing, most] = [0, 0];
  for (let at = 0; at + 3 < differences.length; at += 4) {
    const here = Math.max(differences[at] ?? 0, differences[at + 1] ?? 0, differences[at + 2] ?? 0);
    if (here > 0) differing += 1;
    if (here > most) most = here;
  }
  return { differing, total: Math.floor(differences.length / 4), most };
}

/** The greatest becomes 255, and each other grows as much. */
export function brighten(differences: Uint8ClampedArray, most: number): void {
  if (most === 0 || most === 255) return;
  const by = 255 / most;
  for (let at = 0; at + 3 < differences.length; at += 4) {
    for (let channel = at; channel < at + 3; channel += 1) {
      differences[channel] = (differences[channel] ?? 0) * by;
    }
  }
}
