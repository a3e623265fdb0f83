// A pipeline run that goes on: its state with its workers, its recording and those who wait for news.
import { type Disposable, toDisposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import type { PipelineRun, StepInvocation, StepRun, WorkerIdentity } from '../domain/pipeline';
import type { Gone } from '../protocol/http';
import type { StepCache } from './cache';
import type { Capacity } from './capacity';
import { decideReady } from './decide';
import type { EnginePorts } from './enginePorts';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import type { Batch } from './ports';
import type { Need } from './readyQueue';
import { type BaseRun, resumedRun } from './resume';
import { RunState } from './runState';

/** `main` registered the run; `thread` is one of the same process; `helper` is another process. */
export type WorkerKind = 'main' | 'thread' | 'helper';

export interface Worker {
  readonly identity: WorkerIdentity;
  readonly kind: WorkerKind;
  /** Of a process that the server has started. */
  readonly poolId: string | undefined;
  /** When it introduced itself. */
  readonly since: number;
  /** Calls that are being answered. */
  calls: number;
  /** When it last had a step or introduced itself. */
  usedAt: number;
  lastSeen: number;
  isLost: boolean;
  /** When it was sent an interrupt for a step; until it says that one came. */
  interruptedAt: number | undefined;
}

export type CodeOfSteps = Map<string, CodeFingerprint | undefined>;

/** Why a running step is to stop. */
export type StopCause = 'cancelled' | 'timeout' | 'failed-fast';

export interface ActiveRunParts {
  readonly ports: EnginePorts;
  readonly cache: StepCache;
  readonly capacity: Capacity;
  /** The state could not be recorded: what this object knows is ahead of the store. */
  onFailed(run: ActiveRun): void;
  /** Something has changed, and is being recorded. */
  onChanged(run: ActiveRun): void;
  onStarted(run: ActiveRun, step: StepRun, invocation: StepInvocation): void;
}

export class ActiveRun {
  readonly id: string;
  readonly state: RunState;
  readonly workers = new Map<string, Worker>();
  /** Executions that were told to stop, by step run. */
  readonly stops = new Map<string, StopCause>();
  /** Environment of the process that registered, for its helpers. */
  variables: Readonly<Record<string, string>> | undefined;
  /** Its steps are held at breakpoints: they have all the time and no second attempt. */
  isDebugging = false;
  /** A step of another run has started it and waits for it. */
  isNested = false;
  /** A step would have been handed out, but for the machine. */
  isStarved = false;
  /** What ends with the execution of a step. */
  private readonly timers = new Map<string, Disposable>();
  private readonly delays = new Set<Disposable>();
  private readonly waiting = new Set<() => void>();
  private deciding: Promise<void> | undefined;
  private recorded: Promise<void> = Promise.resolve();
  private changeCount = 0;
  private resumes: BaseRun | undefined;

  constructor(
    run: PipelineRun,
    readonly code: CodeOfSteps,
    private readonly parts: ActiveRunParts,
  ) {
    const { ports } = parts;
    this.id = run.id;
    this.state = new RunState(
      run,
      (id) => ports.history.artifact(id),
      {
        started: (step, invocation) => this.started(step, invocation),
        stopped: (step) => this.stopped(step),
        delayed: (stepId, at) => this.delayed(stepId, at),
      },
      ports.clock.now(),
    );
    if (run.status === 'running') this.addKnownWorkers(run);
  }

  /** Those that a server before this one has known, as far as they are recorded. */
  private addKnownWorkers({ worker, steps }: PipelineRun): void {
    if (worker) this.addWorker(worker, 'main');
    for (const { status, worker: helper } of steps) {
      if (status !== 'running' || !helper) continue;
      this.addWorker(helper, isSameProcess(helper, worker) ? 'thread' : 'helper');
    }
  }

  addWorker(identity: WorkerIdentity, kind: WorkerKind, poolId?: string): Worker {
    const now = this.parts.ports.clock.now();
    const worker: Worker = {
      identity,
      kind,
      poolId,
      since: now,
      calls: 0,
      usedAt: now,
      lastSeen: now,
      isLost: false,
      interruptedAt: undefined,
    };
    this.workers.set(identity.id, worker);
    return worker;
  }

  get main(): Worker | undefined {
    return this.workers.get(this.state.run.worker?.id ?? '');
  }

  /** The step that a worker has and has not reported. */
  heldBy(workerId: string): StepRun | undefined {
    return this.state.running.find((step) => step.workerId === workerId);
  }

  /** What the worker is to run: a step that it has already and does not know of, or a new one. */
  claim(worker: Worker): StepRun | undefined {
    const { identity } = worker;
    const held = this.heldBy(identity.id);
    if (held) return held;
    const next = this.nextFor(worker);
    if (!next) return undefined;
    const { ports } = this.parts;
    const helper = worker.kind === 'main' ? {} : { helper: identity };
    const given = { workerId: identity.id, trackingRunId: ports.newId(), ...helper };
    worker.usedAt = ports.clock.now();
    return this.state.start(next.stepId, given, ports.clock.now());
  }

  /** What only the process that registered can run comes first there: others wait for nothing else. */
  private nextFor({ kind }: Worker) {
    const { ready } = this.state;
    if (ready.size === 0) return undefined;
    this.isStarved = false;
    const local = (need: Need) => need.isLocal && this.mayStart(need);
    const shared = (need: Need) => !need.isLocal && this.mayStart(need);
    const first = kind === 'helper' ? undefined : ready.first(local);
    return first ?? (kind === 'thread' ? undefined : ready.first(shared));
  }

  /**
   * A run may always have one step running, else it would be held up by others of which nobody here
   * knows how long they take; a run that a step has started even more so.
   */
  private mayStart({ hints }: Need): boolean {
    const { capacity } = this.parts;
    if (this.isDebugging || this.isNested || capacity.fits(hints)) return true;
    if (!hints && !capacity.isAlone && this.state.running.length === 0) return true;
    this.isStarved = true;
    return false;
  }

  private started(step: StepRun, invocation: StepInvocation): void {
    this.parts.capacity.take(this.keyOf(step), invocation.options.resources);
    this.parts.onStarted(this, step, invocation);
  }

  private stopped(step: StepRun): void {
    this.stops.delete(step.id);
    this.timers.get(step.id)?.dispose();
    this.timers.delete(step.id);
    this.parts.capacity.release(this.keyOf(step));
  }

  private keyOf = (step: StepRun): string => `${this.id} ${step.id}`;

  private delayed(stepId: string, at: number): void {
    const { clock } = this.parts.ports;
    const delay = clock.after(Math.max(0, at - clock.now()), () => {
      this.delays.delete(delay);
      this.state.due(stepId, clock.now());
      this.wake();
      this.parts.onChanged(this);
    });
    this.delays.add(delay);
  }

  /** Calls unless this execution of the step is over before. */
  whileRuns(step: StepRun, ms: number, run: () => void): void {
    const { attempt } = step;
    const timer = this.parts.ports.clock.after(Math.max(0, ms), () => {
      const now = this.state.byRunId(step.id);
      if (now?.status === 'running' && now.attempt === attempt) run();
    });
    const before = this.timers.get(step.id);
    this.timers.set(
      step.id,
      toDisposable(() => {
        before?.dispose();
        timer.dispose();
      }),
    );
  }

  /** Decides all that can be decided; answers when nothing is left undecided. */
  async advance(): Promise<void> {
    while (this.state.undecided.size > 0 && !this.state.isOver) {
      this.deciding ??= decideReady({
        state: this.state,
        cache: this.parts.cache,
        code: this.code,
        base: this.base(),
        now: () => this.parts.ports.clock.now(),
      }).finally(() => {
        this.deciding = undefined;
      });
      await this.deciding;
    }
  }

  /** Read once: it does not change any more. */
  private base(): BaseRun | undefined {
    this.resumes ??= resumedRun(this.state.run.plan, this.parts.ports.history);
    return this.resumes;
  }

  /** Records all changes so far in one commit; answers when they and all before are durable. */
  flush(): Promise<void> {
    const batch = this.state.take();
    if (batch) {
      this.recorded = this.write(batch);
      this.wake();
      this.parts.onChanged(this);
    }
    return this.recorded;
  }

  private async write(batch: Batch): Promise<void> {
    try {
      await this.parts.ports.record.write(this.state.run, batch);
    } catch (error) {
      this.parts.onFailed(this);
      this.wake();
      throw error;
    }
    for (const { step, tracking } of batch.changes) {
      if (tracking.kind === 'end') this.release(step);
    }
  }

  /** Only now: a report that could not be recorded comes again. */
  private release(step: StepRun): void {
    const { artifacts, warn } = this.parts.ports;
    artifacts
      .release(step.id)
      .catch((error) => warn(`Cannot empty the staging folder: ${messageOf(error)}`));
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
      timer = this.parts.ports.clock.after(ms, resolve);
      gone.addEventListener('abort', resolve);
    });
    timer.dispose();
    this.waiting.delete(resume);
  }

  /** It is over, or what it knows is no longer so: nothing of it happens any more. */
  dispose(): void {
    for (const timer of [...this.timers.values(), ...this.delays]) timer.dispose();
    this.timers.clear();
    this.delays.clear();
    for (const step of this.state.running) this.parts.capacity.release(this.keyOf(step));
  }
}

export const isSameProcess = (
  a: Pick<WorkerIdentity, 'pid' | 'hostname' | 'pidNamespace'>,
  b: Pick<WorkerIdentity, 'pid' | 'hostname' | 'pidNamespace'> | undefined,
): boolean => a.pid === b?.pid && a.hostname === b.hostname && a.pidNamespace === b.pidNamespace;
