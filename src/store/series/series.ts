// The points of all metrics: chunks on disk with their index table, and the newest ones in memory.
import { RunlensError } from '../../base/errors';
import type { MetricPoint } from '../../domain/metric';
import { bytes, number, type Row, type Sql } from '../database';
import { systemCode } from '../files';
import { CHUNK_POINTS, decodeChunk, digestOf, encodeChunk, readDigest, timesOf } from './chunk';
import type { Columns } from './columns';
import { compareAtIn, concatenate, pick, sortColumns } from './order';
import type { ChunkPlace, Segments } from './segments';
import { boundsOf, type Source, sourceOf, timesIn } from './source';
import { Tail } from './tail';

/** A last chunk with fewer points is written again together with the next ones. */
const SMALL_CHUNK = 1024;
/** Points kept in memory before they go to disk without waiting for a checkpoint (24 bytes each). */
const MAX_TAIL_POINTS = 262_144;
/** Of one series. */
const FULL_TAIL = 4 * CHUNK_POINTS;
/** Decoded points kept for the next read (24 bytes each). */
const MAX_CACHED_POINTS = 1_048_576;
/** What writing a tail costs beside its points, in points. */
const TAIL_COST = 200;
/** What a tail takes in memory beside its points, in points. */
const TAIL_MEMORY = 20;

export const CHUNK_COLUMNS = 'segment, offset, length, count, digest, n';

export class Series {
  private readonly tails = new Map<number, Map<number, Tail>>();
  private tailPoints = 0;
  private tailCount = 0;
  private spillAt = MAX_TAIL_POINTS;
  private readonly full = new Set<Tail>();
  /** Tails that may hold a point twice, and whose counts were not mended since. */
  private readonly doubtful = new Set<Tail>();
  /** Bytes of the segments that no series needs, as far as is known; compaction counts them. */
  garbage = Number.POSITIVE_INFINITY;
  private readonly decoded = new Map<string, Columns>();
  private decodedPoints = 0;

  constructor(
    private readonly sql: Sql,
    readonly segments: Segments,
  ) {}

  /** `isNew`: the point is known to be greater than all others of the series. */
  add(run: number, key: number, point: MetricPoint, isNew: boolean): void {
    const tail = this.tail(run, key);
    if (!isNew && !this.isLater(tail, point)) {
      tail.mayRepeat = true;
      this.doubtful.add(tail);
    }
    tail.add(point);
    this.tailPoints++;
    if (tail.count >= FULL_TAIL) this.full.add(tail);
  }

  hasTail(run: number, key: number): boolean {
    return this.tails.get(run)?.has(key) ?? false;
  }

  /** Drops the points in memory of a run that is gone; its chunks are garbage from now on. */
  forget(run: number): void {
    for (const tail of this.tails.get(run)?.values() ?? []) this.drop(tail);
    this.garbage = Number.POSITIVE_INFINITY;
  }

  /** The parts of a series; they may overlap. `single` is the point of a series that has only one. */
  sources(run: number, key: number, single: MetricPoint | undefined): Source[] {
    const sources = this.chunks(run, key);
    const tail = this.tails.get(run)?.get(key);
    if (tail) sources.push(sourceOf(tail.sorted()));
    else if (sources.length === 0 && single) {
      const { step, timestamp, value } = single;
      sources.push(sourceOf({ steps: [step], times: [timestamp], values: [value] }));
    }
    return sources;
  }

  /** Mends the counts of series in which points may have come twice since the last call. */
  mendCounts(put: (run: number, key: number, count: number) => void): void {
    for (const tail of this.doubtful) {
      const { run, key } = tail;
      const stored = this.sql.get(
        'SELECT sum(count) FROM chunks WHERE run = ? AND key = ?',
        run,
        key,
      );
      put(run, key, number(stored?.[0]) + this.newIn(tail).values.length);
    }
    this.doubtful.clear();
  }

  /** Whether tails have grown so far that they should go to disk. */
  get isFull(): boolean {
    return this.full.size > 0 || this.memory >= this.spillAt;
  }

  /** What writing all tails costs, in points. */
  get spillCost(): number {
    return this.tailPoints + this.tailCount * TAIL_COST;
  }

  /** After a failed spill: try again when the tails have doubled. */
  postponeSpill(): void {
    this.full.clear();
    this.spillAt = this.memory * 2;
  }

  /**
   * Moves tails into chunks until about `most` points were written, the full ones first. A failure
   * leaves every point where it was.
   */
  spill(most = Number.POSITIVE_INFINITY): void {
    const written: Tail[] = [];
    let cost = 0;
    this.segments.buffered(() => {
      this.sql.atomic(() => {
        for (const tail of this.nextTails()) {
          this.writeTail(tail);
          written.push(tail);
          cost += tail.count + TAIL_COST;
          if (cost >= most) break;
        }
        this.segments.flush();
      });
    });
    for (const tail of written) this.drop(tail);
    if (this.memory < MAX_TAIL_POINTS) this.spillAt = MAX_TAIL_POINTS;
  }

  /** The chunks of a series, with their rows of CHUNK_COLUMNS. */
  rows(run: number, key: number): Row[] {
    return this.sql.all(
      `SELECT ${CHUNK_COLUMNS} FROM chunks WHERE run = ? AND key = ? ORDER BY n`,
      run,
      key,
    );
  }

