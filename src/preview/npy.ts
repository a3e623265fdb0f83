/**
 * NumPy's .npy as a table: rows are the first axis, columns all others. Format: numpy/lib/format.py,
 * versions 1.0 to 3.0. Arrays of objects are pickles and are never read here.
 */
import { RunlensError } from '../base/errors';
import type { TableCell } from '../protocol/files';
import { type ByteSource, latin1, viewOf } from './bytes';
import { bigCell, dateText, numberCell, textCell } from './cells';
import {
  type Asked,
  type Column,
  LastOrder,
  orderOf,
  type PageOfTable,
  rangeOf,
  rowsOfPage,
  type SortBy,
  type Table,
} from './table';

const MAGIC = '\x93NUMPY';
const MOST_COLUMNS = 1000;
const LONGEST_HEADER = 64 * 1024;

export interface NpyHeader {
  /** As written: `<f8`; a structured one is its whole text. */
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly begin: number;
}

/** Undefined when it is none. */
export async function npyHeader(source: ByteSource): Promise<NpyHeader | undefined> {
  const head = await source.read(0, 12);
  if (head.length < 12 || latin1(head.subarray(0, 6)) !== MAGIC) return undefined;
  const isLong = (head[6] ?? 0) > 1;
  const length = isLong ? viewOf(head).getUint32(8, true) : viewOf(head).getUint16(8, true);
  const from = isLong ? 12 : 10;
  const text = latin1(await source.read(from, Math.min(length, LONGEST_HEADER)));
  const descr = /'descr':\s*(?:'([^']*)'|(\[.*?\])\s*,\s*'fortran)/s.exec(text);
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  if (!descr || shape === undefined || fortran === undefined) return undefined;
  const sizes = shape.split(',').filter((part) => part.trim() !== '');
  return {
    descr: descr[1] ?? descr[2] ?? '',
    fortran: fortran === 'True',
    shape: sizes.map(Number),
    begin: from + length,
  };
}

export const isObjectArray = ({ descr }: NpyHeader): boolean =>
  /^\|?O\d*$/.test(descr) || /'\|?O\d*'/.test(descr);

/** @throws RunlensError `file.invalid` for a dtype that has no cells here, or a file that is cut short. */
export async function npyTable(source: ByteSource): Promise<Table> {
  const header = await npyHeader(source);
  if (!header) throw invalid('It has no header of NumPy.');
  const item = itemOf(header.descr);
  if (!item) throw invalid(`Arrays of ${header.descr} cannot be shown as a table.`);
  const table = new NpyTable(header, item);
  if (table.end > source.size) throw invalid('It is cut short: values are missing at its end.');
  return table;
}

const invalid = (why: string): RunlensError =>
  new RunlensError('file.invalid', `The .npy file cannot be read. ${why}`);

class NpyTable implements Table {
  readonly format = 'npy';
  readonly columns: readonly Column[];
  private readonly rows: number;
  private readonly width: number;
  private readonly sorted = new LastOrder<number>((source, by) => this.sort(source, by));

  constructor(
    private readonly header: NpyHeader,
    private readonly item: Item,
  ) {
    const [first = 1, ...others] = header.shape;
    this.rows = first;
    this.width = others.reduce((product, size) => product * size, 1);
    const shown = Math.min(this.width, MOST_COLUMNS);
    this.columns = Array.from({ length: shown }, (_, at) => ({
      name: others.length === 0 ? 'value' : positionsOf(at, others).join(','),
      type: item.name,
    }));
  }

  get rowCount(): number {
    return this.rows;
  }

  /** Where the values end. */
  get end(): number {
    return this.header.begin + this.rows * this.width * this.item.bytes;
  }

  async page(source: ByteSource, asked: Asked): Promise<PageOfTable> {
    const limit = rowsOfPage(asked.limit, this.columns.length);
    const to = Math.min(asked.offset + limit, this.rows);
    const rows = asked.orderBy
      ? await this.scattered(
          source,
          (await this.sorted.of(source, asked.orderBy)).slice(asked.offset, to),
        )
      : await this.range(source, asked.offset, to);
    return { rows, total: this.rows, notes: this.notes(limit < asked.limit ? limit : undefined) };
  }

