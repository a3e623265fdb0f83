// Opening: the newest valid snapshot and the journals after it make the state. Reads, never writes.
import type { SqlJsStatic } from 'sql.js';
import { messageOf, RunlensError } from '../base/errors';
import { decodeCommit } from './codec';
import { Sql } from './database';
import { damaged } from './errors';
import type { FileLayer } from './files';
import { type JournalRef, listJournals, scanRecords } from './journal';
import { migrate, SCHEMA_VERSION, schemaVersion } from './migrations/migrate';
import { isReadable } from './migrations/readable';
import { applyMutation } from './mutations/apply';
import { Segments } from './series/segments';
import { listSnapshots, readSnapshot, type SnapshotRef } from './snapshot';
import { State } from './state';

/** Something that must be mended on disk before the first write. */
export type Repair =
  | { readonly kind: 'cut'; readonly path: string; readonly length: number }
  | { readonly kind: 'set-aside'; readonly path: string; readonly to: string }
  | { readonly kind: 'copy'; readonly path: string; readonly to: string };

export interface Loaded {
  readonly state: State;
  readonly segments: Segments;
  /** The last sequence number. */
  readonly seq: number;
  /** The journal to go on with, and how much of it counts. */
  readonly journal: { readonly path: string; readonly length: number } | undefined;
  readonly snapshot: { readonly seq: number; readonly size: number } | undefined;
  /** Bytes and records of journal behind the snapshot. */
  readonly journalBytes: number;
  readonly records: number;
  readonly migrated: boolean;
  /** Why the store must not be written, when a newer version wrote it. */
  readonly newer: string | undefined;
  readonly reports: readonly string[];
  readonly repairs: readonly Repair[];
}

export interface LoadOptions {
  readonly files: FileLayer;
  /** The folder of snapshots and journals. */
  readonly folder: string;
  readonly sqlite: SqlJsStatic;
  /** Bytes of one journal that are known to be durable; what is after them does not count. */
  readonly limit?: { readonly path: string; readonly length: number };
}

/** @throws RunlensError `store.damaged` when neither snapshot nor journals lead to a state. */
export function loadStore(options: LoadOptions): Loaded {
  return new Loader(options).load();
}

const NEWER =
  'This store was written by a newer version of Runlens. It is opened read-only and left as it ' +
  'is, and its newest changes may not show. Update Runlens to write to it.';

class Loader {
  private readonly reports: string[] = [];
  private readonly repairs: Repair[] = [];
  private newer: string | undefined;
  private seq = 0;
  private records = 0;
  private journalBytes = 0;

  constructor(private readonly options: LoadOptions) {}

  load(): Loaded {
    const { files, folder } = this.options;
    const { sql, segments, snapshot, migrated } = this.openSnapshot();
    const state = new State(sql, segments);
    const journal = this.replay(state, listJournals(files, folder));
    return {
      state,
      segments,
      seq: this.seq,
      journal,
      snapshot,
      journalBytes: this.journalBytes,
      records: this.records,
      migrated,
      newer: this.newer,
      reports: this.reports,
      repairs: this.newer === undefined ? this.repairs : [],
    };
  }

  private openSnapshot() {
    const { files, folder } = this.options;
    const refs = listSnapshots(files, folder);
    for (const ref of refs) {
      const read = readSnapshot(files, ref);
      if ('corrupt' in read) this.reportCorrupt(ref, read.corrupt);
      else return this.openDatabase(ref, read.bytes, read.manifest.segments);
    }
    const [oldest] = listJournals(files, folder);
    const isLost = (refs.length > 0 || oldest !== undefined) && oldest?.base !== 0;
    if (isLost)
      throw damaged(
        `No snapshot in ${folder} can be read, and no journal goes back to the start. Restore the folder from a backup, or move it away to start anew.`,
      );
    const sql = Sql.open(this.options.sqlite);
    migrate(sql);
    return { sql, segments: this.segments([]), snapshot: undefined, migrated: false };
  }

