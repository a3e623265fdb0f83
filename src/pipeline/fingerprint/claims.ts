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
import { explainDifference } from './difference';
import { expiry } from './expiry';
import { type InputValue, listInput, stepFingerprint } from './fingerprint';
import { asksTheWorker, type FileContent, type PolicyContent } from './policy';
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
  readonly fingerprinter: Pick<CodeFingerprinter, 'ofStep' | 'factsOf' | 'digestOf'>;
  /** Today's pipeline; undefined when its file has it no more. */
  readonly pipelineFact: PipelineFact | undefined;
  inputDigest(artifactVersionId: string): InputValue | undefined;
  /** Digest of a file or folder that a step takes as `Path`; without it such steps are not known. */
  pathDigest?(path: string): string | undefined;
  /** Files that a pattern of a cache policy matches; undefined while that is not known. */
  policyFiles?(pattern: string): readonly FileContent[] | undefined;
  /** Outputs of an earlier result with this key, where that is known. */
  cached?(key: string): EarlierResult | undefined;
  /** Milliseconds since 1970; default now. */
  readonly now?: number;
}

export interface EarlierResult {
  readonly outputs: Readonly<Record<string, string>>;
  readonly endedAt?: number;
}

/** One claim for each step of the run's graph, by the id of its invocation. */
export function claimStates(o: ClaimOptions): Map<string, Claim> {
  return new Map([...claimDetails(o)].map(([id, { claim }]) => [id, claim]));
}

export interface ClaimDetails {
  readonly claim: Claim;
  /** Today's key as far as it is known; where an input is not, the recorded one stands in. */
  readonly fingerprint: Fingerprint | undefined;
}

/** The same with the parts that each claim was made of. */
export function claimDetails(o: ClaimOptions): Map<string, ClaimDetails> {
  const claims = new Claims(o);
  return new Map(
    o.run.graph.steps.map(({ id }) => {
      const claim = claims.of(id);
      return [id, { claim, fingerprint: claims.fingerprints.get(id) }];
    }),
  );
}

type Unknown = Extract<Claim, { state: 'unknown' }>;
const unknown = (why: string): Unknown => ({ state: 'unknown', why });

/** Content of the inputs, or the first step upstream whose result is not known. */
interface Contents {
  readonly values: Readonly<Record<string, InputValue>>;
  readonly blocked: Claim | undefined;
}

