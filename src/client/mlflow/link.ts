/**
 * The connection to a server that cannot push: asks it while someone looks, with back-off after
 * failures, and says what state it is in. It knows no VS Code and nothing of what is asked.
 */
import type { Disposable } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { Emitter } from '../../base/event';
import { pollDelay, retryDelay } from './backoff';
import { RemoteError } from './errors';

export type LinkStatus =
  /** Not asked yet. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly version: string | undefined }
  | { readonly kind: 'unauthorised'; readonly message: string }
  /** `retryAt`: when it is asked again if someone looks, in milliseconds since 1970. */
  | { readonly kind: 'unreachable'; readonly message: string; readonly retryAt: number }
  /** Not MLflow, or too old: trying again does not help. */
  | { readonly kind: 'wrong'; readonly message: string };

export interface LinkTasks {
  /** Whether the server is there and lets us in; answers its version. */
  probe(): Promise<string | undefined>;
  /** Looks for news; answers whether there were any. */
  poll(): Promise<boolean>;
}

export interface LinkClock {
  now(): number;
  /** In [0, 1). */
  random(): number;
  set(callback: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

export const SYSTEM_CLOCK: LinkClock = {
  now: Date.now,
  random: Math.random,
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

export class Link implements Disposable {
  private readonly changed = new Emitter<LinkStatus>();
  readonly onDidChange = this.changed.event;
  private current: LinkStatus = { kind: 'idle' };
  private version: string | undefined;
  private isWatched = false;
  private failures = 0;
  private quiet = 0;
  private nextPollAt = 0;
  private timer: unknown;
  private attempt: Promise<void> | undefined;
  private isDisposed = false;

  constructor(
    private readonly tasks: LinkTasks,
    private readonly clock: LinkClock = SYSTEM_CLOCK,
  ) {}

  get status(): LinkStatus {
    return this.current;
  }

  /** Whether someone looks: only then is the server asked by itself. */
  watch(isWatched: boolean): void {
    if (this.isWatched === isWatched) return;
    this.isWatched = isWatched;
    this.stop();
    if (!isWatched) return;
    if (this.current.kind === 'idle') void this.connect();
    else this.plan();
  }

  /** Asks at once when it is not up; the outcome is in the status. Several callers share one try. */
  async connect(): Promise<void> {
    if (this.current.kind !== 'up') await this.try();
  }

  /** Asks at once, whatever the state: someone asked for it, or the sign-in has changed. */
  async retry(): Promise<void> {
    this.stop();
    await this.attempt;
    this.failures = 0;
    if (this.current.kind !== 'up') this.set({ kind: 'connecting' });
    await this.try();
  }

  /** A call on someone's behalf failed: the state follows, and the next try is planned. */
  note(error: unknown): void {
    if (!(error instanceof RemoteError)) return;
    const isUnreachable = error.problem === 'unreachable';
    // Of calls that fail together only the first counts.
    if (isUnreachable && this.current.kind === 'up') this.fail(error);
    if (error.problem === 'unauthorised') this.fail(error);
  }

  dispose(): void {
    this.isDisposed = true;
    this.stop();
    this.changed.dispose();
  }

  private try(): Promise<void> {
    this.stop();
    this.attempt ??= this.ask().finally(() => {
      this.attempt = undefined;
      this.plan();
    });
    return this.attempt;
  }

  private async ask(): Promise<void> {
    const wasUp = this.current.kind === 'up';
    // A try that comes by itself leaves the last state in sight until it has an outcome.
    if (this.current.kind === 'idle') this.set({ kind: 'connecting' });
    try {
      if (!wasUp) this.version = await this.tasks.probe();
      const news = await this.tasks.poll();
      this.failures = 0;
      this.quiet = news ? 0 : this.quiet + 1;
      this.nextPollAt = this.clock.now() + pollDelay(this.quiet, this.clock.random());
      if (!wasUp) this.set({ kind: 'up', version: this.version });
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const problem = error instanceof RemoteError ? error.problem : 'unreachable';
    const message = messageOf(error);
    if (problem === 'unauthorised') this.set({ kind: 'unauthorised', message });
    else if (problem === 'notMlflow' || problem === 'tooOld') this.set({ kind: 'wrong', message });
    else {
      this.failures += 1;
      const asked = error instanceof RemoteError ? (error.retryAfterMs ?? 0) : 0;
      const delay = Math.max(asked, retryDelay(this.failures, this.clock.random()));
      this.set({ kind: 'unreachable', message, retryAt: this.clock.now() + delay });
      this.plan();
    }
  }

  /** Sets the timer for the next try, when someone looks and trying can help. */
  private plan(): void {
    this.stop();
    if (!this.isWatched || this.isDisposed || this.attempt) return;
    const { current } = this;
    if (current.kind !== 'up' && current.kind !== 'unreachable') return;
    const at = current.kind === 'up' ? this.nextPollAt : current.retryAt;
    const wait = Math.max(0, at - this.clock.now());
    this.timer = this.clock.set(() => void this.try(), wait);
  }

  private stop(): void {
    if (this.timer !== undefined) this.clock.clear(this.timer);
    this.timer = undefined;
  }

  private set(status: LinkStatus): void {
    if (this.isDisposed) return;
    this.current = status;
    this.changed.fire(status);
  }
}
