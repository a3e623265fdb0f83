// What every reader of tables answers and is asked, whatever the format.
import { RunlensError } from '../base/errors';
import type { TableCell, TableFormat } from '../protocol/files';
import { type ByteSource, breathe } from './bytes';
import { compareCells } from './cells';

/** Files up to this size can be sorted. */
export const MOST_SORTED = 64 * 1024 * 1024;
/** And so many rows: packed well, very many of them take few bytes. */
export const MOST_SORTED_ROWS = 5_000_000;
/** A page of a wide table has fewer rows than were asked for. */
export const MOST_CELLS = 500_000;

export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface SortBy {
  readonly column: number;
  readonly descending: boolean;
}

export interface PageOfTable {
  readonly rows: readonly (readonly TableCell[])[];
  readonly total: number | undefined;
  readonly notes: readonly string[];
}

export interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly orderBy?: SortBy | undefined;
}

/** A table of one state of a file. Calls follow each other; each is handed the file anew. */
export interface Table {
  readonly format: TableFormat;
  readonly columns: readonly Column[];
  /** Where the file says it. */
  readonly rowCount?: number;
  page(source: ByteSource, asked: Asked, stop: () => boolean): Promise<PageOfTable>;
}

export const tooBigToSort = (): RunlensError =>
  new RunlensError(
    'file.invalid',
    'The table is too big to be sorted: files of at most 64 MB and 5 million rows are.',
  );

/** Rows that a page of so many columns may have. */
export const rowsOfPage = (limit: number, columns: number): number =>
  Math.min(limit, Math.max(1, Math.floor(MOST_CELLS / Math.max(1, columns))));

/** Keeps the order that was asked for last: pages follow each other. */
export class LastOrder<T> {
  private last: { readonly by: SortBy; readonly order: Promise<readonly T[]> } | undefined;

  constructor(private readonly sort: (source: ByteSource, by: SortBy) => Promise<readonly T[]>) {}

  of(source: ByteSource, by: SortBy): Promise<readonly T[]> {
    const { last } = this;
    if (last?.by.column === by.column && last.by.descending === by.descending) return last.order;
    const order = this.sort(source, by);
    this.last = { by, order };
    order.catch(() => {
      this.last = undefined;
    });
    return order;
  }
}

/** Cells that are ordered before others have their turn: some milliseconds. */
const AT_ONCE = 20_000;

/** Positions of cells in their order; equal ones stay as they are. Millions of them hold up nobody. */
export async function orderOf(
  keys: readonly TableCell[],
  descending: boolean,
): Promise<readonly number[]> {
  const compare = (a: number, b: number) =>
    compareCells(keys[a] ?? null, keys[b] ?? null, descending) || a - b;
  let parts: (readonly number[])[] = [];
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    parts.push(rangeOf(from, Math.min(from + AT_ONCE, keys.length)).sort(compare));
    await breathe();
  }
  while (parts.length > 1) {
    const merged: (readonly number[])[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      merged.push(await mergedOf(parts[i] ?? [], parts[i + 1] ?? [], compare));
    }
    parts = merged;
  }
  return parts[0] ?? [];
}

async function mergedOf(
  left: readonly number[],
  right: readonly number[],
  compare: (a: number, b: number) => number,
): Promise<readonly number[]> {
  const merged: number[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const a = left[i] ?? 0;
    const b = right[j] ?? 0;
    const isLeft = compare(a, b) < 0;
    merged.push(isLeft ? a : b);
    if (isLeft) i += 1;
    else j += 1;
    if (merged.length % AT_ONCE === 0) await breathe();
  }
  for (; i < left.length; i++) merged.push(left[i] ?? 0);
  for (; j < right.length; j++) merged.push(right[j] ?? 0);
  return merged;
}

/** Whole numbers from `from` to before `to`. */
export const rangeOf = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
