/**
 * What is in archives, without unpacking: the central directory of zip (PKWARE's APPNOTE 4.3 and 4.5.3),
 * headers of tar (POSIX ustar, GNU's and pax's long names), also compressed with gzip.
 */
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { messageOf } from '../base/errors';
import { type ByteSource, latin1, viewOf } from './bytes';
import { blocksOf } from './pickles';

export interface Entry {
  readonly path: string;
  /** Bytes when unpacked. */
  readonly size: number;
}

export interface Listing {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** Why not everything is listed. */
  readonly problem?: string;
}

export const MOST_ENTRIES = 1000;
const MOST_DIRECTORY = 16 * 1024 * 1024;
const MOST_HEADERS = 20_000;
/** Of a compressed archive no more than so much is unpacked to find its headers. */
const MOST_UNPACKED = 256 * 1024 * 1024;

export interface ZipEntry extends Entry {
  /** 0: stored as it is, 8: deflated. */
  readonly method: number;
  readonly packed: number;
  /** Where its local header is. */
  readonly at: number;
}

export interface ZipListing extends Listing {
  readonly entries: readonly ZipEntry[];
}

/** Undefined when the end of the file is none of a zip. */
export async function listZip(source: ByteSource): Promise<ZipListing | undefined> {
  const end = await directoryEnd(source);
  if (!end) return undefined;
  const bytes = await source.read(end.at, Math.min(end.bytes, MOST_DIRECTORY));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < MOST_ENTRIES; ) {
    const entry = zipEntry(bytes, at);
    if (!entry) break;
    entries.push(entry.entry);
    at = entry.next;
  }
  const isWhole = entries.length === Math.min(end.total, MOST_ENTRIES);
  const problem = isWhole
    ? {}
    : { problem: 'The archive is damaged: entries are missing in its directory.' };
  return { entries, total: end.total, ...problem };
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const LONGEST_COMMENT = 65_557;

async function directoryEnd(source: ByteSource) {
  const from = Math.max(0, source.size - LONGEST_COMMENT);
  const tail = await source.read(from, source.size - from);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== END) at -= 1;
  if (at < 0) return undefined;
  const total = view.getUint16(at + 10, true);
  const bytes = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  if (start !== 0xffffffff && total !== 0xffff) return { total, bytes, at: start };
  return (await directoryEnd64(source, from + at)) ?? { total, bytes, at: start };
}

async function directoryEnd64(source: ByteSource, end: number) {
  const locator = await source.read(Math.max(0, end - 20), 20);
  if (locator.length < 20) return undefined;
  const record = await source.read(Number(viewOf(locator).getBigUint64(8, true)), 56);
  if (record.length < 56 || viewOf(record).getUint32(0, true) !== END_64) return undefined;
  const number = (at: number) => Number(viewOf(record).getBigUint64(at, true));
  return { total: number(32), bytes: number(40), at: number(48) };
}

function zipEntry(bytes: Uint8Array, at: number): { entry: ZipEntry; next: number } | undefined {
  if (at + 46 > bytes.length) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(at, true) !== ENTRY) return undefined;
  const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
  const nameEnd = at + 46 + (name ?? 0);
  const next = nameEnd + (extra ?? 0) + (comment ?? 0);
  if (next > bytes.length) return undefined;
  const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
  const text = bytes.subarray(at + 46, nameEnd);
  const wide = wideSizes(view, { at, from: nameEnd, to: nameEnd + (extra ?? 0) });
  const path = isUtf8 ? new TextDecoder().decode(text) : latin1(text);
  return { entry: { path, method: view.getUint16(at + 10, true), ...wide }, next };
}

/** Sizes beyond 4 GB are in the extra field 1, in this order, as far as they are needed. */
function wideSizes(
  view: DataView,
  { at, from, to }: { readonly at: number; readonly from: number; readonly to: number },
) {
  const sizes = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
  for (let field = from; field + 4 <= to; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let next = field + 4;
    for (const [i, size] of sizes.entries()) {
      if (size !== 0xffffffff || next + 8 > to) continue;
      sizes[i] = Number(view.getBigUint64(next, true));
      next += 8;
    }
  }
  const [size = 0, packed = 0, local = 0] = sizes;
  return { size, packed, at: local };
}

/** Where the content of an entry lies; undefined when its header is not there. */
export async function contentOf(
  source: ByteSource,
  entry: ZipEntry,
): Promise<{ from: number; end: number } | undefined> {
  const head = await source.read(entry.at, 30);
  if (head.length < 30 || viewOf(head).getUint32(0, true) !== LOCAL) return undefined;
  const skip = viewOf(head).getUint16(26, true) + viewOf(head).getUint16(28, true);
  const from = entry.at + 30 + skip;
  return { from, end: Math.min(from + entry.packed, source.size) };
}

const BLOCK = 512;
const LONG_NAME = 64 * 1024;

