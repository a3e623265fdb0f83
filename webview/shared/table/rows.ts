/** Rows from where they are: a list that is here, or a server that is asked for what is in view. */
import { Emitter, type Event } from '../../../src/base/event';
import { Live, type LiveAnswer, type LivePorts } from '../live';
import type { RowSource, TableRow } from './types';

/** Rows that are all here. */
export class ListRows<R> implements RowSource<R> {
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(private list: readonly TableRow<R>[]) {}

  get count(): number {
    return this.list.length;
  }

  set(list: readonly TableRow<R>[]): void {
    this.list = list;
    this.changed.fire();
  }

  rows(from: number, to: number): readonly TableRow<R>[] {
    return this.list.slice(from, to);
  }

  at(index: number): TableRow<R> | undefined {
    return this.list[index];
  }

  indexOf(id: string): number | undefined {
    const index = this.list.findIndex((row) => row.id === id);
    return index < 0 ? undefined : index;
  }

  async all(from: number, to: number): Promise<readonly TableRow<R>[]> {
    return this.list.slice(from, to);
  }
}

export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

export interface RowPage<R> {
  /** As many as there are from `from` on, at most `to − from`. */
  readonly rows: readonly TableRow<R>[];
  readonly count: number;
}

interface Asked<Q> extends RowWindow {
  readonly query: Q;
}

/** Windows begin and end at multiples of this, so that small movements ask nothing. */
const BLOCK = 50;
/** Rows around what is seen that are asked for with it. */
const MARGIN = 50;
/** Rows outside the window that are still held. */
const HELD = 1000;
/** At most so many in one question, as the server allows. */
const CHUNK = 10_000;

/**
 * Rows that a server has: what is in view is asked for and kept up to date; another query leaves the old
 * rows in place until its answer is here.
 */
export class LiveRows<Q, R> implements RowSource<R> {
  /** For *Try Again*, the state of the last question, and `Panel.follow`. */
  readonly live: Live<Asked<Q>, RowPage<R>>;
  readonly onDidChange: Event<void>;
  private readonly changed = new Emitter<void>();
  private held = new Map<number, TableRow<R>>();
  private places = new Map<string, number>();
  private known: number | undefined;
  private window: RowWindow = { from: 0, to: BLOCK + MARGIN };
  private query: Q | undefined;
  /** The window whose answer came last, by which it is known whether only the window has moved. */
  private answered: Asked<Q> | undefined;
  private seen: RowPage<R> | undefined;
  /** What the held rows answer. */
  private heldFor: Q | undefined;
  private isAskPending = false;

  constructor(
    private readonly ask: (query: Q, window: RowWindow) => Promise<LiveAnswer<RowPage<R>>>,
    ports: Omit<LivePorts<never, never>, 'ask'>,
  ) {
    this.live = new Live({ ...ports, ask: (asked) => this.askFor(asked) });
    this.live.onDidChange(() => this.take());
    this.onDidChange = this.changed.event;
  }

  get count(): number | undefined {
    return this.known;
  }

  /** Another filter or order. */
  setQuery(query: Q | undefined): void {
    this.query = query;
    this.askWindow();
  }

  rows(from: number, to: number): readonly (TableRow<R> | undefined)[] {
    const end = Math.min(to, this.known ?? to);
    this.want(from, end);
    return Array.from({ length: Math.max(0, end - from) }, (_, i) => this.held.get(from + i));
  }

  at(index: number): TableRow<R> | undefined {
    return this.held.get(index);
  }

  indexOf(id: string): number | undefined {
    return this.places.get(id);
  }

  async all(from: number, to: number): Promise<readonly TableRow<R>[]> {
    const rows: TableRow<R>[] = [];
    for (let start = from; start < to && this.query !== undefined; start += CHUNK) {
      const end = Math.min(to, start + CHUNK);
      const answer = await this.ask(this.query, { from: start, to: end });
      if (!answer.ok) throw new Error(answer.refusal.message);
      rows.push(...answer.value.rows);
    }
    return rows;
  }

  dispose(): void {
    this.live.dispose();
    this.changed.dispose();
  }

  private want(from: number, to: number): void {
    const last = this.known ?? to;
    const isCovered = from >= this.window.from && to <= Math.max(this.window.to, 0);
    if (isCovered || from >= last) return;
    const start = Math.max(0, Math.floor((from - MARGIN) / BLOCK) * BLOCK);
    this.window = { from: start, to: Math.ceil((to + MARGIN) / BLOCK) * BLOCK };
    this.askSoon();
  }

  /** Rows are wanted while they are drawn: telling listeners at once would draw within a drawing. */
  private askSoon(): void {
    if (this.isAskPending) return;
    this.isAskPending = true;
    queueMicrotask(() => {
      this.isAskPending = false;
      this.askWindow();
    });
  }

  private askWindow(): void {
    const { query, window } = this;
    this.live.ask(query === undefined ? undefined : { query, ...window });
  }

  private async askFor(asked: Asked<Q>): Promise<LiveAnswer<RowPage<R>>> {
    const answer = await this.ask(asked.query, { from: asked.from, to: asked.to });
    if (answer.ok) this.answered = asked;
    return answer;
  }

  private take(): void {
    const { value } = this.live.state;
    if (value && value !== this.seen && this.answered) this.merge(value, this.answered);
    this.changed.fire();
  }

  private merge(page: RowPage<R>, asked: Asked<Q>): void {
    const isMoved =
      this.seen !== undefined &&
      asked.query === this.heldFor &&
      page.count === this.known &&
      this.isSame(asked, page);
    this.heldFor = asked.query;
    this.seen = page;
    this.known = page.count;
    const before = isMoved ? this.held : new Map<number, TableRow<R>>();
    this.held = new Map();
    for (const [index, row] of before) {
      if (index >= asked.from - HELD && index < asked.to + HELD) this.held.set(index, row);
    }
    page.rows.forEach((row, i) => {
      this.held.set(asked.from + i, row);
    });
    this.places = new Map([...this.held].map(([index, row]) => [row.id, index]));
  }

  /** Rows that are in both agree: only the window has moved, so the others still hold. */
  private isSame(asked: Asked<Q>, page: RowPage<R>): boolean {
    return page.rows.every((row, i) => {
      const held = this.held.get(asked.from + i);
      return held === undefined || held.id === row.id;
    });
  }
}
