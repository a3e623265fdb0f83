// What a registration would run, and why: decided as in a run, and nothing is recorded.
import { producersOf } from '../domain/dependencies';
import type { Reason, StepInvocation, StepRun } from '../domain/pipeline';
import type { PreviewReply, PreviewStep } from '../protocol/worker';
import type { Decision, StepCache } from './cache';
import type { HistoryPort } from './ports';
import type { Draft } from './registration';
import { type BaseRun, type Decided, resumed, resumedRun } from './resume';

interface Previewing {
  readonly draft: Draft;
  /** The run that it resumes. */
  readonly base: BaseRun | undefined;
  readonly cache: StepCache;
  readonly history: HistoryPort;
  readonly now: number;
}

/** Results that are there, and of steps that run: their last ones, to tell what else has changed. */
interface Known {
  readonly steps: Map<string, PreviewStep>;
  readonly results: Map<string, StepRun>;
}

export async function previewOf(given: Omit<Previewing, 'base'>): Promise<PreviewReply> {
  const { run } = given.draft;
  const previewing = { ...given, base: resumedRun(run.plan, given.history) };
  const invocations = new Map(run.graph.steps.map((step) => [step.id, step]));
  const known: Known = { steps: new Map(), results: new Map() };
  for (const step of run.steps) {
    const invocation = invocations.get(step.stepId);
    if (!invocation) continue;
    const preview = await previewStep(previewing, known, { step, invocation });
    known.steps.set(step.stepId, { ...preview, ...lastDuration(previewing, step.stepId) });
  }
  return { steps: [...known.steps.values()] };
}

async function previewStep(
  previewing: Previewing,
  { steps, results }: Known,
  { step, invocation }: { step: StepRun; invocation: StepInvocation },
): Promise<PreviewStep> {
  const { stepId } = step;
  if (step.status === 'cached') {
    results.set(stepId, step);
    return { stepId, decision: 'taken', reasons: step.reasons, ...cachedFrom(step) };
  }
  const on = runningBefore(invocation, steps);
  const decision = await decisionFor(previewing, invocation, results);
  if (on.length === 0 && decision?.kind === 'hit') {
    results.set(stepId, decision.from);
    const reasons = decision.taken ? [decision.taken] : [];
    return { stepId, decision: 'cached', reasons, ...cachedFrom(decision.from) };
  }
  const { history, draft } = previewing;
  const { pipeline } = draft.run.graph;
  const last = history.latestResult(pipeline, stepId);
  if (last) results.set(stepId, last);
  const isFirst = !decision && !history.latestStep(pipeline, stepId);
  const reasons = decision?.kind === 'miss' ? decision.reasons : isFirst ? [FIRST] : [];
  if (on.length === 0) return { stepId, decision: 'runs', reasons };
  return { stepId, decision: 'depends', reasons: reasons.filter(isOwn), on };
}

const FIRST: Reason = { kind: 'first-run', text: 'first run' };

/** The nearest steps that run or depend on such. */
function runningBefore(
  invocation: StepInvocation,
  steps: ReadonlyMap<string, PreviewStep>,
): string[] {
  const producers = Object.values(invocation.inputs).flatMap(producersOf);
  const before = new Set([...producers.map(({ stepId }) => stepId), ...invocation.after]);
  return [...before].filter((id) => {
    const decision = steps.get(id)?.decision;
    return decision === 'runs' || decision === 'depends';
  });
}

/** With the last result of what runs: what differs then is the step's own. Undefined without one. */
async function decisionFor(
  { draft, base, cache, history, now }: Previewing,
  step: StepInvocation,
  results: ReadonlyMap<string, StepRun>,
): Promise<Decided | undefined> {
  const { run, code } = draft;
  const producers = Object.values(step.inputs).flatMap(producersOf);
  const isKnown = producers.every(({ stepId, output }) => results.get(stepId)?.outputs[output]);
  if (!isKnown) return undefined;
  const decision: Decision = cache.decide({
    graph: run.graph,
    plan: run.plan,
    modules: run.modules,
    step,
    code: code.get(step.id),
    output: (id, name) => results.get(id)?.outputs[name],
    artifact: (id) => history.artifact(id),
    files: await cache.look([step]),
    now,
  });
  const decided = base ? resumed(decision, step.id, base) : decision;
  return decided.kind === 'hit' ? withDamage(decided, cache) : decided;
}

async function withDamage(
  decided: Extract<Decided, { kind: 'hit' }>,
  cache: StepCache,
): Promise<Decided> {
  const damage = await cache.damage(decided.from);
  if (!damage) return decided;
  const { fingerprint } = decided;
  return { kind: 'miss', fingerprint, reasons: [damage], notReusable: undefined };
}

/** That its result is missing says nothing of a step whose inputs are about to change. */
const isOwn = ({ kind }: Reason): boolean =>
  kind !== 'not-reusable' && kind !== 'artifact-missing' && kind !== 'artifact-changed';

const cachedFrom = (step: StepRun): { cachedFrom?: number } => {
  const at = step.cachedFrom?.endedAt ?? step.endedAt;
  return at === undefined ? {} : { cachedFrom: at };
};

/** Of the last execution, also when it was taken over since. */
function lastDuration({ draft, history }: Previewing, stepId: string): { lastDurationMs?: number } {
  const last = history.latestResult(draft.run.graph.pipeline, stepId);
  const made = last?.cachedFrom ? history.step(last.cachedFrom.stepRunId) : last;
  if (made?.startedAt === undefined || made.endedAt === undefined) return {};
  return { lastDurationMs: made.endedAt - made.startedAt };
}
