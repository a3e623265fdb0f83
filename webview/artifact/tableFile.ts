/**
 * Rows of a file that is a table: asked for by window, so that a file of any size opens at once. How many there are
 * is not known until the end was seen; until then there are always some more than were read. A browser cannot
 * scroll through more than some million rows, so a million of them are one part.
 */
import { Emitter, type Event } from '../../src/base/event';
import type { FilePlace, FileTable, TableCell, TablePageRequest } from '../../src/protocol/files';
import type { LiveAnswer, LivePorts } from '../shared/live';
import { LiveRows, type RowPage, type RowWindow } from '../shared/table/rows';
import type { RowSource, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';

export interface DataRow {
  /** From 0, of the whole file in the order that is shown. */
  readonly index: number;
  readonly cells: readonly TableCell[];
}

export interface FileOrder {
  readonly column: number;
  readonly descending: boolean;
}

/** What the answers so far say of the file. */
export interface TableFacts {
  readonly columns: FileTable['columns'];
  readonly total: number | undefined;
  readonly sortable: boolean;
  /** Each once, as they came. */
  readonly notes: readonly string[];
}

export const PART_ROWS = 1_000_000;
/** As the server allows. */
const MOST_ASKED = 1000;
/** Rows that may follow while the end was not seen. */
const AHEAD = 200;
/** What is copied or searched at once. */
export const MOST_TAKEN = 10_000;
const MOST_NOTES = 5;

interface Query {
  readonly base: number;
  readonly order: FileOrder | undefined;
}

type Ask = (request: TablePageRequest) => Promise<LiveAnswer<FileTable>>;

export class TableFile implements RowSource<DataRow> {
  readonly rowsInView: LiveRows<Query, DataRow>;
  readonly onDidChange: Event<void>;
  private readonly changed = new Emitter<void>();
  private known: TableFacts | undefined;
  /** Behind the last row that was seen. */
  private seen = 0;
  private query: Query = { base: 0, order: undefined };

  constructor(
    private readonly place: FilePlace,
    private readonly ask: Ask,
    ports: Omit<LivePorts<never, never>, 'ask'>,
  ) {
    this.rowsInView = new LiveRows((query, window) => this.read(query, window), ports);
    this.rowsInView.onDidChange(() => this.changed.fire());
    this.onDidChange = this.changed.event;
  }

  /** Undefined until the first answer. */
  get facts(): TableFacts | undefined {
    return this.known;
  }

  /** The first row of the part that is shown, from 0. */
  get base(): number {
    return this.query.base;
  }

  get order(): FileOrder | undefined {
    return this.query.order;
  }

  /** Rows that were seen to be there; all when `facts.total` is known. */
  get reached(): number {
    return this.known?.total ?? this.seen;
  }

  start(): void {
    this.rowsInView.setQuery(this.query);
  }

  /** Another order begins at the first row. */
  setOrder(order: FileOrder | undefined): void {
    this.query = { base: 0, order };
    this.start();
  }

  /** Shows the part with this row; the result is its place in it. */
  showPart(index: number): number {
    const base = Math.floor(index / PART_ROWS) * PART_ROWS;
    if (base !== this.query.base) {
      this.query = { ...this.query, base };
      this.start();
    }
    return index - base;
  }

  /** Whether there is such a row; it is looked for when the end was not seen yet. */
  async reach(index: number): Promise<boolean> {
    if (index < this.reached) return true;
    if (this.known?.total !== undefined) return false;
    const answer = await this.ask({
      place: this.place,
      offset: index,
      limit: 1,
      ...this.orderOf(this.query),
    });
    if (!answer.ok) throw new Error(answer.refusal.message);
    this.take(answer.value, index);
    this.rowsInView.live.again();
    return answer.value.rows.length > 0;
  }

  get count(): number | undefined {
    return this.rowsInView.count;
  }
  rows(from: number, to: number): readonly (TableRow<DataRow> | undefined)[] {
    return this.rowsInView.rows(from, to);
  }
  at(index: number): TableRow<DataRow> | undefined {
    return this.rowsInView.at(index);
  }
  indexOf(id: string): number | undefined {
    return this.rowsInView.indexOf(id);
  }

  /** @throws Error for more rows than may be taken at once. */
  async all(from: number, to: number): Promise<readonly TableRow<DataRow>[]> {
    if (to - from > MOST_TAKEN) {
      throw new Error(t('At most {0} rows are taken at once. Open the file for more.', MOST_TAKEN));
    }
    const before = `${this.seen} ${this.known?.total}`;
    const rows = await this.rowsInView.all(from, to);
    // What was read on the way is there to be scrolled to, and the footer tells of it.
    if (`${this.seen} ${this.known?.total}` !== before) this.rowsInView.live.again();
    return rows;
  }

  dispose(): void {
    this.rowsInView.dispose();
    this.changed.dispose();
  }

  /** Pages until the window is full: of a wide table one brings fewer rows than asked for. */
  private async read(query: Query, window: RowWindow): Promise<LiveAnswer<RowPage<DataRow>>> {
    const end = query.base + Math.min(PART_ROWS, window.to);
    const rows: TableRow<DataRow>[] = [];
    for (let at = query.base + window.from; at < end; ) {
      const limit = Math.min(MOST_ASKED, end - at);
      const request = { place: this.place, offset: at, limit, ...this.orderOf(query) };
      const answer = await this.ask(request);
      if (!answer.ok) return answer;
      const page = answer.value;
      this.take(page, at);
      rows.push(...page.rows.map((cells, i) => rowOf(query, at + i, cells)));
      at += page.rows.length;
      if (page.rows.length === 0 || (page.total !== undefined && at >= page.total)) break;
    }
    return { ok: true, value: { rows, count: this.countFrom(query.base) } };
  }

  private take(page: FileTable, from: number): void {
    // Behind the end there is nothing, wherever it was asked for.
    if (page.rows.length > 0) this.seen = Math.max(this.seen, from + page.rows.length);
    const before = this.known;
    const notes = new Set([
      ...(before?.notes ?? []),
      ...(page.note === undefined ? [] : [page.note]),
    ]);
    const isSame = JSON.stringify(before?.columns) === JSON.stringify(page.columns);
    this.known = {
      // The same array, so that columns are not made anew with every page.
      columns: before && isSame ? before.columns : page.columns,
      total: page.total ?? before?.total,
      sortable: page.sortable,
      notes: [...notes].slice(-MOST_NOTES),
    };
  }

  private countFrom(base: number): number {
    const total = this.known?.total;
    const end = total ?? this.seen + AHEAD;
    return Math.min(PART_ROWS, Math.max(0, end - base));
  }

  private orderOf({ order }: Query): Pick<TablePageRequest, 'orderBy'> {
    return order === undefined ? {} : { orderBy: order };
  }
}

/** In another order the same place is another row: the id says the order, too. */
function rowOf({ order }: Query, index: number, cells: readonly TableCell[]): TableRow<DataRow> {
  const by = order === undefined ? '' : `${order.column}${order.descending ? 'd' : 'a'} `;
  return { id: `${by}${index}`, value: { index, cells } };
}

export interface Found {
  /** From 0, of the whole file. */
  readonly index: number;
  readonly column: number;
}

/** The next cell with the text, in reading order behind `after`; upper and lower case are the same. */
export function findCell(
  rows: readonly TableRow<DataRow>[],
  text: string,
  after: Found | undefined,
): Found | undefined {
  const wanted = text.toLowerCase();
  for (const { value } of rows) {
    if (after && value.index < after.index) continue;
    const from = after && value.index === after.index ? after.column + 1 : 0;
    for (let column = from; column < value.cells.length; column += 1) {
      const cell = value.cells[column];
      if (cell !== null && String(cell).toLowerCase().includes(wanted)) {
        return { index: value.index, column };
      }
    }
  }
  return undefined;
}
