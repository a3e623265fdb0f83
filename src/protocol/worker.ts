import type { Json, JsonObject } from '../base/json';
import type {
  ImportedModule,
  PipelineGraph,
  Plan,
  Reason,
  SourceRef,
  StepError,
  StepInvocation,
} from '../domain/pipeline';

/**
 * The worker protocol: a Python process registers a graph, then pulls steps. All routes are POST,
 * JSON, control token. A report and the next claim travel in one call. Every call may be repeated
 * after a lost answer or a restart of the server: reports are idempotent by `stepRunId`.
 *
 * POST /api/worker/register → RegisterReply
 * POST /api/worker/join     → RegisterReply (one more worker for a run: a thread or another process)
 * POST /api/worker/next     → NextReply     (long poll: answers within 25 s)
 * POST /api/worker/log      → {}            (a step's output and progress, batched)
 * POST /api/worker/composed → {}            (a launch: the file was imported, or that failed)
 * POST /api/worker/extend   → ExtendReply   (a dynamic pipeline: more steps, or that there are no more)
 * POST /api/worker/preview  → PreviewReply  (what a registration would run and why; records nothing)
 * POST /api/worker/wait     → WaitReply     (a warm worker asks for work; long poll)
 *
 * A worker runs one step at a time: a call of `next` says that it is idle, so a step that was handed
 * to it and not reported is handed to it again. Threads that run steps side by side join as workers
 * of their own. A worker that is neither in a call nor in a step for a minute counts as lost.
 */
export interface RegisterRequest {
  readonly worker: WorkerInfo;
  readonly graph: PipelineGraph;
  readonly plan: Plan;
  readonly modules: readonly ImportedModule[];
  /** Absolute folders in which imports are resolved, in order: the worker's `sys.path`. */
  readonly sysPath: readonly string[];
  readonly environment: JsonObject;
  readonly launchId?: string;
}

/** A dynamic pipeline adds what was called since. May be repeated: invocations that are there stay. */
export interface ExtendRequest {
  readonly workerId: string;
  readonly pipelineRunId: string;
  readonly steps: readonly StepInvocation[];
  /** The worker waits for these: what it may run is its own at once, and comes with its next question. */
  readonly claim?: boolean;
  /** The pipeline's function has ended: the run is over with its last step. */
  readonly closed?: boolean;
  /** The pipeline's function itself raised: the run fails when its running steps are over. */
  readonly error?: StepError;
}
export interface ExtendReply {
  /** `stepRunId` of each of the steps, by invocation. */
  readonly stepRunIds: Readonly<Record<string, string>>;
}

/** A dry run. Steps in an order in which they can run. */
export interface PreviewReply {
  readonly steps: readonly PreviewStep[];
}
export interface PreviewStep {
  readonly stepId: string;
  /**
   * `runs`, `cached`, `taken` (as it is, see `Plan`), or `depends`: it waits for a step that runs, so
   * it is not known before that is over; its own reasons, if it has any, say that it runs anyway.
   */
  readonly decision: 'runs' | 'cached' | 'taken' | 'depends';
  readonly reasons: readonly Reason[];
  /** When the result was made, milliseconds since 1970. */
  readonly cachedFrom?: number;
  /** For `depends`: the nearest steps that run. */
  readonly on?: readonly string[];
  /** How long it took when it last ran, in milliseconds. */
  readonly lastDurationMs?: number;
}

export const WAIT_PATH = '/api/worker/wait';
/** A warm worker that has nothing to do. */
export interface WaitRequest {
  /** From `WorkerStart.poolId`. */
  readonly poolId: string;
}
/** Neither: ask again. `exit`: end. A worker that finds no server ends, too, and starts none. */
export interface WaitReply {
  readonly start?: WorkerStart;
  readonly exit?: boolean;
}

