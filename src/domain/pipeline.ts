import type { Json, JsonObject } from '../base/json';
import type { Notes } from './notes';

/** Where a function is written. `file` is relative to the root, with `/`; lines count from 1. */
export interface SourceRef {
  readonly file: string;
  readonly module: string;
  /** Python's `__qualname__`. */
  readonly qualname: string;
  readonly line: number;
}

/** What one argument of a step invocation is, decided by the value's class when the graph is made. */
export type StepInput =
  | { readonly kind: 'step'; readonly stepId: string; readonly output: string }
  | { readonly kind: 'steps'; readonly items: readonly { stepId: string; output: string }[] }
  /** One item of a list that a step made: a mapped invocation. Keyed by the item's own content. */
  | {
      readonly kind: 'item';
      readonly stepId: string;
      readonly output: string;
      /** From 0. */
      readonly index: number;
      /** Digest of the item by the worker that took the list apart. */
      readonly digest: string;
    }
  | { readonly kind: 'artifact'; readonly artifactVersionId: string }
  /** Several stored artifact versions as one list. */
  | { readonly kind: 'stored'; readonly artifactVersionIds: readonly string[] }
  | {
      readonly kind: 'parameter';
      readonly value: Json;
      /** As Python prints it, where that differs from the JSON: `2.0`, `[1, 2]`. */
      readonly text?: string;
      /** Set when the value is that of a pipeline parameter, unchanged. */
      readonly pipelineParameter?: string;
      /** Whether the step's own default was used. */
      readonly isDefault?: boolean;
    }
  | {
      /** A file or folder passed as `Path`: keyed by content. */
      readonly kind: 'path';
      /** As given; relative ones are relative to the worker's working folder. */
      readonly path: string;
      readonly digest: string;
    };

export interface StepOutput {
  readonly name: string;
  /** The annotation as written, e.g. `dict`; empty when there is none. */
  readonly annotation: string;
  /** Explicitly chosen materializer; otherwise it is chosen by the value's type. */
  readonly materializer?: string;
  /** SHA-256 of the source of an own materializer, where that is known; part of the key. */
  readonly materializerDigest?: string;
  /** Name of the artifact when it is not the output's own; name templates are filled in. */
  readonly artifactName?: string;
  /** Version to give it; default the next number of its name. */
  readonly artifactVersion?: string;
  readonly tags?: readonly string[];
  /** Facts that are added to the artifact's metadata. */
  readonly metadata?: JsonObject;
  /** What people take it for: `model`, `statistics`, `service` …; default: by its type. */
  readonly artifactType?: string;
}

/** One node of a pipeline's graph: a call of a step. */
export interface StepInvocation {
  /** Unique in the pipeline: `train_model`, `train_model_2` … */
  readonly id: string;
  /** The step's name; default the function's. */
  readonly step: string;
  readonly source: SourceRef;
  readonly inputs: Readonly<Record<string, StepInput>>;
  readonly outputs: readonly StepOutput[];
  readonly after: readonly string[];
  readonly options: StepOptions;
  /** Digest of each value that source cannot show (closure cells); null: could not be digested. */
  readonly captured: Readonly<Record<string, string | null>>;
  /**
   * Whether another process can run it: its function is found again by module and name. Without it
   * (a closure, a local function, a lambda) only the process that registered it can.
   */
  readonly importable?: boolean;
}

/** Options of `@step` that change behaviour; those that change the result are part of the key. */
export interface StepOptions {
  readonly enableCache: boolean;
  /** Environment variables set for the step; part of the key. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of secrets, set as environment variables; the names are part of the key, values never. */
  readonly secrets?: readonly string[];
  /** How often a failed execution is repeated. */
  readonly retries: number;
  /** Milliseconds before the first repetition; each next one waits `retryBackoff` times as long. */
  readonly retryDelayMs?: number;
  /** At least 1; default 1. */
  readonly retryBackoff?: number;
  /** Longest time of one execution in milliseconds; then it is stopped and counts as failed. */
  readonly timeoutMs?: number;
  readonly resources?: ResourceHints;
  readonly cachePolicy?: CachePolicy;
  readonly tags?: readonly string[];
  /** Free facts, shown and recorded only. */
  readonly extra?: JsonObject;
  /** Shown together in graphs. */
  readonly group?: string;
  readonly model?: ModelReference;
}

/** What a step is expected to need; the scheduler adds them up and never exceeds the machine. */
export interface ResourceHints {
  /** Cores; default: one of the places for steps that run side by side, however many cores that is. */
  readonly cpus?: number;
  /** Graphics processors; default 0. */
  readonly gpus?: number;
  /** Bytes. */
  readonly memory?: number;
}