  source(row: Row): Source {
    const digest = bytes(row[4]);
    return {
      count: number(row[3]),
      digest: digest && readDigest(digest),
      read: () => this.readChunk(row),
    };
  }

  /** Writes points, sorted, as the chunks from number `n` on. */
  writeChunks(run: number, key: number, n: number, points: Columns): void {
    splitColumns(points).forEach((part, i) => {
      this.putRow(run, key, n + i, this.segments.append(encodeChunk(part)), part);
    });
  }

  /** What the tails take in memory, in points. */
  private get memory(): number {
    return this.tailPoints + this.tailCount * TAIL_MEMORY;
  }

  private chunks(run: number, key: number): Source[] {
    return this.rows(run, key).map((row) => this.source(row));
  }

  private tail(run: number, key: number): Tail {
    let byKey = this.tails.get(run);
    if (!byKey) {
      byKey = new Map();
      this.tails.set(run, byKey);
    }
    let tail = byKey.get(key);
    if (!tail) {
      tail = new Tail(run, key);
      byKey.set(key, tail);
      this.tailCount++;
    }
    return tail;
  }

  private drop(tail: Tail): void {
    const byKey = this.tails.get(tail.run);
    if (byKey?.delete(tail.key)) {
      this.tailPoints -= tail.count;
      this.tailCount--;
    }
    if (byKey?.size === 0) this.tails.delete(tail.run);
    this.full.delete(tail);
    this.doubtful.delete(tail);
  }

  /** Steps that begin anew, as with each epoch, come with later times: such a point is new, too. */
  private isLater(tail: Tail, point: MetricPoint): boolean {
    if (tail.latest === undefined) {
      const chunks = this.readable(tail).map(({ source }) => timesIn(source).max);
      tail.latest = Math.max(timesOf(tail).max, ...chunks);
    }
    return point.timestamp > tail.latest;
  }

  private *nextTails(): Iterable<Tail> {
    yield* this.full;
    if (this.tailPoints === 0) return;
    for (const byKey of this.tails.values()) {
      for (const tail of byKey.values()) if (!this.full.has(tail)) yield tail;
    }
  }

  private writeTail(tail: Tail): void {
    const { run, key } = tail;
    const points = this.newIn(tail);
    if (points.values.length === 0) return;
    const last = this.sql.get(
      `SELECT ${CHUNK_COLUMNS} FROM chunks WHERE run = ? AND key = ? ORDER BY n DESC LIMIT 1`,
      run,
      key,
    );
    const small = last !== undefined && number(last[3]) < SMALL_CHUNK;
    const before = small ? this.maybeRead(last) : undefined;
    if (last && before) this.garbage += number(last[2]);
    const parts = before ? [before, points] : [points];
    const n = last === undefined ? 0 : number(last[5]) + (before ? 0 : 1);
    this.writeChunks(run, key, n, sortColumns(concatenate(parts)));
  }

  /** The chunks of a tail's series but damaged ones, of which something can be told. */
  private readable({ run, key }: Tail): { row: Row; source: Source }[] {
    return this.rows(run, key).flatMap((row) => {
      const source = this.source(row);
      return source.digest?.times || this.maybeRead(row) ? [{ row, source }] : [];
    });
  }

  /**
   * Undefined for a chunk that is damaged: it must not keep other points from being taken and
   * written, nor a store from being opened. The doctor finds it.
   */
  private maybeRead(row: Row): Columns | undefined {
    try {
      return this.readChunk(row);
    } catch (error) {
      if (isLost(error)) return undefined;
      throw error;
    }
  }

  /** The points of a tail that are in no chunk. */
  private newIn(tail: Tail): Columns {
    let points = tail.sorted();
    if (!tail.mayRepeat) return points;
    for (const { row, source } of this.readable(tail)) {
      const shared = mayShare(source, points) ? this.maybeRead(row) : undefined;
      if (shared) points = without(points, shared);
    }
    return points;
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

/** Whether a chunk and points overlap in steps and in times: else no point can be in both. */
function mayShare(chunk: Source, points: Columns): boolean {
  if (points.values.length === 0) return false;
  const own = sourceOf(points);
  const [a, b] = [boundsOf(chunk, 'step'), boundsOf(own, 'step')];
  const [c, d] = [timesIn(chunk), timesIn(own)];
  const inSteps = a.first.step <= b.last.step && b.first.step <= a.last.step;
  return inSteps && c.min <= d.max && d.min <= c.max;
}

/** The points that are not among others; both sorted. */
function without(points: Columns, others: Columns): Columns {
  const compare = compareAtIn('step');
  const kept: number[] = [];
  let other = 0;
  for (let i = 0; i < points.values.length; i++) {
    while (other < others.values.length && compare(others, other, points, i) < 0) other++;
    const isKnown = other < others.values.length && compare(others, other, points, i) === 0;
    if (!isKnown) kept.push(i);
  }
  return kept.length === points.values.length ? points : pick(points, Uint32Array.from(kept));
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

/** Whether reading a chunk failed because its bytes are damaged, cut or gone. */
export function isLost(error: unknown): boolean {
  const isDamaged = error instanceof RunlensError && error.code === 'store.damaged';
  return isDamaged || systemCode(error) === 'ENOENT';
}
