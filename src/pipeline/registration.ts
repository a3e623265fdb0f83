// Turns a worker's registration into a pipeline run that can be recorded.
import { messageOf, RunlensError } from '../base/errors';
import { isKept } from '../domain/artifact';
import type {
  PipelineGraph,
  PipelineRun,
  StepInvocation,
  StepRun,
  WorkerIdentity,
} from '../domain/pipeline';
import type { RegisterRequest, WorkerInfo } from '../protocol/worker';
import type { CodeOfSteps } from './activeRun';
import type { StepCache } from './cache';
import type { EnginePorts } from './enginePorts';
import { importRoots } from './fingerprint/importRoots';
import { validateGraph } from './graph';
import { plannedSteps, takesFromOthers, withInputs } from './plan';
import { cachedStep } from './stepStates';
import { baseOf, type Resolved, resolvePlan, type Taken } from './taken';

export type NewRun = Omit<PipelineRun, 'experimentId' | 'trackingRunId'>;

export interface Draft {
  readonly run: NewRun;
  readonly code: CodeOfSteps;
}

/**
 * The run that a registration asks for; nothing is recorded.
 * @throws RunlensError `graph.*`
 */
export async function draftRun(
  request: RegisterRequest,
  { ports, cache }: { ports: EnginePorts; cache: StepCache },
): Promise<Draft> {
  const { plan, modules, sysPath } = request;
  const { history, clock } = ports;
  const graph = withInputs(request.graph, plan);
  const order = validateGraph(graph, (id) => isKept(history.artifact(id)));
  if (plan.basedOn !== undefined) baseOf(plan, history);
  const name = runName(graph, ports);
  const wanted = plannedSteps(graph, plan, order);
  const needed = new Set(takesFromOthers(plan) ? order : wanted);
  const steps = graph.steps.filter(({ id }) => needed.has(id));
  const code = await codeOf({ graph, sysPath, modules }, steps, ports);
  const now = clock.now();
  const resolved = await resolvePlan(wanted, {
    graph,
    plan,
    order,
    modules,
    code,
    cache,
    history,
    now,
  });
  const id = ports.newId();
  const run: NewRun = {
    id,
    name,
    status: 'running',
    startedAt: now,
    endedAt: undefined,
    graph,
    plan,
    modules,
    environment: request.environment,
    launchId: request.launchId,
    worker: {
      ...identityOf(request.worker, ports.newId()),
      executable: request.worker.executable,
      cwd: request.worker.cwd,
    },
    sysPath,
    steps: stepRuns(id, { graph, order, resolved }, ports),
  };
  return { run, code };
}

/** In the order of the graph; what is taken is over at once. */
function stepRuns(
  pipelineRunId: string,
  {
    graph,
    order,
    resolved,
  }: { graph: PipelineGraph; order: readonly string[]; resolved: Resolved },
  ports: EnginePorts,
): StepRun[] {
  const { planned, taken } = resolved;
  const isPart = new Set([...planned, ...taken.keys()]);
  const invocations = new Map(graph.steps.map((step) => [step.id, step]));
  const now = ports.clock.now();
  return order.flatMap((stepId) => {
    const invocation = isPart.has(stepId) ? invocations.get(stepId) : undefined;
    if (!invocation) return [];
    const step = newStep(invocation, { id: ports.newId(), pipelineRunId });
    const result = taken.get(stepId);
    return [result ? takenStepRun(step, result, now) : step];
  });
}

/** Numbers are short enough to be read in a tree, and in the order of the runs. */
function runName({ pipeline, runName: wanted }: PipelineGraph, { history }: EnginePorts): string {
  if (wanted !== undefined) {
    if (!history.isNamed(wanted)) return wanted;
    throw new RunlensError(
      'graph.nameTaken',
      `There is a pipeline run named \`${wanted}\` already. Give this one another name, or none.`,
    );
  }
  let number = history.count(pipeline) + 1;
  while (history.isNamed(`${pipeline}-${number}`)) number += 1;
  return `${pipeline}-${number}`;
}

export const identityOf = (worker: WorkerInfo, id: string): WorkerIdentity => ({
  id,
  pid: worker.pid,
  hostname: worker.hostname,
  pidNamespace: worker.pidNamespace,
  owned: worker.owned,
});

export function newStep(
  invocation: StepInvocation,
  { id, pipelineRunId }: { id: string; pipelineRunId: string },
): StepRun {
  return {
    id,
    pipelineRunId,
    stepId: invocation.id,
    step: invocation.step,
    status: 'pending',
    startedAt: undefined,
    endedAt: undefined,
    fingerprint: undefined,
    reasons: [],
    outputs: {},
    trackingRunId: undefined,
    cachedFrom: undefined,
    error: undefined,
    reusable: false,
    notReusableReason: undefined,
  };
}

/** A step that is over before anything runs. */
export const takenStepRun = (step: StepRun, { from, reason }: Taken, now: number): StepRun =>
  cachedStep(step, { from, fingerprint: from.fingerprint, reasons: [reason] }, now);

/**
 * The code of these steps as it is now, so that edits during the run do not mix into it. A function
 * that is called by many steps is followed once.
 */
export async function codeOf(
  run: Pick<PipelineRun, 'graph' | 'sysPath' | 'modules'>,
  steps: readonly StepInvocation[],
  ports: EnginePorts,
): Promise<CodeOfSteps> {
  const { graph } = run;
  const roots = importRoots(ports.root, graph.source.file, run);
  const reader = await ports.code.open(roots);
  try {
    const known: CodeOfSteps = new Map();
    return new Map(
      steps.map(({ id, source, options: { cachePolicy } }) => {
        const key = JSON.stringify([source, cachePolicy]);
        if (!known.has(key)) known.set(key, reader.ofStep(source, cachePolicy));
        return [id, known.get(key)];
      }),
    );
  } catch (error) {
    throw new RunlensError(
      'cache.failed',
      `The code of \`${graph.pipeline}\` could not be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
