// Which steps of a graph a plan runs, with which inputs, and which of them may not use the cache.
import { RunlensError } from '../base/errors';
import { dependenciesOf } from '../domain/dependencies';
import type { PipelineGraph, Plan, StepInvocation } from '../domain/pipeline';

/**
 * The planned steps in a possible order: all, or the target with what its reach says.
 * @param order the ids of all steps, each after those it depends on.
 * @throws RunlensError `graph.unknownTarget`.
 */
export function plannedSteps(graph: PipelineGraph, plan: Plan, order: readonly string[]): string[] {
  // Of a dynamic pipeline nobody knows the steps yet.
  if (plan.target === 'all' || graph.dynamic) return [...order];
  const target = targetOf(graph, plan.target.step);
  const { reach = 'up-to' } = plan.target;
  const wanted =
    reach === 'only'
      ? new Set([target])
      : closure(target, reach === 'up-to' ? needsOf(graph) : dependantsOf(graph));
  return order.filter((id) => wanted.has(id));
}

/** Whether what the planned steps take from others is not made with them. */
export const takesFromOthers = ({ target }: Plan): boolean =>
  target !== 'all' && (target.reach === 'only' || target.reach === 'from');

type Edges = ReadonlyMap<string, readonly string[]>;

function closure(root: string, edges: Edges): Set<string> {
  const found = new Set<string>();
  const open = [root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(edges.get(id) ?? []));
  }
  return found;
}

const needsOf = (graph: PipelineGraph): Edges =>
  new Map(graph.steps.map((step) => [step.id, dependenciesOf(step)]));

function dependantsOf(graph: PipelineGraph): Edges {
  const edges = new Map<string, string[]>();
  for (const step of graph.steps) {
    for (const id of dependenciesOf(step)) edges.set(id, [...(edges.get(id) ?? []), step.id]);
  }
  return edges;
}

/** Whether the plan says to run this step even when there is a result. */
export function isForced(graph: PipelineGraph, plan: Plan, stepId: string): boolean {
  if (plan.force === 'all') return true;
  if (plan.force !== 'target') return false;
  if (plan.target === 'all') return true;
  return plan.target.step === stepId || findTarget(graph, plan.target.step) === stepId;
}

/** A target is an invocation's id, or a step's name: then its first invocation. */
function targetOf(graph: PipelineGraph, target: string): string {
  const found = findTarget(graph, target);
  if (found !== undefined) return found;
  throw unknownStep(graph, target, 'unknownTarget');
}

const findTarget = (graph: PipelineGraph, target: string): string | undefined =>
  (
    graph.steps.find((step) => step.id === target) ??
    graph.steps.find((step) => step.step === target)
  )?.id;

/** @throws RunlensError with the steps that there are. */
export function unknownStep(graph: PipelineGraph, name: string, code: string): RunlensError {
  const ids = graph.steps.map((step) => step.id).join(', ');
  return new RunlensError(
    `graph.${code}`,
    `Pipeline \`${graph.pipeline}\` has no step \`${name}\`. Its steps are: ${ids}.`,
  );
}

/**
 * The graph with the inputs of the plan.
 * @throws RunlensError `graph.unknownStep`, `graph.unknownInput`.
 */
export function withInputs(graph: PipelineGraph, plan: Plan): PipelineGraph {
  if (!plan.inputs) return graph;
  const unknown = Object.keys(plan.inputs).find(
    (id) => !graph.steps.some((step) => step.id === id),
  );
  if (unknown !== undefined && !graph.dynamic) throw unknownStep(graph, unknown, 'unknownStep');
  return { ...graph, steps: graph.steps.map((step) => withOwnInputs(step, plan)) };
}

export function withOwnInputs(step: StepInvocation, plan: Plan): StepInvocation {
  const replaced = plan.inputs?.[step.id];
  if (!replaced) return step;
  const unknown = Object.keys(replaced).find((name) => !(name in step.inputs));
  if (unknown === undefined) return { ...step, inputs: { ...step.inputs, ...replaced } };
  const names = Object.keys(step.inputs).join(', ') || 'none';
  throw new RunlensError(
    'graph.unknownInput',
    `Step \`${step.id}\` has no input \`${unknown}\`. Its inputs are: ${names}.`,
  );
}
