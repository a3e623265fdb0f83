// Turns a worker's registration into a recorded pipeline run.
import { messageOf, RunlensError } from '../base/errors';
import type { PipelineGraph, PipelineRun, StepRun, WorkerIdentity } from '../domain/pipeline';
import type { RegisterRequest, WorkerInfo } from '../protocol/worker';
import type { CodeOfSteps } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { importRoots } from './fingerprint/importRoots';
import { validateGraph } from './graph';
import { plannedSteps } from './plan';

export type NewRun = Omit<PipelineRun, 'experimentId' | 'trackingRunId'>;

/** @throws RunlensError `graph.*`: then nothing has been recorded. */
export function newRun(request: RegisterRequest, ports: EnginePorts): NewRun {
  const { graph, plan } = request;
  const order = validateGraph(graph, (id) => ports.history.artifact(id) !== undefined);
  const id = ports.newId();
  const now = ports.clock.now();
  return {
    id,
    // Short enough to be read in a tree, and in the order of the runs.
    name: `${graph.pipeline}-${ports.history.count(graph.pipeline) + 1}`,
    status: 'running',
    startedAt: now,
    endedAt: undefined,
    graph,
    plan,
    modules: request.modules,
    environment: request.environment,
    launchId: request.launchId,
    worker: identityOf(request.worker, ports.newId()),
    sysPath: request.sysPath,
    steps: plannedSteps(graph, plan, order).map((stepId) => newStep(graph, id, stepId, ports)),
  };
}

export const identityOf = (worker: WorkerInfo, id: string): WorkerIdentity => ({
  id,
  pid: worker.pid,
  hostname: worker.hostname,
  pidNamespace: worker.pidNamespace,
  owned: worker.owned,
});

function newStep(graph: PipelineGraph, run: string, stepId: string, ports: EnginePorts): StepRun {
  return {
    id: ports.newId(),
    pipelineRunId: run,
    stepId,
    step: graph.steps.find((step) => step.id === stepId)?.step ?? stepId,
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

/** The code of every planned step as it is now, so that edits during the run do not mix into it. */
export async function codeOf(
  run: Pick<PipelineRun, 'graph' | 'steps' | 'sysPath'>,
  ports: EnginePorts,
): Promise<CodeOfSteps> {
  const { graph } = run;
  const roots = importRoots(ports.root, graph.source.file, run.sysPath ?? []);
  const reader = await ports.code.open(roots);
  const planned = new Set(run.steps.map((step) => step.stepId));
  const steps = graph.steps.filter((step) => planned.has(step.id));
  try {
    return new Map(steps.map((step) => [step.id, reader.ofStep(step.source)]));
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
