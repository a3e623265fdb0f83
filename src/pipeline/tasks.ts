// Answers for workers: the step to run with its inputs, and the end of a run with its outputs.
import { assertNever } from '../base/assertNever';
import { RunlensError } from '../base/errors';
import type { ArtifactVersion } from '../domain/artifact';
import type { StepInput, StepRun } from '../domain/pipeline';
import type { PipelineDone, StepTask, TaskArtifact, TaskInput } from '../protocol/worker';
import type { EnginePorts } from './enginePorts';
import type { RunState } from './runState';

export async function taskOf(
  state: RunState,
  step: StepRun,
  ports: EnginePorts,
): Promise<StepTask> {
  const invocation = state.invocation(step.stepId);
  const staging = await ports.artifacts.stage(step.id);
  const replaced = state.run.plan.inputs?.[step.stepId] ?? {};
  const inputs = Object.entries(invocation.inputs).map(([name, input]) => {
    const given = inputOf(state, input, ports);
    const isOther = given.kind === 'parameter' && name in replaced;
    return [name, isOther ? { ...given, replaced: true } : given] as const;
  });
  return {
    stepRunId: step.id,
    stepId: step.stepId,
    step: step.step,
    source: invocation.source,
    outputs: invocation.outputs.map(({ name, materializer }) => ({
      name,
      ...(materializer === undefined ? {} : { materializer }),
    })),
    inputs: Object.fromEntries(inputs),
    staging: staging.absolute,
    trackingRunId: step.trackingRunId ?? state.run.trackingRunId,
    experimentId: state.run.experimentId,
    environment: invocation.options.environment,
    attempt: step.attempt ?? 1,
    failures: state.attempts(step.stepId) - 1,
  };
}

function inputOf(state: RunState, input: StepInput, ports: EnginePorts): TaskInput {
  const output = (item: { stepId: string; output: string }) =>
    artifactOf(state, state.step(item.stepId).outputs[item.output], ports);
  switch (input.kind) {
    case 'parameter':
      return { kind: 'parameter', value: input.value };
    case 'path':
      return { kind: 'path', path: input.path };
    case 'artifact':
      return { kind: 'artifact', artifact: artifactOf(state, input.artifactVersionId, ports) };
    case 'stored':
      return {
        kind: 'artifacts',
        artifacts: input.artifactVersionIds.map((id) => artifactOf(state, id, ports)),
      };
    case 'step':
      return { kind: 'artifact', artifact: output(input) };
    case 'item':
      return { kind: 'item', artifact: output(input), index: input.index };
    case 'steps':
      return { kind: 'artifacts', artifacts: input.items.map(output) };
    default:
      return assertNever(input);
  }
}

function artifactOf(state: RunState, id: string | undefined, ports: EnginePorts): TaskArtifact {
  const artifact = id === undefined ? undefined : state.artifact(id);
  if (artifact) return taskArtifact(artifact, ports);
  throw new RunlensError('artifact.unknown', `The artifact version ${id} is not in the store.`);
}

const taskArtifact = (artifact: ArtifactVersion, ports: EnginePorts): TaskArtifact => ({
  id: artifact.id,
  name: artifact.name,
  version: artifact.version,
  type: artifact.type,
  materializer: artifact.materializer,
  folder: ports.artifacts.absolute(artifact),
});

export function doneOf(state: RunState, ports: EnginePorts): PipelineDone | undefined {
  const end = endOf(state);
  if (!end) return undefined;
  const outputs = [...state.all].map((step) => [step.stepId, outputsOf(state, step, ports)]);
  return { ...end, outputs: Object.fromEntries(outputs) };
}

/** For a worker that has nobody to tell of the outputs. */
export function endOf({ outcome, run, all }: RunState): PipelineDone | undefined {
  if (!outcome || outcome.status === 'running') return undefined;
  return {
    status: outcome.status,
    durationMs: outcome.endedAt - run.startedAt,
    failed: [...all].filter(({ status }) => status === 'failed').map(({ stepId }) => stepId),
    outputs: {},
  };
}

/** What was deleted since is left out: a run may be asked about again later. */
function outputsOf(
  state: RunState,
  step: StepRun,
  ports: EnginePorts,
): Record<string, TaskArtifact> {
  const outputs: Record<string, TaskArtifact> = {};
  for (const [name, id] of Object.entries(step.outputs)) {
    const artifact = state.artifact(id);
    if (artifact) outputs[name] = taskArtifact(artifact, ports);
  }
  return outputs;
}
