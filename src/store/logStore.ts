// The store: applies commits, makes them durable, and turns read-only when the disk refuses.
import type { SqlJsStatic } from 'sql.js';
import { messageOf, RunlensError } from '../base/errors';
import { Emitter } from '../base/event';
import { createBlobs } from './blobs';
import { ANALYZE, Checkpointer } from './checkpointer';
import { encodeCommit } from './codec';
import { CommitQueue, type Waiting } from './commitQueue';
import { Compactor } from './compactor';
import { diskReason, invalidMutation, newer, readonly, unavailable } from './errors';
import type { FileLayer } from './files';
import { frameRecord, type JournalFile } from './journal';
import { makeWritable } from './mend';
import type { Committed, Mutation } from './mutation';
import { applyMutation } from './mutations/apply';
import { experimentQueries } from './queries/experiments';
import { modelQueries } from './queries/models';
import { pipelineQueries } from './queries/pipelines';
import { registryQueries } from './queries/registry';
import { runQueries } from './queries/runs';
import { tableQueries } from './queries/runTable';
import { seriesQueries } from './queries/series';
import { editQueries, trashQueries } from './queries/trash';
import { readOnlyFiles } from './readOnlyFiles';
import { type Loaded, type LoadOptions, loadStore } from './recover';
import { liveBytes } from './series/compaction';
import type { State } from './state';
import type { SegmentUse, Store, StoreStatus } from './store';

/** A commit that would grow the database beyond this is refused: WebAssembly ends at 2 GB. */
const MAX_DATABASE_BYTES = 1_200_000_000;
const SIZE_CHECK_EVERY = 512;

export interface LogStoreOptions {
  readonly files: FileLayer;
  /** The data folder. */
  readonly data: string;
  readonly sqlite: SqlJsStatic;
  readonly readOnly: boolean | string;
  readonly clock: { now(): number };
  /** Called with what was loaded; true when it changed that, so that a snapshot is due. */
  readonly mend: (state: State) => boolean;
  readonly ownsStore: () => boolean;
  /** After this many milliseconds a store that failed tries to write again. */
  readonly probeMs: number;
  /** After this many milliseconds without a commit, changes are checkpointed. */
  readonly idleMs: number;
}

/** Why nothing can be written: for now, or until the store is opened anew. */
interface Blocked {
  readonly error: RunlensError;
  readonly forGood: boolean;
}

export class LogStore implements Store {
  private readonly committed = new Emitter<readonly Committed[]>();
  private readonly statusChanged = new Emitter<StoreStatus>();
  private readonly queue: CommitQueue;
  private readonly checkpointer: Checkpointer;
  private readonly compactor: Compactor;
  private readonly folder: string;
  private loaded: Loaded;
  private journal: JournalFile | undefined;
  /** Of the last commit applied, and of the last one durable. */
  private seq = 0;
  private durableSeq = 0;
  private blocked: Blocked | undefined;
  private reports: readonly string[];
  private probeTimer: NodeJS.Timeout | undefined;
  private commits = 0;
  /** After a failure: how much of the journal counts, until it is open again. */
  private limit: { path: string; length: number } | undefined;
  /** The state in memory holds what was never made durable. */
  private isStale = false;
  private readonly isMended: boolean;
  private closing: Promise<void> | undefined;

  readonly onDidCommit = this.committed.event;
  readonly onDidChangeStatus = this.statusChanged.event;
  readonly experiments = experimentQueries(() => this.state);
  readonly runs = runQueries(() => this.state);
  readonly table = tableQueries(() => this.state);
  readonly series = seriesQueries(() => this.state);
  readonly pipelines = pipelineQueries(() => this.state);
  readonly trash = trashQueries(() => this.state);
  readonly edits = editQueries(() => this.state);
  readonly models = modelQueries(() => this.state);
  readonly registry = registryQueries(() => this.state);
  readonly blobs;