export interface WorkerInfo {
  readonly pid: number;
  readonly hostname: string;
  readonly pidNamespace: string;
  /** Whether the server started it (it may then be killed); else it is the user's own process. */
  readonly owned: boolean;
  /** Absolute path. */
  readonly executable: string;
  readonly cwd: string;
  readonly user: string;
  /**
   * Its environment variables: helper processes of the run get the same. Never recorded. Absent: they
   * get those of the server.
   */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface RegisterReply {
  readonly pipelineRunId: string;
  readonly workerId: string;
  readonly name: string;
  readonly experimentId: string;
  readonly trackingRunId: string;
  /** Address of the server for people. */
  readonly url: string;
  /** Absolute data folder. */
  readonly data: string;
}

export interface JoinRequest {
  readonly worker: WorkerInfo;
  readonly pipelineRunId: string;
  readonly modules: readonly ImportedModule[];
  /** A thread of the process that registered the run: it can run steps that are not importable. */
  readonly thread?: boolean;
  /** From `WorkerStart.poolId`, of a process that the server started for this. */
  readonly poolId?: string;
}

export interface NextRequest {
  readonly workerId: string;
  readonly pipelineRunId: string;
  readonly report?: StepReport;
  /** Notices the worker has already: the index after the last one. */
  readonly noticesFrom: number;
  /** False: answer at once and give no step; the worker only reports (a dynamic pipeline's own code goes on). */
  readonly claim?: boolean;
  /** A KeyboardInterrupt came while it ran no step; see `NextReply.goOn`. */
  readonly interrupted?: boolean;
}

/**
 * `worker.unknown` (404) is the answer to a worker that a restarted server does not know: it joins
 * again and goes on, with the report of its step.
 */
export interface NextReply {
  /** What happened since, in order, for printing. */
  readonly notices: readonly Notice[];
  readonly noticesTo: number;
  /** A step to run now. Absent with `done` absent: nothing is ready, ask again. */
  readonly task?: StepTask;
  readonly done?: PipelineDone;
  /**
   * So many more threads of this process could run steps now that no other process can run. It may
   * start as many and join them; those end when they are told `leave`.
   */
  readonly threads?: number;
  /** This worker is not needed any more; the run may go on. */
  readonly leave?: boolean;
  /**
   * The interrupt (KeyboardInterrupt) that this worker reported, as a step's `cancelled` or as
   * `interrupted`, was meant for one step only: neither the run nor this worker ends. Without it an
   * interrupt means the whole run, as Ctrl+C does.
   */
  readonly goOn?: boolean;
  /**
   * Step runs in threads of this process that are to stop: a signal reaches the main thread only. Said
   * to whichever worker of the process asks next.
   */
  readonly stop?: readonly string[];
}

export interface StepTask {
  readonly stepRunId: string;
  readonly stepId: string;
  readonly step: string;
  /** Where its function is: a worker that has not composed the pipeline imports it from there. */
  readonly source: SourceRef;
  readonly outputs: readonly TaskOutput[];
  readonly inputs: Readonly<Record<string, TaskInput>>;
  /** Absolute folder, empty; output `o` goes to `<staging>/<o>/`. */
  readonly staging: string;
  /** The tracking run that `log_metric` inside the step goes to. */
  readonly trackingRunId: string;
  readonly experimentId: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Counts the executions, from 1; sent back with the report, so that a repeated report is known. */
  readonly attempt: number;
  /** Executions of it that failed: what processes gave back that could not find it does not count. */
  readonly failures: number;
}

export interface TaskOutput {
  readonly name: string;
  readonly materializer?: string;
}

export type TaskInput =
  /** `replaced`: from the plan, and not what the pipeline was composed with. */
  | { readonly kind: 'parameter'; readonly value: unknown; readonly replaced?: boolean }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'artifact'; readonly artifact: TaskArtifact }
  | { readonly kind: 'item'; readonly artifact: TaskArtifact; readonly index: number }
  | { readonly kind: 'artifacts'; readonly artifacts: readonly TaskArtifact[] };

export interface TaskArtifact {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly materializer: string;
  /** Absolute folder. */
  readonly folder: string;
}

export type StepReport = {
  readonly stepRunId: string;
  /** As in the task. Without it a report counts for the current execution. */
  readonly attempt?: number;
  /** Modules imported since registering. */
  readonly modules: readonly ImportedModule[];
  /** Time in the user's function, in milliseconds. */
  readonly durationMs: number;
} & (
  | { readonly status: 'ran'; readonly outputs: readonly ReportedOutput[] }
  | { readonly status: 'failed'; readonly error: StepError }
  /** It was interrupted; see `NextReply.goOn`. */
  | { readonly status: 'cancelled' }
  /**
   * This process cannot find the step's function: nothing of it has run. The step is then given to the
   * process that registered the run, and not counted as an attempt.
   */
  | { readonly status: 'unavailable'; readonly error: StepError }
);

