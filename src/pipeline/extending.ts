// Adds what a dynamic pipeline has called since to its run.

import { RunlensError } from '../base/errors';
import { canonicalJson, type Json } from '../base/json';
import { isKept } from '../domain/artifact';
import type { StepInvocation, StepRun } from '../domain/pipeline';
import type { ExtendReply, ExtendRequest } from '../protocol/worker';
import type { ActiveRun } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { validateSteps } from './graph';
import { withOwnInputs } from './plan';
import { codeOf, newStep, takenStepRun } from './registration';
import { baseOf, takenStep } from './taken';

/**
 * A repeated call adds nothing. To a run that is over nothing is added, and its steps have no ids.
 * @throws RunlensError `graph.*`: then nothing has been added.
 */
export async function extendRun(
  run: ActiveRun,
  request: ExtendRequest,
  ports: EnginePorts,
): Promise<ExtendReply> {
  const { state } = run;
  if (!state.run.graph.dynamic) {
    throw new RunlensError(
      'graph.notDynamic',
      `The run ${state.run.name} is not dynamic: all its steps are known when it begins.`,
    );
  }
  if (state.isGrowing) await addSteps(run, request, ports);
  const now = ports.clock.now();
  if (request.closed || request.error) state.finish(request.error, now);
  const ids = request.steps.flatMap(({ id }) =>
    state.has(id) ? [[id, state.step(id).id] as const] : [],
  );
  return { stepRunIds: Object.fromEntries(ids) };
}

async function addSteps(run: ActiveRun, request: ExtendRequest, ports: EnginePorts): Promise<void> {
  const { state } = run;
  const { plan } = state.run;
  const steps = request.steps.map((step) => withOwnInputs(step, plan));
  const fresh = steps.filter((step) => isNew(step, state.invocations.get(step.id)));
  if (fresh.length === 0) return;
  const order = validateSteps(fresh, {
    known: state.invocations,
    hasArtifact: (id) => isKept(ports.history.artifact(id)),
  });
  const code = await codeOf(state.run, fresh, ports);
  // Meanwhile the same call may have come again, or the run was cancelled.
  const added = order.filter((id) => !state.has(id));
  if (!state.isGrowing || added.length === 0) return;
  const byId = new Map(fresh.map((step) => [step.id, step]));
  const now = ports.clock.now();
  const entries = added.flatMap((id) => {
    const invocation = byId.get(id);
    return invocation ? [{ invocation, step: newStepRun(run, invocation, { ports, now }) }] : [];
  });
  for (const [id, found] of code) run.code.set(id, found);
  state.extend(entries, now);
}

/** What the plan skips is taken from the run that it is based on, also of a dynamic run. */
function newStepRun(
  { state }: ActiveRun,
  invocation: StepInvocation,
  { ports, now }: { ports: EnginePorts; now: number },
): StepRun {
  const { id: pipelineRunId, plan } = state.run;
  const step = { ...newStep(invocation, { id: ports.newId(), pipelineRunId }), invocation };
  if (!plan.skip?.includes(invocation.id)) return step;
  return takenStepRun(step, takenStep(baseOf(plan, ports.history), invocation.id), now);
}

/** @throws RunlensError `graph.duplicateStep` for another step of the same id. */
function isNew(step: StepInvocation, known: StepInvocation | undefined): boolean {
  if (!known) return true;
  if (asText(step) === asText(known)) return false;
  throw new RunlensError(
    'graph.duplicateStep',
    `Two steps have the id \`${step.id}\`. Give one another id.`,
  );
}

const asText = (step: StepInvocation): string => canonicalJson(step as unknown as Json);
