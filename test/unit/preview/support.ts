// Files in a folder that goes away, and a look at which bytes a reader reads.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ByteSource } from '../../../src/preview/bytes';

export const FIXTURES = path.resolve('test/fixtures/tables');

const folders: string[] = [];

export function tempFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-preview-')));
  folders.push(folder);
  return folder;
}

export function cleanUp(): void {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

/** A file of this content, as previews are asked for it. */
export function fileOf(
  name: string,
  content: string | Uint8Array,
): { folder: string; path: string } {
  const folder = tempFolder();
  fs.writeFileSync(path.join(folder, name), content);
  return { folder, path: name };
}

/** Bytes in memory that count how many of them were read. */
export class CountedBytes implements ByteSource {
  read_ = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  read(from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const part = new Uint8Array(this.bytes.subarray(from, from + Math.max(0, length)));
    this.read_ += part.length;
    return Promise.resolve(part);
  }
}

export const utf16 = (text: string, isBig = false): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};
