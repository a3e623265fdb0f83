// The page that benchTable.mjs measures: 10,000 runs × 30 columns, read by window.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { Emitter } from '../../src/base/event';
import { EMPTY_LAYOUT } from '../../webview/shared/table/layout';
import { NOTHING } from '../../webview/shared/table/selection';
import { Table } from '../../webview/shared/table/table';
import type { Column, RowSource, TableLayout, TableRow } from '../../webview/shared/table/types';
import { publishTheme } from '../../webview/shared/theme';
import { NOW, PARAMS, type SampleRun, sampleColumns, sampleRow } from './runRows';
import '../../webview/shared/shared.css';

const RUNS = 10_000;
/** Little more than is in view: these rows count as heap, and are not the table's. */
const MOST_HELD = 60;
const METRICS = Array.from(
  { length: 30 - 7 - PARAMS.length },
  (_, i) => `group${i % 3}/metric_${i}`,
);

/** Makes a window's rows when they are asked for, as a page does that gets them from the server. */
class Sample implements RowSource<SampleRun> {
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;
  private held = new Map<number, TableRow<SampleRun>>();
  count = RUNS;
  /** Rows that came since: they stand on top. */
  private added = 0;
  private isReversed = false;

  rows(from: number, to: number) {
    return Array.from({ length: Math.max(0, Math.min(to, this.count) - from) }, (_, i) =>
      this.at(from + i),
    );
  }

  at(index: number): TableRow<SampleRun> {
    const own = this.isReversed ? this.count - 1 - index : index;
    const id = own - this.added;
    let row = this.held.get(id);
    if (!row) {
      const [oldest] = this.held.keys();
      if (this.held.size >= MOST_HELD && oldest !== undefined) this.held.delete(oldest);
      row = { ...sampleRow(Math.abs(id), METRICS.length), id: `run ${id}` };
      this.held.set(id, row);
    }
    return row;
  }

  indexOf(id: string): number {
    const own = Number(id.slice(4)) + this.added;
    return this.isReversed ? this.count - 1 - own : own;
  }

  async all(from: number, to: number) {
    return this.rows(from, to);
  }

  /** A run begins and every row in view gets a new value. */
  update(): void {
    this.added += 1;
    this.count += 1;
    for (const [id, row] of this.held) {
      const metrics = row.value.metrics.map((value) => (value ?? 0) * 0.999);
      this.held.set(id, { ...row, value: { ...row.value, metrics } });
    }
    this.changed.fire();
  }

  /** One row in view gets a new value, as when a run logs. */
  updateOne(): void {
    const row = this.at(5);
    const id = 5 - this.added;
    const metrics = row.value.metrics.map((value) => (value ?? 0) * 0.999);
    this.held.set(id, { ...row, value: { ...row.value, metrics } });
    this.changed.fire();
  }

  reverse(): void {
    this.isReversed = !this.isReversed;
    this.held.clear();
    this.changed.fire();
  }
}

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app');
root.style.height = '880px';
publishTheme();
const source = new Sample();
const columns: Column<SampleRun>[] = sampleColumns({}, METRICS);
let layout: TableLayout = { ...EMPTY_LAYOUT, pinned: ['check', 'eye', 'name'] };
const draw = () =>
  render(
    <Table
      name="Runs"
      columns={columns}
      rows={source}
      layout={layout}
      onLayout={(next) => {
        layout = next;
        if (next.sort.length > 0) source.reverse();
        draw();
      }}
      selection={NOTHING}
      onSelection={() => undefined}
      now={NOW}
    />,
    root,
  );

/** Until what was changed has been painted. */
const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

/** Milliseconds, with the part of it that scripts took. */
async function timed(change: () => void): Promise<readonly [number, number]> {
  await painted();
  const start = performance.now();
  change();
  await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
  const script = performance.now() - start;
  await painted();
  return [performance.now() - start, script];
}

const scroller = () => root.querySelector<HTMLElement>('.rl-scroller');

Object.assign(window, {
  benchTable: {
    columns: columns.length,
    first: () => timed(draw),
    update: () => timed(() => source.update()),
    sort: () =>
      timed(() =>
        root.querySelector<HTMLElement>('[data-column="metrics.group0/metric_0"]')?.click(),
      ),
    updateOne: () => timed(() => source.updateOne()),
    toStart: () => timed(() => scroller()?.scrollTo(0, 0)),
    scroll: (by: number) => timed(() => scroller()?.scrollBy(by, by / 4)),
    nodes: () => document.querySelectorAll('*').length,
    cells: () => root.querySelectorAll('[role=gridcell]').length,
    unmount: () => render(null, root),
  },
});
