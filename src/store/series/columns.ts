// Points as bytes: steps and times as differences in variable length, values as 64-bit floats.
import type { PointColumns } from '../../domain/downsample';
import type { MetricPoint } from '../../domain/metric';

export type Columns = PointColumns;

export const pointAt = (columns: Columns, index: number): MetricPoint => ({
  step: columns.steps[index] ?? 0,
  timestamp: columns.times[index] ?? 0,
  value: columns.values[index] ?? Number.NaN,
});

/** Differences above this could lose bits when doubled for the sign. */
const MAX_DELTA = 2 ** 51;
const RAW = 1;
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes of points in the given order, exact for every double. */
export function encodeColumns({ steps, times, values }: Columns): Uint8Array {
  const count = values.length;
  const out = new Writer(16 + count * 26);
  out.varint(count);
  writeNumbers(out, steps);
  writeNumbers(out, times);
  out.doubles(values);
  return out.bytes();
}

/** @throws RangeError when the bytes are not those of `encodeColumns`. */
export function decodeColumns(bytes: Uint8Array): Columns {
  const reader = new Reader(bytes);
  const count = reader.varint();
  if (count * 8 > bytes.length) throw new RangeError('More points than bytes.');
  const steps = readNumbers(reader, count);
  const times = readNumbers(reader, count);
  return { steps, times, values: reader.doubles(count) };
}

function writeNumbers(out: Writer, numbers: ArrayLike<number>): void {
  if (!hasSmallSteps(numbers)) {
    out.varint(RAW);
    out.doubles(numbers);
    return;
  }
  out.varint(0);
  let previous = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? 0;
    const delta = value - previous;
    out.varint(delta >= 0 ? delta * 2 : -delta * 2 - 1);
    previous = value;
  }
}

function readNumbers(reader: Reader, count: number): Float64Array {
  if (reader.varint() === RAW) return reader.doubles(count);
  return reader.differences(count);
}

function hasSmallSteps(numbers: ArrayLike<number>): boolean {
  let previous = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? 0;
    if (!Number.isSafeInteger(value) || Math.abs(value - previous) >= MAX_DELTA) return false;
    previous = value;
  }
  return true;
}

/** Grows never: its size is the most that the points can take. */
class Writer {
  private readonly buffer: Uint8Array;
  private readonly view: DataView;
  private end = 0;

  constructor(size: number) {
    this.buffer = new Uint8Array(size);
    this.view = new DataView(this.buffer.buffer);
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7fffffff) {
      this.buffer[this.end++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.buffer[this.end++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.buffer[this.end++] = rest;
  }

  doubles(numbers: ArrayLike<number>): void {
    if (isLittleEndian && numbers instanceof Float64Array) {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      this.buffer.set(bytes, this.end);
      this.end += bytes.length;
      return;
    }
    for (let i = 0; i < numbers.length; i++) {
      this.view.setFloat64(this.end, numbers[i] ?? 0, true);
      this.end += 8;
    }
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }
}

class Reader {
  private readonly view: DataView;
  private position = 0;

  constructor(private readonly buffer: Uint8Array) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  varint(): number {
    const first = this.next();
    if (first < 128) return first;
    let value = first & 127;
    let scale = 128;
    for (;;) {
      const byte = this.next();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  /** Numbers of which each is coded as the difference to the one before. */
  differences(count: number): Float64Array {
    const numbers = new Float64Array(count);
    let previous = 0;
    for (let i = 0; i < count; i++) {
      previous += this.difference();
      numbers[i] = previous;
    }
    return numbers;
  }

  /** Most take one byte or two, and are small whole numbers for the processor. */
  private difference(): number {
    const { buffer, position } = this;
    const first = buffer[position] ?? 128;
    if (first < 128) {
      this.position = position + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    const second = buffer[position + 1] ?? 128;
    if (second < 128) {
      this.position = position + 2;
      const coded = (first & 127) | (second << 7);
      return (coded >>> 1) ^ -(coded & 1);
    }
    const coded = this.varint();
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  doubles(count: number): Float64Array {
    const end = this.position + count * 8;
    if (end > this.buffer.length) throw new RangeError('The points end too early.');
    const bytes = this.buffer.subarray(this.position, end);
    const start = this.position;
    this.position = end;
    // A copy: the bytes seldom lie where 64-bit numbers may.
    if (isLittleEndian) return new Float64Array(new Uint8Array(bytes).buffer);
    return Float64Array.from({ length: count }, (_, i) =>
      this.view.getFloat64(start + i * 8, true),
    );
  }

  private next(): number {
    const byte = this.buffer[this.position++];
    if (byte === undefined) throw new RangeError('The points end too early.');
    return byte;
  }
}
