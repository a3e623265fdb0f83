// Opens the store of a data folder.
import { RunlensError } from '../base/errors';
import { loadSqlite } from './database';
import { type FileLayer, nodeFiles } from './files';
import { LogStore } from './logStore';
import type { State } from './state';
import type { Store } from './store';

export interface OpenStoreOptions {
  /** The data folder (`.runlens`), as a real path. Made when it is not there. */
  readonly folder: string;
  /** Path of sql-wasm.wasm. */
  readonly wasm: string;
  /** Never write, nor make anything; a text says why, and what to do. */
  readonly readOnly?: boolean | string | undefined;
  readonly clock?: { now(): number };
  readonly files?: FileLayer;
  /** Called once with what was loaded, before anything is written; true when it changed that. */
  readonly mend?: (state: State) => boolean;
  /** Asked before each write of the journal; false ends writing for good, without a byte. */
  readonly ownsStore?: () => boolean;
  /** How long to wait before a failed disk is tried again; default 1 s. */
  readonly probeMs?: number;
  /** How long without a commit until changes are checkpointed; default 30 s. */
  readonly idleMs?: number;
}

/**
 * A disk that cannot be written gives a store that is read-only and says why, and tries again.
 * @throws RunlensError `store.damaged` when neither snapshots nor journals lead to a state, and
 *   `store.wasm` when SQLite is not where it should be.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const files = options.files ?? nodeFiles;
  if (!files.exists(options.wasm)) {
    throw new RunlensError(
      'store.wasm',
      `SQLite is missing: there is no ${options.wasm}. Install Runlens again.`,
    );
  }
  const sqlite = await loadSqlite(files.readFile(options.wasm));
  return new LogStore({
    files,
    data: options.folder,
    sqlite,
    readOnly: options.readOnly ?? false,
    clock: options.clock ?? Date,
    mend: options.mend ?? (() => false),
    ownsStore: options.ownsStore ?? (() => true),
    probeMs: options.probeMs ?? 1000,
    idleMs: options.idleMs ?? 30_000,
  });
}