/** What the cache key of a step takes in, beyond and instead of the default. */
export interface CachePolicy {
  /** False: edits of the step's own code and its helpers do not count. Default true. */
  readonly code?: boolean;
  /** False: parameters do not count. Default true. */
  readonly parameters?: boolean;
  /** False: inputs count neither by content nor by version. Default true. */
  readonly inputs?: boolean;
  /** Names of inputs and parameters that do not count. */
  readonly ignored?: readonly string[];
  /** Files that count by content: paths or globs (`data/*.csv`, `**`), relative to the root. */
  readonly files?: readonly string[];
  /** SHA-256 of the values of environment variables of the worker that count; null: not set. */
  readonly environment?: Readonly<Record<string, string | null>>;
  /** Further functions or classes that count by their code, as `module.name`. */
  readonly sources?: readonly string[];
  /** What the policy's own function answered. */
  readonly custom?: string;
  /** Whether Python's and the imported packages' versions count; default false. */
  readonly packages?: boolean;
  /** Versions by package, `python` among them, when `packages` is set. */
  readonly versions?: Readonly<Record<string, string>>;
  /** A result older than this is not used, in milliseconds. */
  readonly expiresAfterMs?: number;
}

export interface ModelReference {
  readonly name: string;
  readonly version?: string;
}

export const EXECUTION_MODES = ['continue-on-failure', 'stop-on-failure', 'fail-fast'] as const;
/**
 * What a failed step means for the others. `continue-on-failure`: those that do not depend on it run
 * (default). `stop-on-failure`: nothing more starts. `fail-fast`: those that run are cancelled, too.
 */
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

/** A workspace module as the worker imported it. */
export interface ImportedModule {
  readonly module: string;
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** SHA-256 of the text as imported; null when that text is not known any more. */
  readonly digest: string | null;
}

export interface GraphParameter {
  readonly value: Json;
  readonly explicit: boolean;
  /** As Python prints it, where that differs from the JSON. */
  readonly text?: string;
}

export interface PipelineGraph {
  readonly pipeline: string;
  readonly source: SourceRef;
  /** Effective values of the pipeline's own parameters. */
  readonly parameters: Readonly<Record<string, GraphParameter>>;
  readonly enableCache: boolean;
  readonly steps: readonly StepInvocation[];
  /** Its steps are added while it runs (`/api/worker/extend`); `steps` is empty at first. */
  readonly dynamic?: boolean;
  readonly executionMode?: ExecutionMode;
  readonly tags?: readonly string[];
  readonly extra?: JsonObject;
  readonly model?: ModelReference;
  /** Name for the run; must not be taken. Default `<pipeline>-<number>`. */
  readonly runName?: string;
}

/** What to run of a graph. */
export interface Plan {
  readonly target: 'all' | PlanTarget;
  /** Ignore the cache: `all` steps, only the target, or none (default). */
  readonly force?: 'all' | 'target' | 'none';
  /** Replay or resume: the earlier run whose results stand in for steps that are not run again. */
  readonly basedOn?: string;
  /**
   * With `basedOn`. `replay`: `skip` names the steps whose outputs are taken from that run as they
   * are. `resume`: every step that ran or was cached in it is taken when its key is still the same,
   * also where caching is off.
   */
  readonly mode?: 'replay' | 'resume';
  /** Ids of invocations whose outputs are taken from `basedOn` without a look at their keys. */
  readonly skip?: readonly string[];
  /** Inputs to replace, by invocation and input. */
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, StepInput>>>>;
}

export interface PlanTarget {
  /** An invocation's id, or a step's name: then its first invocation. */
  readonly step: string;
  /**
   * `up-to` (default): the step and all it depends on. `only`: the step; its inputs are the newest
   * results, by key where one matches, and what was never made is made. `from`: the step and all
   * that depends on it, with inputs as in `only`.
   */
  readonly reach?: 'up-to' | 'only' | 'from';
}

export const STEP_STATUSES = [
  'pending',
  'running',
  'ran',
  'cached',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];
export const PIPELINE_STATUSES = ['running', 'finished', 'failed', 'cancelled'] as const;
export type PipelineStatus = (typeof PIPELINE_STATUSES)[number];

