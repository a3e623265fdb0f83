import type { Json, JsonObject } from '../base/json';
import type { ImportedModule, PipelineGraph, Plan, Reason, StepError } from '../domain/pipeline';

/**
 * The worker protocol: a Python process registers a graph, then pulls steps. All routes are POST,
 * JSON, control token. A report and the next claim travel in one call. Every call may be repeated
 * after a lost answer or a restart of the server: reports are idempotent by `stepRunId`.
 *
 * POST /api/worker/register → RegisterReply
 * POST /api/worker/join     → RegisterReply (one more worker for a run: a thread or another process)
 * POST /api/worker/next     → NextReply     (long poll: answers within 25 s)
 * POST /api/worker/log      → {}            (a step's output, batched)
 * POST /api/worker/composed → {}            (a launch: the file was imported, or that failed)
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
}

export interface NextRequest {
  readonly workerId: string;
  readonly pipelineRunId: string;
  readonly report?: StepReport;
  /** Notices the worker has already: the index after the last one. */
  readonly noticesFrom: number;
}

export interface NextReply {
  /** What happened since, in order, for printing. */
  readonly notices: readonly Notice[];
  readonly noticesTo: number;
  /** A step to run now. Absent with `done` absent: nothing is ready, ask again. */
  readonly task?: StepTask;
  readonly done?: PipelineDone;
}

export interface StepTask {
  readonly stepRunId: string;
  readonly stepId: string;
  readonly step: string;
  readonly inputs: Readonly<Record<string, TaskInput>>;
  /** Absolute folder, empty; output `o` goes to `<staging>/<o>/`. */
  readonly staging: string;
  /** The tracking run that `log_metric` inside the step goes to. */
  readonly trackingRunId: string;
  readonly experimentId: string;
  readonly environment: Readonly<Record<string, string>>;
  /** 1 for the first execution; sent back with the report, so that a repeated report is known. */
  readonly attempt: number;
}

export type TaskInput =
  | { readonly kind: 'parameter'; readonly value: unknown }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'artifact'; readonly artifact: TaskArtifact }
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
  | { readonly status: 'cancelled' }
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
}
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end. */
  readonly text: string;
}

export interface ComposedRequest {
  readonly launchId: string;
  readonly error?: StepError;
}

/**
 * What a launched worker (`python -m runlens.worker`) reads: one JSON document on stdin, to its end.
 * It imports `file` with pipeline calls at top level recorded and not executed, says so with
 * `/api/worker/composed`, composes the pipeline and registers with `launchId` and `owned: true`.
 */
export interface WorkerStart {
  readonly launchId: string;
  /** Absolute path of the Python file. */
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
