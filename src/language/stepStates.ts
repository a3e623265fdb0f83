/** The state of every step of a file: the latest recorded invocations with today's source. */
import { assertNever } from '../base/assertNever';
import type { PipelineRun, StepInvocation, StepRun } from '../domain/pipeline';
import { type Claim, claimStates } from '../pipeline/fingerprint/claims';
import type { CodeFingerprinter } from '../pipeline/fingerprint/codeFingerprint';
import type { InputValue } from '../pipeline/fingerprint/fingerprint';
import { latestInvocations } from '../pipeline/fingerprint/latestInvocations';
import type { FileContent } from '../pipeline/fingerprint/policy';
import type { CacheHit } from '../protocol/control';
import type { StepProgress } from '../protocol/worker';
import type { ModuleFacts, PipelineFact } from '../syntax/facts';
import type { DocumentStates, LastRun } from './features/codeLens';
import type { InvocationState, StepState } from './features/stepState';
import type { CacheLook } from './storeSession';

export interface StateSources {
  /** Relative to the root. */
  readonly file: string;
  readonly facts: Pick<ModuleFacts, 'steps' | 'pipelines'>;
  /** The recorded runs that touch the file. */
  readonly runs: readonly PipelineRun[];
  fingerprinterOf(run: PipelineRun): CodeFingerprinter;
  /** The result that a key has; undefined while not known. */
  hit(key: string): CacheLook | undefined;
  /** Files that a cache policy's pattern matches; undefined while that is not known. */
  policyFiles(pattern: string): readonly FileContent[] | undefined;
  /** Milliseconds since 1970; default now. */
  readonly now?: number;
  /** How far a running step is. */
  progressOf(stepRunId: string): StepProgress | undefined;
}

export function documentStates(sources: StateSources): DocumentStates {
  const runs = latestInvocations(sources.runs);
  const invocations = runs.flatMap((run) => runStates(run, sources));
  const steps = sources.facts.steps.map(({ qualname }) => {
    const own = ofLivingPipelines(invocations.filter((i) => i.qualname === qualname));
    // While something is not known yet, nothing is claimed.
    if (own.some(({ state }) => state === undefined)) return undefined;
    return [qualname, own.flatMap(withState)] as const;
  });
  return {
    steps: new Map(steps.filter((entry) => entry !== undefined)),
    pipelines: new Map(sources.facts.pipelines.map(({ name }) => [name, lastRun(name, sources)])),
  };
}

interface MaybeState extends Omit<InvocationState, 'state'> {
  readonly qualname: string;
  /** Whether its pipeline is in the source today. */
  readonly isLiving: boolean;
  readonly state: StepState | undefined;
}

/** A pipeline that was renamed or deleted has no say beside one that is there. */
function ofLivingPipelines(states: readonly MaybeState[]): readonly MaybeState[] {
  const living = states.filter(({ isLiving }) => isLiving);
  return living.length > 0 ? living : states;
}

function withState({ state, qualname, isLiving, ...rest }: MaybeState): InvocationState[] {
  return state ? [{ ...rest, state }] : [];
}

function lastRun(pipeline: string, { runs, file }: StateSources): LastRun | undefined {
  const own = runs.filter(({ graph }) => graph.pipeline === pipeline && graph.source.file === file);
  const [latest] = own.sort((a, b) => b.startedAt - a.startedAt);
  if (!latest) return undefined;
  const { status, startedAt, endedAt, steps } = latest;
  const isOver = (step: StepRun) => step.status !== 'pending' && step.status !== 'running';
  return {
    status,
    startedAt,
    endedAt,
    steps: steps.length,
    done: steps.filter(isOver).length,
    cached: steps.filter((step) => step.status === 'cached').length,
  };
}

/** States of the invocations in a run whose steps are written in the file. */
function runStates(run: PipelineRun, sources: StateSources): MaybeState[] {
  const pipelineFact = factOf(run, sources);
  const claims = claimsOf(run, pipelineFact, sources);
  const { pipeline } = run.graph;
  const isLiving = pipelineFact !== undefined;
  return run.graph.steps
    .filter(({ source }) => source.file === sources.file)
    .flatMap((invocation) => {
      const { id, source } = invocation;
      const last = run.steps.find(({ stepId }) => stepId === id);
      if (!last) return [];
      const { qualname, line } = source;
      const state = withPlace(stateOf(last, claims, sources), line);
      const hasDependants = run.graph.steps.some((other) => dependsOn(other, id));
      return [{ pipeline, stepId: id, qualname, isLiving, state, last, hasDependants }];
    });
}

/** Where the step stood when it failed: the lines of the error are counted from there. */
function withPlace(state: StepState | undefined, recordedLine: number): StepState | undefined {
  if (state?.kind !== 'failed') return state;
  return { ...state, error: { ...state.error, recordedLine } };
}

const dependsOn = ({ inputs, after }: StepInvocation, id: string): boolean =>
  after.includes(id) ||
  Object.values(inputs).some((input) => {
    if (input.kind === 'steps') return input.items.some(({ stepId }) => stepId === id);
    return (input.kind === 'step' || input.kind === 'item') && input.stepId === id;
  });

