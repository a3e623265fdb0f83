/** Facts of one root's store, kept and renewed by events; reads answer at once with what is known. */
import type { Disposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { Emitter } from '../base/event';
import type { PipelineRun } from '../domain/pipeline';
import type { CacheHit, ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';
import type { StepProgress } from '../protocol/worker';
import { type Entry, entryOf, StoreCache } from './storeCache';
import type { Connect, StoreLink } from './storeLink';

/** Events of a run come in bursts; one renewal serves them all. */
const COALESCE_MS = 100;
/** Runs that log are heard of all the time, and only counts and names hang on them. */
const SLOW_COALESCE_MS = 1000;
/** Progress comes five times a second from each step. */
const PROGRESS_MS = 400;
/** Every edit can ask for keys that nobody asks for again. */
const MAX_HITS = 5000;
/** A server that was lost is back within a second; the extension tells of a later return. */
const RETRY_MS = [100, 300, 600, 1000, 2000, 4000];

/** What editors ask for beside hits; `event`: what makes an answer old. */
const ROUTES = {
  'GET /api/invocations': 'pipelines',
  'GET /api/names/artifacts': 'pipelines',
  'GET /api/names/artifact-versions': 'pipelines',
  'GET /api/artifact-versions': 'pipelines',
  'GET /api/artifacts/:id': 'pipelines',
  'GET /api/experiments': 'runs',
  'GET /api/names/metrics': 'runs',
  'GET /api/runs/:runId': 'runs',
  'POST /api/search': 'runs',
  // Nothing tells of changes of the registry: asked for again after a while, when someone looks.
  'GET /api/names/models': 'time',
  'GET /api/resolve': 'time',
} as const satisfies Partial<Record<ControlRoute, 'pipelines' | 'runs' | 'time'>>;
export type StoreRoute = keyof typeof ROUTES;

/** What a key has: a result, none, or one that cannot be used, and why. */
export type CacheLook = CacheHit | 'none' | { readonly damage: string };

export class StoreSession implements Disposable {
  private readonly changed = new Emitter<void>();
  /** Something shown may read differently now. */
  readonly onChange = this.changed.event;
  private link: StoreLink | undefined;
  private readonly answers = new StoreCache<StoreRoute, unknown>();
  private readonly hits = new Map<string, Entry<CacheLook>>();
  /** Of running steps. */
  private readonly progress = new Map<string, StepProgress>();
  private wantedKeys = new Set<string>();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly timers = new Map<'renew' | 'runs' | 'progress' | 'retry', NodeJS.Timeout>();
  /** Counts connections, so that an answer of an earlier one is dropped. */
  private generation = 0;
  /** Counts renewals: what was asked for before one is old when it comes. */
  private renewals = 0;

  constructor(
    readonly root: string,
    private readonly connect: Connect,
    private readonly warn: (message: string) => void,
  ) {}

  get isUp(): boolean {
    return this.link !== undefined;
  }

  /** The server was (re)started, or is down. */
  setServer(up: boolean): void {
    this.drop();
    if (up) this.track(this.open());
    else this.changed.fire();
  }

  /** The latest recorded runs that touch a file; undefined while not known. */
  runsOf(file: string): readonly PipelineRun[] | undefined {
    return this.known('GET /api/invocations', { file })?.runs;
  }

  /** The answer as far as it is known; asks for it when it is not, or old. */
  known<R extends StoreRoute>(route: R, request: RequestOf<R>): ReplyOf<R> | undefined {
    if (!this.link) return undefined;
    const entry = this.answers.entry(route, JSON.stringify(request));
    if (entry.state === 'old') {
      entry.state = 'loading';
      this.track(this.load(this.link, { route, request, entry }));
    }
    return entry.value as ReplyOf<R> | undefined;
  }

  /** The answer, waiting for it no longer than that. */
  async ask<R extends StoreRoute>(
    route: R,
    request: RequestOf<R>,
    ms: number,
  ): Promise<ReplyOf<R> | undefined> {
    const known = this.known(route, request);
    if (known !== undefined || !this.link) return known;
    await within(this.settled(), ms);
    return this.known(route, request);
  }

  /** The result that a key has now; undefined while not known. */
  hit(key: string): CacheLook | undefined {
    if (!this.link) return undefined;
    const entry = entryOf(this.hits, key);
    if (entry.state === 'old') {
      entry.state = 'loading';
      this.want(key);
    }
    return entry.value;
  }

  progressOf(stepRunId: string): StepProgress | undefined {
    return this.progress.get(stepRunId);
  }

  get isLoading(): boolean {
    return this.inFlight.size > 0;
  }

  /** Resolves when all that was asked for has come. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  /** Resolves when all has come, or after that long. */
  async waited(ms: number): Promise<void> {
    if (this.isLoading) await within(this.settled(), ms);
  }

  dispose(): void {
    this.drop();
    this.changed.dispose();
  }

  private drop(): void {
    this.generation += 1;
    this.link?.dispose();
    this.link = undefined;
    this.answers.clear();
    this.hits.clear();
    this.progress.clear();
    this.wantedKeys.clear();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private async open(): Promise<void> {
    const generation = this.generation;
    const link = await this.connect(this.root);
    if (!link) return;
    if (generation !== this.generation) {
      link.dispose();
      return;
    }
    this.link = link;
    link.onEvent((event) => this.heard(event));
    link.onDidEnd(() => this.lost());
    this.changed.fire();
  }

  /** Shows nothing new at once: mostly the server is back before anybody looks. */
  private lost(): void {
    this.drop();
    this.retry(0);
  }

  private retry(attempt: number): void {
    const ms = RETRY_MS[attempt];
    if (ms === undefined) {
      this.changed.fire();
      return;
    }
    const { generation } = this;
    this.later('retry', ms, () => {
      const again = () => {
        if (!this.link && generation === this.generation) this.retry(attempt + 1);
      };
      this.track(this.open().finally(again));
    });
  }

  private heard(event: ServerEvent): void {
    switch (event.type) {
      case 'progress':
        this.progress.set(event.stepRunId, event.progress);
        this.later('progress', PROGRESS_MS, () => this.changed.fire());
        return;
      case 'experiment':
      case 'run':
      case 'edited':
      case 'gone':
        this.later('runs', SLOW_COALESCE_MS, () => this.renew(['runs']));
        return;
      case 'step':
        if (event.step.status !== 'running') this.progress.delete(event.step.id);
        break;
      default:
        break;
    }
    this.later('renew', COALESCE_MS, () => this.renew(['pipelines', 'runs']));
  }

  private renew(kinds: readonly ('pipelines' | 'runs')[]): void {
    this.renewals += 1;
    this.answers.age((route) => kinds.some((kind) => kind === ROUTES[route]));
    if (kinds.includes('pipelines')) {
      if (this.hits.size > MAX_HITS) this.hits.clear();
      for (const entry of this.hits.values()) if (entry.state === 'fresh') entry.state = 'old';
    }
    this.changed.fire();
  }

  private async load<R extends StoreRoute>(
    link: StoreLink,
    o: { route: R; request: RequestOf<R>; entry: Entry<unknown> },
  ): Promise<void> {
    const { route, request, entry } = o;
    const renewals = this.renewals;
    try {
      entry.value = await link.call(route, request);
    } finally {
      this.settle([entry], renewals);
      if (ROUTES[route] === 'time') this.answers.expire(entry);
    }
  }

  /** Keys asked for in one go travel in one call. */
  private want(key: string): void {
    this.wantedKeys.add(key);
    if (this.wantedKeys.size > 1) return;
    this.track(Promise.resolve().then(() => this.lookUp()));
  }

  private async lookUp(): Promise<void> {
    const keys = [...this.wantedKeys];
    this.wantedKeys = new Set();
    if (!this.link || keys.length === 0) return;
    const entries = keys.map((key) => [key, entryOf(this.hits, key)] as const);
    const renewals = this.renewals;
    try {
      const { hits, damaged } = await this.link.call('POST /api/cache/lookup', { keys });
      for (const [key, entry] of entries) {
        const damage = damaged[key];
        entry.value = hits[key] ?? (damage === undefined ? 'none' : { damage });
      }
    } finally {
      this.settle(
        entries.map(([, entry]) => entry),
        renewals,
      );
    }
  }

  /** After a failure too, so that nothing is asked for again before something happens. */
  private settle(entries: readonly Entry<unknown>[], askedAt: number): void {
    for (const entry of entries) entry.state = askedAt === this.renewals ? 'fresh' : 'old';
  }

  /** One timer of each kind: the first wish counts. */
  private later(kind: 'renew' | 'runs' | 'progress' | 'retry', ms: number, then: () => void): void {
    if (this.timers.has(kind)) return;
    const timer = setTimeout(() => {
      this.timers.delete(kind);
      then();
    }, ms);
    this.timers.set(kind, timer);
  }

  private track(work: Promise<void>): void {
    const generation = this.generation;
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        // An answer that a dropped connection still owes is of no interest.
        if (generation === this.generation) this.warn(`${this.root}: ${messageOf(error)}`);
      })
      .finally(() => this.inFlight.delete(tracked));
    this.inFlight.add(tracked);
  }
}

/** Whether the work is done within so many milliseconds. */
export function within(work: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
