// How long the server lives: it ends by itself when nobody needs it any more.

import { type Disposable, DisposableStore, toDisposable } from '../base/disposable';
import { isTerminal } from '../domain/run';
import type { Committed } from '../store/mutation';
import type { Store } from '../store/store';

export interface LifecycleOptions {
  readonly store: Store;
  readonly idleMs: number;
  /** Whether somebody is connected, or work is going on or waiting. */
  isBusy(): boolean;
  /** Called once, when nothing happened for `idleMs`. */
  onIdle(): void;
}

/** A script that logs so rarely may as well be dead: its run no longer keeps the server alive. */
const SILENCE_MS = 6 * 3600_000;

export class Lifecycle implements Disposable {
  private readonly resources = new DisposableStore();
  private usedAt = Date.now();
  /** Runs that scripts are logging to, with the time of their last sign of life. */
  private readonly liveRuns = new Map<string, number>();

  constructor(private readonly options: LifecycleOptions) {
    this.resources.add(options.store.onDidCommit((committed) => this.changed(committed)));
    const interval = Math.max(50, Math.min(options.idleMs / 4, 15_000));
    const timer = setInterval(() => this.checkIdle(), interval);
    this.resources.add(toDisposable(() => clearInterval(timer)));
  }

  /** A sign of use: a request. */
  touch(): void {
    this.usedAt = Date.now();
  }

  dispose(): void {
    this.resources.dispose();
  }

  private checkIdle(): void {
    const now = Date.now();
    if (this.options.isBusy() || this.hasLiveRuns(now)) this.usedAt = now;
    if (now - this.usedAt < this.options.idleMs) return;
    this.dispose();
    this.options.onIdle();
  }

  private changed(committed: readonly Committed[]): void {
    const now = Date.now();
    for (const { mutation } of committed) {
      if (mutation.type === 'run.create' || mutation.type === 'run.log') {
        this.liveRuns.set(mutation.runId, now);
      } else if (mutation.type === 'run.update' && isOver(mutation.status)) {
        this.liveRuns.delete(mutation.runId);
      }
    }
  }

  private hasLiveRuns(now: number): boolean {
    for (const [runId, at] of this.liveRuns) {
      const status = this.options.store.runs.info(runId)?.status;
      if (now - at > SILENCE_MS || isOver(status ?? 'KILLED')) this.liveRuns.delete(runId);
    }
    return this.liveRuns.size > 0;
  }
}

const isOver = (status: Parameters<typeof isTerminal>[0] | undefined): boolean =>
  status !== undefined && isTerminal(status);