/** Today's pipeline of a recorded run. */
function factOf(run: PipelineRun, { fingerprinterOf }: StateSources): PipelineFact | undefined {
  const { source, pipeline } = run.graph;
  return fingerprinterOf(run)
    .factsOf(source.file)
    ?.pipelines.find(({ qualname, name }) => qualname === source.qualname || name === pipeline);
}

function claimsOf(
  run: PipelineRun,
  pipelineFact: PipelineFact | undefined,
  { fingerprinterOf, hit, policyFiles, now = Date.now() }: StateSources,
): Claims {
  const inputs = recordedInputs(run);
  return claimStates({
    run,
    fingerprinter: fingerprinterOf(run),
    pipelineFact,
    inputDigest: (id) => inputs.get(id),
    policyFiles,
    now,
    cached: (key) => {
      const result = hit(key);
      if (!result || result === 'none' || 'damage' in result) return undefined;
      addInputs(inputs, result);
      const outputs = result.outputs.map(({ name, artifact }) => [name, artifact.id]);
      return { outputs: Object.fromEntries(outputs), endedAt: result.endedAt };
    },
  });
}

type Claims = ReadonlyMap<string, Claim>;

/** Content of the artifacts that the run's steps took, as their fingerprints recorded it. */
function recordedInputs(run: PipelineRun): Map<string, InputValue> {
  const inputs = new Map<string, InputValue>();
  const steps = new Map(run.steps.map((step) => [step.stepId, step]));
  for (const { id, inputs: given } of run.graph.steps) {
    for (const [name, input] of Object.entries(given)) {
      const artifactId =
        input.kind === 'artifact'
          ? input.artifactVersionId
          : input.kind === 'step'
            ? steps.get(input.stepId)?.outputs[input.output]
            : undefined;
      const part = steps.get(id)?.fingerprint?.components.find((c) => c.name === `input:${name}`);
      if (!artifactId || !part) continue;
      inputs.set(artifactId, { digest: part.digest, display: part.display ?? name });
    }
  }
  return inputs;
}

function addInputs(inputs: Map<string, InputValue>, hit: CacheHit): void {
  for (const { artifact } of hit.outputs) {
    if (!artifact.contentDigest) continue;
    const display = `${artifact.name} v${artifact.version}`;
    inputs.set(artifact.id, { digest: artifact.contentDigest, display });
  }
}

/** Undefined while an answer of the store that it depends on is not there. */
function stateOf(
  step: StepRun,
  claims: Claims,
  { hit, progressOf }: Pick<StateSources, 'hit' | 'progressOf'>,
): StepState | undefined {
  const { id: stepRunId } = step;
  if (step.status === 'running' && step.startedAt !== undefined) {
    const progress = progressOf(stepRunId);
    return { kind: 'running', stepRunId, startedAt: step.startedAt, ...(progress && { progress }) };
  }
  const claim = claims.get(step.stepId);
  switch (claim?.state) {
    case undefined:
      return { kind: 'undecided', stepRunId, reasons: ['it is not in the pipeline any more'] };
    case 'unknown':
      return { kind: 'undecided', stepRunId, reasons: [claim.why] };
    case 'waits': {
      const upstream = claims.get(claim.for);
      const key = upstream?.state === 'stale' ? upstream.fingerprint?.key : undefined;
      if (key !== undefined && hit(key) === undefined) return undefined;
      return { kind: 'waits', stepRunId, for: claim.for };
    }
    case 'stale':
    case 'cached-if-found':
      return compared(step, claim, hit);
    default:
      return assertNever(claim);
  }
}

function compared(
  step: StepRun,
  claim: Extract<Claim, { state: 'stale' | 'cached-if-found' }>,
  hit: StateSources['hit'],
): StepState | undefined {
  const key = claim.fingerprint?.key;
  const result = key === undefined ? 'none' : hit(key);
  if (result === undefined) return undefined;
  if (result !== 'none') {
    if (!('damage' in result)) return cachedState(result);
    return { kind: 'stale', stepRunId: step.id, reasons: [result.damage] };
  }
  if (key !== undefined && key === step.fingerprint?.key) return withoutResult(step);
  const reasons = claim.state === 'stale' ? claim.reasons.map(({ text }) => text) : [];
  return { kind: 'stale', stepRunId: step.id, reasons };
}

const cachedState = ({ stepRunId, endedAt, durationMs, outputs }: CacheHit): StepState => ({
  kind: 'cached',
  stepRunId,
  endedAt,
  durationMs,
  outputs,
});

/** Nothing has changed, and yet there is nothing to reuse. */
function withoutResult(step: StepRun): StepState {
  if (step.error) return { kind: 'failed', stepRunId: step.id, error: step.error };
  const reason =
    step.notReusableReason ??
    (step.status === 'cancelled' ? 'cancelled last time' : 'no result to reuse');
  return { kind: 'stale', stepRunId: step.id, reasons: [reason] };
}
