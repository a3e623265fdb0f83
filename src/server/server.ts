// Puts the server together: lock, store, routes, listener, discovery file, and their end.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { controlRoutes } from '../api/control';
import { EventHub, eventRoutes } from '../api/events';
import { runRoutes } from '../api/tracking';
import { RunlensError } from '../base/errors';
import { serverUrl } from '../client/discovery';
import type { ServerInfo } from '../protocol/control';
import { PROTOCOL } from '../protocol/discovery';
import { openStore } from '../store/openStore';
import type { Store } from '../store/store';
import { blobPathInRun } from '../tracking/artifactPath';
import { trackingRoutes } from '../tracking/routes';
import type { ServerArgs } from './args';
import { type DataFolder, prepareDataFolder } from './dataFolder';
import { type Credentials, lastServer, newCredentials, writeDiscovery } from './discoveryFile';
import { composeEngine, type EnginePart } from './engine';
import { sqliteWasm } from './files';
import { type HttpServer, serveHttp } from './http';
import { Lifecycle } from './lifecycle';
import { acquireLock, type Lock, waitForNoHolder } from './lock';
import { publicRoutes } from './publicRoutes';
import { openServerLog, type ServerLog } from './serverLog';
import { VERSION } from './version';

/** How long requests in flight may take when the server ends. */
const PATIENCE_MS = 5000;
/** How often a disk that cannot be written is asked again. */
const DISK_MS = 2000;

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
  const server = new ComposedServer({ args, place, lock, log, store });
  await server.listen();
  return server;
}

interface Parts {
  readonly args: ServerArgs;
  readonly place: DataFolder;
  readonly lock: Lock | undefined;
  readonly log: ServerLog;
  readonly store: Store;
}

class ComposedServer implements RunningServer {
  readonly log: ServerLog;
  readonly ending: Promise<Ending>;
  private end: (ending: Ending) => void = () => undefined;
  private readonly hub: EventHub;
  private readonly engine: EnginePart;
  private readonly startedAt = Date.now();
  private lifecycle: Lifecycle | undefined;
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
      isBusy: () => this.hub.clientCount > 0 || this.engine.activity() > 0,
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
    this.log.write(`version ${VERSION} listens on port ${this.port} for ${args.root}`);
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
    clearInterval(this.diskTimer);
    // Streams and long polls end first: they would be waited for.
    this.engine.dispose();
    this.hub.dispose();
    await this.http?.close(PATIENCE_MS);
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
    const { store, log } = this.parts;
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
        runFolder: blobPathInRun,
        stopPipeline: (id) => this.engine.stopPipeline(id),
      }),
      ...eventRoutes(this.hub),
      ...this.engine.routes,
    ];
    return serveHttp(port, {
      routes,
      tokens: this.credentials.tokens,
      onFault: (error, what) => log.error(what, error),
      onRequest: () => this.lifecycle?.touch(),
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
