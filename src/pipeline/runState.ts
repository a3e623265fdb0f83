// The state of one pipeline run: its transitions, the notices they give and the changes to record.
import type { ArtifactVersion } from '../domain/artifact';
import {
  isStepDone,
  type PipelineRun,
  type PipelineStatus,
  type StepError,
  type StepInvocation,
  type StepRun,
  type WorkerIdentity,
} from '../domain/pipeline';
import type { Notice } from '../protocol/worker';
import type { Miss } from './cache';
import { ImportedModules } from './importedModules';
import { errorText, noticeOutputs, noticesOf } from './notices';
import type { Batch, Extension, StepChange, TrackingChange } from './ports';
import { ReadyQueue } from './readyQueue';
import { StepIndex } from './stepIndex';
import {
  asMiss,
  type CachedResult,
  cachedStep,
  type RanResult,
  ranStep,
  startedStep,
} from './stepStates';
import { trackingParams, trackingTags } from './tracking';

const UNTRACKED: TrackingChange = { kind: 'none' };

/** Told at once, within the transition. */
export interface StateHooks {
  started(step: StepRun, invocation: StepInvocation): void;
  /** It ran and does no more. */
  stopped(step: StepRun): void;
  /** It may be handed out again at this time: see `due`. */
  delayed(stepId: string, at: number): void;
}

/** Every method is one synchronous transition, so that a state is never seen half changed. */
export class RunState {
  readonly notices: Notice[];
  readonly ready = new ReadyQueue();
  readonly modules: ImportedModules;
  private readonly index: StepIndex;
  private readonly misses = new Map<string, Miss>();
  private readonly made = new Map<string, ArtifactVersion>();
  /** Steps that another process has not found, and how often they were given back. */
  private readonly localOnly = new Set<string>();
  private readonly givenBack = new Map<string, number>();
  private changes: StepChange[] = [];
  private extension: Extension | undefined;
  private endToRecord: Batch['end'];
  private end: Batch['end'];
  private cancelling = false;
  /** Why nothing more starts. */
  private stoppedBy: string | undefined;
  private isClosed: boolean;
  private raised: StepError | undefined;

  constructor(
    readonly run: PipelineRun,
    private readonly recorded: (id: string) => ArtifactVersion | undefined,
    private readonly hooks: StateHooks,
    now: number,
  ) {
    this.index = new StepIndex(run.graph.steps, run.steps);
    this.modules = new ImportedModules(run.worker, run.modules);
    this.isClosed = run.graph.dynamic !== true || run.closed === true || run.error !== undefined;
    this.raised = run.error;
    this.notices = noticesOf(run, (id) => this.artifact(id));
    if (run.status !== 'running') {
      this.end = { status: run.status, endedAt: run.endedAt ?? run.startedAt };
    } else this.takeUp(now);
  }

