// Reads files of runs and artifacts for panels: facts, pages of tables and of text. Indexes are kept, bounded.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { RunlensError } from '../base/errors';
import type { FileFacts, FileTable, FileView, TextPage } from '../protocol/files';
import { type ByteSource, withFile } from './bytes';
import { delimitedFormat } from './delimited';
import { decode, encodingOf } from './encoding';
import { jsonFormat } from './jsonRows';
import { kindOf } from './kinds';
import { readModelFiles } from './modelFiles';
import { npyTable } from './npy';
import { parquetTable } from './parquet';
import { fileInside } from './places';
import { RowTable } from './rowTable';
import { type Asked, MOST_SORTED, MOST_SORTED_ROWS, type Table, tooBigToSort } from './table';

/** A file below a folder: `folder` absolute, `path` relative to it, with `/`. */
export interface FileIn {
  readonly folder: string;
  readonly path: string;
}

/** Tables that are kept with their indexes. */
const MOST_TABLES = 8;

/**
 * All of them throw RunlensError: `path.invalid` for a path that leaves the folder, `file.notFound`, and
 * `file.invalid` for what is no file, or is not what it is asked for as.
 */
export class Previews {
  /** By the file and its state, the one used last at the end. */
  private readonly tables = new Map<string, OpenTable>();

  async facts(at: FileIn): Promise<FileFacts> {
    const file = await fileInside(at.folder, at.path);
    const { size, mtimeMs } = await fs.stat(file);
    return withFile(file, async (source) => {
      const { view, problem } = await kindOf(source, nameOf(at));
      const told = problem === undefined ? {} : { problem };
      return { file, size, modified: mtimeMs, view, ...told, ...(await more(view, file, source)) };
    });
  }

  /** @param stop asked now and then whether nobody waits any more. */
  async table(at: FileIn, asked: Asked, stop: () => boolean = () => false): Promise<FileTable> {
    const file = await fileInside(at.folder, at.path);
    const { size, mtimeMs, ino } = await fs.stat(file);
    const open = this.openTable(`${file}\0${size}\0${mtimeMs}\0${ino}`);
    return withFile(file, (source) => open.page(source, nameOf(at), asked, stop));
  }

  async text(
    at: FileIn,
    { from, bytes }: { readonly from: number; readonly bytes: number },
  ): Promise<TextPage> {
    const file = await fileInside(at.folder, at.path);
    return withFile(file, (source) => textPage(source, from, bytes));
  }

  private openTable(key: string): OpenTable {
    const open = this.tables.get(key) ?? new OpenTable();
    this.tables.delete(key);
    this.tables.set(key, open);
    const [oldest] = this.tables.keys();
    if (this.tables.size > MOST_TABLES && oldest !== undefined) this.tables.delete(oldest);
    return open;
  }
}

const HEAD_BYTES = 512;

/** What some kinds have beside their view. An MLmodel that cannot be read is shown as the text that it is. */
async function more(
  { kind }: FileView,
  file: string,
  source: ByteSource,
): Promise<Pick<FileFacts, 'head' | 'model' | 'problem'>> {
  if (kind === 'binary') {
    return { head: Buffer.from(await source.read(0, HEAD_BYTES)).toString('hex') };
  }
  if (kind !== 'mlmodel') return {};
  try {
    return { model: await readModelFiles(path.dirname(file)) };
  } catch (error) {
    if (error instanceof RunlensError) return { problem: error.message };
    throw error;
  }
}

const nameOf = (at: FileIn): string => path.posix.basename(at.path);

/** A table of one state of a file; its pages are read one after another, since they share an index. */
class OpenTable {
  private table: Table | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  page(source: ByteSource, name: string, asked: Asked, stop: () => boolean): Promise<FileTable> {
    const page = this.turn.then(() => this.read(source, name, asked, stop));
    // The next one is not hindered by what this one throws.
    this.turn = page.catch(() => undefined);
    return page;
  }

  private async read(
    source: ByteSource,
    name: string,
    asked: Asked,
    stop: () => boolean,
  ): Promise<FileTable> {
    this.table ??= await tableOf(source, name);
    const { table } = this;
    const isShort = (table.rowCount ?? 0) <= MOST_SORTED_ROWS;
    const sortable = isShort && source.size <= MOST_SORTED;
    checkOrder(asked, table, sortable);
    const { rows, total, notes } = await table.page(source, asked, stop);
    const note = notes.length > 0 ? { note: notes.join(' ') } : {};
    return { format: table.format, columns: table.columns, rows, total, sortable, ...note };
  }
}

function checkOrder({ orderBy }: Asked, { columns }: Table, sortable: boolean): void {
  if (!orderBy) return;
  if (!sortable) throw tooBigToSort();
  if (orderBy.column < columns.length) return;
  throw refused(`It has ${columns.length} columns; there is no column ${orderBy.column}.`);
}

async function tableOf(source: ByteSource, name: string): Promise<Table> {
  const { view, problem } = await kindOf(source, name);
  if (view.kind !== 'table') throw refused(problem ?? `It is no table: ${whatIs(view)}.`);
  switch (view.format) {
    case 'csv':
    case 'tsv':
      return new RowTable(await delimitedFormat(source, view.format));
    case 'json':
    case 'jsonl':
      return new RowTable(await jsonFormat(source, view.format));
    case 'parquet':
      return parquetTable(source);
    case 'npy':
      return npyTable(source);
  }
}

const whatIs = ({ kind }: FileView): string =>
  kind === 'pickle' ? 'it is a pickle, which is not loaded' : `it is of the kind ${kind}`;

const refused = (why: string): RunlensError =>
  new RunlensError('file.invalid', `The file cannot be shown as a table. ${why}`);

/** Cut at a line's end where there is one, else between two characters. */
async function textPage(source: ByteSource, from: number, bytes: number): Promise<TextPage> {
  const encoding = encodingOf(await source.read(0, 4));
  const start = Math.max(from, encoding.mark);
  const part = await source.read(start, bytes);
  const isEnd = start + part.length >= source.size;
  const length = isEnd ? part.length : cutOf(part, encoding.unit, encoding.name === 'utf-16be');
  const text = decode(encoding, part.subarray(0, length));
  return { text, next: start + length, size: source.size };
}

const LF = 10;

/** How many bytes of a part that goes on are shown. */
function cutOf(part: Uint8Array, unit: 1 | 2, isBig: boolean): number {
  if (unit === 2) return cutOfUnits(part, isBig);
  const line = part.lastIndexOf(LF);
  return line >= 0 ? line + 1 : wholeCharacters(part);
}

/** A character's first byte says how many there are (RFC 3629). */
function wholeCharacters(part: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, part.length - 1); back++) {
    const byte = part[part.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? part.length - back : part.length;
  }
  return part.length;
}

function cutOfUnits(part: Uint8Array, isBig: boolean): number {
  const even = part.length & ~1;
  const unitAt = (at: number) => {
    const [first = 0, second = 0] = part.subarray(at, at + 2);
    return isBig ? first * 256 + second : second * 256 + first;
  };
  for (let at = even - 2; at >= 0; at -= 2) if (unitAt(at) === LF) return at + 2;
  const isHalf = even > 2 && (unitAt(even - 2) & 0xfc00) === 0xd800;
  return isHalf ? even - 2 : even;
}