  private notes(limit: number | undefined): string[] {
    const { shape } = this.header;
    const [shown, width] = [this.columns.length, this.width];
    return [
      ...(shape.length > 2 ? [`An array of shape (${shape.join(', ')}).`] : []),
      ...(shown < width ? [`${shown} of ${width} columns are shown.`] : []),
      ...(limit === undefined ? [] : [`The table is wide: ${limit} rows are read at once.`]),
    ];
  }

  private async range(source: ByteSource, from: number, to: number): Promise<TableCell[][]> {
    if (to <= from || this.columns.length === 0) return [];
    if (!this.header.fortran) return this.rowsTogether(source, from, to);
    const columns: TableCell[][] = [];
    for (const at of this.columns.keys()) columns.push(await this.column(source, at, from, to));
    return rangeOf(0, to - from).map((row) => columns.map((column) => column[row] ?? null));
  }

  private async scattered(source: ByteSource, rows: readonly number[]): Promise<TableCell[][]> {
    const found: TableCell[][] = [];
    for (const row of rows) found.push(...(await this.range(source, row, row + 1)));
    return found;
  }

  /** In C's order: the items of a row lie together, and so do rows where all columns are shown. */
  private async rowsTogether(source: ByteSource, from: number, to: number): Promise<TableCell[][]> {
    const [stride, shown] = [this.width, this.columns.length].map((n) => n * this.item.bytes);
    if (stride === undefined || shown === undefined) return [];
    const start = (row: number) => this.header.begin + row * stride;
    if (stride === shown) {
      const block = await source.read(start(from), (to - from) * stride);
      return rangeOf(0, to - from).map((row) =>
        this.cells(block.subarray(row * stride, (row + 1) * stride)),
      );
    }
    return Promise.all(
      rangeOf(from, to).map(async (row) => this.cells(await source.read(start(row), shown))),
    );
  }

  /** A column of some rows; in Fortran's order they lie together. */
  private async column(
    source: ByteSource,
    at: number,
    from: number,
    to: number,
  ): Promise<TableCell[]> {
    const { begin, fortran } = this.header;
    const { bytes } = this.item;
    if (fortran) {
      const start = begin + (this.fortranColumn(at) * this.rows + from) * bytes;
      return this.cells(await source.read(start, (to - from) * bytes));
    }
    const stride = this.width * bytes;
    const block = await source.read(begin + from * stride, (to - from) * stride);
    return rangeOf(0, to - from).map((row) => {
      const start = row * stride + at * bytes;
      return this.cells(block.subarray(start, start + bytes))[0] ?? null;
    });
  }

  /** Columns are counted with the last axis running first; Fortran stores the first of them first. */
  private fortranColumn(at: number): number {
    const sizes = this.header.shape.slice(1);
    let [index, factor] = [0, 1];
    for (const [axis, position] of positionsOf(at, sizes).entries()) {
      index += position * factor;
      factor *= sizes[axis] ?? 1;
    }
    return index;
  }

  private cells(bytes: Uint8Array): TableCell[] {
    const view = viewOf(bytes);
    const count = Math.floor(bytes.length / Math.max(1, this.item.bytes));
    return rangeOf(0, count).map((at) => this.item.read(view, at * this.item.bytes));
  }

  private async sort(
    source: ByteSource,
    { column, descending }: SortBy,
  ): Promise<readonly number[]> {
    return orderOf(await this.column(source, column, 0, this.rows), descending);
  }
}

/** The positions on each axis of the item at `at`, the last axis running first. */
function positionsOf(at: number, sizes: readonly number[]): number[] {
  const positions: number[] = [];
  let rest = at;
  for (const size of [...sizes].reverse()) {
    positions.unshift(size === 0 ? 0 : rest % size);
    rest = size === 0 ? 0 : Math.floor(rest / size);
  }
  return positions;
}

/** How one value is read. */
interface Item {
  readonly name: string;
  readonly bytes: number;
  read(view: DataView, at: number): TableCell;
}