  constructor(private readonly options: LogStoreOptions) {
    const { files, data } = options;
    this.folder = `${data}/store`;
    this.blobs = createBlobs(data, files);
    this.loaded = loadStore(this.loadOptions());
    this.reports = this.loaded.reports;
    this.isMended = options.mend(this.state);
    this.queue = new CommitQueue({
      check: () => this.checkOwner(),
      journal: () => this.openJournal(),
      durable: (batch) => this.announce(batch),
      isDiskBusy: () => this.checkpointer.isWriting,
      failed: (batch, error) => this.fail(batch, error),
    });
    this.checkpointer = new Checkpointer({
      files,
      folder: this.folder,
      idleMs: options.idleMs,
      now: () => options.clock.now(),
      state: () => this.state,
      idle: () => this.queue.idle(),
      checkOwner: () => this.checkOwner(),
      prepare: () => this.prepareCheckpoint(),
      rotate: (next) => {
        this.closeJournal();
        this.journal = next;
      },
      report: (line) => this.report(line),
      written: () => this.compactor.runWhenWorthIt(),
    });
    this.compactor = new Compactor({
      current: () => (this.blocked || this.closing ? undefined : this.state),
      mark: () => this.commit({ type: 'store.compact', time: options.clock.now() }),
      checkpoint: () => this.checkpoint(),
      report: (line) => this.report(line),
    });
    this.open();
  }

  get status(): StoreStatus {
    return {
      mode: this.blocked ? 'readonly' : 'writable',
      reason: this.blocked?.error.message,
      forGood: this.blocked?.forGood ?? false,
      seq: this.durableSeq,
      reports: this.reports,
    };
  }

  /** Not awaited before the state has changed: see `Store.commit`. */
  async commit(...mutations: Mutation[]): Promise<number> {
    if (this.blocked) throw this.blocked.error;
    if (mutations.length === 0) return this.durableSeq;
    if (this.commits++ % SIZE_CHECK_EVERY === 0) this.checkSize();
    const first = this.seq + 1;
    const record = frameRecord(encodeCommit(first, mutations));
    this.apply(mutations);
    this.seq += mutations.length;
    const committed = mutations.map((mutation, i) => ({ seq: first + i, mutation }));
    return new Promise((resolve, reject) => {
      this.queue.add({ record, committed, resolve, reject });
    });
  }

  checkpoint(): Promise<void> {
    if (this.blocked) return Promise.reject(this.blocked.error);
    return this.checkpointer.run();
  }

  compact(): Promise<void> {
    if (this.blocked) return Promise.reject(this.blocked.error);
    return this.compactor.run();
  }

  segmentUse(): SegmentUse {
    const live = [...liveBytes(this.state).values()].reduce((sum, length) => sum + length, 0);
    return { total: this.state.series.segments.total(), live };
  }

  close(): Promise<void> {
    this.closing ??= this.closeNow();
    return this.closing;
  }

  private async closeNow(): Promise<void> {
    do await this.queue.idle();
    while (!this.queue.drainNow());
    if (!this.blocked) await this.checkpointer.runAtClose();
    this.checkpointer.stop();
    clearTimeout(this.probeTimer);
    this.blocked = CLOSED;
    this.closeJournal();
    this.state.close();
    this.committed.dispose();
    this.statusChanged.dispose();
  }

  private get state(): State {
    return this.loaded.state;
  }

  private loadOptions(): LoadOptions {
    const { sqlite, readOnly } = this.options;
    // A long journal would move points into segments.
    const files = readOnly ? readOnlyFiles(this.options.files) : this.options.files;
    return { files, folder: this.folder, sqlite, limit: this.limit };
  }

  /** Takes over what was loaded, and begins to write where that is allowed and possible. */
  private open(): void {
    this.setSeq(this.loaded.seq);
    this.state.sql.exec(ANALYZE);
    if (this.loaded.newer !== undefined) {
      this.block(newer(this.loaded.newer), true);
    } else if (this.options.readOnly) {
      const { readOnly } = this.options;
      this.block(readonly(readOnly === true ? 'The store was opened read-only.' : readOnly), true);
    } else {
      this.tryToWrite();
    }
    // Also a store that cannot be written has its first experiment, if only in memory.
    if (this.blocked && this.seq === 0 && !this.loaded.newer) this.apply([this.firstExperiment()]);
  }

  private tryToWrite(): void {
    const { files, data } = this.options;
    try {
      this.journal = makeWritable(files, data, this.folder, this.loaded);
      if (this.seq === 0) this.writeFirst();
    } catch (error) {
      this.closeJournal();
      this.block(unavailable(diskReason(error, data), error), false);
      return;
    }
    this.blocked = undefined;
    const { snapshot, journalBytes, records, migrated } = this.loaded;
    this.checkpointer.start({
      snapshotSize: snapshot?.size ?? 0,
      journalBytes,
      // The first experiment, and what a migration changed, are in no snapshot yet either.
      records: Math.max(records, migrated || this.isMended || this.seq > this.loaded.seq ? 1 : 0),
    });
  }

