import type { Json } from '../base/json';
import type { Fingerprint, PipelineRun, Plan, Reason, StepRun } from '../domain/pipeline';
import type { ProtocolVersion } from './discovery';
import type {
  ArtifactRow,
  ExperimentRow,
  FileRow,
  PipelineRow,
  PipelineRunRow,
  RunDetail,
  RunRow,
  SeriesColumns,
  StepRow,
} from './rows';

/**
 * The control API: one entry per route, `METHOD path` → what is sent and what is answered. Path
 * parameters and, for GET, the query come from `request` too. All need the control token. Errors
 * are `{ code, message }` with a fitting status.
 */
export interface ControlApi {
  'GET /api/info': { request: object; reply: ServerInfo };
  'GET /api/experiments': { request: Page; reply: PageOf<ExperimentRow> };
  'GET /api/experiments/:experimentId/runs': {
    /** `parent` lists the children of that run; without it runs without a parent. */
    request: Page & { experimentId: string; parent?: string };
    reply: PageOf<RunRow>;
  };
  'GET /api/runs/:runId': { request: { runId: string }; reply: RunDetail };
  'GET /api/runs/:runId/files': {
    request: { runId: string; path?: string };
    reply: PageOf<FileRow>;
  };
  'POST /api/runs/:runId/delete': { request: { runId: string }; reply: object };
  'POST /api/runs/:runId/restore': { request: { runId: string }; reply: object };
  'POST /api/runs/:runId/rename': { request: { runId: string; name: string }; reply: object };
  /** Stops the process that logs this run when it is known (pipelines); else marks it KILLED. */
  'POST /api/runs/:runId/stop': { request: { runId: string }; reply: object };
  'POST /api/series': { request: SeriesRequest; reply: { series: readonly SeriesColumns[] } };
  'GET /api/pipelines': { request: object; reply: PageOf<PipelineRow> };
  'GET /api/pipelines/:pipeline/runs': {
    request: Page & { pipeline: string };
    reply: PageOf<PipelineRunRow>;
  };
  'GET /api/pipeline-runs/:id': { request: { id: string }; reply: PipelineRunDetail };
  'POST /api/pipeline-runs/:id/cancel': { request: { id: string }; reply: object };
  'POST /api/launches': { request: LaunchRequest; reply: { launchId: string } };
  'POST /api/launches/:launchId/cancel': { request: { launchId: string }; reply: object };
  /** Text of a step's or launch's log from a byte offset. */
  'GET /api/logs/:id': { request: { id: string; from?: number }; reply: LogPart };
  'GET /api/steps/:id/explain': { request: { id: string }; reply: Explanation };
  /** The latest invocations of each step in a file: what a lens speaks for. */
  'GET /api/invocations': { request: { file: string }; reply: { runs: readonly PipelineRun[] } };
  /** Whether the newest result for a key can be used now, and its outputs. */
  'POST /api/cache/lookup': {
    request: { keys: readonly string[] };
    reply: { hits: Readonly<Record<string, CacheHit>> };
  };
  'GET /api/artifacts': { request: object; reply: PageOf<ArtifactRow> };
  'GET /api/artifacts/:id': { request: { id: string }; reply: ArtifactRow };
  /** By name and version ("latest" when left out). */
  'GET /api/artifact-versions': { request: { name: string; version?: string }; reply: ArtifactRow };
  'POST /api/shutdown': { request: object; reply: object };
}

export type ControlRoute = keyof ControlApi;
export type RequestOf<R extends ControlRoute> = ControlApi[R]['request'];
export type ReplyOf<R extends ControlRoute> = ControlApi[R]['reply'];

export interface Page {
  /** Default 100, at most 1000. */
  limit?: number;
  offset?: number;
}
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly total: number;
}

export interface ServerInfo {
  readonly version: string;
  readonly protocol: ProtocolVersion;
  readonly root: string;
  readonly data: string;
  readonly pid: number;
  readonly port: number;
  readonly epoch: number;
  readonly startedAt: number;
  readonly seq: number;
  readonly mode: 'writable' | 'readonly';
  readonly reason: string | undefined;
  readonly reports: readonly string[];
  readonly activeRuns: number;
  readonly storeBytes: number;
}

export interface SeriesRequest {
  readonly series: readonly { readonly runId: string; readonly key: string }[];
  /** About as many as pixel columns; default 500. */
  readonly buckets?: number;
  readonly fromStep?: number;
  readonly toStep?: number;
}

export interface LaunchRequest {
  /** Absolute path of the Python file. */
  readonly file: string;
  /** Which pipeline of the file; may be left out when there is one, or when the plan names a step. */
  readonly pipeline?: string;
  readonly plan: Plan;
  /** Pipeline parameters to override. */
  readonly parameters?: Readonly<Record<string, Json>>;
  /** Absolute path of the interpreter, chosen by the caller. */
  readonly interpreter: string;
  /** Working folder; default the root. */
  readonly cwd?: string;
  /** Wait for debugpy to attach on this port before the step runs. */
  readonly debugPort?: number;
}

export interface PipelineRunDetail extends PipelineRunRow {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly stepRows: readonly StepRow[];
}

export interface LogPart {
  readonly text: string;
  /** Offset for the next call. */
  readonly next: number;
  readonly ended: boolean;
  /** Absolute path of the file. */
  readonly file: string;
}

export interface Explanation {
  readonly step: StepRun;
  readonly pipeline: string;
  readonly fingerprint: Fingerprint | undefined;
  readonly previous: { readonly step: StepRun; readonly fingerprint: Fingerprint } | undefined;
  readonly reasons: readonly Reason[];
}

export interface CacheHit {
  readonly stepRunId: string;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly outputs: readonly { readonly name: string; readonly artifact: ArtifactRow }[];
}

/** Body of every error of the control and worker routes. */
export interface ControlError {
  readonly code: string;
  readonly message: string;
}
