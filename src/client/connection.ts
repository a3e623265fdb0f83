// A lasting connection to the server of a root: finds or starts it, watches it, and brings it back
// when it dies.
import type { Disposable } from '../base/disposable';
import { messageOf, RunlensError } from '../base/errors';
import { Emitter } from '../base/event';
import type { ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { Discovery } from '../protocol/discovery';
import { type EventType, type ServerEvent, TOPICS, type Topic } from '../protocol/events';
import { checkProtocol, findServer } from './discovery';
import { EventStream } from './events';
import { ServerClient } from './http';
import { findOrStart, type LaunchOptions, stopServer } from './launch';

export type ConnectionState =
  /** It is looked for, started or restarted. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly discovery: Discovery }
  /** With why, and what to do. */
  | { readonly kind: 'down'; readonly code: string; readonly message: string };

export interface ConnectionOptions extends LaunchOptions {
  /**
   * Whether to hold the event stream from the start: then `up` comes after events arrive, so that
   * what is fetched at `up` misses nothing, and a server that dies is restarted at once.
   */
  readonly watch?: boolean;
  /** Topics of the stream; all when left out. */
  readonly topics?: readonly Topic[];
}

/** So many deaths in `DEATH_WINDOW` milliseconds stop the restarts. */
const MOST_DEATHS = 3;
const DEATH_WINDOW = 60_000;

/** A connection to the running server, or to a new one. @throws what findOrStart throws. */
export async function ensureServer(options: ConnectionOptions): Promise<Connection> {
  const connection = new Connection(options);
  try {
    await connection.start();
    return connection;
  } catch (error) {
    connection.dispose();
    throw error;
  }
}

export class Connection implements Disposable {
  private readonly changed = new Emitter<ConnectionState>();
  private readonly events = new Emitter<ServerEvent>();
  readonly onDidChangeState = this.changed.event;
  /** In order; `reset` after a gap. Comes only while the stream is held. */
  readonly onEvent = this.events.event;
  private current: ConnectionState = { kind: 'starting' };
  private client: ServerClient | undefined;
  private stream: EventStream | undefined;
  private pending: Promise<Discovery> | undefined;
  private recovering: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private deaths: number[] = [];
  private failures = 0;
  private isWatched: boolean;
  private disposed = false;

  constructor(private readonly options: ConnectionOptions) {
    this.isWatched = options.watch ?? false;
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Makes sure that there is a server; several callers share one start. Also after `down`. */
  async start(): Promise<void> {
    if (this.current.kind === 'up') return;
    this.deaths = [];
    await this.bringUp();
  }

  /** Ends the server, whoever uses it, and starts it again. Calls wait for the new one meanwhile. */
  async restart(): Promise<void> {
    while (this.pending) await this.pending.catch(() => undefined);
    this.set({ kind: 'starting' });
    this.closeStream();
    this.deaths = [];
    await this.share(async () => {
      await this.endServer();
      return this.connect();
    });
  }

  /** Holds the event stream from now on; resolves when events arrive. */
  async watch(): Promise<void> {
    if (this.isWatched && this.current.kind === 'up') return;
    this.isWatched = true;
    await this.pending?.catch(() => undefined);
    await this.bringUp();
  }

  /** Events of some topics; resolves when they arrive. */
  async subscribe(
    topics: readonly Topic[],
    listener: (event: ServerEvent) => void,
  ): Promise<Disposable> {
    const types = new Set<EventType>(['reset', ...topics.flatMap((topic) => [...TOPICS[topic]])]);
    const subscription = this.onEvent((event) => {
      if (types.has(event.type)) listener(event);
    });
    await this.watch();
    return subscription;
  }

  /**
   * Calls the control API. A server that is gone is brought back, and the call repeated when that
   * cannot do anything twice.
   * @throws RunlensError with the server's code and words, or why it cannot be reached.
   */
  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    const client = await this.upClient();
    try {
      return await client.call(route, request);
    } catch (error) {
      if (!isRepeatable(route, error) || this.disposed) throw error;
      await this.recover();
      return (await this.upClient()).call(route, request);
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.retry);
    this.closeStream();
    this.client?.dispose();
    this.changed.dispose();
    this.events.dispose();
  }

  private async upClient(): Promise<ServerClient> {
    if (this.current.kind === 'down')
      throw new RunlensError(this.current.code, this.current.message);
    if (this.current.kind === 'starting') await this.bringUp();
    if (!this.client) throw new RunlensError('server.down', 'The Runlens server is not running.');
    return this.client;
  }

  private bringUp(): Promise<Discovery> {
    return this.share(() => this.connect());
  }

  private share(start: () => Promise<Discovery>): Promise<Discovery> {
    this.pending ??= start().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async endServer(): Promise<void> {
    const running = await findServer(this.options.root, this.options.env);
    if (!running) return;
    const client = new ServerClient(running);
    await stopServer(running, () => client.call('POST /api/shutdown', {}));
    client.dispose();
  }

  private async connect(): Promise<Discovery> {
    clearTimeout(this.retry);
    try {
      const discovery = await findOrStart(this.options);
      checkProtocol(discovery, this.options.launcher.version);
      this.client?.dispose();
      this.client = new ServerClient(discovery);
      if (this.isWatched) await this.openStream(discovery);
      if (this.disposed) throw new RunlensError('server.down', 'The connection was closed.');
      this.failures = 0;
      this.set({ kind: 'up', discovery });
      return discovery;
    } catch (error) {
      const code = error instanceof RunlensError ? error.code : 'server.start';
      this.set({ kind: 'down', code, message: messageOf(error) });
      throw error;
    }
  }

  /** Goes on after the last event seen, also at another server of the same store. */
  private openStream(discovery: Discovery): Promise<void> {
    const stream = this.stream ?? this.newStream();
    this.stream = stream;
    return new Promise((resolve, reject) => {
      const opened = stream.onDidOpen(() => settle(resolve));
      const ended = stream.onDidEnd((error) => settle(() => reject(error)));
      const settle = (done: () => void) => {
        opened.dispose();
        ended.dispose();
        done();
      };
      stream.connect(discovery);
    });
  }

  private newStream(): EventStream {
    const { topics } = this.options;
    const stream = new EventStream(topics ? { topics } : {});
    stream.onEvent((event) => this.events.fire(event));
    stream.onDidEnd(() => {
      // While it opens, the opener deals with it.
      if (this.current.kind === 'up') this.recoverLater();
    });
    return stream;
  }

  private closeStream(): void {
    this.stream?.dispose();
    this.stream = undefined;
  }

  /** At once the first time, then with growing pauses. */
  private recoverLater(): void {
    const pause = this.failures === 0 ? 0 : Math.min(50 * 2 ** this.failures, 5000);
    this.failures++;
    this.set({ kind: 'starting' });
    this.retry = setTimeout(() => {
      // `recover` leaves its failure in the state.
      this.recover().catch(() => undefined);
    }, pause);
  }

  /** The stream and every call that was under way notice the same death: it counts once. */
  private recover(): Promise<void> {
    this.recovering ??= this.comeBack().finally(() => {
      this.recovering = undefined;
    });
    return this.recovering;
  }

  /** Comes back to a server that lives; a dead one is started again unless it dies too often. */
  private async comeBack(): Promise<void> {
    if (this.disposed) return;
    // It was given up while a call was under way: that is no other death.
    if (this.current.kind === 'down')
      throw new RunlensError(this.current.code, this.current.message);
    if (this.pending) {
      await this.pending;
      return;
    }
    if (await findServer(this.options.root, this.options.env)) {
      await this.bringUp();
      return;
    }
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < DEATH_WINDOW), now];
    if (this.deaths.length >= MOST_DEATHS) throw this.giveUp();
    this.set({ kind: 'starting' });
    await this.bringUp();
  }

  private giveUp(): RunlensError {
    const error = new RunlensError(
      'server.crashes',
      `The Runlens server ended ${this.deaths.length} times within a minute and is not started ` +
        `again. Its log says why: ${this.options.root}/.runlens/logs/server.log. ` +
        'Restart it when the cause is removed.',
    );
    this.set({ kind: 'down', code: error.code, message: error.message });
    return error;
  }

  private set(state: ConnectionState): void {
    if (state.kind === 'starting' && this.current.kind === 'starting') return;
    this.current = state;
    if (!this.disposed) this.changed.fire(state);
  }
}

/** A read may be repeated; anything may that never reached a server. */
function isRepeatable(route: ControlRoute, error: unknown): boolean {
  if (!(error instanceof RunlensError) || error.code !== 'server.down') return false;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return route.startsWith('GET ') || cause?.code === 'ECONNREFUSED';
}
