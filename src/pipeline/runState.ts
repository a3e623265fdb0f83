// The state of one pipeline run: its transitions, the notices they give and the changes to record.
import { RunlensError } from '../base/errors';
import type { ArtifactVersion } from '../domain/artifact';
import {
  type ImportedModule,
  isStepDone,
  type PipelineRun,
  type PipelineStatus,
  type StepError,
  type StepInvocation,
  type StepRun,
} from '../domain/pipeline';
import type { Notice } from '../protocol/worker';
import type { Miss } from './cache';
import { dependenciesOf } from './graph';
import { errorText, noticeOutputs, noticesOf, skipCause } from './notices';
import type { StepChange, TrackingChange } from './ports';
import { trackingParams, trackingTags } from './tracking';

const UNTRACKED: TrackingChange = { kind: 'none' };

/** What is written in one commit. */
export interface Batch {
  readonly changes: readonly StepChange[];
  readonly end: { readonly status: PipelineStatus; readonly endedAt: number } | undefined;
}

/** Every method is one synchronous transition, so that a state is never seen half changed. */
export class RunState {
  readonly notices: Notice[];
  private readonly invocations: ReadonlyMap<string, StepInvocation>;
  private readonly steps: Map<string, StepRun>;
  private readonly misses = new Map<string, Miss>();
  private readonly made = new Map<string, ArtifactVersion>();
  private changes: StepChange[] = [];
  private endToRecord: Batch['end'];
  private end: Batch['end'];
  private cancelling = false;
  private readonly imported = new Map<string, ImportedModule>();

