// The points of all metrics: chunks on disk with their index table, and the newest ones in memory.
import type { MetricPoint } from '../../domain/metric';
import { bytes, number, type Row, type Sql } from '../database';
import {
  CHUNK_POINTS,
  type ChunkDigest,
  decodeChunk,
  digestOf,
  encodeChunk,
  readDigest,
} from './chunk';
import { type Columns, pointAt } from './columns';
import { concatenate, sortColumns } from './order';
import type { ChunkPlace, Segments } from './segments';

/** A last chunk with fewer points is written again together with the next ones. */
const SMALL_CHUNK = 1024;
/** Points kept in memory before they go to disk without waiting for a checkpoint (24 bytes each). */
const MAX_TAIL_POINTS = 262_144;
/** Decoded points kept for the next read (24 bytes each). */
const MAX_CACHED_POINTS = 1_048_576;

interface Tail {
  readonly steps: number[];
  readonly times: number[];
  readonly values: number[];
  /** The same points in order, until one is added. */
  sorted: Columns | undefined;
}

/** Sorted points of one series, read when needed. */
export interface Source {
  readonly count: number;
  /** Absent for small chunks, which are read anyway. */
  readonly digest: ChunkDigest | undefined;
  read(): Columns;
}

export class Series {
  private readonly tails = new Map<number, Map<number, Tail>>();
  private tailPoints = 0;
  private spillAt = MAX_TAIL_POINTS;
  private readonly decoded = new Map<string, Columns>();
  private decodedPoints = 0;

  constructor(
    private readonly sql: Sql,
    readonly segments: Segments,
  ) {}

  add(run: number, key: number, point: MetricPoint): void {
    const tail = this.tail(run, key);
    tail.steps.push(point.step);
    tail.times.push(point.timestamp);
    tail.values.push(point.value);
    tail.sorted = undefined;
    this.tailPoints++;
  }

  hasTail(run: number, key: number): boolean {
    return this.tails.get(run)?.has(key) ?? false;
  }

  /** The parts of a series; they may overlap. `single` is the point of a series that has only one. */
  sources(run: number, key: number, single: MetricPoint | undefined): Source[] {
    const rows = this.sql.all(
      'SELECT segment, offset, length, count, digest FROM chunks WHERE run = ? AND key = ? ORDER BY n',
      run,
      key,
    );
    const sources = rows.map((row) => this.chunkSource(row));
    const tail = this.tails.get(run)?.get(key);
    if (tail) sources.push(tailSource(tail));
    else if (sources.length === 0 && single) sources.push(singleSource(single));
    return sources;
  }

  /** Whether the tails have grown so far that they should go to disk. */
  get isFull(): boolean {
    return this.tailPoints >= this.spillAt;
  }

  /** After a failed spill: try again when the tails have doubled. */
  postponeSpill(): void {
    this.spillAt = this.tailPoints * 2;
  }

  /**
   * Moves the tails into chunks. `isSingle` tells series of one point, which their summary holds.
   * A failure leaves every point where it was.
   */
  spill(isSingle: (run: number, key: number) => boolean): void {
    this.sql.begin();
    for (const [run, byKey] of this.tails) {
      for (const [key, tail] of byKey) {
        if (!isSingle(run, key)) this.writeTail(run, key, tail);
        byKey.delete(key);
        this.tailPoints -= tail.values.length;
      }
      this.tails.delete(run);
    }
    this.spillAt = MAX_TAIL_POINTS;
  }

  private tail(run: number, key: number): Tail {
    let byKey = this.tails.get(run);
    if (!byKey) {
      byKey = new Map();
      this.tails.set(run, byKey);
    }
    let tail = byKey.get(key);
    if (!tail) {
      tail = { steps: [], times: [], values: [], sorted: undefined };
      byKey.set(key, tail);
    }
    return tail;
  }

  private writeTail(run: number, key: number, tail: Tail): void {
    const last = this.sql.get(
      `SELECT segment, offset, length, count, digest, n FROM chunks
       WHERE run = ? AND key = ? ORDER BY n DESC LIMIT 1`,
      run,
      key,
    );
    const merge = last !== undefined && number(last[3]) < SMALL_CHUNK;
    const parts = merge ? [this.readChunk(last), tail] : [tail];
    const points = sortColumns(concatenate(parts));
    const rows = splitColumns(points).map((part) => ({ part, place: this.writeChunk(part) }));
    let n = last === undefined ? 0 : number(last[5]) + (merge ? 0 : 1);
    for (const { part, place } of rows) this.putRow(run, key, n++, place, part);
  }

  private writeChunk(part: Columns): ChunkPlace {
    return this.segments.append(encodeChunk(part));
  }

  private putRow(run: number, key: number, n: number, place: ChunkPlace, part: Columns): void {
    this.sql.run(
      'INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      run,
      key,
      n,
      place.segment,
      place.offset,
      place.length,
      part.values.length,
      digestOf(part) ?? null,
    );
  }

  private chunkSource(row: Row): Source {
    const digest = bytes(row[4]);
    return {
      count: number(row[3]),
      digest: digest && readDigest(digest),
      read: () => this.readChunk(row),
    };
  }

  private readChunk(row: Row): Columns {
    const place = { segment: number(row[0]), offset: number(row[1]), length: number(row[2]) };
    const name = `${place.segment}:${place.offset}`;
    const known = this.decoded.get(name);
    if (known) return known;
    const columns = decodeChunk(this.segments.read(place), `segment ${place.segment}`);
    this.keepDecoded(name, columns);
    return columns;
  }

  private keepDecoded(name: string, columns: Columns): void {
    if (this.decodedPoints + columns.values.length > MAX_CACHED_POINTS) {
      this.decoded.clear();
      this.decodedPoints = 0;
    }
    this.decoded.set(name, columns);
    this.decodedPoints += columns.values.length;
  }
}

function tailSource(tail: Tail): Source {
  tail.sorted ??= sortColumns(tail);
  const sorted = tail.sorted;
  return { count: sorted.values.length, digest: undefined, read: () => sorted };
}

function singleSource(point: MetricPoint): Source {
  const columns = { steps: [point.step], times: [point.timestamp], values: [point.value] };
  return { count: 1, digest: undefined, read: () => columns };
}

function splitColumns({ steps, times, values }: Columns): Columns[] {
  if (values.length <= CHUNK_POINTS) return [{ steps, times, values }];
  const parts: Columns[] = [];
  for (let from = 0; from < values.length; from += CHUNK_POINTS) {
    const part = (column: ArrayLike<number>) =>
      Float64Array.from({ length: Math.min(CHUNK_POINTS, values.length - from) }, (_, i) =>
        Number(column[from + i]),
      );
    parts.push({ steps: part(steps), times: part(times), values: part(values) });
  }
  return parts;
}

/** First and last point of a source, without reading it where its digest knows. */
export function endsOf(source: Source): { first: MetricPoint; last: MetricPoint } {
  if (source.digest) return source.digest;
  const columns = source.read();
  return { first: pointAt(columns, 0), last: pointAt(columns, columns.values.length - 1) };
}
