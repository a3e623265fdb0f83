// Decides whether a step's inputs, parameters and code have a result already, and if not, why.
import { RunlensError } from '../base/errors';
import { type ArtifactVersion, isKept } from '../domain/artifact';
import { producersOf } from '../domain/dependencies';
import type {
  Fingerprint,
  ImportedModule,
  PipelineGraph,
  Plan,
  Reason,
  StepInvocation,
  StepRun,
} from '../domain/pipeline';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import { explainDifference } from './fingerprint/difference';
import { expiry } from './fingerprint/expiry';
import { type InputValue, listInput, stepFingerprint } from './fingerprint/fingerprint';
import {
  NO_FILES,
  type PolicyContent,
  type PolicyFiles,
  policyContent,
} from './fingerprint/policy';
import { isForced } from './plan';
import type { ArtifactPort, HistoryPort } from './ports';
import { importMismatch } from './sourceCheck';

/** What a decision is made of: one step whose dependencies are over. */
export interface Question {
  readonly graph: PipelineGraph;
  readonly plan: Plan;
  readonly modules: readonly ImportedModule[];
  readonly step: StepInvocation;
  readonly code: CodeFingerprint | undefined;
  /** Id of the artifact version of a step's output, for the steps it depends on. */
  output(stepId: string, name: string): string | undefined;
  /** Also of those that are not recorded yet. */
  artifact(id: string): ArtifactVersion | undefined;
  /** What `StepCache.look` found for the steps that are decided. */
  readonly files?: PolicyContent;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Decision =
  | { readonly kind: 'hit'; readonly from: StepRun; readonly fingerprint: Fingerprint }
  | Miss;
export interface Miss {
  readonly kind: 'miss';
  readonly fingerprint: Fingerprint | undefined;
  readonly reasons: readonly Reason[];
  /** Why its result must not be reused, when that is known before it runs. */
  readonly notReusable: string | undefined;
}

export class StepCache {
  constructor(
    private readonly history: HistoryPort,
    private readonly artifacts: ArtifactPort,
    private readonly files: PolicyFiles,
  ) {}

  /** Looks at the files that the policies of these steps name; before each decision, since steps write files. */
  look(steps: readonly StepInvocation[]): Promise<PolicyContent> {
    const asking = steps.filter(({ options }) => options.cachePolicy?.files?.length);
    return asking.length === 0 ? Promise.resolve(NO_FILES) : policyContent(asking, this.files);
  }

  /** A hit is only a candidate: its files have not been looked at, see `damage`. */
  decide(question: Question): Decision {
    const fingerprint = this.fingerprint(question);
    const notReusable = whyNotReusable(question);
    const denied = denial(question, notReusable);
    if (denied || !fingerprint) {
      return { kind: 'miss', fingerprint, reasons: denied ? [denied] : [], notReusable };
    }
    const from = this.history.cached(fingerprint.key);
    const expired = from && expiry(question.step, from, question.now);
    if (expired) return { kind: 'miss', fingerprint, reasons: [expired], notReusable };
    if (from) return { kind: 'hit', from, fingerprint };
    return { kind: 'miss', fingerprint, reasons: this.reasons(question, fingerprint), notReusable };
  }

  /** Whether the outputs of a result are as recorded; otherwise the reason to run again. */
  async damage(result: StepRun): Promise<Reason | undefined> {
    const reasons = await Promise.all(Object.values(result.outputs).map((id) => this.damaged(id)));
    return reasons.find((reason) => reason !== undefined);
  }

  private async damaged(id: string): Promise<Reason | undefined> {
    const artifact = this.history.artifact(id);
    if (!artifact) return { kind: 'artifact-missing', text: 'an output was deleted' };
    if (!isKept(artifact)) {
      return { kind: 'artifact-missing', text: `${label(artifact)} was deleted` };
    }
    const verified = await this.artifacts.verify(artifact);
    if (verified.ok) return undefined;
    const kind = verified.missing ? 'artifact-missing' : 'artifact-changed';
    return { kind, text: `${label(artifact)}: ${verified.detail}` };
  }

  private fingerprint(question: Question): Fingerprint | undefined {
    const { code, step: invocation, files = NO_FILES } = question;
    if (!code) return undefined;
    return stepFingerprint({ code, invocation, inputs: inputsOf(question), files });
  }

  /** Against the latest run of the same invocation. */
  private reasons(question: Question, fingerprint: Fingerprint): readonly Reason[] {
    const latest = this.history.latestStep(question.graph.pipeline, question.step.id);
    if (!latest?.fingerprint) return [{ kind: 'first-run', text: 'first run' }];
    const differences = explainDifference(latest.fingerprint, fingerprint);
    return differences.length > 0 ? differences : [unusable(latest)];
  }
}

function inputsOf(question: Question): Record<string, InputValue> {
  const values: Record<string, InputValue> = {};
  for (const [name, input] of Object.entries(question.step.inputs)) {
    if (input.kind === 'artifact') values[name] = contentOf(question, input.artifactVersionId);
    if (input.kind === 'stored') {
      values[name] = listInput(input.artifactVersionIds.map((id) => contentOf(question, id)));
    }
    const made = producersOf(input).map(({ stepId, output }) =>
      contentOf(question, question.output(stepId, output)),
    );
    if (input.kind === 'steps') values[name] = listInput(made);
    else if (made[0]) values[name] = made[0];
  }
  return values;
}

function contentOf(question: Question, id: string | undefined): InputValue {
  const artifact = id === undefined ? undefined : question.artifact(id);
  if (artifact) return { digest: artifact.contentDigest, display: label(artifact) };
  throw new RunlensError('artifact.unknown', `The artifact version ${id} is not in the store.`);
}

/** The latest run had the same key, but left nothing to reuse. */
function unusable(latest: StepRun): Reason {
  if (latest.status === 'ran' && latest.notReusableReason) {
    return notReusableReason(`last time: ${latest.notReusableReason}`);
  }
  return notReusableReason(latest.status === 'failed' ? 'failed last time' : 'no result to reuse');
}

/** Why the cache is not asked. */
function denial(question: Question, notReusable: string | undefined): Reason | undefined {
  const { graph, plan, step } = question;
  if (isForced(graph, plan, step.id)) return { kind: 'forced', text: 'forced' };
  if (!graph.enableCache || !step.options.enableCache) {
    return { kind: 'cache-disabled', text: 'caching is off' };
  }
  return notReusable === undefined ? undefined : notReusableReason(notReusable);
}

function whyNotReusable({ code, step, modules }: Question): string | undefined {
  if (!code) return `the code of ${step.step} was not found in the workspace`;
  const captured = Object.entries(step.captured).filter(([, digest]) => digest === null);
  if (captured.length > 0) {
    return `captured value cannot be compared: ${captured.map(([name]) => name).join(', ')}`;
  }
  return importMismatch(code.files, modules);
}

const notReusableReason = (text: string): Reason => ({ kind: 'not-reusable', text });

const label = (artifact: ArtifactVersion): string => `${artifact.name} v${artifact.version}`;
