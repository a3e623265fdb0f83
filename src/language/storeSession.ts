/** Facts of one root's store, kept and renewed by events; reads answer at once with what is known. */
import type { Disposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { Emitter } from '../base/event';
import type { PipelineRun } from '../domain/pipeline';
import type { CacheHit } from '../protocol/control';
import type { Connect, StoreLink } from './storeLink';

/** Events of a run come in bursts; one renewal serves them all. */
const COALESCE_MS = 100;
/** Every edit can ask for keys that nobody asks for again. */
const MAX_HITS = 5000;
/** A server that was lost is back within a second; the extension tells of a later return. */
const RETRY_MS = [100, 300, 600, 1000, 2000, 4000];

interface Entry<T> {
  value: T | undefined;
  /** `old`: renewed at the next read; the value is used meanwhile. */
  state: 'old' | 'loading' | 'fresh';
}

export class StoreSession implements Disposable {
  private readonly changed = new Emitter<void>();
  /** Something shown may read differently now. */
  readonly onChange = this.changed.event;
  private link: StoreLink | undefined;
  private readonly runs = new Map<string, Entry<readonly PipelineRun[]>>();
  private readonly hits = new Map<string, Entry<CacheHit | 'none'>>();
  private wantedKeys = new Set<string>();
  private readonly inFlight = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
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
    if (!this.link) return undefined;
    const entry = entryOf(this.runs, file);
    if (entry.state === 'old') {
      entry.state = 'loading';
      this.track(this.loadRuns(this.link, file, entry));
    }
    return entry.value;
  }

  /** The result that a key has now; undefined while not known. */
  hit(key: string): CacheHit | 'none' | undefined {
    if (!this.link) return undefined;
    const entry = entryOf(this.hits, key);
    if (entry.state === 'old') {
      entry.state = 'loading';
      this.want(key);
    }
    return entry.value;
  }

  get isLoading(): boolean {
    return this.inFlight.size > 0;
  }

  /** Resolves when all that was asked for has come. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  dispose(): void {
    this.drop();
    this.changed.dispose();
  }

  private drop(): void {
    this.generation += 1;
    this.link?.dispose();
    this.link = undefined;
    this.runs.clear();
    this.hits.clear();
    this.wantedKeys.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
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
    link.onEvent(() => this.renewSoon());
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
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const again = () => {
        if (!this.link && generation === this.generation) this.retry(attempt + 1);
      };
      this.track(this.open().finally(again));
    }, ms);
  }

  private renewSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.renewals += 1;
      if (this.hits.size > MAX_HITS) this.hits.clear();
      for (const entries of [this.runs, this.hits]) {
        for (const entry of entries.values()) if (entry.state === 'fresh') entry.state = 'old';
      }
      this.changed.fire();
    }, COALESCE_MS);
  }

  private async loadRuns(
    link: StoreLink,
    file: string,
    entry: Entry<readonly PipelineRun[]>,
  ): Promise<void> {
    const renewals = this.renewals;
    try {
      entry.value = (await link.call('GET /api/invocations', { file })).runs;
    } finally {
      this.settle([entry], renewals);
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
      const { hits } = await this.link.call('POST /api/cache/lookup', { keys });
      for (const [key, entry] of entries) entry.value = hits[key] ?? 'none';
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

function entryOf<T>(entries: Map<string, Entry<T>>, key: string): Entry<T> {
  const known = entries.get(key);
  if (known) return known;
  const entry: Entry<T> = { value: undefined, state: 'old' };
  entries.set(key, entry);
  return entry;
}
