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

  /** `lengths` by segment number, as the snapshot has them. */
  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    private readonly lengths: Map<number, number>,
  ) {}

  append(bytes: Uint8Array): ChunkPlace {
    const segment = this.current();
    const offset = this.lengths.get(segment) ?? 0;
    writeAll(this.files, this.writable(segment), bytes, offset);
    // Only after the write: a failed one leaves nothing behind that counts.
    this.lengths.set(segment, offset + bytes.length);
    this.dirty.add(segment);
    return { segment, offset, length: bytes.length };
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

  /** Cuts what a crash left behind the recorded lengths. */
  cut(): void {
    for (const name of this.files.list(this.folder)) {
      const segment = Number.parseInt(name, 10);
      const length = this.lengths.get(segment) ?? 0;
      if (!name.endsWith('.points') || this.files.size(this.path(segment)) <= length) continue;
      this.files.truncate(this.writable(segment), length);
    }
  }

  close(): void {
    for (const { fd } of this.open.values()) this.files.close(fd);
    this.open.clear();
  }

  private current(): number {
    const last = Math.max(1, ...this.lengths.keys());
    return (this.lengths.get(last) ?? 0) < SEGMENT_BYTES ? last : last + 1;
  }

  private readable(segment: number): number {
    return this.open.get(segment)?.fd ?? this.openFile(segment, false);
  }

  private writable(segment: number): number {
    const open = this.open.get(segment);
    if (open?.writable) return open.fd;
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
