// Reads parts of a file, so that no reader here holds all of a big one.
import * as fs from 'node:fs/promises';
import { RunlensError } from '../base/errors';

export interface ByteSource {
  readonly size: number;
  /** Fewer bytes at the end of the file, and none behind it. The bytes are the caller's own. */
  read(from: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Keeps the file open while `work` reads it. */
export async function withFile<T>(
  file: string,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const handle = await fs.open(file, 'r');
  try {
    const { size } = await handle.stat();
    // Headers may name any place and length: nothing is behind the end, nor worth memory.
    const read = (from: number, length: number) =>
      readFrom(handle, from, Math.min(length, size - from));
    return await work({ size, read });
  } finally {
    await handle.close();
  }
}

async function readFrom(
  handle: fs.FileHandle,
  from: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, length));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) return bytes.slice(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** All of it. @throws RunlensError `file.invalid` when it is longer than `most` bytes. */
export async function readAll(source: ByteSource, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (source.size <= most) return source.read(0, source.size);
  const [has, takes] = [source.size, most].map((bytes) => Math.ceil(bytes / 1024 / 1024));
  throw new RunlensError('file.invalid', `The file has ${has} MB; at most ${takes} MB are read.`);
}

/** Lets others have their turn in a long computation. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Little-endian numbers of a header. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Each byte as the character of its number. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