  constructor(
    readonly run: PipelineRun,
    private readonly recorded: (id: string) => ArtifactVersion | undefined,
  ) {
    this.invocations = new Map(run.graph.steps.map((step) => [step.id, step]));
    this.steps = new Map(run.steps.map((step) => [step.stepId, step]));
    if (run.status !== 'running') {
      this.end = { status: run.status, endedAt: run.endedAt ?? run.startedAt };
    }
    this.addModules(run.modules);
    this.notices = noticesOf(run, (id) => this.artifact(id));
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  get isCancelling(): boolean {
    return this.cancelling;
  }

  get outcome(): Batch['end'] {
    return this.end;
  }

  /** Modules of the workspace as the workers of this run have imported them so far. */
  get modules(): readonly ImportedModule[] {
    return [...this.imported.values()];
  }

  addModules(modules: readonly ImportedModule[]): void {
    for (const module of modules) this.imported.set(`${module.file}\n${module.digest}`, module);
  }

  /** The planned steps in order. */
  get all(): readonly StepRun[] {
    return [...this.steps.values()];
  }

  get running(): readonly StepRun[] {
    return this.all.filter((step) => step.status === 'running');
  }

  artifact(id: string): ArtifactVersion | undefined {
    return this.made.get(id) ?? this.recorded(id);
  }

  step(stepId: string): StepRun {
    return this.steps.get(stepId) ?? missing(stepId);
  }

  byRunId(stepRunId: string): StepRun | undefined {
    return this.all.find((step) => step.id === stepRunId);
  }

  invocation(stepId: string): StepInvocation {
    return this.invocations.get(stepId) ?? missing(stepId);
  }

  /** Steps that wait for a decision; their dependencies need not be over yet. */
  get undecided(): readonly StepRun[] {
    return this.all.filter((step) => step.status === 'pending' && !this.misses.has(step.stepId));
  }

  /** Whether all that the step depends on ran or was cached. */
  isReady(stepId: string): boolean {
    return this.dependencies(stepId).every((id) => this.hasResult(id));
  }

  hasResult(stepId: string): boolean {
    const status = this.steps.get(stepId)?.status;
    return status === 'ran' || status === 'cached';
  }

  dependencies(stepId: string): readonly string[] {
    return dependenciesOf(this.invocation(stepId));
  }

  /** The step uses the outputs of an earlier run of it. */
  useCached(stepId: string, from: StepRun, fingerprint: StepRun['fingerprint'], now: number): void {
    const madeAt = from.endedAt ?? now;
    const step: StepRun = {
      ...this.step(stepId),
      status: 'cached',
      startedAt: now,
      endedAt: now,
      fingerprint,
      outputs: from.outputs,
      trackingRunId: from.trackingRunId,
      cachedFrom: { stepRunId: from.id, endedAt: madeAt },
    };
    this.change(step);
    this.notices.push({
      kind: 'cached',
      stepId,
      from: madeAt,
      outputs: noticeOutputs(step, (id) => this.artifact(id)),
    });
    this.settle(now);
  }

  /** The step has to run and may be handed to a worker. */
  mustRun(stepId: string, miss: Miss): void {
    this.misses.set(stepId, miss);
  }

  /** The first step that may be handed out. */
  get claimable(): StepRun | undefined {
    return this.all.find((step) => step.status === 'pending' && this.misses.has(step.stepId));
  }

  start(stepId: string, worker: string, trackingRunId: string, now: number): StepRun {
    const before = this.step(stepId);
    const miss = this.misses.get(stepId);
    const step: StepRun = {
      ...before,
      status: 'running',
      startedAt: now,
      endedAt: undefined,
      fingerprint: miss?.fingerprint,
      reasons: miss?.reasons ?? [],
      reusable: miss?.notReusable === undefined,
      notReusableReason: miss?.notReusable,
      error: undefined,
      trackingRunId,
      workerId: worker,
      attempt: (before.attempt ?? 0) + 1,
    };
    const params = trackingParams(this.invocation(stepId));
    this.change(step, { kind: 'start', params, tags: trackingTags(this.run, step) });
    this.notices.push({ kind: 'started', stepId, reasons: step.reasons });
    return step;
  }

  succeed(
    stepId: string,
    result: {
      readonly outputs: readonly ArtifactVersion[];
      readonly durationMs: number;
      readonly notReusable: string | undefined;
    },
    now: number,
  ): void {
    for (const artifact of result.outputs) this.made.set(artifact.id, artifact);
    const before = this.step(stepId);
    const notReusableReason = before.notReusableReason ?? result.notReusable;
    const step: StepRun = {
      ...before,
      status: 'ran',
      endedAt: now,
      outputs: Object.fromEntries(
        result.outputs.map((artifact) => [artifact.producer?.output ?? artifact.name, artifact.id]),
      ),
      reusable: notReusableReason === undefined,
      notReusableReason,
    };
    this.change(step, { kind: 'end', status: 'FINISHED' }, result.outputs);
    this.notices.push({
      kind: 'finished',
      stepId,
      durationMs: result.durationMs,
      outputs: noticeOutputs(step, (id) => this.artifact(id)),
      ...(notReusableReason === undefined ? {} : { notReusable: notReusableReason }),
    });
    this.settle(now);
  }

  fail(stepId: string, error: StepError, now: number): void {
    const step: StepRun = {
      ...this.step(stepId),
      status: 'failed',
      endedAt: now,
      error,
      reusable: false,
    };
    this.change(step, { kind: 'end', status: 'FAILED' });
    this.notices.push({ kind: 'failed', stepId, message: errorText(error) });
    this.skipDependants(now);
    this.settle(now);
  }

  /** It failed, and is to be run once more. */
  retry(stepId: string, error: StepError): void {
    const before = this.step(stepId);
    this.change({ ...before, status: 'pending', error }, { kind: 'end', status: 'FAILED' });
    if (!this.misses.has(stepId)) this.misses.set(stepId, asMiss(before));
    this.notices.push({
      kind: 'retrying',
      stepId,
      message: errorText(error),
      attempt: (before.attempt ?? 1) + 1,
      attempts: this.invocation(stepId).options.retries + 1,
    });
  }

  cancelStep(stepId: string, now: number): void {
    const before = this.step(stepId);
    if (isStepDone(before.status)) return;
    const tracking: TrackingChange =
      before.status === 'running' ? { kind: 'end', status: 'KILLED' } : UNTRACKED;
    const step: StepRun = { ...before, status: 'cancelled', endedAt: now, reusable: false };
    this.change(step, tracking);
    this.notices.push({ kind: 'cancelled', stepId });
    this.skipDependants(now);
    this.settle(now);
  }

  /** Nothing more starts; steps that run go on until they end or are cancelled. */
  cancel(now: number): void {
    if (this.isOver) return;
    this.cancelling = true;
    for (const step of this.all) {
      if (step.status === 'pending') this.cancelStep(step.stepId, now);
    }
    this.settle(now);
  }

  /** No worker is left: what has not started never will. */
  abandon(because: string, now: number): void {
    for (const step of this.all) {
      if (step.status === 'pending') this.skip(step, because, now);
    }
    this.settle(now);
  }

  /** Takes what is to be recorded; undefined when nothing changed since the last call. */
  take(): Batch | undefined {
    if (this.changes.length === 0 && !this.endToRecord) return undefined;
    const batch = { changes: this.changes, end: this.endToRecord };
    this.changes = [];
    this.endToRecord = undefined;
    return batch;
  }

  private change(
    step: StepRun,
    tracking: TrackingChange = UNTRACKED,
    artifacts: readonly ArtifactVersion[] = [],
  ): void {
    this.steps.set(step.stepId, step);
    this.changes.push({ step, artifacts, tracking });
  }

  private skip(step: StepRun, because: string, now: number): void {
    this.change({ ...step, status: 'skipped', endedAt: now, reusable: false });
    this.notices.push({ kind: 'skipped', stepId: step.stepId, because });
  }

  /** In order, so that the skipped ones take those that depend on them with them. */
  private skipDependants(now: number): void {
    if (this.cancelling) return;
    for (const step of this.all) {
      if (step.status !== 'pending') continue;
      const because = skipCause(this.invocations, this.steps, step.stepId);
      if (because) this.skip(step, because, now);
    }
  }

  /** Ends the run when all is over. */
  private settle(now: number): void {
    if (this.isOver) return;
    if (!this.all.every((step) => isStepDone(step.status))) return;
    this.end = { status: this.finalStatus(), endedAt: now };
    this.endToRecord = this.end;
  }

  private finalStatus(): PipelineStatus {
    const statuses = new Set(this.all.map((step) => step.status));
    if (this.cancelling || statuses.has('cancelled')) return 'cancelled';
    return statuses.has('failed') || statuses.has('skipped') ? 'failed' : 'finished';
  }
}

/** A step that was started by an earlier server keeps what was decided then. */
const asMiss = (step: StepRun): Miss => ({
  kind: 'miss',
  fingerprint: step.fingerprint,
  reasons: step.reasons,
  notReusable: step.notReusableReason,
});

function missing(stepId: string): never {
  throw new RunlensError('step.unknown', `There is no step \`${stepId}\` in this run.`);
}
