// Composes imports, exports and opened folders with the store, the event stream and scratch stores.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SourcePorts } from '../api/tracking';
import { transferRoutes } from '../api/transfer';
import { messageOf, RunlensError } from '../base/errors';
import type { ServerEvent } from '../protocol/events';
import type { Route } from '../protocol/http';
import { loadSqlite } from '../store/database';
import { type FileLayer, nodeFiles } from '../store/files';
import { openStore } from '../store/openStore';
import type { Store } from '../store/store';
import { blobPathUnder } from '../tracking/artifactPath';
import { OpenedSources, type Scratch } from '../transfer/opened';
import { Transfers } from '../transfer/transfers';
import { sqliteWasm } from './files';
import { openedFolders } from './openedFolders';

/** Names the process, so that what a killed one left is found. */
const SCRATCH = /^runlens-opened-(\d+)-/;

export interface TransferContext {
  readonly root: string;
  readonly store: Store;
  warn(message: string): void;
  announce(event: ServerEvent): void;
  /** Whether anybody listens to events. */
  isWatched(): boolean;
}

export interface TransferPart {
  readonly routes: readonly Route[];
  readonly sources: SourcePorts;
  /** Imports and exports that go on. */
  activity(): number;
  /** Opens the folders that were open when the last server ended. */
  start(): Promise<void>;
  dispose(): Promise<void>;
}

export function composeTransfer(context: TransferContext): TransferPart {
  const { root, store, announce, isWatched, warn } = context;
  const folders = openedFolders(root, warn);
  const sqlite = () => loadSqlite(nodeFiles.readFile(sqliteWasm()));
  const transfers = new Transfers({
    store,
    clock: Date,
    newId: () => randomBytes(16).toString('hex'),
    sqlite,
    runFolder: blobPathUnder,
    announce: (transfer) => announce({ type: 'transfer', transfer }),
  });
  const sources = new OpenedSources({
    clock: Date,
    sqlite,
    openScratch,
    isWatched,
    remember: (paths) => folders.write(paths),
    announce: (source, closed) =>
      announce({ type: 'source', source, ...(closed === true ? { closed } : {}) }),
  });
  return {
    routes: transferRoutes({ transfers, sources, isRefusal }),
    sources,
    activity: () => transfers.active,
    async start() {
      for (const folder of folders.read()) {
        await sources.open(folder).catch((error: unknown) => warn(messageOf(error)));
      }
    },
    async dispose() {
      await transfers.dispose();
      await sources.dispose();
    },
  };
}

const isRefusal = (error: unknown): error is RunlensError =>
  error instanceof RunlensError && /^(import|export)\./.test(error.code);

/** A store in the folder for temporary files, whose writes need not survive anything. */
async function openScratch(): Promise<Scratch> {
  removeOrphans();
  const prefix = path.join(os.tmpdir(), `runlens-opened-${process.pid}-`);
  const folder = fs.realpathSync(await fs.promises.mkdtemp(prefix));
  const store = await openStore({ folder, wasm: sqliteWasm(), files: UNSYNCED });
  return {
    store,
    async dispose() {
      await store.close();
      await fs.promises.rm(folder, { recursive: true, force: true });
    },
  };
}

const UNSYNCED: FileLayer = {
  ...nodeFiles,
  fdatasync: () => undefined,
  fdatasyncLater: () => Promise.resolve(),
  syncFolder: () => undefined,
  syncFolderLater: () => Promise.resolve(),
};

function removeOrphans(): void {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = Number(SCRATCH.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