/** Reads headers and passes over contents. */
export async function listTar(source: ByteSource): Promise<Listing> {
  const list = new TarList();
  for (let at = 0; !list.isEnded; ) {
    const header = await source.read(at, BLOCK);
    const skip = list.header(header);
    at += BLOCK;
    if (skip === undefined) break;
    if (list.wantsContent) list.content(await source.read(at, Math.min(skip, LONG_NAME)));
    at += skip;
  }
  return list.listing();
}

/** Unpacks as it goes and keeps nothing but headers. */
export async function listTarGz(source: ByteSource): Promise<Listing> {
  const list = new TarList();
  const parts = new TarParts(list);
  const unpack = zlib.createGunzip();
  let unpacked = 0;
  try {
    for await (const part of Readable.from(blocksOf(source, 0, source.size)).pipe(unpack)) {
      unpacked += (part as Uint8Array).length;
      parts.push(part as Uint8Array);
      if (list.isEnded || unpacked > MOST_UNPACKED) break;
    }
  } catch (error) {
    return list.listing(`The archive is damaged: ${messageOf(error)}.`);
  } finally {
    unpack.destroy();
  }
  const isCut = !list.isEnded && unpacked > MOST_UNPACKED;
  return list.listing(isCut ? 'It is a long archive: its first part is listed.' : undefined);
}

/** Hands a tar that comes in parts to a list. */
class TarParts {
  private pending: Uint8Array = new Uint8Array(0);
  private skip = 0;

  constructor(private readonly list: TarList) {}

  push(part: Uint8Array): void {
    this.pending = Buffer.concat([this.pending, part]);
    while (!this.list.isEnded && this.step());
  }

  /** False when more bytes are needed. */
  private step(): boolean {
    const { list } = this;
    if (list.wantsContent) {
      const wanted = Math.min(this.skip, LONG_NAME);
      if (this.pending.length < wanted) return false;
      list.content(this.pending.subarray(0, wanted));
    }
    const left = Math.min(this.skip, this.pending.length);
    this.pending = this.pending.subarray(left);
    this.skip -= left;
    if (this.skip > 0 || this.pending.length < BLOCK) return false;
    this.skip = list.header(this.pending.subarray(0, BLOCK)) ?? 0;
    this.pending = this.pending.subarray(BLOCK);
    return true;
  }
}

/** Whether these are the first bytes of a tar. */
export const isTar = (head: Uint8Array): boolean =>
  head.length >= BLOCK && latin1(head.subarray(257, 262)) === 'ustar';

class TarList {
  isEnded = false;
  /** The content of the header that was read last holds a name. */
  wantsContent = false;
  private readonly entries: Entry[] = [];
  private total = 0;
  private headers = 0;
  private longName: string | undefined;
  private kind = '';
  private problem: string | undefined;

  /** Bytes until the next header; undefined at the end. */
  header(block: Uint8Array): number | undefined {
    if (block.length < BLOCK || block.every((byte) => byte === 0)) return this.end();
    const size = sizeIn(block.subarray(124, 136));
    if (!isTar(block) || !Number.isSafeInteger(size)) return this.end('The archive is damaged.');
    this.kind = String.fromCharCode(block[156] ?? 0);
    this.wantsContent = this.kind === 'L' || this.kind === 'x';
    if (!this.wantsContent && '01234567\0'.includes(this.kind)) this.add(block, size);
    this.headers += 1;
    if (this.headers >= MOST_HEADERS) return this.end('It has more entries than are counted.');
    return Math.ceil(size / BLOCK) * BLOCK;
  }

  content(bytes: Uint8Array): void {
    this.wantsContent = false;
    const text = Buffer.from(bytes).toString('utf8');
    this.longName = this.kind === 'L' ? text.replace(/\0.*$/s, '') : paxPath(text);
  }

  listing(problem = this.problem): Listing {
    const { entries, total } = this;
    return { entries, total, ...(problem === undefined ? {} : { problem }) };
  }

  private add(block: Uint8Array, size: number): void {
    this.total += 1;
    const [name, prefix] = [textIn(block.subarray(0, 100)), textIn(block.subarray(345, 500))];
    const isPosix = block[262] === 0;
    const path = this.longName ?? (isPosix && prefix !== '' ? `${prefix}/${name}` : name);
    this.longName = undefined;
    if (this.entries.length < MOST_ENTRIES) this.entries.push({ path, size });
  }

  private end(problem?: string): undefined {
    this.isEnded = true;
    this.problem = problem;
    return undefined;
  }
}

const textIn = (field: Uint8Array): string =>
  Buffer.from(field).toString('utf8').replace(/\0.*$/s, '');

const paxPath = (text: string): string | undefined => /\d+ path=(.*)\n/.exec(text)?.[1];

/** Octal digits, or GNU's binary number. */
function sizeIn(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = latin1(field).replace(/[\0 ]/g, '');
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  return field.subarray(4).reduce((sum, byte) => sum * 256 + byte, 0);
}
