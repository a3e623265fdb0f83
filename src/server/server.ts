// Puts the server together: lock, store, routes, listener, discovery file, and their end.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { controlRoutes } from '../api/control';
import { EventHub, eventRoutes } from '../api/events';
import { lifecycleRoutes } from '../api/lifecycle';
import { nameRoutes } from '../api/names';
import { objectRoutes } from '../api/objects';
import { tableRoutes } from '../api/runTable';
import { searchRoutes } from '../api/search';
import { runRoutes } from '../api/tracking';
import { removeFolders } from '../api/trash';
import { RunlensError } from '../base/errors';
import { serverUrl } from '../client/discovery';
import type { ServerInfo } from '../protocol/control';
import { PROTOCOL } from '../protocol/discovery';
import { WAIT_PATH } from '../protocol/worker';
import { openStore } from '../store/openStore';
import type { Store } from '../store/store';
import { blobPathUnder } from '../tracking/artifactPath';
import { trackingRoutes } from '../tracking/routes';
import { checkKey } from '../tracking/validation';
import type { ServerArgs } from './args';
import { type DataFolder, prepareDataFolder } from './dataFolder';
import { type Credentials, lastServer, newCredentials, writeDiscovery } from './discoveryFile';
import { diagnoseLive } from './doctor';
import { composeEngine, type EnginePart } from './engine';
import { sqliteWasm } from './files';
import { type HttpServer, serveHttp } from './http';
import { Lifecycle } from './lifecycle';
import { acquireLock, type Lock, waitForNoHolder } from './lock';
import { panelRoutes } from './panels';
import { publicRoutes } from './publicRoutes';
import { HEAP, Rest } from './rest';
import { openServerLog, type ServerLog } from './serverLog';
import { openReception, type Reception } from './team';
import { composeTransfer, type TransferPart } from './transfer';
import { VERSION } from './version';

/** How often a disk that cannot be written is asked again. */
const DISK_MS = 2000;
/** Workers' routes: what they send and are sent is large, and soon not needed any more. */
const WORKERS = '/api/worker/';
/** When workers have asked for nothing for so long, their work is over for now. */
const REST_MS = 2000;

export interface RunningServer {
  readonly log: ServerLog;
  readonly port: number;
  /** Fired once when the server wants to end by itself, with why. */
  readonly ending: Promise<Ending>;
  /** Answers what is in flight, writes a snapshot and gives up the lock. */
  stop(): Promise<void>;
}
export type Ending =
  | { readonly kind: 'idle' | 'asked' }
  /** A disk that refused takes writes now: the next server can write. */
  | { readonly kind: 'writable' }
  /** Another server has the store now: nothing may be written any more. */
  | { readonly kind: 'replaced'; readonly why: string };

/**
 * @throws RunlensError `lock.owned`, `data.unwritable`, `store.*`, `server.port`
 */
export async function startServer(args: ServerArgs): Promise<RunningServer> {
  // First: a mistake in it must not cost the time of opening a store.
  const reception = openReception(args);
  const place = prepareDataFolder(args.root, { readOnly: args.readOnly });
  const lock = await lockOf(place);
  const log = openServerLog(place.readOnly === undefined ? place.folder : undefined);
  const store = await openStore({
    folder: place.folder,
    wasm: sqliteWasm(),
    readOnly: place.readOnly,
    ownsStore: () => lock?.owns() ?? false,
  });
  for (const report of store.status.reports) log.write(`store: ${report}`);
  if (store.status.reason !== undefined) log.write(`store: ${store.status.reason}`);
  const server = new ComposedServer({ args, place, lock, log, store, reception });
  await server.listen();
  return server;
}

interface Parts {
  readonly args: ServerArgs;
  readonly place: DataFolder;
  readonly lock: Lock | undefined;
  readonly log: ServerLog;
  readonly store: Store;
  readonly reception: Reception;
}

class ComposedServer implements RunningServer {
  readonly log: ServerLog;
  readonly ending: Promise<Ending>;
  private end: (ending: Ending) => void = () => undefined;
  private readonly hub: EventHub;
  private readonly engine: EnginePart;
  private readonly transfer: TransferPart;
  private readonly startedAt = Date.now();
  private lifecycle: Lifecycle | undefined;
  private readonly rest = new Rest({ afterMs: REST_MS, heap: HEAP });
  private isReady = false;
  private diskTimer: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;
  private http: HttpServer | undefined;
  private credentials = newCredentials();

  constructor(private readonly parts: Parts) {
    const { store, args, place, log, lock } = parts;
    this.log = log;
    this.ending = new Promise((resolve) => {
      this.end = resolve;
    });
    this.hub = new EventHub(store, randomBytes(4).toString('hex'));
    this.engine = composeEngine({
      store,
      root: args.root,
      data: place.folder,
      address: () => ({ url: serverUrl(this), token: this.credentials.tokens.control }),
      announce: (event) => this.hub.push(event),
      warn: (message) => log.write(message),
    });
    this.transfer = composeTransfer({
      root: args.root,
      store,
      warn: (message) => log.write(message),
      announce: (event) => this.hub.push(event),
      isWatched: () => this.hub.clientCount > 0,
    });
    lock?.onLost((why) => this.end({ kind: 'replaced', why }));
  }

  get port(): number {
    return this.http?.port ?? 0;
  }

