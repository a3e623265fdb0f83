/** A query whose answer is kept up to date: asked again when events touch it, one question at a time. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import { Emitter, type Event } from '../../src/base/event';
import type { SearchRefusal } from '../../src/protocol/control';

export interface LiveState<T> {
  /** The last good answer; stays when a later question fails or is refused. */
  readonly value: T | undefined;
  readonly isAsking: boolean;
  /** Why the newest question failed; it is asked again with growing pauses. */
  readonly problem: string | undefined;
  /** The filter or order of the newest question is not accepted. */
  readonly refusal: SearchRefusal | undefined;
  /** Milliseconds since 1970 when `value` was read. */
  readonly readAt: number | undefined;
}

export type LiveAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: SearchRefusal };

export interface LivePorts<Q, T> {
  ask(query: Q): Promise<LiveAnswer<T>>;
  now(): number;
  /** Calls back once; the result cancels. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Calls back once; the result cancels. */
export function wait(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

/** Events that come together are answered by one question. */
const GATHER_MS = 100;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

const INITIAL = {
  value: undefined,
  isAsking: false,
  problem: undefined,
  refusal: undefined,
  readAt: undefined,
} as const;

export class Live<Q, T> {
  private current: LiveState<T> = INITIAL;
  private readonly changed = new Emitter<void>();
  private query: Q | undefined;
  /** Counts the queries; an answer to an older one is dropped. */
  private generation = 0;
  /** The state is older than the newest change. */
  private isStale = false;
  private isInFlight = false;
  private failures = 0;
  private cancelTimer: (() => void) | undefined;
  private isDisposed = false;
  private readonly disposed = new Emitter<void>();

  readonly onDidChange: Event<void> = this.changed.event;
  readonly onDispose: Event<void> = this.disposed.event;

  constructor(private readonly ports: LivePorts<Q, T>) {}

  get state(): LiveState<T> {
    return this.current;
  }

  /** Asks something else at once; answers to what was asked before are dropped. */
  ask(query: Q | undefined): void {
    this.query = query;
    this.generation += 1;
    // Nobody waits for what is on its way.
    if (query === undefined && this.current.isAsking) this.set({ isAsking: false });
    this.again();
  }

  /** Asks the same again at once: *Try Again*, and when the server is back. */
  again(): void {
    this.failures = 0;
    this.isStale = true;
    this.schedule(0);
  }

  /** Something changed: asks again soon, and always once more after the last call. */
  touch(): void {
    if (this.query === undefined) return;
    this.isStale = true;
    // A pause after a failure is not cut short by events: there may be thousands.
    if (!this.cancelTimer) this.schedule(GATHER_MS);
  }

  dispose(): void {
    this.isDisposed = true;
    this.cancelTimer?.();
    this.changed.dispose();
    this.disposed.fire();
    this.disposed.dispose();
  }

  private schedule(milliseconds: number): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (milliseconds === 0) return void this.start();
    this.cancelTimer = this.ports.after(milliseconds, () => {
      this.cancelTimer = undefined;
      void this.start();
    });
  }

  /** Never rejects. */
  private async start(): Promise<void> {
    if (this.isInFlight || this.isDisposed || !this.isStale || this.query === undefined) return;
    const { generation, query } = this;
    this.isInFlight = true;
    this.isStale = false;
    this.set({ isAsking: true });
    let failure: string | undefined;
    let answer: LiveAnswer<T> | undefined;
    try {
      answer = await this.ports.ask(query);
    } catch (error) {
      failure = messageOf(error);
    }
    this.isInFlight = false;
    if (this.isDisposed) return;
    if (generation !== this.generation) return this.schedule(0);
    if (answer) this.accept(answer);
    else this.fail(failure ?? '');
  }

  private accept(answer: LiveAnswer<T>): void {
    this.failures = 0;
    const settled = { isAsking: this.isStale, problem: undefined };
    if (answer.ok) {
      const readAt = this.ports.now();
      this.set({ ...settled, value: answer.value, refusal: undefined, readAt });
    } else {
      this.set({ ...settled, refusal: answer.refusal });
    }
    if (this.isStale) this.schedule(GATHER_MS);
  }

  private fail(problem: string): void {
    this.isStale = true;
    const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.set({ isAsking: false, problem });
    this.schedule(pause);
  }

  private set(part: Partial<LiveState<T>>): void {
    this.current = { ...this.current, ...part };
    this.changed.fire();
  }
}

/** The state of a query, drawn anew as it changes. */
export function useLive<T>(live: {
  readonly state: LiveState<T>;
  readonly onDidChange: Event<void>;
}): LiveState<T> {
  const [state, setState] = useState(live.state);
  useEffect(() => {
    setState(live.state);
    const subscription = live.onDidChange(() => setState(live.state));
    return () => subscription.dispose();
  }, [live]);
  return state;
}
