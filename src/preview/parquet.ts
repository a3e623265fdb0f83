// Parquet as a table: only the pages, or at least only the columns one after another, that a page of rows needs.
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { messageOf, RunlensError } from '../base/errors';
import type { TableCell } from '../protocol/files';
import type { ByteSource } from './bytes';
import { anyCell, dateText, textCell } from './cells';
import { DECOMPRESSORS } from './decompress';
import { isText } from './encoding';
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

/** Columns whose chunks have so many bytes together are read at the same time. */
const TOGETHER = 16 * 1024 * 1024;

/** @throws RunlensError `file.invalid` for what is no whole Parquet file. */
export async function parquetTable(source: ByteSource): Promise<Table> {
  const metadata = await understood(() =>
    parquetMetadataAsync(bufferOf(source), { geoparquet: false }),
  );
  return new ParquetTable(metadata);
}

class ParquetTable implements Table {
  readonly format = 'parquet';
  readonly columns: readonly Column[];
  private readonly total: number;
  private readonly sorted = new LastOrder<number>((source, by) => this.sort(source, by));

  constructor(private readonly metadata: FileMetaData) {
    this.columns = parquetSchema(metadata).children.map((child) => ({
      name: child.element.name,
      type: typeOf(child),
    }));
    this.total = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  }

  get rowCount(): number {
    return this.total;
  }

  async page(source: ByteSource, asked: Asked): Promise<PageOfTable> {
    const limit = rowsOfPage(asked.limit, this.columns.length);
    const wanted = asked.orderBy
      ? (await this.sorted.of(source, asked.orderBy)).slice(asked.offset, asked.offset + limit)
      : rangeOf(asked.offset, Math.min(asked.offset + limit, this.total));
    const columns = await this.read(source, wanted);
    const rows = wanted.map((_, row) => columns.map((column) => column[row] ?? null));
    const cut = limit < asked.limit ? [`The table is wide: ${limit} rows are read at once.`] : [];
    return { rows, total: this.total, notes: cut };
  }

  /** Per column the cells of the rows. */
  private async read(source: ByteSource, rows: readonly number[]): Promise<TableCell[][]> {
    const found: TableCell[][] = this.columns.map(() => []);
    if (rows.length === 0) return found;
    for (const batch of this.batches()) {
      const read = await this.readColumns(source, batch, rows);
      for (const [i, at] of batch.entries()) found[at] = read[i] ?? [];
    }
    return found;
  }

  /** Columns to be read together: memory is bounded by these, not by the row group. */
  private batches(): number[][] {
    const sizes = this.columns.map(({ name }) => this.largestChunk(name));
    const batches: number[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const [at, size] of sizes.entries()) {
      if (bytes + size > TOGETHER) {
        batches.push([]);
        bytes = 0;
      }
      bytes += size;
      batches.at(-1)?.push(at);
    }
    return batches;
  }

  private largestChunk(name: string): number {
    const sizes = this.metadata.row_groups.map((group) =>
      group.columns
        .filter(({ meta_data }) => meta_data?.path_in_schema[0] === name)
        .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0),
    );
    return sizes.reduce((most, size) => Math.max(most, size), 0);
  }

  private async readColumns(
    source: ByteSource,
    batch: readonly number[],
    rows: readonly number[],
  ): Promise<TableCell[][]> {
    const columns = batch.map((at) => this.columns[at]?.name ?? '');
    const cells: TableCell[][] = batch.map(() => []);
    for (const { from, to, at } of spansOf(rows, this.groupEnds())) {
      const values = await this.values(source, columns, from, to);
      for (const position of at) {
        const row = values[(rows[position] ?? 0) - from];
        for (const [i, column] of cells.entries())
          column[position] = cellOf(row?.[columns[i] ?? '']);
      }
    }
    return cells;
  }

  private async values(
    source: ByteSource,
    columns: string[],
    rowStart: number,
    rowEnd: number,
  ): Promise<readonly Record<string, unknown>[]> {
    return understood(
      () =>
        new Promise((resolve, reject) => {
          parquetRead({
            file: bufferOf(source),
            metadata: this.metadata,
            columns,
            rowStart,
            rowEnd,
            rowFormat: 'object',
            compressors: DECOMPRESSORS,
            parsers: PARSERS,
            geoparquet: false,
            utf8: false,
            useOffsetIndex: true,
            onComplete: resolve,
          }).catch(reject);
        }),
    );
  }

  private async sort(
    source: ByteSource,
    { column, descending }: SortBy,
  ): Promise<readonly number[]> {
    const [keys = []] = await this.readColumns(source, [column], rangeOf(0, this.total));
    return orderOf(keys, descending);
  }

  private groupEnds(): number[] {
    let end = 0;
    return this.metadata.row_groups.map((group) => {
      end += Number(group.num_rows);
      return end;
    });
  }
}

/** The rows in spans of one row group each, with their positions in the page. */
function spansOf(rows: readonly number[], groupEnds: readonly number[]) {
  const groups = new Map<number, { from: number; to: number; at: number[] }>();
  for (const [position, row] of rows.entries()) {
    const group = groupAt(groupEnds, row);
    const span = groups.get(group) ?? { from: row, to: row + 1, at: [] };
    span.from = Math.min(span.from, row);
    span.to = Math.max(span.to, row + 1);
    span.at.push(position);
    groups.set(group, span);
  }
  return groups.values();
}

/** The first group that ends behind the row. */
function groupAt(groupEnds: readonly number[], row: number): number {
  let [low, high] = [0, groupEnds.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (row < (groupEnds[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const bufferOf = (source: ByteSource): AsyncBuffer => ({
  byteLength: source.size,
  slice: async (start, end) => {
    const bytes = await source.read(start, (end ?? source.size) - start);
    return bytes.buffer;
  },
});

/** Times keep what is finer than milliseconds. */
const PARSERS = {
  timestampFromMicroseconds: (micros: bigint) => fineText(micros, 1000n, 3),
  timestampFromNanoseconds: (nanos: bigint) => fineText(nanos, 1_000_000n, 6),
  dateFromDays: (days: number) => dateText(new Date(days * 86_400_000)).slice(0, 10),
};

function fineText(value: unknown, perMillisecond: bigint, digits: number): string | undefined {
  if (typeof value !== 'bigint') return undefined;
  const rest = ((value % perMillisecond) + perMillisecond) % perMillisecond;
  const whole = dateText(new Date(Number((value - rest) / perMillisecond)));
  if (rest === 0n) return whole;
  return whole.replace('Z', `${String(rest).padStart(digits, '0')}Z`);
}

/** Bytes that nobody calls a text are one when they read as one: early writers did not say. */
function cellOf(value: unknown): TableCell {
  if (!(value instanceof Uint8Array) || !isText(value, true)) return anyCell(value);
  return textCell(new TextDecoder().decode(value));
}

function typeOf({ element, children }: SchemaTree): string {
  if (children.length > 0) return element.converted_type === 'LIST' ? 'list' : 'record';
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'STRING' || converted === 'UTF8') return 'text';
  const isWhole = logical?.type === 'INTEGER';
  const whole = isWhole && `${logical.isSigned ? '' : 'u'}int${logical.bitWidth}`;
  const name = whole || (logical?.type ?? converted ?? type ?? 'unknown').toLowerCase();
  return element.repetition_type === 'REPEATED' ? `list of ${name}` : name;
}

async function understood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RunlensError) throw error;
    const message = `The Parquet file cannot be read: ${messageOf(error)}. It may be damaged or cut short.`;
    throw new RunlensError('file.invalid', message, { cause: error });
  }
}
