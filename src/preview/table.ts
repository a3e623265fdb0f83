// What every reader of tables answers and is asked, whatever the format.
import type { TableCell, TableFormat } from '../protocol/files';
import type { ByteSource } from './bytes';
import { compareCells } from './cells';

/** Files up to this size can be sorted. */
export const MOST_SORTED = 64 * 1024 * 1024;
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
  page(source: ByteSource, asked: Asked, stop: () => boolean): Promise<PageOfTable>;
}

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

/** Positions of cells in their order; equal ones stay as they are. */
export function orderOf(keys: readonly TableCell[], descending: boolean): number[] {
  return keys
    .map((_, at) => at)
    .sort((a, b) => compareCells(keys[a] ?? null, keys[b] ?? null, descending) || a - b);
}

/** Whole numbers from `from` to before `to`. */
export const rangeOf = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
