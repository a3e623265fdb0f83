// The journal: records of length, checksum and bytes, one file per snapshot, appended and synced.
import { crc32 } from './crc32';
import { type FileLayer, writeAll } from './files';

const HEADER = 8;

/**
 * A record as it lies in the file. The checksum covers the length too: the zeros that a crash can
 * leave at the end would otherwise be a record of no bytes with the right checksum.
 */
export function frameRecord(body: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + body.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, body.length, true);
  view.setUint32(4, checksum(record, body), true);
  record.set(body, HEADER);
  return record;
}

/**
 * Calls `take` with each whole record from the start; it says whether to go on.
 * @returns the length of the part that was taken: what is after it is torn or damaged.
 */
export function scanRecords(bytes: Uint8Array, take: (body: Uint8Array) => boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  while (position + HEADER <= bytes.length) {
    const end = position + HEADER + view.getUint32(position, true);
    if (end > bytes.length) break;
    const body = bytes.subarray(position + HEADER, end);
    const header = bytes.subarray(position, position + HEADER);
    if (view.getUint32(position + 4, true) !== checksum(header, body)) break;
    if (!take(body)) break;
    position = end;
  }
  return position;
}

const checksum = (header: Uint8Array, body: Uint8Array): number =>
  crc32(body, crc32(header.subarray(0, 4)));

const NAME = /^journal-(\d+)\.log$/;

export const journalPath = (folder: string, base: number): string =>
  `${folder}/journal-${String(base).padStart(12, '0')}.log`;

export interface JournalRef {
  readonly path: string;
  /** Its records have greater sequence numbers than this. */
  readonly base: number;
}

/** The journals of a folder, oldest first. */
export function listJournals(files: FileLayer, folder: string): JournalRef[] {
  const refs = files.list(folder).flatMap((name) => {
    const base = NAME.exec(name)?.[1];
    return base === undefined ? [] : [{ path: `${folder}/${name}`, base: Number(base) }];
  });
  return refs.sort((a, b) => a.base - b.base);
}

/** The journal that is being written. */
export class JournalFile {
  private written: number;
  private synced: number;

  private constructor(
    private readonly files: FileLayer,
    readonly path: string,
    private readonly fd: number,
    length: number,
  ) {
    this.written = length;
    this.synced = length;
  }

  /** A new, empty journal, durable when this returns. */
  static create(files: FileLayer, folder: string, base: number): JournalFile {
    const path = journalPath(folder, base);
    const fd = files.open(path, 'w+');
    try {
      files.fdatasync(fd);
      files.syncFolder(folder);
    } catch (error) {
      files.close(fd);
      throw error;
    }
    return new JournalFile(files, path, fd, 0);
  }

  /** Goes on behind the first `length` bytes; what is after them is cut, durably. */
  static resume(files: FileLayer, path: string, length: number): JournalFile {
    const fd = files.open(path, 'r+');
    try {
      files.truncate(fd, length);
      files.fdatasync(fd);
    } catch (error) {
      files.close(fd);
      throw error;
    }
    return new JournalFile(files, path, fd, length);
  }

  /** Bytes that are known to be on disk. */
  get durable(): number {
    return this.synced;
  }

  append(bytes: Uint8Array): void {
    writeAll(this.files, this.fd, bytes, this.written);
    this.written += bytes.length;
  }

  /** Makes all that was appended durable, at once. */
  sync(): void {
    this.files.fdatasync(this.fd);
    this.synced = this.written;
  }

  async syncLater(): Promise<void> {
    const written = this.written;
    await this.files.fdatasyncLater(this.fd);
    this.synced = written;
  }

  close(): void {
    this.files.close(this.fd);
  }
}
