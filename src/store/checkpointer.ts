// Checkpoints: when one is due, and the snapshot that it writes.
import { messageOf } from '../base/errors';
import { unavailable } from './errors';
import type { FileLayer } from './files';
import { JournalFile } from './journal';
import { SCHEMA_VERSION } from './migrations/migrate';
import { pruneSnapshots, writeSnapshot } from './snapshot';
import type { State } from './state';

const MIN_JOURNAL_BYTES = 16 * 1024 * 1024;
const MAX_RECORDS = 100_000;
/** After a failure, so that a full disk is not tried with every commit. */
const RETRY_MS = 60_000;

export interface CheckpointHooks {
  readonly files: FileLayer;
  readonly folder: string;
  readonly idleMs: number;
  readonly now: () => number;
  /** Resolves when `prepare` is worth a call. */
  readonly idle: () => Promise<void>;
  /** Drains the journal: all of the state is durable until the next await. Undefined: not yet. */
  readonly prepare: () => { readonly state: State; readonly seq: number } | undefined;
  readonly rotate: (next: JournalFile) => void;
  /** @throws when another process owns the store now. */
  readonly checkOwner: () => void;
  readonly report: (line: string) => void;
}

/** What lies behind the newest snapshot. */
export interface Progress {
  readonly snapshotSize: number;
  readonly journalBytes: number;
  readonly records: number;
}

export class Checkpointer {
  private progress: Progress = { snapshotSize: 0, journalBytes: 0, records: 0 };
  private running: Promise<void> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private notBefore = 0;
  private epoch = 0;

  constructor(private readonly hooks: CheckpointHooks) {}

  start(progress: Progress): void {
    this.progress = progress;
    this.idle = setTimeout(() => this.runQuietly(), this.hooks.idleMs);
    this.idle.unref();
    if (this.isDue()) this.runQuietly();
  }

  /** The state is loaded anew from an older snapshot: one under way must not count any more. */
  stop(): void {
    this.epoch++;
    clearTimeout(this.idle);
  }

  /** Called after each durable batch. */
  grew(bytes: number, records: number): void {
    this.grewBy({ journalBytes: bytes, records });
    this.idle?.refresh();
    if (this.isDue()) this.runQuietly();
  }

  /** Writes a snapshot when there are changes. Callers at the same time share one. */
  run(): Promise<void> {
    this.running ??= this.write().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** The journal holds everything, so that closing without a snapshot loses nothing. */
  async runAtClose(): Promise<void> {
    try {
      await this.running;
      await this.run();
    } catch (error) {
      this.hooks.report(`No snapshot was written at the end: ${messageOf(error)}`);
    }
  }

  /** After a reload the segments are written over from where the older snapshot ends. */
  private checkCurrent(epoch: number): void {
    if (this.epoch !== epoch) throw unavailable('The snapshot was given up: a write failed.');
    this.hooks.checkOwner();
  }

  private isDue(): boolean {
    const { snapshotSize, journalBytes, records } = this.progress;
    const large = journalBytes > Math.max(MIN_JOURNAL_BYTES, snapshotSize / 2);
    return (large || records >= MAX_RECORDS) && this.hooks.now() >= this.notBefore;
  }

  private runQuietly(): void {
    if (this.running) return;
    this.run().catch((error: unknown) => {
      this.notBefore = this.hooks.now() + RETRY_MS;
      this.hooks.report(`A snapshot could not be written: ${messageOf(error)}`);
    });
  }

  private async write(): Promise<void> {
    const { files, folder, rotate } = this.hooks;
    await this.hooks.idle();
    // From here to the new journal nothing may be awaited: a commit in between would be in neither.
    let ready = this.hooks.prepare();
    while (!ready) {
      await this.hooks.idle();
      ready = this.hooks.prepare();
    }
    if (this.progress.records === 0) return;
    const { state, seq } = ready;
    const epoch = this.epoch;
    const segments = fill(state, seq);
    const bytes = state.sql.export();
    // The new journal comes first: until the snapshot is there, both journals are replayed.
    rotate(JournalFile.create(files, folder, seq));
    const before = this.progress;
    this.progress = { snapshotSize: bytes.length, journalBytes: 0, records: 0 };
    try {
      await state.series.segments.sync();
      const position = { schema: SCHEMA_VERSION, seq, segments };
      await writeSnapshot(files, folder, bytes, position, () => this.checkCurrent(epoch));
    } catch (error) {
      this.grewBy(before);
      throw error;
    }
    pruneSnapshots(files, folder);
  }

  /** What no snapshot holds yet. */
  private grewBy({ journalBytes, records }: Pick<Progress, 'journalBytes' | 'records'>): void {
    this.progress = {
      snapshotSize: this.progress.snapshotSize,
      journalBytes: this.progress.journalBytes + journalBytes,
      records: this.progress.records + records,
    };
  }
}

/** Brings what is in memory to tables and segments. @returns the lengths of the segments. */
function fill(state: State, seq: number): [number, number][] {
  state.summaries.flush();
  state.spill();
  const segments = state.series.segments.lengthsNow();
  state.sql.begin();
  state.sql.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'seq', String(seq));
  state.sql.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', 'segments', JSON.stringify(segments));
  state.sql.end();
  state.sql.exec(ANALYZE);
  return segments;
}

/** Keeps SQLite from choosing plans blindly; the limit makes it a matter of milliseconds. */
export const ANALYZE = 'PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002;';
