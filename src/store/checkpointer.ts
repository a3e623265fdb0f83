// Checkpoints: when one is due, and the snapshot that it writes.
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../base/errors';
import type { Frozen } from './databaseFile';
import { unavailable } from './errors';
import type { FileLayer } from './files';
import { JournalFile } from './journal';
import { SCHEMA_VERSION } from './migrations/migrate';
import { pruneSnapshots, segmentsInSnapshots, writeSnapshot } from './snapshot';
import { FLUSH_ROWS, SPILL_POINTS, type State } from './state';

const MIN_JOURNAL_BYTES = 16 * 1024 * 1024;
const MAX_RECORDS = 100_000;
/** After a failure, so that a full disk is not tried with every commit. */
const RETRY_MS = 60_000;

export interface CheckpointHooks {
  readonly files: FileLayer;
  readonly folder: string;
  readonly idleMs: number;
  readonly now: () => number;
  readonly state: () => State;
  /** Resolves when `prepare` is worth a call. */
  readonly idle: () => Promise<void>;
  /** Drains the journal: all of the state is durable until the next await. Undefined: not yet. */
  readonly prepare: () => { readonly state: State; readonly seq: number } | undefined;
  readonly rotate: (next: JournalFile) => void;
  /** @throws when another process owns the store now. */
  readonly checkOwner: () => void;
  readonly report: (line: string) => void;
  /** After a snapshot was written. */
  readonly written: () => void;
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
  private writing = false;

  constructor(private readonly hooks: CheckpointHooks) {}

  /** Whether a snapshot is on its way to the disk, so that other syncs take longer. */
  get isWriting(): boolean {
    return this.writing;
  }

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
    if (this.progress.records > 0) await fillMost(this.hooks.state);
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
    const { frozen, segments } = fill(state, seq);
    const before = this.progress;
    this.writing = true;
    try {
      // The new journal comes first: until the snapshot is there, both journals are replayed.
      this.hooks.rotate(JournalFile.create(this.hooks.files, this.hooks.folder, seq));
      this.progress = { snapshotSize: frozen.size, journalBytes: 0, records: 0 };
      await this.store(
        { frozen, state, position: { schema: SCHEMA_VERSION, seq, segments } },
        epoch,
      );
    } catch (error) {
      if (this.progress !== before) this.grewBy(before);
      throw error;
    } finally {
      frozen.release();
      this.writing = false;
    }
    await this.prune(epoch);
    this.hooks.written();
  }

  private async store({ frozen, state, position }: Filled, epoch: number): Promise<void> {
    const { files, folder } = this.hooks;
    await state.series.segments.sync();
    await writeSnapshot(files, folder, frozen, position, () => this.checkCurrent(epoch));
  }

  /** Deletes what no kept snapshot needs any more. */
  private async prune(epoch: number): Promise<void> {
    const { files, folder } = this.hooks;
    await pruneSnapshots(files, folder);
    this.checkCurrent(epoch);
    const { segments } = this.hooks.state().series;
    for (const path of segments.unneeded(segmentsInSnapshots(files, folder))) {
      await files.later.rm(path, { force: true });
    }
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

/** A state in tables and segments, and where it stands. */
interface Filled {
  readonly frozen: Frozen;
  readonly state: State;
  readonly position: Parameters<typeof writeSnapshot>[3];
}

/** Brings most of what is in memory to tables and segments, in portions with other work between. */
async function fillMost(current: () => State): Promise<void> {
  const { series, summaries } = current();
  // Under load there is always more to come; the rest is no longer much.
  let rounds = 2 + series.spillCost / SPILL_POINTS + summaries.dirtyCount / FLUSH_ROWS;
  for (; rounds > 0; rounds--) {
    const state = current();
    state.mendCounts();
    if (state.summaries.dirtyCount > FLUSH_ROWS) state.summaries.flush(FLUSH_ROWS);
    else if (state.series.spillCost > SPILL_POINTS) state.spill(SPILL_POINTS);
    else return;
    state.sql.end();
    await setImmediate();
  }
}

/** Brings what is in memory to tables and segments, and holds on to that. */
function fill(state: State, seq: number): { frozen: Frozen; segments: [number, number][] } {
  state.settle();
  state.spill();
  const segments = state.series.segments.lengthsNow();
  state.sql.end();
  state.sql.exec(ANALYZE);
  const frozen = state.sql.freeze(() => {
    putMeta(state, 'seq', String(seq));
    putMeta(state, 'segments', JSON.stringify(segments));
  });
  return { frozen, segments };
}

const putMeta = (state: State, name: string, value: string): void =>
  state.sql.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', name, value);

/** Keeps SQLite from choosing plans blindly; the limit makes it a matter of milliseconds. */
export const ANALYZE = 'PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002;';
