// What the record of a step becomes when it is cached, started or has run.
import type { ArtifactVersion } from '../domain/artifact';
import type { Fingerprint, Reason, StepRun, WorkerIdentity } from '../domain/pipeline';
import type { Miss } from './cache';

export interface CachedResult {
  readonly from: StepRun;
  readonly fingerprint: Fingerprint | undefined;
  readonly reasons?: readonly Reason[];
}

export function cachedStep(
  step: StepRun,
  { from, fingerprint, reasons = [] }: CachedResult,
  now: number,
): StepRun {
  return {
    ...step,
    status: 'cached',
    startedAt: now,
    endedAt: now,
    fingerprint,
    reasons,
    outputs: from.outputs,
    trackingRunId: from.trackingRunId,
    cachedFrom: originOf(from, now),
  };
}

/** The execution that has made a result, also when it was taken over before. */
function originOf(from: StepRun, now: number): NonNullable<StepRun['cachedFrom']> {
  return from.cachedFrom ?? { stepRunId: from.id, endedAt: from.endedAt ?? now };
}

export interface Execution {
  readonly workerId: string;
  /** The worker, unless it is the one that registered the run. */
  readonly helper?: WorkerIdentity;
  readonly trackingRunId: string;
}

export function startedStep(
  { retryAt: _, worker: __, ...before }: StepRun,
  miss: Miss | undefined,
  { workerId, helper, trackingRunId, now }: Execution & { readonly now: number },
): StepRun {
  return {
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
    workerId,
    ...(helper && { worker: helper }),
    attempt: (before.attempt ?? 0) + 1,
  };
}

export interface RanResult {
  readonly outputs: readonly ArtifactVersion[];
  /** Why it must never be reused. */
  readonly notReusable: string | undefined;
}

export function ranStep(
  before: StepRun,
  { outputs, notReusable }: RanResult,
  now: number,
): StepRun {
  const notReusableReason = before.notReusableReason ?? notReusable;
  return {
    ...before,
    status: 'ran',
    endedAt: now,
    outputs: Object.fromEntries(
      outputs.map((artifact) => [artifact.producer?.output ?? artifact.name, artifact.id]),
    ),
    reusable: notReusableReason === undefined,
    notReusableReason,
  };
}

/** A step that was started by an earlier server keeps what was decided then. */
export const asMiss = (step: StepRun): Miss => ({
  kind: 'miss',
  fingerprint: step.fingerprint,
  reasons: step.reasons,
  notReusable: step.notReusableReason,
});
