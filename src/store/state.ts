// What the mutations make: the database with what is kept beside it in memory.

import { number, type Sql } from './database';
import { invalidMutation } from './errors';
import { Keys } from './keys';
import { RunCache } from './runCache';
import type { Segments } from './series/segments';
import { Series } from './series/series';
import { Summaries } from './summaries';

const MAX_ROW_CACHE = 20_000;
/** Work that is put off is done in portions of a few milliseconds, so that no commit waits long. */
export const SPILL_POINTS = 20_000;
export const FLUSH_ROWS = 1000;

export class State {
  readonly keys: Keys;
  readonly summaries: Summaries;
  readonly series: Series;
  readonly runs = new RunCache();
  /** Grows with every change of the tables: what was counted before may be wrong. */
  changes = 0;
  private readonly runRows = new Map<string, number>();
  private readonly effects: (() => void)[] = [];

  constructor(
    readonly sql: Sql,
    segments: Segments,
  ) {
    this.keys = new Keys(sql);
    this.summaries = new Summaries(sql, (key) => this.keys.name(key));
    this.series = new Series(sql, segments);
  }

  /** Runs `work` wholly or not at all; its effects in memory happen after the tables took it. */
  atomic(work: () => void): void {
    this.changes++;
    try {
      this.sql.atomic(work);
    } catch (error) {
      this.effects.length = 0;
      this.keys.reload();
      this.runRows.clear();
      throw error;
    }
    for (const effect of this.effects) effect();
    this.effects.length = 0;
    if (this.series.isFull) this.trySpill();
    if (this.summaries.isFull) this.summaries.flush(FLUSH_ROWS);
  }

  /** A change in memory that belongs to the running `atomic`. It must not fail. */
  after(effect: () => void): void {
    this.effects.push(effect);
  }

  /** Row id of a run, or undefined. */
  findRun(runId: string): number | undefined {
    const known = this.runRows.get(runId);
    if (known !== undefined) return known;
    const row = this.sql.get('SELECT id FROM runs WHERE run_id = ?', runId);
    if (!row) return undefined;
    if (this.runRows.size >= MAX_ROW_CACHE) this.runRows.clear();
    this.runRows.set(runId, number(row[0]));
    return number(row[0]);
  }

  /** After its rows are gone: its row id may be given to another run. */
  forgetRun(runId: string, row: number): void {
    this.runRows.delete(runId);
    this.summaries.forget(row);
    this.series.forget(row);
    this.runs.forget(row);
  }

  /** @throws RunlensError `store.invalid` when there is no such run. */
  run(runId: string): number {
    const row = this.findRun(runId);
    if (row === undefined) throw invalidMutation(`There is no run ${runId}.`);
    return row;
  }

  /** @throws RunlensError `store.invalid` when there is no such experiment. */
  experiment(experimentId: string): number {
    const row = this.sql.get('SELECT id FROM experiments WHERE experiment_id = ?', experimentId);
    if (!row) throw invalidMutation(`There is no experiment ${experimentId}.`);
    return number(row[0]);
  }

  /** Moves about `most` of the points in memory into chunks on disk. */
  spill(most?: number): void {
    this.series.spill(most);
  }

  /** Makes the counts of series exact: some of their points may have been logged again. */
  mendCounts(): void {
    this.series.mendCounts((run, key, count) => this.summaries.setCount(run, key, count));
  }

  /** Brings the summaries to the tables, for a query of them. */
  settle(): void {
    this.mendCounts();
    this.summaries.flush();
  }

  close(): void {
    this.series.segments.close();
    this.sql.close();
  }

  /** Points stay in memory when the disk refuses: the journal, which needs it too, will report it. */
  private trySpill(): void {
    try {
      this.spill(SPILL_POINTS);
    } catch {
      this.series.postponeSpill();
    }
  }
}