  /** What an earlier server has decided stays so. */
  private takeUp(now: number): void {
    for (const step of this.index.steps.values()) {
      if (step.status === 'running') this.hooks.started(step, this.invocation(step.stepId));
      if (step.status === 'failed') this.stopAfter(step.stepId);
      if (step.status === 'pending' && step.attempt) this.mustRun(step.stepId, asMiss(step), now);
    }
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  get isCancelling(): boolean {
    return this.cancelling;
  }

  /** A step has failed, and the mode says that nothing more starts. */
  get isStopping(): boolean {
    return this.stoppedBy !== undefined;
  }

  /** A step has failed, and what still runs is to be stopped. */
  get isFailingFast(): boolean {
    return this.stoppedBy !== undefined && this.run.graph.executionMode === 'fail-fast';
  }

  /** Whether more steps may come. */
  get isGrowing(): boolean {
    return !this.isClosed;
  }

  get outcome(): Batch['end'] {
    return this.end;
  }

  /** The planned steps in order; as long as the run has steps. */
  get all(): Iterable<StepRun> {
    return this.index.steps.values();
  }

  get running(): readonly StepRun[] {
    return [...this.index.running.values()];
  }

  /** Steps that wait: for others, for a worker or for their next attempt. */
  get pending(): number {
    return this.index.pending;
  }

  artifact(id: string): ArtifactVersion | undefined {
    return this.made.get(id) ?? this.recorded(id);
  }

  step(stepId: string): StepRun {
    return this.index.step(stepId);
  }

  has(stepId: string): boolean {
    return this.index.steps.has(stepId);
  }

  byRunId(stepRunId: string): StepRun | undefined {
    return this.index.byRunId(stepRunId);
  }

  invocation(stepId: string): StepInvocation {
    return this.index.invocation(stepId);
  }

  get invocations(): ReadonlyMap<string, StepInvocation> {
    return this.index.invocations;
  }

  /** Steps that can be decided now. */
  get undecided(): ReadonlySet<string> {
    return this.index.undecided;
  }

  /** Whether the step waits for a decision, and all that it depends on `has` one. */
  isUndecided(stepId: string, has: (id: string) => boolean): boolean {
    const { index } = this;
    if (index.step(stepId).status !== 'pending' || index.isDecided(stepId)) return false;
    return index.dependencies(stepId).every((id) => index.hasResult(id) || has(id));
  }

  /** Whether all that the step depends on ran or was cached. */
  isReady(stepId: string): boolean {
    return this.index.isReady(stepId);
  }

  dependants(stepId: string): readonly string[] {
    return this.index.dependants(stepId);
  }

  order(stepId: string): number {
    return this.index.order(stepId);
  }

  /** The step uses the outputs of an earlier run of it. */
  useCached(stepId: string, result: CachedResult, now: number): void {
    const step = cachedStep(this.step(stepId), result, now);
    this.change(step);
    this.announceCached(step);
    this.settle(now);
  }

  /** The step has to run and may be handed to a worker, at once or at the time of its next attempt. */
  mustRun(stepId: string, miss: Miss, now: number): void {
    this.misses.set(stepId, miss);
    this.index.decide(stepId);
    const { retryAt = 0 } = this.step(stepId);
    if (retryAt > now) this.hooks.delayed(stepId, retryAt);
    else this.enqueue(stepId, now);
  }

  /** The time of its next attempt has come. */
  due(stepId: string, now: number): void {
    if (this.step(stepId).status === 'pending') this.enqueue(stepId, now);
  }

  private enqueue(stepId: string, now: number): void {
    this.ready.add({
      stepId,
      order: this.order(stepId),
      since: now,
      hints: this.invocation(stepId).options.resources,
      isLocal: this.isLocal(stepId),
    });
  }

  /** Only the process that registered the run can run it. */
  isLocal(stepId: string): boolean {
    return this.invocation(stepId).importable !== true || this.localOnly.has(stepId);
  }

  /** @param helper the worker, unless it is the one that registered the run. */
  start(
    stepId: string,
    given: { workerId: string; helper?: WorkerIdentity; trackingRunId: string },
    now: number,
  ): StepRun {
    const step = startedStep(this.step(stepId), this.misses.get(stepId), { ...given, now });
    const params = trackingParams(this.invocation(stepId));
    this.change(step, { kind: 'start', params, tags: trackingTags(this.run, step) });
    this.notices.push({ kind: 'started', stepId, reasons: step.reasons });
    return step;
  }

  succeed(stepId: string, result: RanResult & { readonly durationMs: number }, now: number): void {
    for (const artifact of result.outputs) this.made.set(artifact.id, artifact);
    const step = ranStep(this.step(stepId), result, now);
    const { notReusableReason } = step;
    this.change(step, { kind: 'end', status: 'FINISHED' }, result.outputs);
    this.misses.delete(stepId);
    this.notices.push({
      kind: 'finished',
      stepId,
      durationMs: result.durationMs,
      outputs: noticeOutputs(step, (id) => this.artifact(id)),
      ...(notReusableReason === undefined ? {} : { notReusable: notReusableReason }),
    });
    this.settle(now);
  }

  /** It failed for good. */
  fail(stepId: string, error: StepError, now: number): void {
    const before = this.step(stepId);
    const tracking: TrackingChange =
      before.status === 'running' ? { kind: 'end', status: 'FAILED' } : UNTRACKED;
    const { retryAt: _, ...rest } = before;
    this.change({ ...rest, status: 'failed', endedAt: now, error, reusable: false }, tracking);
    this.notices.push({ kind: 'failed', stepId, message: errorText(error) });
    this.skipDependants(stepId, `${stepId} failed`, now);
    this.stopAfter(stepId);
    if (this.stoppedBy !== undefined) this.dropPending(this.stoppedBy, now);
    this.settle(now);
  }

  private stopAfter(stepId: string): void {
    const { executionMode = 'continue-on-failure' } = this.run.graph;
    if (executionMode !== 'continue-on-failure') this.stoppedBy ??= `${stepId} failed`;
  }

  /** Executions so far that count against the retries, with the one that is running. */
  attempts(stepId: string): number {
    return (this.step(stepId).attempt ?? 1) - (this.givenBack.get(stepId) ?? 0);
  }

  /** It failed, and is to be run once more at `retryAt`. */
  retry(
    stepId: string,
    error: StepError,
    { now, retryAt }: { now: number; retryAt: number },
  ): void {
    const before = this.step(stepId);
    const isLater = retryAt > now;
    const step: StepRun = { ...before, status: 'pending', error, ...(isLater && { retryAt }) };
    this.change(step, { kind: 'end', status: 'FAILED' });
    this.notices.push({
      kind: 'retrying',
      stepId,
      message: errorText(error),
      attempt: this.attempts(stepId) + 1,
      attempts: this.invocation(stepId).options.retries + 1,
    });
    this.mustRun(stepId, this.misses.get(stepId) ?? asMiss(before), now);
  }

  /** Nothing of it has run: it waits again, for the process that registered the run if `isLocal`. */
  giveBack(stepId: string, isLocal: boolean, now: number): void {
    const before = this.step(stepId);
    if (isLocal) this.localOnly.add(stepId);
    this.givenBack.set(stepId, (this.givenBack.get(stepId) ?? 0) + 1);
    this.change({ ...before, status: 'pending' }, { kind: 'end', status: 'KILLED' });
    if (this.cancelling || this.stoppedBy !== undefined) this.cancelStep(stepId, now);
    else this.mustRun(stepId, this.misses.get(stepId) ?? asMiss(before), now);
  }

  cancelStep(stepId: string, now: number): void {
    const { retryAt: _, ...before } = this.step(stepId);
    if (isStepDone(before.status)) return;
    const tracking: TrackingChange =
      before.status === 'running' ? { kind: 'end', status: 'KILLED' } : UNTRACKED;
    this.change({ ...before, status: 'cancelled', endedAt: now, reusable: false }, tracking);
    this.notices.push({ kind: 'cancelled', stepId });
    if (!this.cancelling) this.skipDependants(stepId, `${stepId} was cancelled`, now);
    this.settle(now);
  }

  /** Nothing more starts; steps that run go on until they end or are cancelled. */
  cancel(now: number): void {
    if (this.isOver) return;
    this.cancelling = true;
    this.close(undefined);
    for (const step of this.pendingSteps()) this.cancelStep(step.stepId, now);
    this.settle(now);
  }

  /** Nobody is left to run these, or nobody may: what has not started never will. */
  abandon(because: string, now: number, isLost: (stepId: string) => boolean = () => true): void {
    if (this.isOver) return;
    this.dropPending(because, now, isLost);
    this.settle(now);
  }

  /** A dynamic pipeline goes on with these; they follow those that they depend on. */
  extend(added: readonly { invocation: StepInvocation; step: StepRun }[], now: number): void {
    if (added.length === 0) return;
    this.index.add(added);
    this.extension = {
      ...this.extension,
      steps: [...(this.extension?.steps ?? []), ...added.map(({ step }) => step)],
    };
    for (const { step } of added) this.admit(step.stepId, now);
  }

  /** What was cancelled, has failed or cannot be made holds for new steps, too. */
  private admit(stepId: string, now: number): void {
    const step = this.step(stepId);
    const needed = this.index.dependencies(stepId).map((id) => this.step(id));
    const cause = needed.find(({ status }) => isStepDone(status) && !hasResult(status));
    if (isStepDone(step.status)) this.announceCached(step);
    else if (this.cancelling) this.cancelStep(stepId, now);
    else if (cause) this.skip(step, causeText(cause), now);
    else if (this.stoppedBy !== undefined) this.skip(step, this.stoppedBy, now);
  }

  private announceCached(step: StepRun): void {
    const from = step.cachedFrom?.endedAt ?? this.run.startedAt;
    const outputs = noticeOutputs(step, (id) => this.artifact(id));
    this.notices.push({ kind: 'cached', stepId: step.stepId, from, outputs });
  }

  /** A dynamic pipeline has ended, or its function has raised: then nothing more starts. */
  finish(error: StepError | undefined, now: number): void {
    if (!this.close(error)) return;
    if (error) this.dropPending(`the pipeline raised ${error.type}`, now);
    this.settle(now);
  }

  /** @returns false when it was closed before. */
  private close(error: StepError | undefined): boolean {
    if (this.isClosed) return false;
    this.isClosed = true;
    this.raised = error;
    const steps = this.extension?.steps ?? [];
    this.extension = { steps, closed: true, ...(error && { error }) };
    return true;
  }

  /** Takes what is to be recorded; undefined when nothing changed since the last call. */
  take(): Batch | undefined {
    if (this.changes.length === 0 && !this.endToRecord && !this.extension) return undefined;
    const { extension, changes, endToRecord: end } = this;
    this.changes = [];
    this.extension = undefined;
    this.endToRecord = undefined;
    return { extension, changes, end };
  }

  private change(
    step: StepRun,
    tracking: TrackingChange = UNTRACKED,
    artifacts: readonly ArtifactVersion[] = [],
  ): void {
    const before = this.step(step.stepId);
    this.index.put(step);
    this.changes.push({ step, artifacts, tracking });
    if (step.status !== 'pending') this.ready.delete(step.stepId);
    if (step.status === 'running') this.hooks.started(step, this.invocation(step.stepId));
    else if (before.status === 'running') this.hooks.stopped(step);
  }

  private skip(step: StepRun, because: string, now: number): void {
    this.change({ ...step, status: 'skipped', endedAt: now, reusable: false });
    this.notices.push({ kind: 'skipped', stepId: step.stepId, because });
  }

  private pendingSteps(): StepRun[] {
    return [...this.all].filter((step) => step.status === 'pending');
  }

  /** All that follows from it, in the order of the plan. */
  private skipDependants(stepId: string, because: string, now: number): void {
    const found = new Set<string>();
    const open = [stepId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const next of this.dependants(id)) {
        if (found.has(next) || this.step(next).status !== 'pending') continue;
        found.add(next);
        open.push(next);
      }
    }
    const sorted = [...found].sort((a, b) => this.order(a) - this.order(b));
    for (const id of sorted) this.skip(this.step(id), because, now);
  }

