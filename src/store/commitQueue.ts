// Group commit: callers of one tick, or of the time of one sync, share a write and an fdatasync.
import { performance } from 'node:perf_hooks';
import type { JournalFile } from './journal';
import type { Committed } from './mutation';

/** One commit that waits to be durable. */
export interface Waiting {
  readonly record: Uint8Array;
  readonly committed: readonly Committed[];
  readonly resolve: (seq: number) => void;
  readonly reject: (error: Error) => void;
}

export interface QueueHooks {
  /** Called before each write; what it throws fails the batch before a byte is written. */
  readonly check: () => void;
  readonly journal: () => JournalFile;
  /** After the sync, and after the callers were answered. */
  readonly durable: (batch: readonly Waiting[]) => void;
  /** Whether the disk has much to do, so that a sync may take long. */
  readonly isDiskBusy: () => boolean;
  /** Nothing of these is known to be durable. */
  readonly failed: (batch: readonly Waiting[], error: unknown) => void;
}

/** Above this median a sync would hold up the event loop too long, so it is left to a thread. */
const FAST_SYNC_MS = 1;
const SAMPLES = 15;

export class CommitQueue {
  private pending: Waiting[] = [];
  private inFlight: Promise<void> | undefined;
  private scheduled = false;
  private readonly durations: number[] = [];

  constructor(private readonly hooks: QueueHooks) {}

  add(waiting: Waiting): void {
    this.pending.push(waiting);
    this.schedule();
  }

  /** Resolves when no sync is under way; another may have begun when the caller goes on. */
  async idle(): Promise<void> {
    while (this.inFlight) await this.inFlight;
  }

  /** Makes everything added so far durable before it returns; false while a sync is under way. */
  drainNow(): boolean {
    // Listeners may commit again.
    while (!this.inFlight && this.pending.length > 0) this.flush('now');
    return this.inFlight === undefined;
  }

  private schedule(): void {
    if (this.scheduled || this.inFlight) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.inFlight) this.flush(this.isFast() ? 'now' : 'later');
    });
  }

  private flush(sync: 'now' | 'later'): void {
    if (this.pending.length === 0) return;
    const batch = this.pending;
    this.pending = [];
    try {
      this.hooks.check();
      this.hooks.journal().append(concatenate(batch));
      if (sync === 'later') {
        this.syncLater(batch);
        return;
      }
      this.timed(performance.now(), () => this.hooks.journal().sync());
    } catch (error) {
      this.fail(batch, error);
      return;
    }
    this.settle(batch);
  }

  private syncLater(batch: readonly Waiting[]): void {
    const started = performance.now();
    const done = this.hooks.journal().syncLater();
    this.inFlight = done.then(
      () => {
        this.inFlight = undefined;
        this.timed(started, () => undefined);
        this.settle(batch);
        if (this.pending.length > 0) this.schedule();
      },
      (error: unknown) => {
        this.inFlight = undefined;
        this.fail(batch, error);
      },
    );
  }

  private settle(batch: readonly Waiting[]): void {
    for (const { committed, resolve } of batch) resolve(committed.at(-1)?.seq ?? 0);
    this.hooks.durable(batch);
  }

  /** What was added after a failed batch was applied on top of it, so it fails too. */
  private fail(batch: readonly Waiting[], error: unknown): void {
    const all = [...batch, ...this.pending];
    this.pending = [];
    this.hooks.failed(all, error);
  }

  private timed(started: number, work: () => void): void {
    work();
    this.durations.push(performance.now() - started);
    if (this.durations.length > SAMPLES) this.durations.shift();
  }

  private isFast(): boolean {
    if (this.hooks.isDiskBusy()) return false;
    const sorted = [...this.durations].sort((a, b) => a - b);
    return (sorted[Math.floor(sorted.length / 2)] ?? 0) < FAST_SYNC_MS;
  }
}

function concatenate(batch: readonly Waiting[]): Uint8Array {
  const [only] = batch;
  if (only && batch.length === 1) return only.record;
  const bytes = new Uint8Array(batch.reduce((sum, { record }) => sum + record.length, 0));
  let offset = 0;
  for (const { record } of batch) {
    bytes.set(record, offset);
    offset += record.length;
  }
  return bytes;
}
