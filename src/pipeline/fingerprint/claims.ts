/** What a lens may claim about each step of the latest recorded run, with today's source. */
import type {
  Fingerprint,
  PipelineRun,
  Reason,
  StepInput,
  StepInvocation,
  StepRun,
} from '../../domain/pipeline';
import type { PipelineFact } from '../../syntax/facts';
import type { CodeFingerprint, CodeFingerprinter } from './codeFingerprint';
import { explainDifference, type InputValue, listInput, stepFingerprint } from './fingerprint';
import { type Today, TodaysCall } from './todaysCall';

export type Claim =
  /** As in the recorded run: cached, if that result is still there. */
  | { readonly state: 'cached-if-found'; readonly fingerprint: Fingerprint }
  /** Something differs. With a fingerprint: an earlier run may still have a result for its key. */
  | {
      readonly state: 'stale';
      readonly reasons: readonly Reason[];
      readonly fingerprint?: Fingerprint;
    }
  /** `for` is the step upstream that is stale. */
  | { readonly state: 'waits'; readonly for: string }
  /** Decided when it runs. */
  | { readonly state: 'unknown'; readonly why: string };

export interface ClaimOptions {
  /** The latest recorded run of the pipeline. */
  readonly run: PipelineRun;
  readonly fingerprinter: CodeFingerprinter;
  /** Today's pipeline; undefined when its file has it no more. */
  readonly pipelineFact: PipelineFact | undefined;
  inputDigest(artifactVersionId: string): InputValue | undefined;
  /** Digest of a file or folder that a step takes as `Path`; without it such steps are not known. */
  pathDigest?(path: string): string | undefined;
  /** Outputs of an earlier result with this key, where that is known. */
  cached?(key: string): { readonly outputs: Readonly<Record<string, string>> } | undefined;
}

/** One claim for each step of the run's graph, by the id of its invocation. */
export function claimStates(o: ClaimOptions): Map<string, Claim> {
  const claims = new Claims(o);
  return new Map(o.run.graph.steps.map(({ id }) => [id, claims.of(id)]));
}

type Unknown = Extract<Claim, { state: 'unknown' }>;
const unknown = (why: string): Unknown => ({ state: 'unknown', why });

/** Content of the inputs, or the first step upstream whose result is not known. */
interface Contents {
  readonly values: Readonly<Record<string, InputValue>>;
  readonly blocked: Claim | undefined;
}

class Claims {
  private readonly made = new Map<string, Claim>();
  /** Artifact versions of the outputs of steps that are cached. */
  private readonly outputs = new Map<string, Readonly<Record<string, string>>>();
  private readonly steps: ReadonlyMap<string, StepInvocation>;
  private readonly runs: ReadonlyMap<string, StepRun>;

  constructor(private readonly o: ClaimOptions) {
    this.steps = new Map(o.run.graph.steps.map((step) => [step.id, step]));
    this.runs = new Map(o.run.steps.map((step) => [step.stepId, step]));
  }

  of(id: string): Claim {
    const known = this.made.get(id);
    if (known) return known;
    // A cycle can only come from a damaged record; it must not hang the editor.
    this.made.set(id, unknown('its inputs form a cycle'));
    const invocation = this.steps.get(id);
    const claim = invocation ? this.claim(invocation) : unknown(`${id} is not in the last run`);
    this.made.set(id, claim);
    return claim;
  }

  private claim(invocation: StepInvocation): Claim {
    const recorded = this.runs.get(invocation.id);
    if (!recorded) return unknown('not run yet');
    if (recorded.status === 'pending' || recorded.status === 'running') return unknown('running');
    const code = this.o.fingerprinter.ofStep(invocation.source);
    const problem = whyCodeIsUnknown(invocation, code);
    if (!code || problem) return unknown(problem ?? 'its code is not known');
    const today = new TodaysCall(this.o, invocation).read();
    if ('why' in today) return unknown(today.why);
    if (today.disabled) return { state: 'stale', reasons: [today.disabled] };
    return this.compared(recorded, code, today);
  }

  private compared(recorded: StepRun, code: CodeFingerprint, today: Today): Claim {
    const { invocation } = today;
    const contents = this.contents(recorded, invocation);
    const fingerprint = stepFingerprint({ code, invocation, inputs: contents.values });
    const before = recorded.fingerprint;
    const reasons = before ? explainDifference(before, fingerprint) : [];
    const own = reasons.filter(({ component }) => !component?.startsWith('input:'));
    if (contents.blocked)
      return own.length > 0 ? { state: 'stale', reasons: own } : contents.blocked;
    if (before?.key === fingerprint.key && isUsable(recorded)) {
      this.outputs.set(invocation.id, recorded.outputs);
      return { state: 'cached-if-found', fingerprint };
    }
    const earlier = this.o.cached?.(fingerprint.key);
    if (earlier) {
      this.outputs.set(invocation.id, earlier.outputs);
      return { state: 'cached-if-found', fingerprint };
    }
    return {
      state: 'stale',
      reasons: reasons.length > 0 ? reasons : [unusable(recorded)],
      fingerprint,
    };
  }

