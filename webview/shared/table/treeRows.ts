/** Rows with rows under them: groups and nested runs, each level from a source of its own. */

import type { Disposable } from '../../../src/base/disposable';
import { Emitter, type Event } from '../../../src/base/event';
import type { RowSource, TableRow } from './types';

interface Branch<R> {
  readonly source: RowSource<R>;
  readonly subscription: Disposable;
  readonly depth: number;
  /** Where its parent stands in the top source; the last known place while that row is not here. */
  index: number;
}

/** Where a flat index lies. */
type Spot<R> =
  | { readonly in: 'top'; readonly index: number }
  | { readonly in: 'branch'; readonly branch: Branch<R>; readonly index: number };

/** Rows under rows that are expanded; rows that can be say so by `expanded: false`. */
export class TreeRows<R> implements RowSource<R> {
  private readonly branches = new Map<string, Branch<R>>();
  private readonly changed = new Emitter<void>();
  private readonly subscription: Disposable;
  readonly onDidChange: Event<void> = this.changed.event;

  /** `children` makes the source of what is under a row, when it is expanded. */
  constructor(
    private readonly top: RowSource<R>,
    private readonly children: (row: TableRow<R>) => RowSource<R>,
  ) {
    this.subscription = top.onDidChange(() => this.changed.fire());
  }

  get expanded(): readonly string[] {
    return [...this.branches.keys()];
  }

  expand(row: TableRow<R>, isExpanded: boolean): void {
    if (isExpanded === this.branches.has(row.id)) return;
    if (isExpanded) this.open(row);
    else this.close(row.id);
    this.changed.fire();
  }

  get count(): number | undefined {
    const { count } = this.top;
    if (count === undefined) return undefined;
    return this.ordered().reduce((sum, branch) => sum + (branch.source.count ?? 1), count);
  }

  rows(from: number, to: number): readonly (TableRow<R> | undefined)[] {
    const end = Math.min(to, this.count ?? to);
    return this.runs(from, end).flatMap(({ spot, length }) =>
      spot.in === 'top'
        ? this.topRows(spot.index, length)
        : branchRows(spot.branch, spot.index, length),
    );
  }

  async all(from: number, to: number): Promise<readonly TableRow<R>[]> {
    const parts: TableRow<R>[] = [];
    for (const { spot, length } of this.runs(from, Math.min(to, this.count ?? to))) {
      const source = spot.in === 'top' ? this.top : spot.branch.source;
      const rows = await source.all(spot.index, spot.index + length);
      parts.push(...rows.map((row) => this.marked(row, spot)));
    }
    return parts;
  }

  at(index: number): TableRow<R> | undefined {
    const spot = this.runs(index, index + 1)[0]?.spot;
    if (!spot) return undefined;
    const row = (spot.in === 'top' ? this.top : spot.branch.source).at(spot.index);
    return row && this.marked(row, spot);
  }

  indexOf(id: string): number | undefined {
    const inTop = this.top.indexOf(id);
    if (inTop !== undefined) return inTop + this.above(inTop);
    for (const branch of this.ordered()) {
      const index = branch.source.indexOf(id);
      if (index !== undefined) return branch.index + this.above(branch.index) + 1 + index;
    }
    return undefined;
  }

  dispose(): void {
    this.subscription.dispose();
    for (const id of [...this.branches.keys()]) this.close(id);
    this.changed.dispose();
  }

  private open(row: TableRow<R>): void {
    const index = this.top.indexOf(row.id);
    if (index === undefined) return;
    const source = this.children(row);
    const subscription = source.onDidChange(() => this.changed.fire());
    this.branches.set(row.id, { source, subscription, index, depth: (row.depth ?? 0) + 1 });
  }

  private close(id: string): void {
    this.branches.get(id)?.subscription.dispose();
    this.branches.delete(id);
  }

  /**
   * By their parents' places. Those whose parents are past the end, or at whose place another row stands, are left
   * out: they would be seen under a row that is not theirs.
   */
  private ordered(): Branch<R>[] {
    const last = this.top.count ?? 0;
    const placed: Branch<R>[] = [];
    for (const [id, branch] of this.branches) {
      branch.index = this.top.indexOf(id) ?? branch.index;
      const there = this.top.at(branch.index);
      if (branch.index < last && (!there || there.id === id)) placed.push(branch);
    }
    return placed.sort((a, b) => a.index - b.index);
  }

  /** Rows of branches before a row of the top. */
  private above(topIndex: number): number {
    return this.ordered().reduce(
      (sum, branch) => (branch.index < topIndex ? sum + (branch.source.count ?? 1) : sum),
      0,
    );
  }

  /** The flat range as pieces of one source each. */
  private runs(from: number, to: number): { spot: Spot<R>; length: number }[] {
    const runs: { spot: Spot<R>; length: number }[] = [];
    let flat = 0;
    let top = 0;
    const take = (length: number, spot: (skipped: number) => Spot<R>) => {
      const start = Math.max(from, flat);
      const end = Math.min(to, flat + length);
      if (end > start) runs.push({ spot: spot(start - flat), length: end - start });
      flat += length;
    };
    const takeTop = (until: number) => {
      const first = top;
      take(until - first, (skipped) => ({ in: 'top', index: first + skipped }));
      top = until;
    };
    for (const branch of this.ordered()) {
      takeTop(branch.index + 1);
      take(branch.source.count ?? 1, (index) => ({ in: 'branch', branch, index }));
    }
    takeTop(this.top.count ?? to);
    return runs;
  }

  private topRows(index: number, length: number): (TableRow<R> | undefined)[] {
    return padded(this.top.rows(index, index + length), length).map((row) =>
      row === undefined ? undefined : this.marked(row, { in: 'top', index }),
    );
  }

  private marked(row: TableRow<R>, spot: Spot<R>): TableRow<R> {
    if (spot.in === 'branch') return { ...row, depth: spot.branch.depth + (row.depth ?? 0) };
    return row.expanded === undefined ? row : { ...row, expanded: this.branches.has(row.id) };
  }
}

function branchRows<R>(
  branch: Branch<R>,
  index: number,
  length: number,
): (TableRow<R> | undefined)[] {
  const rows = branch.source.rows(index, index + length);
  return padded(rows, length).map(
    (row) => row && { ...row, depth: branch.depth + (row.depth ?? 0) },
  );
}

const padded = <T>(rows: readonly (T | undefined)[], length: number): (T | undefined)[] =>
  Array.from({ length }, (_, i) => rows[i]);
