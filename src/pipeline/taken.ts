// Results that a plan takes as they are, for steps that it does not run: from a run, or the newest.
import { RunlensError } from '../base/errors';
import { producersOf } from '../domain/dependencies';
import type {
  ImportedModule,
  PipelineGraph,
  PipelineRun,
  Plan,
  Reason,
  StepInvocation,
  StepRun,
} from '../domain/pipeline';
import type { CodeOfSteps } from './activeRun';
import type { Decision, StepCache } from './cache';
import { takesFromOthers } from './plan';
import type { HistoryPort } from './ports';
import { takenFrom } from './resume';

export interface Taken {
  readonly from: StepRun;
  readonly reason: Reason;
}
export interface Resolved {
  /** Steps that run or are cached, in a possible order. */
  readonly planned: readonly string[];
  readonly taken: ReadonlyMap<string, Taken>;
}

export interface Resolving {
  readonly graph: PipelineGraph;
  readonly plan: Plan;
  /** The ids of all steps, each after those it depends on. */
  readonly order: readonly string[];
  readonly modules: readonly ImportedModule[];
  readonly code: CodeOfSteps;
  readonly cache: StepCache;
  readonly history: HistoryPort;
  readonly now: number;
}

/**
 * What the plan leaves out is taken where a planned step needs it; what was never made joins the plan.
 * @param wanted what the plan itself names.
 */
export async function resolvePlan(
  wanted: readonly string[],
  resolving: Resolving,
): Promise<Resolved> {
  const { plan, order } = resolving;
  const taken = skipped(resolving, new Set(wanted));
  const planned = new Set(wanted.filter((id) => !taken.has(id)));
  if (!takesFromOthers(plan)) return { planned: [...planned], taken };
  const newest = await newestResults(resolving, planned);
  const open = [...planned];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const producer of dataProducers(resolving.graph, id)) {
      if (planned.has(producer) || taken.has(producer)) continue;
      const result = newest.get(producer);
      if (result) taken.set(producer, result);
      else {
        planned.add(producer);
        open.push(producer);
      }
    }
  }
  return { planned: order.filter((id) => planned.has(id)), taken };
}

function dataProducers(graph: PipelineGraph, stepId: string): string[] {
  const step = graph.steps.find(({ id }) => id === stepId);
  return Object.values(step?.inputs ?? {}).flatMap((input) =>
    producersOf(input).map((producer) => producer.stepId),
  );
}

/** @throws RunlensError `graph.unknownRun`, `graph.noResult`. */
function skipped({ plan, history }: Resolving, wanted: ReadonlySet<string>): Map<string, Taken> {
  const taken = new Map<string, Taken>();
  const ids = (plan.skip ?? []).filter((id) => wanted.has(id));
  if (ids.length === 0) return taken;
  const base = baseOf(plan, history);
  for (const id of ids) taken.set(id, takenStep(base, id));
  return taken;
}

export function baseOf(plan: Plan, history: Pick<HistoryPort, 'run'>): PipelineRun {
  const base = plan.basedOn === undefined ? undefined : history.run(plan.basedOn);
  if (base) return base;
  throw new RunlensError(
    'graph.unknownRun',
    `The run ${plan.basedOn ?? ''} that this one is based on is not in this store.`,
  );
}

/** The result of a step in an earlier run. */
export function takenStep(base: PipelineRun, stepId: string): Taken {
  const from = base.steps.find((step) => step.stepId === stepId);
  if (from && isResult(from)) return { from, reason: takenFrom(base) };
  throw new RunlensError(
    'graph.noResult',
    `Step \`${stepId}\` has no result in the run ${base.name} (it ${from ? `is ${from.status}` : 'was not part of it'}), so it cannot be skipped.`,
  );
}

const isResult = ({ status }: StepRun): boolean => status === 'ran' || status === 'cached';

/** The newest result of each step that is not planned, by key where one matches. */
async function newestResults(
  resolving: Resolving,
  planned: ReadonlySet<string>,
): Promise<Map<string, Taken>> {
  const found = new Map<string, Taken>();
  for (const step of inOrder(resolving)) {
    if (planned.has(step.id)) continue;
    const result = await newestResult(resolving, step, found);
    if (result) found.set(step.id, result);
  }
  return found;
}

function inOrder({ graph, order }: Resolving): StepInvocation[] {
  const steps = new Map(graph.steps.map((step) => [step.id, step]));
  return order.flatMap((id) => steps.get(id) ?? []);
}

async function newestResult(
  resolving: Resolving,
  step: StepInvocation,
  upstream: ReadonlyMap<string, Taken>,
): Promise<Taken | undefined> {
  const { graph, cache, history } = resolving;
  const decision = await decisionFor(resolving, step, upstream);
  if (decision?.kind === 'hit' && !(await cache.damage(decision.from))) {
    return { from: decision.from, reason: reasonFor(decision.from, undefined) };
  }
  const latest = history.latestResult(graph.pipeline, step.id);
  if (!latest || (await cache.damage(latest))) return undefined;
  return { from: latest, reason: reasonFor(latest, decision) };
}

/** Undefined when the key is not known, since something that it depends on was never made. */
async function decisionFor(
  { graph, modules, code, cache, history, now }: Resolving,
  step: StepInvocation,
  upstream: ReadonlyMap<string, Taken>,
): Promise<Decision | undefined> {
  const isKnown = Object.values(step.inputs)
    .flatMap(producersOf)
    .every(({ stepId }) => upstream.has(stepId));
  if (!isKnown) return undefined;
  return cache.decide({
    graph,
    plan: { target: 'all' },
    modules,
    step,
    code: code.get(step.id),
    output: (id, name) => upstream.get(id)?.from.outputs[name],
    artifact: (id) => history.artifact(id),
    files: await cache.look([step]),
    now,
  });
}

/** `taken as made on 2026-07-09 12:41 (stale: gamma 0.001 → 0.002)`. */
function reasonFor(from: StepRun, decision: Decision | undefined): Reason {
  const text = `taken as made on ${dayAndTime(from.cachedFrom?.endedAt ?? from.endedAt ?? 0)}`;
  const stale = staleness(from, decision);
  return { kind: 'taken', text: stale === undefined ? text : `${text} (stale${stale})` };
}

/** Undefined when it is what would be made today, or when nobody can tell. */
function staleness(from: StepRun, decision: Decision | undefined): string | undefined {
  if (!decision?.fingerprint || decision.fingerprint.key === from.fingerprint?.key)
    return undefined;
  const changes = decision.kind === 'miss' ? decision.reasons.filter(isChange) : [];
  const texts = changes.slice(0, 2).map(({ text }) => text);
  return texts.length === 0 ? '' : `: ${texts.join(', ')}`;
}

const isChange = ({ kind }: Reason): boolean =>
  kind === 'changed' || kind === 'added' || kind === 'removed';

/** In local time, as people read it. */
function dayAndTime(time: number): string {
  const date = new Date(time);
  const part = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), part(date.getMonth() + 1), part(date.getDate())].join('-');
  return `${day} ${part(date.getHours())}:${part(date.getMinutes())}`;
}
