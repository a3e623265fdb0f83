import type { Json, JsonObject } from '../base/json';

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
  | { readonly kind: 'artifact'; readonly artifactVersionId: string }
  | {
      readonly kind: 'parameter';
      readonly value: Json;
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
}

/** Options of `@step` that change behaviour; they are part of the key. */
export interface StepOptions {
  readonly enableCache: boolean;
  /** Environment variables set for the step. */
  readonly environment: Readonly<Record<string, string>>;
  readonly retries: number;
}

/** A workspace module as the worker imported it. */
export interface ImportedModule {
  readonly module: string;
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** SHA-256 of the text as imported; null when that text is not known any more. */
  readonly digest: string | null;
}

export interface PipelineGraph {
  readonly pipeline: string;
  readonly source: SourceRef;
  /** Effective values of the pipeline's own parameters. */
  readonly parameters: Readonly<Record<string, { value: Json; explicit: boolean }>>;
  readonly enableCache: boolean;
  readonly steps: readonly StepInvocation[];
}

/** What to run of a graph. */
export interface Plan {
  readonly target: 'all' | { readonly step: string };
  /** Ignore the cache: `all` steps, only the target, or none (default). */
  readonly force?: 'all' | 'target' | 'none';
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
    | 'not-reusable';
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
  /** Counts the executions when it was retried; the first is 1. */
  readonly attempt?: number;
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
}

export const isStepDone = (status: StepStatus): boolean =>
  status !== 'pending' && status !== 'running';
