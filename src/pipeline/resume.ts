// A run that goes on from where an earlier one failed: what that one has made is taken.
import type { PipelineRun, Plan, Reason, StepRun } from '../domain/pipeline';
import type { Decision } from './cache';
import type { HistoryPort } from './ports';

/** An earlier run, by its steps. */
export interface BaseRun {
  readonly name: string;
  readonly steps: ReadonlyMap<string, StepRun>;
}

/** The run that a plan resumes. */
export function resumedRun(
  { mode, basedOn }: Plan,
  history: Pick<HistoryPort, 'run'>,
): BaseRun | undefined {
  const run = mode === 'resume' && basedOn !== undefined ? history.run(basedOn) : undefined;
  return run && { name: run.name, steps: new Map(run.steps.map((step) => [step.stepId, step])) };
}

/** A decision; a hit that is no look-up of the cache says where its result comes from. */
export type Decided = Decision & { readonly taken?: Reason };

/** A step whose key is still the same is taken from the earlier run, also where caching is off. */
export function resumed(decision: Decided, stepId: string, base: BaseRun): Decided {
  if (decision.kind === 'hit') return decision;
  const isForced = decision.reasons.some(({ kind }) => kind === 'forced');
  if (isForced || decision.notReusable !== undefined || !decision.fingerprint) return decision;
  const from = base.steps.get(stepId);
  if (!from || !isUsable(from)) return decision;
  if (from.fingerprint?.key !== decision.fingerprint.key) return decision;
  const { fingerprint } = decision;
  return { kind: 'hit', from, fingerprint, taken: takenFrom(base) };
}

/** What ran while its source changed is no result of the source that it is keyed by. */
const isUsable = ({ status, reusable }: StepRun): boolean =>
  status === 'cached' || (status === 'ran' && reusable);

export const takenFrom = ({ name }: Pick<PipelineRun, 'name'>): Reason => ({
  kind: 'taken',
  text: `taken from ${name}`,
});