  private contents(recorded: StepRun, invocation: StepInvocation): Contents {
    const values: Record<string, InputValue> = {};
    let blocked: Claim | undefined;
    for (const [name, input] of Object.entries(invocation.inputs)) {
      if (input.kind === 'parameter' || input.kind === 'path') continue;
      const content = this.unchangedList(recorded, name, input) ?? this.content(input);
      if ('state' in content) blocked = worse(blocked, content);
      // Where the input is not known yet, the recorded one stands in, so that only the rest differs.
      const value = 'state' in content ? recordedInput(recorded, name) : content;
      if (value) values[name] = value;
    }
    return { values, blocked };
  }

  /**
   * A list is recorded with one digest: it holds while the same steps make it from the same
   * recorded outputs.
   */
  private unchangedList(recorded: StepRun, name: string, input: StepInput): InputValue | undefined {
    if (input.kind !== 'steps') return undefined;
    const before = this.steps.get(recorded.stepId)?.inputs[name];
    const isSameList =
      before?.kind === 'steps' &&
      before.items.length === input.items.length &&
      before.items.every(({ stepId, output }, index) => {
        const now = input.items[index];
        return now?.stepId === stepId && now.output === output && this.isAsRecorded(stepId);
      });
    return isSameList ? recordedInput(recorded, name) : undefined;
  }

  private isAsRecorded(stepId: string): boolean {
    const isCached = this.of(stepId).state === 'cached-if-found';
    return isCached && this.outputs.get(stepId) === this.runs.get(stepId)?.outputs;
  }

  private content(input: StepInput): InputValue | Claim {
    if (input.kind === 'artifact') return this.artifact(input.artifactVersionId);
    if (input.kind === 'step') return this.output(input.stepId, input.output);
    const items = input.kind === 'steps' ? input.items : [];
    const contents = items.map((item) => this.output(item.stepId, item.output));
    const claims = contents.flatMap((content) => ('state' in content ? [content] : []));
    const [first, ...rest] = claims;
    if (first) return rest.reduce(worse, first);
    return listInput(contents.flatMap((content) => ('state' in content ? [] : [content])));
  }

  private output(stepId: string, output: string): InputValue | Claim {
    const upstream = this.of(stepId);
    switch (upstream.state) {
      case 'stale':
        return { state: 'waits', for: stepId };
      case 'waits':
        return upstream;
      case 'unknown':
        return unknown(`${stepId} is decided at run`);
      default:
        return this.artifact(this.outputs.get(stepId)?.[output]);
    }
  }

  private artifact(id: string | undefined): InputValue | Claim {
    const content = id === undefined ? undefined : this.o.inputDigest(id);
    return content ?? unknown('an input is not there any more');
  }
}

/** Waiting is certain to run; not knowing is not. */
function worse(a: Claim | undefined, b: Claim): Claim {
  return a?.state === 'waits' ? a : b;
}

function whyCodeIsUnknown(
  invocation: StepInvocation,
  code: CodeFingerprint | undefined,
): string | undefined {
  if (!code) return `${invocation.step} is not in ${invocation.source.file} any more`;
  if (code.broken) return 'a file does not parse';
  const values = Object.entries(invocation.captured).filter(([, digest]) => digest === null);
  const names = values.map(([name]) => name).join(', ');
  return values.length > 0 ? `the captured value ${names} cannot be compared` : undefined;
}

const isUsable = (step: StepRun): boolean =>
  step.reusable && (step.status === 'ran' || step.status === 'cached');

function unusable(step: StepRun): Reason {
  const kind = 'not-reusable';
  if (step.notReusableReason) return { kind, text: `last time: ${step.notReusableReason}` };
  if (step.status === 'ran' || step.status === 'cached')
    return { kind, text: 'no result to reuse' };
  return { kind, text: `${step.status} last time` };
}

function recordedInput(recorded: StepRun, name: string): InputValue | undefined {
  const component = recorded.fingerprint?.components.find((part) => part.name === `input:${name}`);
  return component && { digest: component.digest, display: component.display ?? '' };
}
