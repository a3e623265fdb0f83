// A chunk: sorted points of one series as they lie in a segment, and the digest that stands for it.
import { finiteExtremes } from '../../domain/downsample';
import type { MetricPoint } from '../../domain/metric';
import { crc32 } from '../crc32';
import { damaged } from '../errors';
import { type Columns, decodeColumns, encodeColumns, pointAt } from './columns';

export const CHUNK_POINTS = 4096;
/** Smaller chunks are read whole; a digest would take more room than it saves. */
const DIGEST_POINTS = 64;
const HEADER = 8;

/** What is known of a chunk without reading it. The finite ones are absent when none is finite. */
export interface ChunkDigest {
  readonly first: MetricPoint;
  readonly last: MetricPoint;
  readonly finite: FiniteDigest | undefined;
}
export interface FiniteDigest {
  readonly first: MetricPoint;
  readonly last: MetricPoint;
  readonly min: MetricPoint;
  readonly max: MetricPoint;
}

/** Bytes of a chunk: length and checksum of the body, then the body. */
export function encodeChunk(columns: Columns): Uint8Array {
  const body = encodeColumns(columns);
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length, true);
  view.setUint32(4, crc32(body), true);
  bytes.set(body, HEADER);
  return bytes;
}

/** @throws RunlensError `store.damaged` when the bytes are not what was written. */
export function decodeChunk(bytes: Uint8Array, where: string): Columns {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = bytes.subarray(HEADER);
  const whole =
    bytes.length > HEADER &&
    view.getUint32(0, true) === body.length &&
    view.getUint32(4, true) === crc32(body);
  if (!whole) throw damaged(`Points of a metric are damaged on disk (${where}).`);
  return decodeColumns(body);
}

/** The digest of sorted points; undefined when they are few. */
export function digestOf(columns: Columns): Uint8Array | undefined {
  const count = columns.values.length;
  if (count < DIGEST_POINTS) return undefined;
  const finite = finiteExtremes(columns.values, 0, count) ?? [-1, -1, -1, -1];
  const none = { step: 0, timestamp: 0, value: Number.NaN };
  const at = (index: number) => (index < 0 ? none : pointAt(columns, index));
  return packPoints([pointAt(columns, 0), pointAt(columns, count - 1), ...finite.map(at)]);
}

export function readDigest(bytes: Uint8Array): ChunkDigest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (index: number): MetricPoint => ({
    step: view.getFloat64(index * 24, true),
    timestamp: view.getFloat64(index * 24 + 8, true),
    value: view.getFloat64(index * 24 + 16, true),
  });
  const finite = { first: at(2), last: at(3), min: at(4), max: at(5) };
  const some = Number.isFinite(finite.first.value);
  return { first: at(0), last: at(1), finite: some ? finite : undefined };
}

function packPoints(points: readonly MetricPoint[]): Uint8Array {
  const numbers = points.flatMap((point) => [point.step, point.timestamp, point.value]);
  const view = new DataView(new ArrayBuffer(numbers.length * 8));
  numbers.forEach((value, i) => {
    view.setFloat64(i * 8, value, true);
  });
  return new Uint8Array(view.buffer);
}
