// The runs that go on: opened from the record, recorded, and closed when they are over.
import type { Disposable } from '../base/disposable';
import { RunlensError } from '../base/errors';
import type { PipelineRun } from '../domain/pipeline';
import { ActiveRun, type ActiveRunParts, type CodeOfSteps } from './activeRun';
import { codeOf } from './registration';

export type RunParts = Omit<ActiveRunParts, 'onFailed'> & {
  /** It is over, or what it knew is no longer so. */
  onForgotten(run: ActiveRun): void;
};

export class ActiveRuns implements Iterable<ActiveRun>, Disposable {
  private readonly runs = new Map<string, ActiveRun>();
  private readonly opening = new Map<string, Promise<ActiveRun>>();
  private readonly parts: ActiveRunParts;

  constructor(private readonly given: RunParts) {
    this.parts = { ...given, onFailed: (run) => this.forget(run) };
  }

  get size(): number {
    return this.runs.size;
  }

  [Symbol.iterator](): Iterator<ActiveRun> {
    return [...this.runs.values()][Symbol.iterator]();
  }

  /** One that is open. */
  get(id: string): ActiveRun | undefined {
    return this.runs.get(id);
  }

  /** @throws RunlensError `run.unknown`. */
  open(id: string): Promise<ActiveRun> {
    const active = this.runs.get(id);
    if (active) return Promise.resolve(active);
    const opening = this.opening.get(id) ?? this.reopen(id);
    this.opening.set(id, opening);
    return opening.finally(() => this.opening.delete(id));
  }

  /** From what is recorded: after a restart, after a failed write, or when the run is over. */
  private async reopen(id: string): Promise<ActiveRun> {
    const { ports } = this.given;
    const run = ports.history.run(id);
    if (!run) throw new RunlensError('run.unknown', `There is no pipeline run ${id}.`);
    if (run.status !== 'running') return new ActiveRun(run, new Map(), this.parts);
    const planned = new Set(run.steps.map((step) => step.stepId));
    const steps = run.graph.steps.filter((step) => planned.has(step.id));
    const code = await codeOf(run, steps, ports);
    return this.runs.get(id) ?? this.add(run, code);
  }

  add(run: PipelineRun, code: CodeOfSteps): ActiveRun {
    const active = new ActiveRun(run, code, this.parts);
    this.runs.set(run.id, active);
    return active;
  }

  close(active: ActiveRun): void {
    this.forget(active);
    active.wake();
  }

  private forget(active: ActiveRun): void {
    if (this.runs.get(active.id) !== active) return;
    this.runs.delete(active.id);
    active.dispose();
    this.given.onForgotten(active);
  }

  dispose(): void {
    for (const active of this.runs.values()) active.wake();
  }
}