  /** A step that waited for its next attempt has failed; the others were never begun. */
  private dropPending(because: string, now: number, isLost = (_: string) => true): void {
    for (const { stepId } of this.pendingSteps()) {
      const step = this.step(stepId);
      if (step.status !== 'pending' || !isLost(stepId)) continue;
      if (step.error) this.fail(stepId, step.error, now);
      else {
        this.skip(step, because, now);
        this.skipDependants(stepId, because, now);
      }
    }
  }

  /** Ends the run when all is over. */
  private settle(now: number): void {
    if (this.isOver || this.index.open > 0 || this.isGrowing) return;
    this.end = { status: this.finalStatus(), endedAt: now };
    this.endToRecord = this.end;
  }

  private finalStatus(): PipelineStatus {
    if (this.cancelling) return 'cancelled';
    const statuses = new Set([...this.all].map((step) => step.status));
    if (this.raised || statuses.has('failed')) return 'failed';
    if (statuses.has('cancelled')) return 'cancelled';
    return statuses.has('skipped') ? 'failed' : 'finished';
  }
}

const hasResult = (status: StepRun['status']): boolean => status === 'ran' || status === 'cached';

const causeText = ({ stepId, status }: StepRun): string =>
  status === 'failed' ? `${stepId} failed` : `${stepId} was ${status}`;
