// Explains a recorded step: its fingerprint, that of the run before, and why it ran.
import type { Fingerprint, StepRun } from '../domain/pipeline';
import type { Explanation } from '../protocol/control';
import type { Store } from '../store/store';
import { notFound } from './params';

/** Runs that are looked through for an earlier invocation. */
const PAGE = 50;

export function explanationOf(store: Store, step: StepRun): Explanation {
  const run = store.pipelines.run(step.pipelineRunId);
  if (!run) throw notFound('pipeline run', step.pipelineRunId);
  const { pipeline } = run.graph;
  return {
    step,
    pipeline,
    fingerprint: step.fingerprint,
    previous: previousOf(store, pipeline, step),
    reasons: step.reasons,
  };
}

/** The newest earlier run of the pipeline that compared this invocation. */
function previousOf(store: Store, pipeline: string, step: StepRun): Explanation['previous'] {
  let isEarlier = false;
  for (let offset = 0; ; offset += PAGE) {
    const runs = store.pipelines.runs({ pipeline, limit: PAGE, offset });
    for (const run of runs) {
      const found = isEarlier && run.steps.map((one) => comparable(one, step)).find(Boolean);
      if (found) return found;
      isEarlier ||= run.id === step.pipelineRunId;
    }
    if (runs.length < PAGE) return undefined;
  }
}

function comparable(
  candidate: StepRun,
  step: StepRun,
): { step: StepRun; fingerprint: Fingerprint } | undefined {
  const { fingerprint } = candidate;
  if (candidate.stepId !== step.stepId || !fingerprint) return undefined;
  return { step: candidate, fingerprint };
}
