// The server's side of a panel without its process: a store, its routes and its event stream; and what happens in it.
import * as path from 'node:path';
import type { EventQueue } from '../../src/api/eventQueue';
import { EventHub } from '../../src/api/events';
import { lifecycleRoutes } from '../../src/api/lifecycle';
import { nameRoutes } from '../../src/api/names';
import { objectRoutes } from '../../src/api/objects';
import { tableRoutes } from '../../src/api/runTable';
import { searchRoutes } from '../../src/api/search';
import { runRoutes } from '../../src/api/tracking';
import { toRaw } from '../../src/client/http';
import { SearchError } from '../../src/domain/search/error';
import type { ControlRoute, ReplyOf, RequestOf, SearchRefusal } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { Route } from '../../src/protocol/http';
import { composeEngine, type EnginePart } from '../../src/server/engine';
import { panelRoutes } from '../../src/server/panels';
import type { Mutation } from '../../src/store/mutation';
import { blobPathUnder } from '../../src/tracking/artifactPath';
import { checkKey } from '../../src/tracking/validation';
import { callRoute } from '../support/callRoute';
import { StoreFixture } from '../unit/api/fixture';

export interface Listener {
  event(event: ServerEvent): void;
  /** The server went or came. */
  status(): void;
}

export class World {
  private readonly fixture = new StoreFixture();
  private hub!: EventHub;
  private engine!: EnginePart;
  private routes: Route[] = [];
  private queue: EventQueue | undefined;
  private lastId: string | undefined;
  private servers = 0;
  /** How many of the next questions fail for a reason that passes. */
  failing = 0;
  /** Questions without an answer yet. */
  pending = 0;
  isUp = false;
  listener: Listener | undefined;

  async open(content: readonly Mutation[]): Promise<void> {
    await this.fixture.open();
    if (content.length > 0) await this.fixture.store.commit(...content);
    this.serve();
    this.connect();
  }

  async close(): Promise<void> {
    this.end();
    await this.fixture.close();
  }

  async commit(...mutations: readonly Mutation[]): Promise<void> {
    if (mutations.length > 0) await this.fixture.store.commit(...mutations);
  }

  /** The server ends and comes again; something may happen before the extension listens to it again. */
  async restart(meanwhile: readonly Mutation[]): Promise<void> {
    this.end();
    this.listener?.status();
    await this.fixture.reopen();
    this.serve();
    await this.commit(...meanwhile);
    this.connect();
    this.listener?.status();
  }

  /** The event stream breaks for so long that the server does not know any more what was not told. */
  async miss(meanwhile: readonly Mutation[]): Promise<void> {
    if (this.queue) this.hub.close(this.queue);
    this.queue = undefined;
    await this.commit(...meanwhile);
    this.lastId = 'forgotten';
    this.connect();
  }

  /** The event stream breaks and is taken up where it was, as a client does. */
  reconnect(): void {
    if (this.queue) this.hub.close(this.queue);
    this.connect();
  }

  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    this.pending += 1;
    try {
      return await this.answer(route, request);
    } finally {
      this.pending -= 1;
    }
  }

  private async answer<R extends ControlRoute>(
    route: R,
    request: RequestOf<R>,
  ): Promise<ReplyOf<R>> {
    if (!this.isUp) throw new Error('The server does not answer.');
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error(LOST);
    }
    const raw = toRaw(route, JSON.parse(JSON.stringify(request)) as Record<string, unknown>);
    const body = raw.body === undefined ? undefined : String(raw.body);
    const answer = await callRoute<unknown>(this.routes, `${raw.method} ${raw.path}`, body);
    if (answer.status === 200) return answer.body as ReplyOf<R>;
    const { message, position, valid, text } = answer.body as SearchRefusal;
    if (typeof position !== 'number') throw new Error(message);
    throw new SearchError(message, position, valid, text);
  }

  private serve(): void {
    const { store } = this.fixture;
    this.servers += 1;
    this.hub = new EventHub(store, `server ${this.servers}`);
    const data = store.blobs.folder;
    this.engine = composeEngine({
      store,
      data,
      root: path.dirname(data),
      address: () => ({ url: 'http://127.0.0.1:1', token: 't' }),
      announce: (event) => this.hub.push(event),
      warn: () => undefined,
    });
    const ports = {
      store,
      sources: { store: () => undefined, files: async () => [] },
      clock: { now: () => NOW },
      user: 'ada',
      checkKey: (key: string) => checkKey(key, { field: 'key', name: 'key' }),
      runFolder: blobPathUnder,
      stopPipeline: async () => false,
      compact: async () => undefined,
      examine: async () => ({ found: [] }) as never,
    };
    this.routes = [
      ...runRoutes(ports),
      ...searchRoutes(ports),
      ...tableRoutes(ports),
      ...panelRoutes(ports),
      ...nameRoutes(store),
      ...lifecycleRoutes(ports),
      ...objectRoutes(store),
      ...this.engine.routes,
    ];
    this.isUp = true;
  }

  private end(): void {
    this.isUp = false;
    this.queue = undefined;
    this.hub.dispose();
    this.engine.dispose();
  }

  private connect(): void {
    const queue = this.hub.open(undefined, this.lastId);
    this.queue = queue;
    void this.read(queue);
  }

  /** As the client reads the stream: an id comes behind the events that it covers. */
  private async read(queue: EventQueue): Promise<void> {
    for await (const text of queue) {
      if (this.queue !== queue) return;
      for (const line of text.split('\n')) {
        if (line.startsWith('data: ')) {
          this.listener?.event(JSON.parse(line.slice(6)) as ServerEvent);
        } else if (line.startsWith('id: ')) this.lastId = line.slice(4);
      }
    }
  }
}

export const LOST = 'The connection was lost.';

/** 21 November 2026, 12:00 UTC: what every clock of a test says, so that ages read the same. */
export const NOW = Date.UTC(2026, 10, 21, 12);