  private writeFirst(): void {
    const first = this.firstExperiment();
    const journal = this.openJournal();
    journal.append(frameRecord(encodeCommit(1, [first])));
    journal.sync();
    this.apply([first]);
    this.setSeq(1);
  }

  private firstExperiment(): Mutation {
    return {
      type: 'experiment.create',
      experimentId: '0',
      name: 'Default',
      artifactLocation: 'mlflow-artifacts:/0',
      time: this.options.clock.now(),
      tags: [],
    };
  }

  private apply(mutations: readonly Mutation[]): void {
    try {
      this.state.atomic(() => {
        for (const mutation of mutations) applyMutation(this.state, mutation);
      });
    } catch (error) {
      if (error instanceof RunlensError) throw error;
      throw invalidMutation(`The change was not made: ${messageOf(error)}`, error);
    }
  }

  private announce(batch: readonly Waiting[]): void {
    this.state.sql.end();
    const committed = batch.flatMap((waiting) => waiting.committed);
    this.durableSeq = committed.at(-1)?.seq ?? this.durableSeq;
    const bytes = batch.reduce((sum, { record }) => sum + record.length, 0);
    this.checkpointer.grew(bytes, committed.length);
    this.committed.fire(committed);
  }

  /** Every caller hears of it; then the state becomes what is known to be on disk. */
  private fail(batch: readonly Waiting[], error: unknown): void {
    const lost = error === OWNER_LOST;
    const reason = lost ? OWNER_LOST : unavailable(diskReason(error, this.options.data), error);
    this.checkpointer.stop();
    // Bytes of the journal that were never synced do not count, though they may be in the file.
    if (this.journal) this.limit = { path: this.journal.path, length: this.journal.durable };
    this.closeJournal();
    this.isStale = true;
    this.block(reason, lost);
    this.refresh();
    for (const { reject } of batch) reject(reason);
  }

  /** Loads the state from disk after a failure, when it is not yet done. */
  private refresh(): void {
    if (!this.isStale) return;
    try {
      this.replaceState(loadStore(this.loadOptions()));
      this.isStale = false;
    } catch (error) {
      this.report(`After a failed write the store could not be read again: ${messageOf(error)}`);
    }
  }

  private replaceState(loaded: Loaded): void {
    const old = this.state;
    this.loaded = loaded;
    this.reports = [...this.reports, ...loaded.reports];
    this.setSeq(loaded.seq);
    old.close();
  }

  private block(error: RunlensError, forGood: boolean): void {
    const isNews = this.blocked?.error.message !== error.message;
    this.blocked = { error, forGood };
    if (!forGood) this.waitForDisk();
    if (isNews) this.statusChanged.fire(this.status);
  }

  private waitForDisk(): void {
    this.probeTimer = setTimeout(() => this.recover(), this.options.probeMs);
    // A store that waits for its disk keeps no process alive.
    this.probeTimer.unref();
  }

  /** A write that succeeds ends the read-only state. */
  private recover(): void {
    if (!this.options.ownsStore()) {
      this.block(OWNER_LOST, true);
      return;
    }
    this.isStale ||= this.seq === 0;
    this.refresh();
    if (this.isStale) this.waitForDisk();
    else this.tryToWrite();
    if (this.blocked) return;
    this.limit = undefined;
    this.report('The disk takes writes again.');
    this.statusChanged.fire(this.status);
  }

  private prepareCheckpoint(): { state: State; seq: number } | undefined {
    if (!this.queue.drainNow()) return undefined;
    if (this.blocked) throw this.blocked.error;
    this.checkOwner();
    return { state: this.state, seq: this.durableSeq };
  }

  private closeJournal(): void {
    this.journal?.close();
    this.journal = undefined;
  }

  private openJournal(): JournalFile {
    if (!this.journal) throw unavailable('The journal is not open.');
    return this.journal;
  }

  private checkOwner(): void {
    if (!this.options.ownsStore()) throw OWNER_LOST;
  }

  private checkSize(): void {
    if (this.state.sql.size() < MAX_DATABASE_BYTES) return;
    throw unavailable(
      'The store is nearly as large as it can be. Delete runs and empty the trash, move old ' +
        'experiments to another folder, or use a remote MLflow server.',
    );
  }

  private setSeq(seq: number): void {
    this.seq = seq;
    this.durableSeq = seq;
  }

  private report(line: string): void {
    this.reports = [...this.reports, line];
  }
}

const OWNER_LOST = unavailable(
  'Another Runlens server has taken over this store; this one no longer writes to it.',
);
const CLOSED: Blocked = { error: unavailable('The store is closed.'), forGood: true };
