// Metric summaries: those of runs that log now stay in memory and reach SQL before a query needs it.
import type { MetricPoint, MetricSummary } from '../domain/metric';
import { maybeNumber, number, type Row, type Sql, type Value } from './database';

const MAX_ENTRIES = 50_000;
/** Beyond these, some are written with every commit: no query then waits for many. */
const MAX_DIRTY = 10_000;

interface Entry {
  readonly run: number;
  readonly key: number;
  summary: MetricSummary;
  dirty: boolean;
}

export class Summaries {
  private readonly entries = new Map<number, Map<number, Entry>>();
  private dirty: Entry[] = [];
  private size = 0;

  constructor(
    private readonly sql: Sql,
    private readonly nameOf: (key: number) => string,
  ) {}

  get(run: number, key: number): MetricSummary | undefined {
    const entry = this.entries.get(run)?.get(key);
    if (entry) return entry.summary;
    const row = this.sql.get(
      `SELECT ${SUMMARY_COLUMNS} FROM metrics m WHERE m.key = ? AND m.run = ?`,
      key,
      run,
    );
    if (!row) return undefined;
    const summary = readSummary(row, this.nameOf(key));
    this.remember({ run, key, summary, dirty: false });
    return summary;
  }

  put(run: number, key: number, summary: MetricSummary): void {
    const known = this.entries.get(run)?.get(key);
    const entry = known ?? { run, key, summary, dirty: false };
    if (!known) this.remember(entry);
    entry.summary = summary;
    if (entry.dirty) return;
    entry.dirty = true;
    this.dirty.push(entry);
  }

  /** Drops what is known of a run that is gone. */
  forget(run: number): void {
    this.size -= this.entries.get(run)?.size ?? 0;
    if (this.entries.delete(run)) this.dirty = this.dirty.filter((entry) => entry.run !== run);
  }

  /** After a commit whose count was too high. */
  setCount(run: number, key: number, count: number): void {
    const summary = this.get(run, key);
    if (summary && summary.count !== count) this.put(run, key, { ...summary, count });
  }

  /** Whether so many are to be written that some should be. */
  get isFull(): boolean {
    return this.dirty.length > MAX_DIRTY;
  }

  /** Number of summaries that are not in the tables as they are. */
  get dirtyCount(): number {
    return this.dirty.length;
  }

  /** Writes what changed to the tables, for a query or a snapshot; at most the `most` oldest. */
  flush(most = Number.POSITIVE_INFINITY): void {
    if (this.dirty.length > 0) this.sql.begin();
    for (const entry of this.dirty.splice(0, most)) {
      this.sql.run(UPSERT, entry.key, entry.run, ...writeSummary(entry.summary));
      entry.dirty = false;
    }
    if (this.size > MAX_ENTRIES) this.forgetClean();
  }

  private remember(entry: Entry): void {
    let byKey = this.entries.get(entry.run);
    if (!byKey) {
      byKey = new Map();
      this.entries.set(entry.run, byKey);
    }
    byKey.set(entry.key, entry);
    this.size++;
  }

  private forgetClean(): void {
    this.entries.clear();
    this.size = 0;
    for (const entry of this.dirty) this.remember(entry);
  }
}

/** Columns of a summary, of the table `metrics` that a query calls `m`. */
export const SUMMARY_COLUMNS = `m.count, m.nan, m.step, m.time, m.value,
  m.first_step, m.first_time, m.first_value, m.min_step, m.min_time, m.min_value,
  m.max_step, m.max_time, m.max_value`;

const UPSERT = `INSERT OR REPLACE INTO metrics (key, run, ${SUMMARY_COLUMNS.replaceAll('m.', '')})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The columns of a summary; a point equal to the last one takes no room. */
function writeSummary({ count, first, last, min, max }: MetricSummary): Value[] {
  const others = [first, min, max].map((point) => (samePoint(point, last) ? undefined : point));
  const nan = [last, ...others].reduce(
    (bits, point, i) => (point && Number.isNaN(point.value) ? bits | (1 << i) : bits),
    0,
  );
  return [count, nan, ...columnsOf(last), ...others.flatMap(columnsOf)];
}

const columnsOf = (point: MetricPoint | undefined): Value[] =>
  point
    ? [point.step, point.timestamp, Number.isNaN(point.value) ? null : point.value]
    : [null, null, null];

const samePoint = (a: MetricPoint, b: MetricPoint): boolean =>
  a.step === b.step && a.timestamp === b.timestamp && Object.is(a.value, b.value);

/** Reads SUMMARY_COLUMNS that start at column `at`. */
export function readSummary(row: Row, key: string, at = 0): MetricSummary {
  const nan = number(row[at + 1]);
  const pointOf = (column: number, bit: number): MetricPoint | undefined => {
    const step = maybeNumber(row[at + column]);
    if (step === undefined) return undefined;
    const value = nan & bit ? Number.NaN : number(row[at + column + 2]);
    return { step, timestamp: number(row[at + column + 1]), value };
  };
  const last = pointOf(2, 1) ?? { step: 0, timestamp: 0, value: Number.NaN };
  return {
    key,
    count: number(row[at]),
    first: pointOf(5, 2) ?? last,
    last,
    min: pointOf(8, 4) ?? last,
    max: pointOf(11, 8) ?? last,
  };
}