  async listen(): Promise<void> {
    const { args, store, place } = this.parts;
    const last = lastServer(args.root);
    this.http = await this.tryPort(args.port ?? last?.port ?? 0, last);
    this.lifecycle = new Lifecycle({
      store,
      idleMs: args.idleMs,
      isBusy: () =>
        this.hub.clientCount > 0 || this.engine.activity() + this.transfer.activity() > 0,
      onIdle: () => this.end({ kind: 'idle' }),
    });
    writeDiscovery({
      version: VERSION,
      root: args.root,
      data: place.folder,
      port: this.port,
      startedAt: this.startedAt,
      ...this.credentials,
    });
    this.isReady = true;
    this.watchDisk();
    await this.engine.start();
    void this.finishEmptying();
    void this.transfer.start();
    this.log.write(`version ${VERSION} listens on port ${this.port} for ${args.root}`);
  }

  /** Files of what was emptied from the trash just before the last server died. */
  private async finishEmptying(): Promise<void> {
    const { store } = this.parts;
    if (store.status.mode === 'readonly') return;
    try {
      for (const { folder, reason } of await removeFolders(store)) {
        this.log.write(`the files in ${folder} could not be removed: ${reason}`);
      }
    } catch (error) {
      this.log.error('files of the emptied trash could not be removed', error);
    }
  }

  /** A store that was opened to be read stays so: the next server opens it anew. */
  private watchDisk(): void {
    const { place } = this.parts;
    if (place.readOnly === undefined) return;
    this.diskTimer = setInterval(() => {
      if (place.isWritableNow()) this.end({ kind: 'writable' });
    }, DISK_MS);
  }

  stop(): Promise<void> {
    this.stopping ??= this.closeAll();
    return this.stopping;
  }

  private async closeAll(): Promise<void> {
    this.lifecycle?.dispose();
    this.rest.dispose();
    clearInterval(this.diskTimer);
    // Streams and long polls end first: they would be waited for.
    this.engine.dispose();
    this.hub.dispose();
    await this.http?.close(this.parts.reception.patience);
    this.parts.reception.dispose();
    await this.transfer.dispose();
    await this.parts.store.close();
    this.parts.lock?.release();
    this.log.write('ended');
  }

  /** With the tokens of the last server only on its port: whoever has that port may know them. */
  private async tryPort(
    port: number,
    last: (Credentials & { port: number }) | undefined,
  ): Promise<HttpServer> {
    this.credentials = last && port === last.port ? last : newCredentials();
    try {
      return await this.serve(port);
    } catch (error) {
      const isTaken = error instanceof RunlensError && error.code === 'server.port';
      if (!isTaken || this.parts.args.port !== undefined || port === 0) throw error;
      return this.tryPort(0, undefined);
    }
  }

  private serve(port: number): Promise<HttpServer> {
    const { store, log, reception } = this.parts;
    const newId = () => randomBytes(16).toString('hex');
    const routes = [
      ...publicRoutes(VERSION, () => (this.isReady ? this.credentials.challengeKey : undefined)),
      ...trackingRoutes({ store, clock: Date, newId }),
      ...controlRoutes({
        info: () => this.info(),
        shutdown: () => this.end({ kind: 'asked' }),
      }),
      ...runRoutes({
        store,
        clock: Date,
        runFolder: blobPathUnder,
        stopPipeline: (id) => this.engine.stopPipeline(id),
        sources: this.transfer.sources,
      }),
      ...searchRoutes({ store, clock: Date, sources: this.transfer.sources }),
      ...tableRoutes({
        store,
        clock: Date,
        sources: this.transfer.sources,
        user: userName(),
        checkKey: (key) => checkKey(key, { field: 'key', name: 'key' }),
      }),
      ...panelRoutes({ store, sources: this.transfer.sources, user: userName() }),
      ...nameRoutes(store),
      ...this.transfer.routes,
      ...lifecycleRoutes({
        store,
        clock: Date,
        user: userName(),
        runFolder: blobPathUnder,
        checkKey: (key) => checkKey(key, { field: 'key', name: 'key' }),
        compact: () => store.compact(),
        examine: () => diagnoseLive(this.parts.args.root),
      }),
      ...objectRoutes(store),
      ...eventRoutes(this.hub),
      ...this.engine.routes,
    ];
    return serveHttp(port, {
      routes,
      ...reception.http(this.credentials.tokens, log),
      onFault: (error, what) => log.error(what, error),
      // A warm worker that asks for work is no use of the server.
      onRequest: ({ path: asked }) => {
        if (asked === WAIT_PATH) return;
        this.lifecycle?.touch();
        if (asked.startsWith(WORKERS)) this.rest.touch();
      },
    });
  }

  private info(): ServerInfo {
    const { args, place, lock, store } = this.parts;
    const { seq, mode, reason, reports } = store.status;
    return {
      version: VERSION,
      protocol: PROTOCOL,
      root: args.root,
      data: place.folder,
      pid: process.pid,
      port: this.port,
      epoch: lock?.epoch ?? 0,
      startedAt: this.startedAt,
      seq,
      mode,
      reason,
      reports,
      activeRuns: this.engine.activity(),
      storeBytes: sizeOfFolder(path.join(place.folder, 'store')),
    };
  }
}

/** Empty where the user has no name, as in some containers. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.env['USER'] ?? process.env['USERNAME'] ?? '';
  }
}

/** A store that is only read needs no lock, but must not be read while somebody writes it. */
async function lockOf({ folder, readOnly }: DataFolder): Promise<Lock | undefined> {
  if (readOnly === undefined) return acquireLock(folder);
  if (fs.existsSync(folder)) await waitForNoHolder(folder);
  return undefined;
}

function sizeOfFolder(folder: string): number {
  if (!fs.existsSync(folder)) return 0;
  return fs.readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return sum + sizeOfFolder(file);
    return sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