/** One named part of a cache key. */
export interface FingerprintComponent {
  /**
   * Unique in the fingerprint, `kind:name`: `code`, `helper:features.clean`, `parameter:gamma`,
   * `input:data`, `path:file`, `environment:X`, `captured:x`, `output:model`, `option:retries`.
   */
  readonly name: string;
  readonly digest: string;
  /** Short text for people where there is one: a parameter's value, an artifact's `name v3`. */
  readonly display?: string;
  /** Where the code is, for code and helpers. */
  readonly source?: SourceRef;
}

export interface Fingerprint {
  /** Digest of all components: the cache key. */
  readonly key: string;
  readonly components: readonly FingerprintComponent[];
  /** What was seen and could not be followed, e.g. `getattr(mod, name) in clean, features.py:12`. */
  readonly notTracked: readonly string[];
}

/** Why a step runs, or that it does not: one entry per changed component. */
export interface Reason {
  readonly kind:
    | 'first-run'
    | 'changed'
    | 'added'
    | 'removed'
    | 'cache-disabled'
    | 'forced'
    | 'artifact-missing'
    | 'artifact-changed'
    | 'not-reusable'
    /** The result is older than its cache policy allows. */
    | 'expired'
    /** Not compared: taken as it is for a plan that does not run this step. */
    | 'taken';
  /** The component's name for `changed`, `added`, `removed`. */
  readonly component?: string;
  readonly before?: string;
  readonly after?: string;
  /** One line for people: `gamma 0.001 → 0.002`, `helper clean() changed`. */
  readonly text: string;
}

export interface StepError {
  /** Exception class name, e.g. `ValueError`. */
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
  /** The innermost frame in the workspace. */
  readonly source?: { readonly file: string; readonly line: number };
}

/** The process that runs the steps of a pipeline, as it introduced itself. */
export interface WorkerIdentity {
  readonly id: string;
  readonly pid: number;
  readonly hostname: string;
  readonly pidNamespace: string;
  /** Whether the server started it (it may then be killed); else it is the user's own process. */
  readonly owned: boolean;
  /** Absolute paths: helper processes are started with the same. */
  readonly executable?: string;
  readonly cwd?: string;
}

/** One step of one pipeline run. */
export interface StepRun {
  readonly id: string;
  readonly pipelineRunId: string;
  readonly stepId: string;
  readonly step: string;
  readonly status: StepStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly fingerprint: Fingerprint | undefined;
  readonly reasons: readonly Reason[];
  /** Output name → artifact version id. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The tracking run that holds its parameters and metrics; a cached step's is the original's. */
  readonly trackingRunId: string | undefined;
  /** For `cached`: the step run whose outputs it uses, and when that ended. */
  readonly cachedFrom: { readonly stepRunId: string; readonly endedAt: number } | undefined;
  readonly error: StepError | undefined;
  /** False when its result is kept but must never be reused, with why. */
  readonly reusable: boolean;
  readonly notReusableReason: string | undefined;
  /** The worker that runs or ran it. */
  readonly workerId?: string;
  /** That worker, when it is not the one that registered the run. */
  readonly worker?: WorkerIdentity;
  /** Counts the executions when it was retried; the first is 1. */
  readonly attempt?: number;
  /** When a failed execution is repeated, milliseconds since 1970; then it is pending. */
  readonly retryAt?: number;
  /** In a dynamic run: the call that added it, which is in the graph as well. */
  readonly invocation?: StepInvocation;
  /** Metadata and tags that were added to it. */
  readonly noted?: Notes;
}

export interface PipelineRun {
  readonly id: string;
  readonly name: string;
  readonly status: PipelineStatus;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly experimentId: string;
  readonly trackingRunId: string;
  readonly graph: PipelineGraph;
  readonly plan: Plan;
  readonly modules: readonly ImportedModule[];
  /** Python version, packages, command … for the record; not part of any key. */
  readonly environment: JsonObject;
  /** The launch that asked for it, when it was started from the editor. */
  readonly launchId: string | undefined;
  /** The process that registered it. */
  readonly worker?: WorkerIdentity;
  /** Absolute folders in which the worker resolves imports, in order. */
  readonly sysPath?: readonly string[];
  /** The steps of the plan, in an order in which they can run. */
  readonly steps: readonly StepRun[];
  /** Of a dynamic run: its function has ended, and no more steps come. */
  readonly closed?: boolean;
  /** What the function of a dynamic pipeline itself raised. */
  readonly error?: StepError;
  /** Metadata and tags that were added to it. */
  readonly noted?: Notes;
}

export const isStepDone = (status: StepStatus): boolean =>
  status !== 'pending' && status !== 'running';