export interface ReportedOutput {
  readonly name: string;
  readonly type: string;
  readonly materializer: string;
  /** Files below `<staging>/<name>/`. */
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
  }[];
  /** Digest of the content by the materializer's rule. */
  readonly contentDigest: string;
  readonly metadata: JsonObject;
  /** What the step added beside the declared ones. */
  readonly tags?: readonly string[];
  /** By its type, where it is no `data`; a declared one counts before it. */
  readonly artifactType?: string;
}

export type Notice =
  | { readonly kind: 'started'; readonly stepId: string; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'cached';
      readonly stepId: string;
      /** When the result was made, milliseconds since 1970. */
      readonly from: number;
      readonly outputs: readonly NoticeOutput[];
    }
  | {
      readonly kind: 'finished';
      readonly stepId: string;
      readonly durationMs: number;
      readonly outputs: readonly NoticeOutput[];
      /** Set when the result will not be reused: `source changed while running: features.py`. */
      readonly notReusable?: string;
    }
  | { readonly kind: 'failed'; readonly stepId: string; readonly message: string }
  /** It failed and will be tried again: execution `attempt` of `attempts`. */
  | {
      readonly kind: 'retrying';
      readonly stepId: string;
      readonly message: string;
      readonly attempt: number;
      readonly attempts: number;
    }
  | { readonly kind: 'skipped'; readonly stepId: string; readonly because: string }
  | { readonly kind: 'cancelled'; readonly stepId: string };

export interface NoticeOutput {
  readonly name: string;
  readonly artifactId: string;
  readonly artifact: string;
  readonly version: string;
  readonly type: string;
  readonly size: number;
}

export interface PipelineDone {
  readonly status: 'finished' | 'failed' | 'cancelled';
  readonly durationMs: number;
  /** Steps that failed. */
  readonly failed: readonly string[];
  /** Output artifacts of the whole run, `stepId → output → artifact`. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, TaskArtifact>>>>;
}

export interface LogRequest {
  /** The step run (`stepRunId` of the task). */
  readonly id: string;
  readonly lines: readonly LogLine[];
  /** How far it is, when that changed. */
  readonly progress?: StepProgress;
}
export interface StepProgress {
  readonly done: number;
  /** Undefined: not known. */
  readonly total?: number;
  /** What is counted: `epoch`, `it`. */
  readonly unit?: string;
  /** Text before the bar. */
  readonly text?: string;
}
export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly stream: 'stdout' | 'stderr';
  /** Of a logging record; a line that was printed has none. */
  readonly level?: LogLevel;
  /** Without its line end. */
  readonly text: string;
}

export interface ComposedRequest {
  readonly launchId: string;
  readonly error?: StepError;
  /** Of a dry run. */
  readonly preview?: PreviewReply;
}

/**
 * What a launched worker (`python -m runlens.worker`) reads: one JSON document on stdin, to its end.
 * It imports `file` with pipeline calls at top level recorded and not executed, says so with
 * `/api/worker/composed`, composes the pipeline and registers with `launchId` and `owned: true`.
 */
export interface WorkerStart {
  readonly launchId: string;
  /**
   * Set: do not compose and register, but join this run as one more worker; steps are found by their
   * `source`. `launchId` is then an id of this worker's own.
   */
  readonly join?: { readonly pipelineRunId: string; readonly sysPath: readonly string[] };
  /** Ask `/api/worker/wait` for more work with it afterwards, instead of ending. */
  readonly poolId?: string;
  /** Absolute path of the file that stdout and stderr go to; already so for the first start. */
  readonly logFile: string;
  /** Only say what would run (`/api/worker/preview`, then `/api/worker/composed`). */
  readonly dryRun?: boolean;
  /** Absolute path of the Python file, or of a notebook (`.ipynb`): then of its reached cells. */
  readonly file: string;
  /** Which pipeline of the file; absent when there is one, or when the plan's step decides. */
  readonly pipeline?: string;
  readonly plan: Plan;
  /** Pipeline parameters to override. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** Real path of the root. */
  readonly root: string;
  readonly server: { readonly url: string; readonly token: string };
  /** Listen with debugpy on this port and wait for the editor before the first step runs. */
  readonly debugPort?: number;
}
