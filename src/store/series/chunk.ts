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
  /** Unknown for chunks of version 1. */
  readonly times: TimeDigest | undefined;
}
/** `sorted`: the points are in order of (timestamp, step, value), too. */
export interface TimeDigest {
  readonly min: number;
  readonly max: number;
  readonly sorted: boolean;
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

const POINTS = 6;
const POINT_BYTES = 24;

/** The digest of sorted points; undefined when they are few. */
export function digestOf(columns: Columns): Uint8Array | undefined {
  const count = columns.values.length;
  if (count < DIGEST_POINTS) return undefined;
  const finite = finiteExtremes(columns.values, 0, count) ?? [-1, -1, -1, -1];
  const none = { step: 0, timestamp: 0, value: Number.NaN };
  const at = (index: number) => (index < 0 ? none : pointAt(columns, index));
  const points = [pointAt(columns, 0), pointAt(columns, count - 1), ...finite.map(at)];
  const { min, max, sorted } = timesOf(columns);
  return packNumbers([
    ...points.flatMap((point) => [point.step, point.timestamp, point.value]),
    min,
    max,
    sorted ? 1 : 0,
  ]);
}

export function readDigest(bytes: Uint8Array): ChunkDigest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (index: number): MetricPoint => ({
    step: view.getFloat64(index * POINT_BYTES, true),
    timestamp: view.getFloat64(index * POINT_BYTES + 8, true),
    value: view.getFloat64(index * POINT_BYTES + 16, true),
  });
  const finite = { first: at(2), last: at(3), min: at(4), max: at(5) };
  const some = Number.isFinite(finite.first.value);
  return {
    first: at(0),
    last: at(1),
    finite: some ? finite : undefined,
    times: readTimes(view),
  };
}

function readTimes(view: DataView): TimeDigest | undefined {
  const at = POINTS * POINT_BYTES;
  if (view.byteLength < at + 24) return undefined;
  return {
    min: view.getFloat64(at, true),
    max: view.getFloat64(at + 8, true),
    sorted: view.getFloat64(at + 16, true) === 1,
  };
}

/** Of points in order of their steps. */
export function timesOf({ times }: Columns): TimeDigest {
  let [min, max, sorted] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    if (time < max) sorted = false;
    else max = time;
    if (time < min) min = time;
  }
  return { min, max, sorted };
}

function packNumbers(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 8));
  numbers.forEach((value, i) => {
    view.setFloat64(i * 8, value, true);
  });
  return new Uint8Array(view.buffer);
}
