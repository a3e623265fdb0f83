import type { Json, JsonObject } from '../base/json';
import type { Diagnosis } from '../domain/diagnosis';
import type { Edit } from '../domain/edit';
import type {
  Fingerprint,
  PipelineGraph,
  PipelineRun,
  Plan,
  Reason,
  StepInvocation,
  StepRun,
} from '../domain/pipeline';
import type { ProtocolVersion } from './discovery';
import type { FilesApi } from './files';
import type { LineageApi } from './lineage';
import type { ModelsApi } from './models';
import type { ArtifactName, ArtifactVersionName, ModelName, ResolvedUri } from './names';
import type { Page, PageOf } from './page';
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
import type { RunTableApi } from './runTable';
import type { EmptiedTrash, Trash } from './trash';
import type { PreviewReply, ReportedOutput } from './worker';

/**
 * The control API: one entry per route, `METHOD path` → what is sent and what is answered. Path
 * parameters and, for GET, the query come from `request` too. All need the control token. Errors
 * are `{ code, message }` with a fitting status.
 */
export interface ControlApi extends RunTableApi, FilesApi, ModelsApi, LineageApi {
  'GET /api/info': { request: object; reply: ServerInfo };
  'GET /api/experiments': { request: Page & OfSource; reply: PageOf<ExperimentRow> };
  'GET /api/experiments/:experimentId/runs': {
    /** `parent` lists the children of that run; without it runs without a parent. */
    request: Page & OfSource & { experimentId: string; parent?: string };
    reply: PageOf<RunRow>;
  };
  /** Runs of all experiments, or of some, by the language of docs/search.md. */
  'POST /api/search': { request: RunSearchRequest; reply: RunSearchReply };
  'GET /api/runs/:runId': { request: OfSource & { runId: string }; reply: RunDetail };
  'GET /api/runs/:runId/files': {
    request: OfSource & { runId: string; path?: string };
    reply: PageOf<FileRow>;
  };
  'POST /api/runs/:runId/delete': { request: { runId: string }; reply: object };
  'POST /api/runs/:runId/restore': { request: { runId: string }; reply: object };
  'POST /api/runs/:runId/rename': { request: { runId: string; name: string }; reply: object };
  /** `value` null deletes it. Each change is kept in the run's edits. */
  'POST /api/runs/:runId/edit': {
    request: { runId: string; what: 'param' | 'tag'; key: string; value: string | null };
    reply: object;
  };
  /** With the runs nested in it. */
  'POST /api/runs/:runId/move': {
    request: { runId: string; experimentId: string };
    reply: { moved: number };
  };
  'GET /api/runs/:runId/edits': { request: { runId: string }; reply: PageOf<Edit> };
  'POST /api/experiments/:experimentId/rename': {
    request: { experimentId: string; name: string };
    reply: object;
  };
  'POST /api/experiments/:experimentId/delete': {
    request: { experimentId: string };
    reply: object;
  };
  'POST /api/experiments/:experimentId/restore': {
    request: { experimentId: string };
    reply: object;
  };
  /** What is deleted, and about what it takes. */
  'GET /api/trash': { request: Page; reply: Trash };
  /** Deletes for good what was deleted until `asOf` (of `GET /api/trash`), and frees its bytes. */
  'POST /api/trash/empty': { request: { asOf: number }; reply: EmptiedTrash };
  /** Reads everything that is stored and says what is wrong with it; changes nothing. */
  'POST /api/doctor': { request: object; reply: Diagnosis };
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
  /** Stops one step that runs or waits; steps that depend on it are skipped. */
  'POST /api/steps/:id/cancel': { request: { id: string }; reply: object };
  /** Queued while the machine is busy; `launch` events tell how it goes on. */
  'POST /api/launches': { request: LaunchRequest; reply: { launchId: string } };
  /** What a dry run found, once its `launch` event has said `ended`. */
  'GET /api/launches/:launchId/preview': { request: { launchId: string }; reply: PreviewReply };
  'POST /api/launches/:launchId/cancel': { request: { launchId: string }; reply: object };
  /** Text of a step's or launch's log from a byte offset. */
  'GET /api/logs/:id': { request: { id: string; from?: number }; reply: LogPart };
  /** With `now`: what would happen with today's source, without running anything. */
  'GET /api/steps/:id/explain': { request: { id: string; now?: boolean }; reply: Explanation };
  /** The latest invocations of each step in a file: what a lens speaks for. */
  'GET /api/invocations': { request: { file: string }; reply: { runs: readonly PipelineRun[] } };
  /** Whether the newest result for a key can be used now, and its outputs. */
  'POST /api/cache/lookup': {
    request: { keys: readonly string[] };
    reply: {
      hits: Readonly<Record<string, CacheHit>>;
      /** Why a result that there is cannot be used: an output was deleted, or is not as recorded. */
      damaged: Readonly<Record<string, string>>;
    };
  };
  'GET /api/artifacts': { request: object; reply: PageOf<ArtifactRow> };
  'GET /api/artifacts/:id': { request: { id: string }; reply: ArtifactRow };
  /** By name and version ("latest" when left out). */
  'GET /api/artifact-versions': { request: { name: string; version?: string }; reply: ArtifactRow };
  /** Begins to save an artifact: a folder to write its files into. */
  'POST /api/artifacts/stage': { request: object; reply: StagedArtifact };
  /** Forgets what was staged. */
  'POST /api/artifacts/discard': { request: { stagingId: string }; reply: object };
  /** Keeps the staged files as a version. May be repeated: the version's id is the staging id. */
  'POST /api/artifacts': { request: SaveArtifactRequest; reply: ArtifactRow };
  /** Into the trash: it is not listed and no step reuses it until it is restored. */
  'POST /api/artifacts/:id/delete': { request: { id: string }; reply: object };
  'POST /api/artifacts/:id/restore': { request: { id: string }; reply: object };
  /** Names that an editor completes and checks: of artifacts with how many versions each has. */
  'GET /api/names/artifacts': { request: object; reply: { items: readonly ArtifactName[] } };
  /** The newest 200 versions of one name; none when there is no such name. */
  'GET /api/names/artifact-versions': {
    request: { name: string };
    reply: { items: readonly ArtifactVersionName[] };
  };
  'GET /api/names/models': { request: object; reply: { items: readonly ModelName[] } };
  /** Keys of metrics that any run has, at most 1000. */
  'GET /api/names/metrics': { request: object; reply: { items: readonly string[] } };
  /** What a `models:/…` or `runs:/…` address names in the store. */
  'GET /api/resolve': { request: { uri: string }; reply: ResolvedUri };
  /** Pages of what pipelines made, filtered by `field=operator:value` (docs/pipelines.md). */
  'GET /api/lists/pipeline-runs': { request: ListRequest; reply: PageOf<PipelineRunRow> };
  'GET /api/lists/steps': { request: ListRequest; reply: PageOf<ListedStepRow> };
  'GET /api/lists/artifact-versions': { request: ListRequest; reply: PageOf<ArtifactRow> };
  /** The newest version of each artifact that has one that is let pass. */
  'GET /api/lists/artifacts': { request: ListRequest; reply: PageOf<ArtifactRow> };
  /** The pipeline run or artifact version that a name, an id or the start of an id means. */
  'GET /api/find/pipeline-run': { request: { of: string }; reply: { id: string } };
  'GET /api/find/artifact-version': {
    request: { of: string; version?: string };
    reply: { id: string };
  };
  'GET /api/steps/:id': { request: { id: string }; reply: StepFacts };
  'GET /api/facts/pipeline-runs/:id': { request: { id: string }; reply: PipelineRunFacts };
  /** Adds metadata and tags, all in one commit. */
  'POST /api/facts': { request: FactsRequest; reply: object };
  /** Opened MLflow folders: read in place, read again when they change. */
  'GET /api/sources': { request: object; reply: { items: readonly SourceRow[] } };
  /** Answers at once; `state` says when the content is there. Opening one twice gives the same id. */
  'POST /api/sources': { request: { path: string }; reply: SourceRow };
  'POST /api/sources/:id/close': { request: { id: string }; reply: object };
  'POST /api/imports': { request: ImportRequest; reply: { id: string } };
  'GET /api/imports/:id': { request: { id: string }; reply: TransferState };
  'POST /api/imports/:id/cancel': { request: { id: string }; reply: object };
  'POST /api/exports': { request: ExportRequest; reply: { id: string } };
  'GET /api/exports/:id': { request: { id: string }; reply: TransferState };
  'POST /api/exports/:id/cancel': { request: { id: string }; reply: object };
  /** A record, patch or file of a run's code and environment; also with the tracking token. */
  'GET /api/objects/:digest': { request: { digest: string }; reply: { base64: string } };
  'POST /api/shutdown': { request: object; reply: object };
}

