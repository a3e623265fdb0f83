// Metric summaries: those of runs that log now stay in memory and reach SQL before a query needs it.
import type { MetricPoint, MetricSummary } from '../domain/metric';
import { maybeNumber, number, type Row, type Sql, type Value } from './database';

const MAX_ENTRIES = 50_000;

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

  /** Writes what changed to the tables, for a query or a snapshot. */
  flush(): void {
    if (this.dirty.length > 0) this.sql.begin();
    for (const entry of this.dirty) {
      this.sql.run(UPSERT, entry.key, entry.run, ...writeSummary(entry.summary));
      entry.dirty = false;
    }
    this.dirty = [];
    if (this.size > MAX_ENTRIES) this.clear();
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

  private clear(): void {
    this.entries.clear();
    this.size = 0;
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
