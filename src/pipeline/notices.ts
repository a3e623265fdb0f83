// Lines for printing that follow from the recorded state of a run.
import { assertNever } from '../base/assertNever';
import type { ArtifactVersion } from '../domain/artifact';
import { sizeOf } from '../domain/artifact';
import { dependenciesOf } from '../domain/dependencies';
import type { PipelineRun, StepInvocation, StepRun } from '../domain/pipeline';
import type { Notice, NoticeOutput } from '../protocol/worker';

/** Why a step is skipped that depends on nothing that went wrong. */
export const NOBODY_LEFT = 'no worker was left';

type ArtifactOf = (id: string) => ArtifactVersion | undefined;

export function noticeOutputs(step: StepRun, artifactOf: ArtifactOf): NoticeOutput[] {
  return Object.entries(step.outputs).flatMap(([name, id]) => {
    const artifact = artifactOf(id);
    return artifact ? [noticeOutput(name, artifact)] : [];
  });
}

const noticeOutput = (name: string, artifact: ArtifactVersion): NoticeOutput => ({
  name,
  artifactId: artifact.id,
  artifact: artifact.name,
  version: artifact.version,
  type: artifact.type,
  size: sizeOf(artifact),
});

/** Why a step can never run: `load_data failed`. Undefined while it still can. */
export function skipCause(
  invocations: ReadonlyMap<string, StepInvocation>,
  steps: ReadonlyMap<string, StepRun>,
  stepId: string,
): string | undefined {
  const seen = new Set<string>();
  const open = [stepId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const status = steps.get(id)?.status;
    if (id !== stepId && status === 'failed') return `${id} failed`;
    if (id !== stepId && status === 'cancelled') return `${id} was cancelled`;
    const isCause = id === stepId || status === 'skipped';
    const invocation = invocations.get(id);
    if (!isCause || !invocation || seen.has(id)) continue;
    seen.add(id);
    open.push(...dependenciesOf(invocation));
  }
  return undefined;
}

interface Recorded {
  readonly run: PipelineRun;
  readonly artifactOf: ArtifactOf;
  readonly steps: ReadonlyMap<string, StepRun>;
  readonly invocations: ReadonlyMap<string, StepInvocation>;
}

interface Timed {
  readonly time: number;
  /** Within a millisecond: what ended comes before what was decided then, and that before starts. */
  readonly rank: number;
  readonly notice: Notice;
}

/**
 * The notices that led to a recorded state, in their order: after a restart of the server a worker
 * goes on counting where it was. Retries leave no trace here.
 */
export function noticesOf(run: PipelineRun, artifactOf: ArtifactOf): Notice[] {
  const recorded: Recorded = {
    run,
    artifactOf,
    steps: new Map(run.steps.map((step) => [step.stepId, step])),
    invocations: new Map(run.graph.steps.map((step) => [step.id, step])),
  };
  return run.steps
    .flatMap((step) => timedNotices(recorded, step))
    .sort((a, b) => a.time - b.time || a.rank - b.rank)
    .map(({ notice }) => notice);
}

function timedNotices(recorded: Recorded, step: StepRun): Timed[] {
  const { stepId, startedAt, endedAt } = step;
  const started: Timed[] =
    startedAt === undefined || step.status === 'cached' || step.status === 'pending'
      ? []
      : [{ time: startedAt, rank: 2, notice: { kind: 'started', stepId, reasons: step.reasons } }];
  const notice = endNotice(recorded, step);
  if (!notice) return started;
  const rank = notice.kind === 'finished' || notice.kind === 'failed' ? 0 : 1;
  return [...started, { time: endedAt ?? recorded.run.startedAt, rank, notice }];
}

function endNotice(recorded: Recorded, step: StepRun): Notice | undefined {
  const { run, steps, invocations, artifactOf } = recorded;
  const { stepId } = step;
  switch (step.status) {
    case 'pending':
    case 'running':
      return undefined;
    case 'cached':
      return {
        kind: 'cached',
        stepId,
        from: step.cachedFrom?.endedAt ?? run.startedAt,
        outputs: noticeOutputs(step, artifactOf),
      };
    case 'ran':
      return {
        kind: 'finished',
        stepId,
        durationMs: (step.endedAt ?? 0) - (step.startedAt ?? 0),
        outputs: noticeOutputs(step, artifactOf),
        ...(step.notReusableReason === undefined ? {} : { notReusable: step.notReusableReason }),
      };
    case 'failed':
      return { kind: 'failed', stepId, message: failureText(step) };
    case 'skipped': {
      const because = skipCause(invocations, steps, stepId) ?? stopCause(run);
      return { kind: 'skipped', stepId, because };
    }
    case 'cancelled':
      return { kind: 'cancelled', stepId };
    default:
      return assertNever(step.status);
  }
}

/** Why a step was skipped that depends on nothing that failed. */
function stopCause({ graph, steps, error }: PipelineRun): string {
  if (error) return `the pipeline raised ${error.type}`;
  const { executionMode = 'continue-on-failure' } = graph;
  const failed = steps.find(({ status }) => status === 'failed');
  const isStopped = executionMode !== 'continue-on-failure' && failed !== undefined;
  return isStopped ? `${failed.stepId} failed` : NOBODY_LEFT;
}

const failureText = ({ error }: StepRun): string => (error ? errorText(error) : 'failed');

/** The last line of a traceback. */
export const errorText = ({ type, message }: { type: string; message: string }): string =>
  message === '' ? type : `${type}: ${message}`;
