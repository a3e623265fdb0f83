// The event stream: turns commits into events, keeps the latest for clients that come back, and
// serves GET /events.
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable';
import { type ServerEvent, TOPICS, type Topic } from '../protocol/events';
import type { HttpReply, HttpRequest, Route } from '../protocol/http';
import type { Committed } from '../store/mutation';
import type { Store } from '../store/store';
import { Changes } from './eventChanges';
import { type Batch, EventQueue, eventText } from './eventQueue';
import { invalid, queryText } from './params';

export interface EventTimes {
  /** At most one batch in so many milliseconds: no series is announced more often. */
  readonly interval: number;
  readonly keepAlive: number;
  /** How long batches are kept for a client that may come back. */
  readonly remember: number;
}
const TIMES: EventTimes = { interval: 100, keepAlive: 15_000, remember: 60_000 };
/** Batches kept for clients that come back, in characters. */
const MOST_REMEMBERED = 4 * 1024 * 1024;
/** Building batches may take this share of the time: with very many series they come less often. */
const SHARE = 0.1;

type Timer = ReturnType<typeof setTimeout>;

export class EventHub implements Disposable {
  private readonly resources = new DisposableStore();
  private readonly changes: Changes;
  private readonly clients = new Set<EventQueue>();
  /** Newest last. */
  private remembered: (Batch & { readonly size: number })[] = [];
  private rememberedSize = 0;
  /** Where the remembered batches begin, and where the last one ends. */
  private base: string;
  private position: string;
  private seq: number;
  /** Events since `seq` that are not in the log. */
  private extra = 0;
  private timer: Timer | undefined;
  private nextBatchAt = 0;
  private lastClientAt = 0;
  private mode: string;

  constructor(
    private readonly store: Store,
    /** Unlike that of every earlier server: events that are not in the log are known only here. */
    private readonly instance: string,
    private readonly times: EventTimes = TIMES,
  ) {
    this.changes = new Changes(store);
    this.seq = store.status.seq;
    this.mode = store.status.mode;
    this.base = this.position = String(this.seq);
    this.resources.add(store.onDidCommit((committed) => this.committed(committed)));
    this.resources.add(store.onDidChangeStatus(() => this.statusChanged()));
    const keepAlive = setInterval(() => this.keepAlive(), times.keepAlive);
    keepAlive.unref();
    this.resources.add(toDisposable(() => clearInterval(keepAlive)));
  }

  /** Open streams. */
  get clientCount(): number {
    return this.clients.size;
  }

  /** Announces what is not in the log: launches and log files. */
  push(event: ServerEvent): void {
    this.extra++;
    if (this.isAsleep()) {
      this.skip();
    } else {
      this.changes.push(event);
      this.schedule();
    }
  }

  /** Opens a stream that begins after `lastEventId`; with nothing given, now. */
  open(topics: readonly Topic[] | undefined, lastEventId: string | undefined): EventQueue {
    const queue = new EventQueue(topics);
    // What waits for its turn is sent first, so that a new client begins at a batch's end.
    this.flush();
    this.replay(queue, lastEventId);
    this.clients.add(queue);
    return queue;
  }

  close(queue: EventQueue): void {
    if (!this.clients.delete(queue)) return;
    this.lastClientAt = Date.now();
    queue.end();
  }

  dispose(): void {
    this.resources.dispose();
    this.flush();
    clearTimeout(this.timer);
    for (const client of this.clients) client.end();
    this.clients.clear();
  }

  private committed(committed: readonly Committed[]): void {
    const last = committed.at(-1);
    if (!last) return;
    this.seq = last.seq;
    this.extra = 0;
    if (this.isAsleep()) {
      this.skip();
    } else {
      for (const { mutation } of committed) this.changes.add(mutation);
      this.schedule();
    }
  }

  private statusChanged(): void {
    const { mode, reason } = this.store.status;
    if (mode === this.mode) return;
    this.mode = mode;
    this.push({ type: 'status', mode, reason });
  }

  /** Nobody listens and nobody can come back for what is missed: a reset will tell them. */
  private isAsleep(): boolean {
    return this.clients.size === 0 && Date.now() - this.lastClientAt > this.times.remember;
  }

  private skip(): void {
    this.changes.clear();
    this.forget();
    this.base = this.position = this.now();
  }

  private now(): string {
    return this.extra === 0 ? String(this.seq) : `${this.seq}.${this.extra}.${this.instance}`;
  }

  private schedule(): void {
    if (this.timer !== undefined) return;
    const wait = this.nextBatchAt - performance.now();
    if (wait <= 0) this.flush();
    else this.timer = setTimeout(() => this.flush(), wait);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const id = this.now();
    if (id === this.position) return;
    const started = performance.now();
    const events = this.changes
      .take()
      .map((event) => ({ type: event.type, text: eventText(event.type, event) }));
    const batch = { id, events };
    this.remember(batch);
    for (const client of this.clients) client.put(batch);
    const took = performance.now() - started;
    this.nextBatchAt = started + Math.max(this.times.interval, took / SHARE);
  }

  private remember(batch: Batch): void {
    const size = batch.events.reduce((sum, { text }) => sum + text.length, 0);
    this.remembered.push({ ...batch, size });
    this.rememberedSize += size;
    this.position = batch.id;
    while (this.rememberedSize > MOST_REMEMBERED) {
      const oldest = this.remembered.shift();
      if (!oldest) break;
      this.rememberedSize -= oldest.size;
      this.base = oldest.id;
    }
  }

  private forget(): void {
    this.remembered = [];
    this.rememberedSize = 0;
  }

  private replay(queue: EventQueue, lastEventId: string | undefined): void {
    if (lastEventId === undefined || lastEventId === this.position) {
      queue.put({ id: this.position, events: [] });
      return;
    }
    const seen = this.remembered.findIndex((batch) => batch.id === lastEventId);
    if (seen < 0 && lastEventId !== this.base) {
      queue.reset('Events were missed', this.position);
      return;
    }
    for (const batch of this.remembered.slice(seen + 1)) queue.put(batch);
  }

  private keepAlive(): void {
    for (const client of this.clients) client.keepAlive();
  }
}

export function eventRoutes(hub: EventHub): Route[] {
  return [
    {
      method: 'GET',
      path: '/events',
      access: 'control',
      handle: (request) => stream(hub, request),
    },
  ];
}

function stream(hub: EventHub, request: HttpRequest): HttpReply {
  const lastEventId = request.headers['last-event-id'];
  const queue = hub.open(topicsOf(queryText(request, 'topics')), lastEventId);
  request.gone.addEventListener('abort', () => hub.close(queue));
  if (request.gone.aborted) hub.close(queue);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    body: queue,
  };
}

function topicsOf(text: string | undefined): Topic[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map((name) => {
    if (isTopic(name)) return name;
    throw invalid(`There is no topic ${JSON.stringify(name)}: ${Object.keys(TOPICS).join(', ')}.`);
  });
}

const isTopic = (name: string): name is Topic => Object.hasOwn(TOPICS, name);