export type ControlRoute = keyof ControlApi;
export type RequestOf<R extends ControlRoute> = ControlApi[R]['request'];
export type ReplyOf<R extends ControlRoute> = ControlApi[R]['reply'];

/** Asks an opened source instead of the store; nothing of it can be changed. */
export interface OfSource {
  source?: string;
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
  /** As in `OfSource`; sent in the body. */
  readonly source?: string | undefined;
  readonly series: readonly { readonly runId: string; readonly key: string }[];
  /** About as many as pixel columns; default 500. */
  readonly buckets?: number;
  /** What the buckets divide, and the order of the points; default `step`. */
  readonly by?: 'step' | 'time';
  /** Both ends are included. */
  readonly fromStep?: number;
  readonly toStep?: number;
  /** Milliseconds since 1970. */
  readonly fromTime?: number;
  readonly toTime?: number;
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
  /** Compose and compare only; see `/api/launches/:launchId/preview`. */
  readonly dryRun?: boolean;
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

/** Beside these, any filter of a field of the list: `status=oneof:failed,cancelled`. */
export interface ListRequest extends Page {
  /** `created`, `asc:created` or `desc:created`; default the newest first. */
  readonly sort_by?: string;
  /** Name of a pipeline. */
  readonly pipeline?: string;
  /** Id of a pipeline run. */
  readonly pipeline_run?: string;
}

export interface ListedStepRow extends StepRow {
  readonly pipelineRunId: string;
}

export interface StepFacts extends StepRow {
  readonly pipelineRunId: string;
  /** Its own over those of the step whose result it uses. */
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  readonly config: StepInvocation;
  /** Artifact versions that it took, by input. */
  readonly inputs: Readonly<Record<string, ArtifactRow>>;
}

export interface PipelineRunFacts {
  readonly id: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Its own, and those of its steps as `step::key`. */
  readonly metadata: JsonObject;
  readonly tags: readonly string[];
  readonly config: PipelineGraph;
  /** What of it was asked for. */
  readonly plan: Plan;
  /** Invocation → step run. */
  readonly stepIds: Readonly<Record<string, string>>;
}

export interface FactsRequest {
  readonly targets: readonly {
    readonly on: 'pipeline' | 'step' | 'artifact';
    readonly id: string;
  }[];
  /** The latest value of a key wins. */
  readonly metadata?: JsonObject;
  readonly addTags?: readonly {
    readonly name: string;
    /** Takes it from other runs of the pipeline, or other versions of the artifact. */
    readonly exclusive?: boolean;
    /** Of a run: all artifact versions that it has made and will make get it. */
    readonly cascade?: boolean;
  }[];
  readonly removeTags?: readonly string[];
}

export interface Explanation {
  readonly step: StepRun;
  readonly pipeline: string;
  readonly fingerprint: Fingerprint | undefined;
  readonly previous: { readonly step: StepRun; readonly fingerprint: Fingerprint } | undefined;
  readonly reasons: readonly Reason[];
  /** Text of the functions and classes that differ from `previous`, by component, where both are known. */
  readonly texts?: Readonly<Record<string, { readonly before: string; readonly after: string }>>;
  /** When it was asked for: what the step would do now; `step` is its latest run. */
  readonly now?: {
    readonly state: 'cached' | 'stale' | 'waits' | 'undecided';
    readonly text: string;
  };
}

export interface StagedArtifact {
  readonly stagingId: string;
  /** Absolute folder, empty; the artifact's files go into `<folder>/data/`. */
  readonly folder: string;
}

export interface SaveArtifactRequest extends Omit<ReportedOutput, 'name'> {
  readonly stagingId: string;
  readonly name: string;
  /** Default: the next number of its name. */
  readonly version?: string;
  /** The step that saves it, while it runs. */
  readonly stepRunId?: string;
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

export interface RunSearchRequest {
  /** As in `OfSource`; sent in the body. */
  readonly source?: string;
  /** All that are not deleted when left out. */
  readonly experimentIds?: readonly string[];
  readonly filter?: string;
  /** Newest first when left out. */
  readonly orderBy?: readonly string[];
  /** Default 100, at most 1000. */
  readonly limit?: number;
  readonly offset?: number;
  /** That of the first page, so that runs that are added do not move the pages behind it. */
  readonly until?: number;
}

export interface RunSearchReply {
  readonly items: readonly RunRow[];
  readonly more: boolean;
  readonly until: number;
}

/** Why a filter or an order cannot be understood. */
export interface SearchRefusal extends ControlError {
  /** The filter, or the term of the order, that is meant. */
  readonly text: string;
  /** Offset in the text. */
  readonly position: number;
  /** What would have been right there. */
  readonly valid: readonly string[];
}

/** What MLflow keeps its data in. */
export type SourceKind = 'mlruns' | 'mlflow.db';

/** An opened MLflow folder. Its `id` is the `source` of the requests that ask it. */
export interface SourceRow {
  readonly id: string;
  readonly name: string;
  /** Absolute, on the server's machine. */
  readonly path: string;
  readonly kind: SourceKind;
  /** `reading` until all is there for the first time; what is there can be asked for meanwhile. */
  readonly state: 'reading' | 'ready' | 'failed';
  /** Why it failed, or what of it cannot be shown. */
  readonly message?: string;
  /** Grows with every change of what it holds. */
  readonly version: number;
}

export interface ImportRequest {
  /** Absolute path of an `mlruns` folder, an `mlflow.db`, or a folder that holds one of them. */
  readonly path: string;
  /** Absolute folder that holds the artifacts, when they lie neither beside it nor in it. */
  readonly artifacts?: string;
  /** Names or ids of experiments; all when left out. */
  readonly experiments?: readonly string[];
}

export const EXPORT_FORMATS = ['csv', 'jsonl', 'mlruns'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly format: ExportFormat;
  /** Absolute path of the file (csv, jsonl) or folder (mlruns) that is made. */
  readonly path: string;
  /** Names or ids of experiments; all that are not deleted when left out. */
  readonly experiments?: readonly string[];
  /** Only runs that match, in the language of search. */
  readonly filter?: string;
  /** Replaces a file, or adds to an mlruns folder, that is there already. */
  readonly overwrite?: boolean;
}

/** An import or export that goes on or is over. */
export interface TransferState {
  readonly id: string;
  readonly kind: 'import' | 'export';
  /** Where from, or where to. */
  readonly path: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Why it failed, and what to do. */
  readonly message?: string;
  readonly counts: TransferCounts;
  /** Runs there are, when that is known. */
  readonly totalRuns?: number;
  /** What was not taken as it was, and why; the first thousand. */
  readonly notes: readonly TransferNote[];
  readonly notesLeftOut: number;
}

/** What was added (import) or written (export); `seen` counts runs looked at. */
export interface TransferCounts {
  readonly experiments: number;
  readonly seen: number;
  readonly runs: number;
  readonly points: number;
  readonly files: number;
  readonly bytes: number;
  readonly models: number;
  readonly registeredModels: number;
  readonly modelVersions: number;
}

export interface TransferNote {
  /** The file, folder or row that it is about. */
  readonly where: string;
  readonly what: string;
}
