// Tables whose rows are parts of a text: CSV, TSV, JSON lines and JSON arrays, by an index of rows.
import type { TableCell, TableFormat } from '../protocol/files';
import { type ByteSource, breathe } from './bytes';
import { decode } from './encoding';
import { RowIndex, type RowRange, type RowText } from './rowIndex';
import {
  type Asked,
  type Column,
  LastOrder,
  MOST_SORTED_ROWS,
  orderOf,
  type PageOfTable,
  rowsOfPage,
  type SortBy,
  type Table,
  tooBigToSort,
} from './table';

/** How the texts of rows are read. */
export interface RowFormat {
  readonly format: TableFormat;
  readonly columns: readonly Column[];
  /** Rows at the beginning that are the header. */
  readonly header: number;
  readonly text: RowText;
  /** As many cells as columns; a note about what does not fit. */
  cells(text: string): { readonly cells: readonly TableCell[]; readonly problem?: string };
  /** About the whole table. */
  readonly notes: readonly string[];
}

/** Of a longer row the beginning is read. */
const LONGEST_ROW = 4 * 1024 * 1024;
/** Rows that lie together are read together, up to so many bytes. */
const TOGETHER = 1024 * 1024;
/** Milliseconds of computing before others have their turn. */
const SLICE_MS = 15;

export class RowTable implements Table {
  readonly format: TableFormat;
  readonly columns: readonly Column[];
  private readonly index: RowIndex;
  private readonly sorted = new LastOrder<RowRange>((source, by) => this.sort(source, by));

  constructor(private readonly rows: RowFormat) {
    this.format = rows.format;
    this.columns = rows.columns;
    this.index = new RowIndex(rows.text);
  }

  async page(source: ByteSource, asked: Asked, stop: () => boolean): Promise<PageOfTable> {
    const limit = rowsOfPage(asked.limit, this.columns.length);
    const ranges = asked.orderBy
      ? (await this.sorted.of(source, asked.orderBy)).slice(asked.offset, asked.offset + limit)
      : await this.index.find(source, { offset: asked.offset + this.rows.header, limit }, stop);
    const { rows, problems } = await this.read(source, ranges);
    const known = this.index.total;
    const total = known === undefined ? undefined : Math.max(0, known - this.rows.header);
    const cut = limit < asked.limit ? [`The table is wide: ${limit} rows are read at once.`] : [];
    return { rows, total, notes: [...this.rows.notes, ...cut, ...problems] };
  }

  private async read(source: ByteSource, ranges: readonly RowRange[]) {
    const rows: (readonly TableCell[])[] = [];
    const problems = new Map<string, number>();
    const slices = new Slices();
    for await (const text of this.texts(source, ranges, problems)) {
      const { cells, problem } = this.rows.cells(text);
      rows.push(cells);
      if (problem !== undefined) problems.set(problem, (problems.get(problem) ?? 0) + 1);
      await slices.end();
    }
    return { rows, problems: [...problems].map(([what, count]) => `${countOf(count)} ${what}.`) };
  }

  private async *texts(
    source: ByteSource,
    ranges: readonly RowRange[],
    problems: Map<string, number>,
  ): AsyncGenerator<string> {
    for (let at = 0; at < ranges.length; ) {
      const group = groupAt(ranges, at);
      const [first, last] = [group[0], group.at(-1)];
      if (!first || !last) return;
      const length = Math.min(last.end - first.start, Math.max(TOGETHER, LONGEST_ROW));
      const bytes = await source.read(first.start, length);
      for (const { start, end } of group) {
        if (end - start > LONGEST_ROW) problems.set(TOO_LONG, (problems.get(TOO_LONG) ?? 0) + 1);
        const from = start - first.start;
        yield decode(this.rows.text.encoding, bytes.subarray(from, end - first.start));
      }
      at += group.length;
    }
  }

  private async sort(source: ByteSource, by: SortBy): Promise<readonly RowRange[]> {
    const page = { offset: this.rows.header, limit: MOST_SORTED_ROWS + 1 };
    const ranges = await this.index.find(source, page);
    if (ranges.length > MOST_SORTED_ROWS) throw tooBigToSort();
    const keys: TableCell[] = [];
    const slices = new Slices();
    for await (const text of this.texts(source, ranges, new Map())) {
      keys.push(this.rows.cells(text).cells[by.column] ?? null);
      await slices.end();
    }
    const order = await orderOf(keys, by.descending);
    return order.flatMap((at) => ranges[at] ?? []);
  }
}

const TOO_LONG = `longer than ${LONGEST_ROW / 1024 / 1024} MB, of which the beginning is shown`;
const countOf = (count: number): string => (count === 1 ? '1 row is' : `${count} rows are`);

/** Rows from `at` that lie close together, so that one reading takes them all. */
function groupAt(ranges: readonly RowRange[], at: number): RowRange[] {
  const first = ranges[at];
  if (!first) return [];
  const group = [first];
  for (let next = ranges[at + 1]; next; next = ranges[at + group.length]) {
    if (next.start < (group.at(-1)?.end ?? 0) || next.end - first.start > TOGETHER) break;
    group.push(next);
  }
  return group;
}

/** Interrupts a long computation now and then. */
class Slices {
  private begun = performance.now();

  async end(): Promise<void> {
    if (performance.now() - this.begun < SLICE_MS) return;
    await breathe();
    this.begun = performance.now();
  }
}
