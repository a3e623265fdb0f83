// The append-only files that hold the chunks.
import { damaged } from '../errors';
import { type FileLayer, writeAll } from '../files';

/** A new segment is begun above this many bytes. */
const SEGMENT_BYTES = 256 * 1024 * 1024;

export interface ChunkPlace {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes count from the moment a snapshot records the lengths: what is beyond them after a crash is
 * ignored, and written over.
 */
export class Segments {
  private readonly open = new Map<number, { fd: number; writable: boolean }>();
  private readonly dirty = new Set<number>();
  /** Appended and not yet written: many small chunks share a write. */
  private buffer: Uint8Array[] = [];
  private buffering: { readonly segment: number; length: number } | undefined;
  /** Numbers are not used again while an old snapshot may know them. */
  private newest: number;

  /** `lengths` by segment number, as the snapshot has them. */
  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    private readonly lengths: Map<number, number>,
  ) {
    this.newest = Math.max(1, ...lengths.keys());
  }

  /** Where the bytes will be; they are written at once, or in `buffered` by `flush`. */
  append(bytes: Uint8Array): ChunkPlace {
    const { buffering } = this;
    const segment = buffering?.segment ?? this.current();
    const offset = (this.lengths.get(segment) ?? 0) + (buffering?.length ?? 0);
    if (buffering) {
      this.buffer.push(bytes);
      buffering.length += bytes.length;
    } else {
      this.write(segment, bytes);
    }
    return { segment, offset, length: bytes.length };
  }

  /** Runs `work`, whose appends are written by `flush`; what it did not flush is forgotten. */
  buffered(work: () => void): void {
    this.buffering = { segment: this.current(), length: 0 };
    try {
      work();
    } finally {
      this.buffering = undefined;
      this.buffer = [];
    }
  }

  flush(): void {
    const { buffering } = this;
    if (!buffering || buffering.length === 0) return;
    const bytes = new Uint8Array(buffering.length);
    let at = 0;
    for (const part of this.buffer) {
      bytes.set(part, at);
      at += part.length;
    }
    this.write(buffering.segment, bytes);
    this.buffer = [];
    buffering.length = 0;
  }

  read({ segment, offset, length }: ChunkPlace): Uint8Array {
    const bytes = new Uint8Array(length);
    const fd = this.readable(segment);
    let done = 0;
    while (done < length) {
      const count = this.files.read(fd, bytes.subarray(done), offset + done);
      if (count === 0) throw damaged(`Segment ${this.path(segment)} is shorter than recorded.`);
      done += count;
    }
    return bytes;
  }

  /** Segment numbers and their lengths, for the snapshot. */
  lengthsNow(): [number, number][] {
    return [...this.lengths];
  }

  async sync(): Promise<void> {
    if (this.dirty.size === 0) return;
    for (const segment of [...this.dirty]) {
      this.dirty.delete(segment);
      try {
        await this.files.fdatasyncLater(this.writable(segment));
        this.files.syncFolder(this.folder);
      } catch (error) {
        this.dirty.add(segment);
        throw error;
      }
    }
  }

  /** The next bytes go to a segment of their own, so that the others can be given up. */
  roll(): void {
    this.findNewest();
    if ((this.lengths.get(this.newest) ?? 0) > 0) this.newest++;
    this.lengths.set(this.newest, 0);
  }

  /** No series needs it any more; the file stays until no kept snapshot needs it either. */
  retire(segment: number): void {
    // It stays open: a snapshot under way may have yet to sync it.
    this.lengths.delete(segment);
  }

  /** Bytes of the segments that series are in. */
  live(): number {
    return [...this.lengths.values()].reduce((sum, length) => sum + length, 0);
  }

  /** Bytes on disk: also of segments that only a snapshot needs. */
  total(): number {
    const retired = this.onDisk().filter((segment) => !this.lengths.has(segment));
    return retired.reduce((sum, segment) => sum + this.sizeOf(segment), this.live());
  }

  /** Cuts what a crash left behind the recorded lengths; `needed` ones are an older snapshot's. */
  cut(needed: ReadonlySet<number>): void {
    for (const path of this.unneeded(needed)) this.files.unlink(path);
    for (const segment of this.onDisk()) {
      const length = this.lengths.get(segment);
      if (length === undefined || this.sizeOf(segment) <= length) continue;
      this.files.truncate(this.writable(segment), length);
    }
  }

  /** Paths of the files that no series is in, nor one of the segments `needed` by snapshots. */
  unneeded(needed: ReadonlySet<number>): string[] {
    const segments = this.onDisk().filter(
      (segment) => !this.lengths.has(segment) && !needed.has(segment),
    );
    for (const segment of segments) this.forget(segment);
    return segments.map((segment) => this.path(segment));
  }

  close(): void {
    for (const { fd } of this.open.values()) this.files.close(fd);
    this.open.clear();
  }

  private forget(segment: number): void {
    const open = this.open.get(segment);
    if (open) this.files.close(open.fd);
    this.open.delete(segment);
    this.dirty.delete(segment);
  }

  private write(segment: number, bytes: Uint8Array): void {
    const offset = this.lengths.get(segment) ?? 0;
    writeAll(this.files, this.writable(segment), bytes, offset);
    // Only after the write: a failed one leaves nothing behind that counts.
    this.lengths.set(segment, offset + bytes.length);
    this.dirty.add(segment);
  }

  private current(): number {
    if ((this.lengths.get(this.newest) ?? 0) >= SEGMENT_BYTES) this.roll();
    else if (!this.lengths.has(this.newest)) this.findNewest();
    return this.newest;
  }

  private findNewest(): void {
    const retired = this.onDisk().filter((segment) => !this.lengths.has(segment));
    if (retired.some((segment) => segment >= this.newest)) this.newest = Math.max(...retired) + 1;
  }

  private onDisk(): number[] {
    return this.files.list(this.folder).flatMap((name) => {
      const segment = NAME.exec(name)?.[1];
      return segment === undefined ? [] : [Number(segment)];
    });
  }

  private sizeOf(segment: number): number {
    return this.files.size(this.path(segment));
  }

  private readable(segment: number): number {
    return this.open.get(segment)?.fd ?? this.openFile(segment, false);
  }

  private writable(segment: number): number {
    const open = this.open.get(segment);
    if (open?.writable) return open.fd;
    // Forgotten first: when it cannot be opened again, the closed one must not be used.
    this.open.delete(segment);
    if (open) this.files.close(open.fd);
    return this.openFile(segment, true);
  }

  private openFile(segment: number, writable: boolean): number {
    const path = this.path(segment);
    if (writable) this.files.mkdir(this.folder);
    const flags = writable ? (this.files.exists(path) ? 'r+' : 'w+') : 'r';
    const fd = this.files.open(path, flags);
    this.open.set(segment, { fd, writable });
    return fd;
  }

  private path(segment: number): string {
    return `${this.folder}/${String(segment).padStart(5, '0')}.points`;
  }
}

const NAME = /^(\d+)\.points$/;
