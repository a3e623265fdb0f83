// Stops what runs: a step, a run, an execution that takes too long; softly first, then hard.
import { messageOf } from '../base/errors';
import type { StepInvocation, StepRun } from '../domain/pipeline';
import { type ActiveRun, isSameProcess, type StopCause, type Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';

export interface StopperHooks {
  /** Time between the soft and the hard end of an owned worker. */
  readonly graceMs: number;
  /** The process of a worker was ended. */
  lose(run: ActiveRun, worker: Worker): Promise<void>;
}

/** A worker that cancels its own run is about to report its step: it needs no signal. */
const SOFT_MS = 200;

export class Stopper {
  constructor(
    private readonly ports: EnginePorts,
    private readonly hooks: StopperHooks,
  ) {}

  /** Sees to it that an execution ends in time, also one that an earlier server has started. */
  watch(run: ActiveRun, step: StepRun, { options: { timeoutMs } }: StepInvocation): void {
    if (timeoutMs === undefined || run.isDebugging) return;
    const { clock } = this.ports;
    const left = (step.startedAt ?? clock.now()) + timeoutMs - clock.now();
    run.whileRuns(step, left, () => this.stop(run, step, 'timeout'));
  }

  /** Stops all that runs. */
  stopAll(run: ActiveRun, cause: StopCause): void {
    for (const step of run.state.running) this.stop(run, step, cause, SOFT_MS);
  }

  /** A step of a run whose mode says so has failed: what still runs ends. */
  enforce(run: ActiveRun): void {
    if (run.state.isFailingFast && !run.state.isOver) this.stopAll(run, 'failed-fast');
  }

  /** Once an execution is to end, it stays so; a cancelled run cancels what was stopped for less. */
  stop(run: ActiveRun, step: StepRun, cause: StopCause, ms = 0): void {
    const before = run.stops.get(step.id);
    if (before === undefined || cause === 'cancelled') run.stops.set(step.id, cause);
    if (before !== undefined) return;
    this.later(run, step, ms, 'soft');
  }

  private later(run: ActiveRun, step: StepRun, ms: number, how: 'soft' | 'hard'): void {
    if (ms === 0) this.signal(run, step, how);
    else run.whileRuns(step, ms, () => this.signal(run, step, how));
  }

  /** Signals reach the main thread of a process only; steps of others are named in the next answer. */
  private signal(run: ActiveRun, step: StepRun, how: 'soft' | 'hard'): void {
    const worker = run.workers.get(step.workerId ?? '');
    if (!worker) return;
    if (how === 'hard') {
      this.end(run, worker);
      return;
    }
    if (worker.kind === 'thread') {
      run.wake();
      // While all its threads are busy nobody hears the answer: the signal makes it ask.
      if (!isListening(run, worker)) this.ports.processes.interrupt(worker.identity);
    } else {
      worker.interruptedAt = this.ports.clock.now();
      this.ports.processes.interrupt(worker.identity);
    }
    if (worker.identity.owned) this.later(run, step, this.hooks.graceMs, 'hard');
  }

  /** A thread takes its process with it, so that it is ended only with the whole run. */
  private end(run: ActiveRun, worker: Worker): void {
    if (worker.kind === 'thread' && !run.state.isCancelling) return;
    this.ports.processes.kill(worker.identity);
    this.hooks
      .lose(run, worker)
      .catch((error) => this.ports.warn(`Pipelines: ${messageOf(error)}`));
  }
}

/** Whether a thread of the worker's process waits for an answer. */
const isListening = (run: ActiveRun, { identity }: Worker): boolean =>
  [...run.workers.values()].some(
    (other) => other.calls > 0 && isSameProcess(other.identity, identity),
  );
