// Points of overlapping sources in order, each once, without holding more than the sources in play.
import { comparatorOf, type MetricPoint, type PointOrder } from '../../domain/metric';
import { type Columns, pointAt } from './columns';
import { type CompareAt, compareAtIn, firstIndex } from './order';
import { type Bounds, boundsOf, readIn, type Source } from './source';

/** A page of points in order: what comes before it is counted, what comes after is not asked for. */
export class Page {
  readonly points: MetricPoint[] = [];
  private toSkip: number;

  constructor(
    offset: number,
    private readonly limit: number,
  ) {
    this.toSkip = offset;
  }

  get isFull(): boolean {
    return this.points.length >= this.limit;
  }

  /** Passes over `count` points when all of them come before the page. */
  skips(count: number): boolean {
    if (count > this.toSkip) return false;
    this.toSkip -= count;
    return true;
  }

  take(columns: Columns, from: number, to: number): void {
    const skipped = Math.min(this.toSkip, to - from);
    this.toSkip -= skipped;
    const end = Math.min(to, from + skipped + this.limit - this.points.length);
    for (let i = from + skipped; i < end; i++) this.points.push(pointAt(columns, i));
  }
}

export interface BoundedSource extends Bounds {
  readonly source: Source;
}

/** Sources by their first point. */
export function inOrder(sources: readonly Source[], order: PointOrder): BoundedSource[] {
  const compare = comparatorOf(order);
  return sources
    .map((source) => ({ source, ...boundsOf(source, order) }))
    .sort((a, b) => compare(a.first, b.first));
}

/** Neighbours that share a stretch of the order, so that they must be merged to be in order. */
export function overlapping(sources: readonly BoundedSource[], order: PointOrder) {
  const compare = comparatorOf(order);
  const groups: BoundedSource[][] = [];
  let last: MetricPoint | undefined;
  for (const each of sources) {
    const group = groups.at(-1);
    if (group && last && compare(each.first, last) <= 0) group.push(each);
    else groups.push([each]);
    if (!last || compare(each.last, last) > 0) last = each.last;
  }
  return groups;
}

/** Puts the points of all sources in order into the page, until it is full. */
export function fillPage(page: Page, sources: readonly Source[], order: PointOrder): void {
  for (const group of overlapping(inOrder(sources, order), order)) {
    if (page.isFull) return;
    const [only] = group;
    if (only && group.length === 1) {
      const { count } = only.source;
      if (!page.skips(count)) page.take(readIn(only.source, order), 0, count);
    } else {
      new Merge(order, group).into(page);
    }
  }
}

interface Cursor {
  readonly columns: Columns;
  at: number;
}

/** A merge of many ways: a heap of the sources whose stretch has been reached. */
class Merge {
  private readonly heap: Cursor[] = [];
  private readonly compare: CompareAt;
  private opened = 0;
  private last: Cursor | undefined;

  constructor(
    private readonly order: PointOrder,
    private readonly sources: readonly BoundedSource[],
  ) {
    this.compare = compareAtIn(order);
  }

  into(page: Page): void {
    while (!page.isFull) {
      this.openReached();
      const cursor = this.pop();
      if (!cursor) return;
      this.emit(page, cursor);
      if (cursor.at < cursor.columns.values.length) this.push(cursor);
    }
  }

  /** Reads each source that may hold a point before the least one in the heap. */
  private openReached(): void {
    for (;;) {
      const next = this.sources[this.opened];
      const [least] = this.heap;
      if (!next) return;
      if (least && this.isBefore(least, next)) return;
      this.opened++;
      this.push({ columns: readIn(next.source, this.order), at: 0 });
    }
  }

  private isBefore(cursor: Cursor, next: BoundedSource): boolean {
    return comparatorOf(this.order)(pointAt(cursor.columns, cursor.at), next.first) < 0;
  }

  /** The run of points that come before those of all other sources; at least one. */
  private emit(page: Page, cursor: Cursor): void {
    const { columns, at } = cursor;
    const { last } = this;
    const isRepeated = last && this.compare(last.columns, last.at, columns, at) === 0;
    const end = this.endOfRun(cursor);
    page.take(columns, isRepeated ? at + 1 : at, end);
    cursor.at = end;
    this.last = { columns, at: end - 1 };
  }

  private endOfRun({ columns, at }: Cursor): number {
    const count = columns.values.length;
    const [least] = this.heap;
    const next = this.sources[this.opened];
    if (!least && !next) return count;
    const compare = comparatorOf(this.order);
    const isPast = (i: number) =>
      (least !== undefined && this.compare(columns, i, least.columns, least.at) >= 0) ||
      (next !== undefined && compare(pointAt(columns, i), next.first) >= 0);
    // Runs are mostly very short or very long.
    if (at + 1 < count && isPast(at + 1)) return at + 1;
    return at + 1 + firstIndex(count - at - 1, (i) => isPast(at + 1 + i));
  }

  private push(cursor: Cursor): void {
    const { heap } = this;
    let at = heap.push(cursor) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.swapIfLess(at, parent)) return;
      at = parent;
    }
  }

  private pop(): Cursor | undefined {
    const { heap } = this;
    const least = heap[0];
    const end = heap.pop();
    if (!least || !end || heap.length === 0) return least;
    heap[0] = end;
    for (let at = 0; ; ) {
      const left = at * 2 + 1;
      const child = this.isLess(left + 1, left) ? left + 1 : left;
      if (!this.swapIfLess(child, at)) return least;
      at = child;
    }
  }

  private isLess(i: number, j: number): boolean {
    const [a, b] = [this.heap[i], this.heap[j]];
    return a !== undefined && b !== undefined && this.compare(a.columns, a.at, b.columns, b.at) < 0;
  }

  private swapIfLess(i: number, j: number): boolean {
    const [a, b] = [this.heap[i], this.heap[j]];
    if (!a || !b || !this.isLess(i, j)) return false;
    this.heap[i] = b;
    this.heap[j] = a;
    return true;
  }
}
