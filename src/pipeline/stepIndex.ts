// The steps of a run with what is asked of them often: who depends on whom, what runs, what is undecided.
import { RunlensError } from '../base/errors';
import { dependenciesOf } from '../domain/dependencies';
import { isStepDone, type StepInvocation, type StepRun, type StepStatus } from '../domain/pipeline';

/** Every answer costs as much as what it answers, however many steps the run has. */
export class StepIndex {
  readonly invocations = new Map<string, StepInvocation>();
  /** In the order of the plan. */
  readonly steps = new Map<string, StepRun>();
  readonly running = new Map<string, StepRun>();
  /** Steps that can be decided: all that they depend on has results. */
  readonly undecided = new Set<string>();
  private readonly ids = new Map<string, string>();
  private readonly orders = new Map<string, number>();
  private readonly needs = new Map<string, readonly string[]>();
  private readonly followers = new Map<string, string[]>();
  /** Dependencies that have no result yet. */
  private readonly missing = new Map<string, number>();
  private readonly decided = new Set<string>();
  private unfinished = 0;
  private waiting = 0;

  constructor(invocations: readonly StepInvocation[], steps: readonly StepRun[]) {
    for (const invocation of invocations) this.invocations.set(invocation.id, invocation);
    for (const step of steps) this.enter(step);
    for (const step of steps) this.connect(step);
  }

  /** Steps of a dynamic run, each after those of them that it depends on. */
  add(steps: readonly { invocation: StepInvocation; step: StepRun }[]): void {
    for (const { invocation, step } of steps) {
      this.invocations.set(invocation.id, invocation);
      this.enter(step);
      this.connect(step);
    }
  }

  private enter(step: StepRun): void {
    this.orders.set(step.stepId, this.orders.size);
    this.ids.set(step.id, step.stepId);
    this.steps.set(step.stepId, step);
    if (!isStepDone(step.status)) this.unfinished += 1;
    if (step.status === 'pending') this.waiting += 1;
    if (step.status === 'running') this.running.set(step.stepId, step);
  }

  /** What is not planned counts as over: it was left out on purpose. */
  private connect({ stepId, status }: StepRun): void {
    const needed = dependenciesOf(this.invocation(stepId)).filter((id) => this.steps.has(id));
    this.needs.set(stepId, needed);
    for (const id of needed) this.followersOf(id).push(stepId);
    const missing = needed.filter((id) => !this.hasResult(id)).length;
    this.missing.set(stepId, missing);
    if (missing === 0 && status === 'pending') this.undecided.add(stepId);
  }

  private followersOf(stepId: string): string[] {
    const known = this.followers.get(stepId) ?? [];
    this.followers.set(stepId, known);
    return known;
  }

  /** @throws RunlensError `step.unknown`. */
  step(stepId: string): StepRun {
    return this.steps.get(stepId) ?? missingStep(stepId);
  }

  invocation(stepId: string): StepInvocation {
    return this.invocations.get(stepId) ?? missingStep(stepId);
  }

  byRunId(stepRunId: string): StepRun | undefined {
    const stepId = this.ids.get(stepRunId);
    return stepId === undefined ? undefined : this.steps.get(stepId);
  }

  /** Place in the plan. */
  order(stepId: string): number {
    return this.orders.get(stepId) ?? missingStep(stepId);
  }

  /** The planned steps that it depends on. */
  dependencies(stepId: string): readonly string[] {
    return this.needs.get(stepId) ?? [];
  }

  /** The steps that depend on it directly. */
  dependants(stepId: string): readonly string[] {
    return this.followers.get(stepId) ?? [];
  }

  hasResult(stepId: string): boolean {
    const status = this.steps.get(stepId)?.status;
    return status !== undefined && isResult(status);
  }

  isReady(stepId: string): boolean {
    return this.missing.get(stepId) === 0;
  }

  isDecided(stepId: string): boolean {
    return this.decided.has(stepId);
  }

  /** Steps that are not over, and those of them that do not run. */
  get open(): number {
    return this.unfinished;
  }
  get pending(): number {
    return this.waiting;
  }

  decide(stepId: string): void {
    this.decided.add(stepId);
    this.undecided.delete(stepId);
  }

  put(step: StepRun): void {
    const before = this.step(step.stepId).status;
    this.steps.set(step.stepId, step);
    this.unfinished += Number(!isStepDone(step.status)) - Number(!isStepDone(before));
    this.waiting += Number(step.status === 'pending') - Number(before === 'pending');
    if (step.status === 'running') this.running.set(step.stepId, step);
    else this.running.delete(step.stepId);
    if (step.status !== 'pending') this.undecided.delete(step.stepId);
    if (isResult(step.status) && !isResult(before)) this.release(step.stepId);
  }

  private release(stepId: string): void {
    for (const id of this.dependants(stepId)) {
      const missing = (this.missing.get(id) ?? 0) - 1;
      this.missing.set(id, missing);
      const isPending = this.steps.get(id)?.status === 'pending';
      if (missing === 0 && isPending && !this.decided.has(id)) this.undecided.add(id);
    }
  }
}

const isResult = (status: StepStatus): boolean => status === 'ran' || status === 'cached';

function missingStep(stepId: string): never {
  throw new RunlensError('step.unknown', `There is no step \`${stepId}\` in this run.`);
}
