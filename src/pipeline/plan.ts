// Which steps of a graph a plan runs, and which of them may not use the cache.
import { RunlensError } from '../base/errors';
import type { PipelineGraph, Plan } from '../domain/pipeline';
import { dependenciesOf } from './graph';

/**
 * The planned steps in a possible order: all, or the target with everything it depends on.
 * @param order the ids of all steps, each after those it depends on.
 * @throws RunlensError `graph.unknownTarget`.
 */
export function plannedSteps(graph: PipelineGraph, plan: Plan, order: readonly string[]): string[] {
  if (plan.target === 'all') return [...order];
  const steps = new Map(graph.steps.map((step) => [step.id, step]));
  const wanted = new Set<string>();
  const open = [targetOf(graph, plan.target.step)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = steps.get(id);
    if (!step || wanted.has(id)) continue;
    wanted.add(id);
    open.push(...dependenciesOf(step));
  }
  return order.filter((id) => wanted.has(id));
}

/** Whether the plan says to run this step even when there is a result. */
export function isForced(graph: PipelineGraph, plan: Plan, stepId: string): boolean {
  if (plan.force === 'all') return true;
  if (plan.force !== 'target') return false;
  return plan.target === 'all' || targetOf(graph, plan.target.step) === stepId;
}

/** A target is an invocation's id, or a step's name: then its first invocation. */
function targetOf(graph: PipelineGraph, target: string): string {
  const found =
    graph.steps.find((step) => step.id === target) ??
    graph.steps.find((step) => step.step === target);
  if (found) return found.id;
  const ids = graph.steps.map((step) => step.id).join(', ');
  throw new RunlensError(
    'graph.unknownTarget',
    `Pipeline \`${graph.pipeline}\` has no step \`${target}\`. Its steps are: ${ids}.`,
  );
}
