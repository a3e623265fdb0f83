// The size of an image in pixels, read from its head.
import { latin1, viewOf } from './bytes';

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

/** Undefined where the head does not say it. */
export function pixelsOf(mediaType: string, head: Uint8Array): Pixels | undefined {
  const read = READERS[mediaType];
  const size = head.length >= 30 ? read?.(viewOf(head), head) : undefined;
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

const READERS: Readonly<Record<string, (view: DataView, head: Uint8Array) => Pixels | undefined>> =
  {
    'image/png': (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
    'image/gif': (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
    'image/bmp': (view) => ({
      width: view.getInt32(18, true),
      height: Math.abs(view.getInt32(22, true)),
    }),
    'image/jpeg': jpeg,
    'image/webp': webp,
  };

/** The frame header is behind segments of other markers (ITU T.81, B.2.2). */
function jpeg(view: DataView): Pixels | undefined {
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** RFC 9649: the first chunk is of one of three kinds. */
function webp(view: DataView, head: Uint8Array): Pixels | undefined {
  switch (latin1(head.subarray(12, 16))) {
    case 'VP8X':
      return { width: 1 + threeBytes(view, 24), height: 1 + threeBytes(view, 27) };
    case 'VP8 ':
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
    default:
      return undefined;
  }
}

const threeBytes = (view: DataView, at: number): number =>
  view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
