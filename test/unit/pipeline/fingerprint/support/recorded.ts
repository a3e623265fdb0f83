/** A recorded pipeline run over a workspace, as the engine would have left it. */
import type {
  PipelineRun,
  StepInput,
  StepInvocation,
  StepRun,
} from '../../../../../src/domain/pipeline';
import {
  type Claim,
  type ClaimOptions,
  claimStates,
} from '../../../../../src/pipeline/fingerprint/claims';
import type { CodeFingerprinter } from '../../../../../src/pipeline/fingerprint/codeFingerprint';
import {
  type InputValue,
  listInput,
  stepFingerprint,
} from '../../../../../src/pipeline/fingerprint/fingerprint';
import { ref } from './workspace';

export interface RecordedStep {
  readonly id: string;
  readonly function?: string;
  readonly file?: string;
  readonly inputs: Readonly<Record<string, StepInput>>;
  readonly outputs?: readonly string[];
  readonly change?: Partial<StepInvocation>;
  readonly run?: Partial<StepRun>;
}

export const inputDigest = (id: string): InputValue | undefined =>
  id.startsWith('gone') ? undefined : { digest: `content of ${id}`, display: `${id} v1` };

function invocationOf({
  id,
  function: name = id,
  file,
  inputs,
  outputs,
  change,
}: RecordedStep): StepInvocation {
  return {
    id,
    step: name,
    source: file ? ref(name, file, file.replace('.py', '')) : ref(name),
    inputs,
    outputs: (outputs ?? ['output']).map((output) => ({ name: output, annotation: 'dict' })),
    after: [],
    options: { enableCache: true, environment: {}, retries: 0 },
    captured: {},
    ...change,
  };
}

function contents(inputs: Readonly<Record<string, StepInput>>): Record<string, InputValue> {
  const entries = Object.entries(inputs).flatMap(([name, input]) => {
    if (input.kind === 'step')
      return [[name, inputDigest(`${input.stepId}.${input.output}`)!] as const];
    if (input.kind === 'steps') {
      const items = input.items.map(({ stepId, output }) => inputDigest(`${stepId}.${output}`)!);
      return [[name, listInput(items)] as const];
    }
    return input.kind === 'artifact'
      ? [[name, inputDigest(input.artifactVersionId)!] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

/** Runs every step in name only: fingerprints are taken of the workspace as it is now. */
export function record(
  code: CodeFingerprinter,
  parameters: PipelineRun['graph']['parameters'],
  steps: readonly RecordedStep[],
): PipelineRun {
  const invocations = steps.map(invocationOf);
  const runs = steps.map((step, index): StepRun => {
    const invocation = invocations[index]!;
    const found = code.ofStep(invocation.source, invocation.options.cachePolicy);
    const inputs = contents(invocation.inputs);
    return {
      id: `run-${step.id}`,
      pipelineRunId: 'p',
      stepId: step.id,
      step: invocation.step,
      status: 'ran',
      startedAt: 1,
      endedAt: 2,
      fingerprint: found && stepFingerprint({ code: found, invocation, inputs }),
      reasons: [],
      outputs: Object.fromEntries(
        invocation.outputs.map(({ name }) => [name, `${step.id}.${name}`]),
      ),
      trackingRunId: undefined,
      cachedFrom: undefined,
      error: undefined,
      reusable: true,
      notReusableReason: undefined,
      ...step.run,
    };
  });
  return {
    id: 'p',
    name: 'training-1',
    status: 'finished',
    startedAt: 1,
    endedAt: 2,
    experimentId: '1',
    trackingRunId: 't',
    graph: {
      pipeline: 'training',
      source: ref('training'),
      parameters,
      enableCache: true,
      steps: invocations,
    },
    plan: { target: 'all' },
    modules: [],
    environment: {},
    launchId: undefined,
    steps: runs,
  };
}

/** Claims as short text: `cached`, `stale: …`, `waits for …`, `unknown: …`. */
export function claims(
  code: CodeFingerprinter,
  run: PipelineRun,
  more: Partial<ClaimOptions> = {},
): Record<string, string> {
  const pipelineFact = code.factsOf('train.py')?.pipelines[0];
  const states = claimStates({ run, fingerprinter: code, pipelineFact, inputDigest, ...more });
  return Object.fromEntries([...states].map(([id, claim]) => [id, textOf(claim)]));
}

function textOf(claim: Claim): string {
  switch (claim.state) {
    case 'cached-if-found':
      return 'cached';
    case 'stale':
      return `stale: ${claim.reasons.map(({ text }) => text).join('; ')}`;
    case 'waits':
      return `waits for ${claim.for}`;
    default:
      return `unknown: ${claim.why}`;
  }
}