function itemOf(descr: string): Item | undefined {
  const match = /^([<>|=]?)([biufcSUMm?])(\d*)(?:\[(\d*)(\w+)\])?$/.exec(descr);
  if (!match) return undefined;
  const [, order = '', kind = '', size = '', count = '', unit = ''] = match;
  const little = order !== '>';
  const bytes = kind === '?' ? 1 : Number(size || 1);
  if (kind === 'U') return textItem(Number(size), little);
  if (kind === 'S') return bytesItem(bytes);
  if (kind === 'M' || kind === 'm') return timeItem(kind, little, Number(count || 1), unit);
  const read = numberReader(`${kind}${bytes}`, little);
  return read && { name: NAMES[`${kind}${bytes}`] ?? descr, bytes, read };
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ b1: 'bool', '?1': 'bool', i1: 'int8', i2: 'int16', i4: 'int32', i8: 'int64' },
  ...{ u1: 'uint8', u2: 'uint16', u4: 'uint32', u8: 'uint64' },
  ...{ f2: 'float16', f4: 'float32', f8: 'float64', c8: 'complex64', c16: 'complex128' },
};

type Reader = (view: DataView, at: number) => TableCell;

function numberReader(kind: string, little: boolean): Reader | undefined {
  const readers: Readonly<Record<string, Reader>> = {
    b1: (view, at) => view.getUint8(at) !== 0,
    '?1': (view, at) => view.getUint8(at) !== 0,
    i1: (view, at) => view.getInt8(at),
    i2: (view, at) => view.getInt16(at, little),
    i4: (view, at) => view.getInt32(at, little),
    i8: (view, at) => bigCell(view.getBigInt64(at, little)),
    u1: (view, at) => view.getUint8(at),
    u2: (view, at) => view.getUint16(at, little),
    u4: (view, at) => view.getUint32(at, little),
    u8: (view, at) => bigCell(view.getBigUint64(at, little)),
    f2: (view, at) => numberCell(half(view.getUint16(at, little))),
    f4: (view, at) => single(view.getFloat32(at, little)),
    f8: (view, at) => numberCell(view.getFloat64(at, little)),
    c8: (view, at) => complex(view.getFloat32(at, little), view.getFloat32(at + 4, little)),
    c16: (view, at) => complex(view.getFloat64(at, little), view.getFloat64(at + 8, little)),
  };
  return readers[kind];
}

/** The shortest number that is this one among those of 32 bits: 0.1, not 0.10000000149011612. */
function single(value: number): TableCell {
  if (!Number.isFinite(value)) return numberCell(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

const complex = (real: number, imaginary: number): string =>
  `${real}${imaginary < 0 || Object.is(imaginary, -0) ? '-' : '+'}${Math.abs(imaginary)}j`;

/** UTF-32, padded with zeros. */
function textItem(length: number, little: boolean): Item {
  const read: Reader = (view, at) => {
    let text = '';
    for (let i = 0; i < length; i++) {
      const point = view.getUint32(at + i * 4, little);
      text += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
    }
    return textCell(text.replace(/\0+$/, ''));
  };
  return { name: 'text', bytes: length * 4, read };
}

function bytesItem(bytes: number): Item {
  const read: Reader = (view, at) =>
    textCell(latin1(new Uint8Array(view.buffer, view.byteOffset + at, bytes)).replace(/\0+$/, ''));
  return { name: 'bytes', bytes, read };
}

const NOT_A_TIME = -(2n ** 63n);
const UNIT_MS: Readonly<Record<string, number>> = {
  ...{ W: 604_800_000, D: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 },
  ...{ ms: 1, us: 1e-3, ns: 1e-6 },
};

function timeItem(kind: 'M' | 'm', little: boolean, count: number, unit: string): Item {
  const ms = UNIT_MS[unit];
  const read: Reader = (view, at) => {
    const value = view.getBigInt64(at, little);
    if (value === NOT_A_TIME) return 'NaT';
    if (kind === 'm' || ms === undefined) return bigCell(value * BigInt(count));
    return dateText(new Date(Math.floor(Number(value) * count * ms)));
  };
  const name = kind === 'M' ? 'datetime64' : 'timedelta64';
  return { name: unit === '' ? name : `${name}[${unit}]`, bytes: 8, read };
}