class Claims {
  /** Today's fingerprints of the steps that were compared. */
  readonly fingerprints = new Map<string, Fingerprint>();
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
    const today = new TodaysCall(this.o, invocation).read();
    const { source, options } = 'why' in today ? invocation : today.invocation;
    const code = this.o.fingerprinter.ofStep(source, options.cachePolicy);
    const problem = whyCodeIsUnknown(invocation, code);
    if (!code || problem) return unknown(problem ?? 'its code is not known');
    return 'why' in today ? unknown(today.why) : this.compared(recorded, code, today);
  }

  private compared(recorded: StepRun, code: CodeFingerprint, today: Today): Claim {
    const { invocation, disabled } = today;
    const contents = this.contents(recorded, invocation);
    const files = this.filesOf(invocation);
    const fingerprint = stepFingerprint({
      code,
      invocation,
      inputs: contents.values,
      files: files.known,
    });
    this.fingerprints.set(invocation.id, fingerprint);
    if (disabled) return { state: 'stale', reasons: [disabled] };
    // Whatever else has changed: with what it waits for, an earlier result may have the whole key.
    const blocked = contents.blocked ?? this.undecided(invocation, files.missing);
    if (blocked) return blocked;
    const before = recorded.fingerprint;
    const reasons = before ? explainDifference(before, fingerprint) : [];
    return this.found(recorded, { invocation, fingerprint, reasons });
  }

  /** What only the worker or a look at the disk can tell. */
  private undecided(invocation: StepInvocation, missing: string | undefined): Claim | undefined {
    const { cachePolicy = {} } = invocation.options;
    if (missing !== undefined) return unknown(`files ${missing} are looked at when it runs`);
    const asked = asksTheWorker(cachePolicy);
    return asked === undefined ? undefined : unknown(asked);
  }

  private filesOf(invocation: StepInvocation): { known: PolicyContent; missing?: string } {
    const known = new Map<string, readonly FileContent[]>();
    for (const pattern of invocation.options.cachePolicy?.files ?? []) {
      const files = this.o.policyFiles?.(pattern);
      if (!files) return { known, missing: pattern };
      known.set(pattern, files);
    }
    return { known };
  }

  private found(
    recorded: StepRun,
    today: {
      invocation: StepInvocation;
      fingerprint: Fingerprint;
      reasons: readonly Reason[];
    },
  ): Claim {
    const { invocation, fingerprint, reasons } = today;
    const isSame = recorded.fingerprint?.key === fingerprint.key && isUsable(recorded);
    // The newest result of a key is used, which may be another run's.
    const earlier = this.o.cached?.(fingerprint.key) ?? (isSame ? recorded : undefined);
    if (!earlier) {
      const why = reasons.length > 0 ? reasons : [unusable(recorded)];
      return { state: 'stale', reasons: why, fingerprint };
    }
    const expired = expiry(invocation, ageOf(earlier), this.o.now ?? Date.now());
    if (expired) return { state: 'stale', reasons: [expired] };
    this.outputs.set(invocation.id, earlier.outputs);
    return { state: 'cached-if-found', fingerprint };
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
   * recorded outputs, or while it holds the same stored artifacts.
   */
  private unchangedList(recorded: StepRun, name: string, input: StepInput): InputValue | undefined {
    const before = this.steps.get(recorded.stepId)?.inputs[name];
    return this.isSameList(before, input) ? recordedInput(recorded, name) : undefined;
  }

  private isSameList(before: StepInput | undefined, now: StepInput): boolean {
    if (now.kind === 'stored' && before?.kind === 'stored') {
      return before.artifactVersionIds.join() === now.artifactVersionIds.join();
    }
    if (now.kind !== 'steps' || before?.kind !== 'steps') return false;
    return (
      before.items.length === now.items.length &&
      before.items.every(({ stepId, output }, index) => {
        const item = now.items[index];
        return item?.stepId === stepId && item.output === output && this.isAsRecorded(stepId);
      })
    );
  }

  private isAsRecorded(stepId: string): boolean {
    const isCached = this.of(stepId).state === 'cached-if-found';
    const recorded = this.runs.get(stepId)?.outputs ?? {};
    const now = this.outputs.get(stepId) ?? {};
    return isCached && Object.entries(recorded).every(([name, id]) => now[name] === id);
  }

  private content(input: StepInput): InputValue | Claim {
    if (input.kind === 'artifact') return this.artifact(input.artifactVersionId);
    if (input.kind === 'step') return this.output(input.stepId, input.output);
    if (input.kind === 'item') return this.item(input);
    const contents =
      input.kind === 'stored'
        ? input.artifactVersionIds.map((id) => this.artifact(id))
        : (input.kind === 'steps' ? input.items : []).map((item) =>
            this.output(item.stepId, item.output),
          );
    const claims = contents.flatMap((content) => ('state' in content ? [content] : []));
    const [first, ...rest] = claims;
    if (first) return rest.reduce(worse, first);
    return listInput(contents.flatMap((content) => ('state' in content ? [] : [content])));
  }

  /** The item is the same while the list is the recorded one. */
  private item(input: Extract<StepInput, { kind: 'item' }>): InputValue | Claim {
    const isMade = this.of(input.stepId).state === 'cached-if-found';
    if (!isMade) return this.output(input.stepId, input.output);
    if (!this.isAsRecorded(input.stepId)) return unknown('its item is decided at run');
    return { digest: input.digest, display: `item ${input.index}` };
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

/** The age of a result without a time is not known: then it is taken as it is. */
const ageOf = ({ endedAt = Number.MAX_SAFE_INTEGER, ...rest }: EarlierResult | StepRun) => ({
  endedAt,
  ...('cachedFrom' in rest ? { cachedFrom: rest.cachedFrom } : { cachedFrom: undefined }),
});

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
