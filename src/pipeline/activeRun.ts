// A pipeline run that goes on: its state with its workers, its recording and those who wait for news.
import { type Disposable, toDisposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import type { StepRun, WorkerIdentity } from '../domain/pipeline';
import type { Gone } from '../protocol/http';
import type { StepCache } from './cache';
import { decideReady } from './decide';
import type { EnginePorts } from './enginePorts';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import type { Batch, RunState } from './runState';

export interface Worker {
  readonly identity: WorkerIdentity;
  /** When it introduced itself. */
  readonly since: number;
  /** Calls that are being answered. */
  calls: number;
  lastSeen: number;
  isLost: boolean;
}

export type CodeOfSteps = ReadonlyMap<string, CodeFingerprint | undefined>;

export class ActiveRun {
  readonly workers = new Map<string, Worker>();
  private readonly waiting = new Set<() => void>();
  private deciding: Promise<void> | undefined;
  private recorded: Promise<void> = Promise.resolve();
  private changeCount = 0;

  constructor(
    readonly state: RunState,
    readonly code: CodeOfSteps,
    private readonly ports: EnginePorts,
    private readonly cache: StepCache,
    /** The state could not be recorded: what this object knows is ahead of the store. */
    private readonly onFailed: (run: ActiveRun) => void,
  ) {}

  get id(): string {
    return this.state.run.id;
  }

  addWorker(identity: WorkerIdentity): Worker {
    const now = this.ports.clock.now();
    const worker = { identity, since: now, calls: 0, lastSeen: now, isLost: false };
    this.workers.set(identity.id, worker);
    return worker;
  }

  /** What the worker is to run: a step that it has already and does not know of, or a new one. */
  claim(workerId: string): StepRun | undefined {
    const held = this.state.running.find((step) => step.workerId === workerId);
    if (held) return held;
    const next = this.state.claimable;
    if (!next) return undefined;
    return this.state.start(next.stepId, workerId, this.ports.newId(), this.ports.clock.now());
  }

  /** Decides all that can be decided; answers when nothing is left undecided. */
  async advance(): Promise<void> {
    while (this.state.undecided.some((step) => this.state.isReady(step.stepId))) {
      this.deciding ??= decideReady({
        state: this.state,
        cache: this.cache,
        code: this.code,
        now: () => this.ports.clock.now(),
      }).finally(() => {
        this.deciding = undefined;
      });
      await this.deciding;
    }
  }

  /** Records all changes so far in one commit; answers when they and all before are durable. */
  flush(): Promise<void> {
    const batch = this.state.take();
    if (batch) {
      this.recorded = this.write(batch);
      this.wake();
    }
    return this.recorded;
  }

  private async write(batch: Batch): Promise<void> {
    try {
      await this.ports.record.write(this.state.run, batch.changes, batch.end);
    } catch (error) {
      this.onFailed(this);
      this.wake();
      throw error;
    }
    for (const { step, tracking } of batch.changes) {
      if (tracking.kind === 'end') this.release(step);
    }
  }

  /** Only now: a report that could not be recorded comes again. */
  private release(step: StepRun): void {
    this.ports.artifacts
      .release(step.id)
      .catch((error) => this.ports.warn(`Cannot empty the staging folder: ${messageOf(error)}`));
  }

  /** Grows with every change. */
  get version(): number {
    return this.changeCount;
  }

  wake(): void {
    this.changeCount += 1;
    for (const resume of [...this.waiting]) resume();
  }

  /** Waits for a change after `version`, but not longer than `ms` or than the caller is there. */
  async wait(version: number, ms: number, gone: Gone): Promise<void> {
    if (this.version !== version || gone.aborted || ms <= 0) return;
    let timer: Disposable = toDisposable(() => {});
    let resume = () => {};
    await new Promise<void>((resolve) => {
      resume = resolve;
      this.waiting.add(resolve);
      timer = this.ports.clock.after(ms, resolve);
      gone.addEventListener('abort', resolve);
    });
    timer.dispose();
    this.waiting.delete(resume);
  }
}