  private openDatabase(
    ref: SnapshotRef,
    bytes: Uint8Array,
    lengths: readonly (readonly [number, number])[],
  ) {
    const sql = Sql.open(this.options.sqlite, bytes);
    const version = schemaVersion(sql);
    this.seq = ref.seq;
    const snapshot = { seq: ref.seq, size: bytes.length };
    if (version > SCHEMA_VERSION) return this.openNewer(sql, snapshot, lengths);
    if (version < SCHEMA_VERSION) {
      this.repairs.push({ kind: 'copy', path: ref.path, to: `${ref.path}.v${version}` });
    }
    return { sql, segments: this.segments(lengths), snapshot, migrated: migrate(sql) };
  }

  /** Shows what can be shown of a newer store: all, or nothing when the tables have changed. */
  private openNewer(
    sql: Sql,
    snapshot: { seq: number; size: number },
    lengths: readonly (readonly [number, number])[],
  ) {
    this.newer = NEWER;
    if (isReadable(sql))
      return { sql, segments: this.segments(lengths), snapshot, migrated: false };
    sql.close();
    const empty = Sql.open(this.options.sqlite);
    migrate(empty);
    return { sql: empty, segments: this.segments([]), snapshot, migrated: false };
  }

  private segments(lengths: readonly (readonly [number, number])[]): Segments {
    const { files, folder } = this.options;
    return new Segments(files, `${folder}/series`, new Map(lengths));
  }

  /** @returns the journal to go on with. */
  private replay(state: State, all: readonly JournalRef[]): Loaded['journal'] {
    const before = all.filter((journal) => journal.base <= this.seq).length;
    const journals = all.slice(Math.max(0, before - 1));
    let last: Loaded['journal'];
    for (const [i, journal] of journals.entries()) {
      // A gap: something before this journal is lost, so what it says does not fit.
      if (journal.base > this.seq && this.newer === undefined) {
        this.setAside(journals.slice(i));
        return last;
      }
      last = this.replayJournal(state, journal);
    }
    return last;
  }

  private replayJournal(state: State, { path }: JournalRef): { path: string; length: number } {
    const bytes = this.read(path);
    const length = scanRecords(bytes, (body) => this.take(state, body));
    this.journalBytes += length;
    const rest = bytes.length - length;
    if (rest > 0 && this.newer === undefined) {
      this.repairs.push({ kind: 'cut', path, length });
      this.reports.push(
        `The journal ended in ${rest} bytes that are no whole record; they were cut off and kept in ${path}.cut.`,
      );
    }
    return { path, length };
  }

  private read(path: string): Uint8Array {
    const { files, limit } = this.options;
    return files.readFile(path, limit?.path === path ? limit.length : undefined);
  }

  /** Applies one commit; false stops the journal there. */
  private take(state: State, body: Uint8Array): boolean {
    if (this.newer !== undefined) return false;
    const commit = this.decode(body);
    if (!commit) return false;
    const last = commit.seq + commit.mutations.length - 1;
    if (last <= this.seq) return true;
    if (commit.seq !== this.seq + 1) return false;
    try {
      state.atomic(() => {
        for (const mutation of commit.mutations) applyMutation(state, mutation);
      });
    } catch (error) {
      throw damaged(
        `Change ${commit.seq} of the journal cannot be applied: ${messageOf(error)}`,
        error,
      );
    }
    this.seq = last;
    this.records += commit.mutations.length;
    return true;
  }

  private decode(body: Uint8Array): ReturnType<typeof decodeCommit> | undefined {
    try {
      return decodeCommit(body);
    } catch (error) {
      if (!(error instanceof RunlensError) || error.code !== 'store.newer') throw error;
      this.newer = NEWER;
      return undefined;
    }
  }

  private reportCorrupt(ref: SnapshotRef, why: string): void {
    this.reports.push(
      `The snapshot ${ref.path} is corrupt (${why}); the one before it and the journals were used. What is left of it is kept as ${ref.path}.corrupt.`,
    );
    this.repairs.push({ kind: 'set-aside', path: ref.path, to: `${ref.path}.corrupt` });
    this.repairs.push({
      kind: 'set-aside',
      path: ref.manifestPath,
      to: `${ref.manifestPath}.corrupt`,
    });
  }

  private setAside(journals: readonly JournalRef[]): void {
    for (const { path } of journals) {
      this.repairs.push({ kind: 'set-aside', path, to: `${path}.orphan` });
      this.reports.push(`The journal ${path} follows a damaged one; it was set aside as .orphan.`);
    }
  }
}
