import type { Event } from '../base/event';
import type { ArtifactVersion } from '../domain/artifact';
import type { Edit } from '../domain/edit';
import type { Experiment } from '../domain/experiment';
import type { FieldValue } from '../domain/listFilter';
import type { MetricPoint, MetricSummary, PointOrder } from '../domain/metric';
import type {
  LoggedModel,
  ModelChange,
  ModelStage,
  ModelVersion,
  RegisteredModel,
} from '../domain/model';
import type { Notes } from '../domain/notes';
import type { PipelineRun, StepRun } from '../domain/pipeline';
import type { Run, RunInfo } from '../domain/run';
import type {
  ColumnsQuery,
  GroupsQuery,
  RunChoice,
  RunGroups,
  RunMark,
  TableColumns,
  TablePage,
  TableQuery,
  ValuesQuery,
} from '../domain/runTable';
import type {
  ExperimentSearch,
  Found,
  ModelSearch,
  RunSearch,
  Search,
} from '../domain/search/filter';
import type { Committed, Mutation } from './mutation';

/**
 * The interface of the store, as the routes and the engine's adapters see it. Queries are
 * synchronous and may see what is applied and not yet durable; events never do.
 */
export interface Store {
  /**
   * Applies mutations in one transaction at once, in this tick, and answers when they are durable.
   * Reading before and committing without an await between is therefore atomic.
   * @returns the sequence number of the last one.
   * @throws RunlensError `store.unavailable` when a write failed or the disk takes none for now,
   *   `store.readonly` and `store.newer` when nothing will be written.
   */
  commit(...mutations: Mutation[]): Promise<number>;
  /** Fired in order after the sync that made the mutations durable. */
  readonly onDidCommit: Event<readonly Committed[]>;
  readonly status: StoreStatus;
  readonly onDidChangeStatus: Event<StoreStatus>;

  readonly experiments: ExperimentQueries;
  readonly runs: RunQueries;
  readonly table: TableQueries;
  readonly series: SeriesQueries;
  readonly pipelines: PipelineQueries;
  readonly trash: TrashQueries;
  readonly edits: EditQueries;
  readonly models: ModelQueries;
  readonly registry: RegistryQueries;
  readonly blobs: Blobs;

  /** Writes a snapshot and starts a new journal. */
  checkpoint(): Promise<void>;
  /**
   * Rewrites the segments of points that hold bytes nobody needs (of purged runs, or written anew),
   * in slices between other work, and deletes the old files once no kept snapshot needs them.
   */
  compact(): Promise<void>;
  /** Bytes of the segments of points on disk, and how many of them a series still needs. */
  segmentUse(): SegmentUse;
  /** Checkpoints when there are changes, and closes. */
  close(): Promise<void>;
}

export interface SegmentUse {
  readonly total: number;
  readonly live: number;
}

export interface StoreStatus {
  readonly mode: 'writable' | 'readonly';
  /** Why it is read-only, and what to do. */
  readonly reason: string | undefined;
  /** It stays read-only until it is opened anew. */
  readonly forGood: boolean;
  /** The last durable sequence number. */
  readonly seq: number;
  /** What opening had to mend: torn tail, corrupt snapshot … one line each. */
  readonly reports: readonly string[];
}

export interface ExperimentQueries {
  get(experimentId: string): Experiment | undefined;
  byName(name: string): Experiment | undefined;
  /** Newest first. */
  list(options: ListExperiments): Experiment[];
  /** Newest first when no order is given. */
  search(search: ExperimentSearch): Found<Experiment>;
  /** Runs that are not deleted and not nested in another, and those of them that are running. */
  counts(experimentId: string): { readonly runs: number; readonly running: number };
  /** The id the next experiment gets. */
  nextId(): string;
  /** Datasets that runs of these experiments used, once for each context they were used in. */
  datasets(experimentIds: readonly string[], limit: number): DatasetSummary[];
}

export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  readonly context: string | undefined;
}

export interface ListExperiments {
  readonly stage: 'active' | 'deleted' | 'all';
  readonly limit: number;
  readonly offset: number;
}

export interface RunQueries {
  info(runId: string): RunInfo | undefined;
  get(runId: string): Run | undefined;
  /** Value of one parameter or tag, when set. */
  param(runId: string, key: string): string | undefined;
  tag(runId: string, key: string): string | undefined;
  summary(runId: string, key: string): MetricSummary | undefined;
  /** A page of runs and whether there are more. @throws SearchError (from domain/search). */
  search(search: RunSearch): Found<Run>;
  /**
   * Runs of an experiment, newest first, running ones on top, children (tag mlflow.parentRunId)
   * apart: `parent` undefined lists those without a parent (or whose parent is gone).
   */
  page(page: RunPage): { readonly runs: Run[]; readonly total: number };
  /** Keys of metrics that runs have, in no order. */
  metricKeys(limit: number): string[];
  /** Number of children of each of these runs that has any. */
  childCounts(runIds: readonly string[]): ReadonlyMap<string, number>;
}

export interface RunPage {
  readonly experimentId: string;
  readonly parent: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Many runs at once, without reading all that was logged to them. */
export interface TableQueries {
  /** A window of rows with values of the columns asked for. @throws SearchError */
  page(query: TableQuery): TablePage;
  /** What parameters, metrics and tags runs have. @throws SearchError */
  columns(query: ColumnsQuery): TableColumns;
  /** Texts that runs have, the most frequent first. @throws SearchError */
  values(query: ValuesQuery): string[];
  /** @throws SearchError */
  groups(query: GroupsQuery): RunGroups;
  /** Ids of runs, in no order. @throws SearchError */
  runIds(choice: RunChoice, limit: number): string[];
  /** Of each of these runs that there is: its stage, and the value of a tag. */
  marks(runIds: readonly string[], tag?: string): ReadonlyMap<string, RunMark>;
}

export interface SeriesQueries {
  /** Exact points, each once: no two with the same step, timestamp and value. */
  history(runId: string, key: string, page: HistoryPage): MetricPoint[];
  /**
   * At most `buckets` buckets over a range of steps or times, each with its first, min, max and last
   * finite point, in order; a series of at most 4×buckets points comes whole.
   */
  buckets(runId: string, key: string, range: SeriesRange): MetricPoint[];
}

export interface HistoryPage {
  readonly offset: number;
  readonly limit: number;
  /** Default `step`; MLflow's history is by `time`. */
  readonly by?: PointOrder;
}

export interface SeriesRange {
  readonly buckets: number;
  /** What the buckets divide, and the order of the answer; default `step`. */
  readonly by?: PointOrder;
  /** Both ends are included; each bounds its own column, whatever the buckets divide. */
  readonly fromStep?: number;
  readonly toStep?: number;
  /** Milliseconds since 1970. */
  readonly fromTime?: number;
  readonly toTime?: number;
}

export interface ModelQueries {
  /** Newest first when no order is given. */
  search(search: ModelSearch): Found<LoggedModel>;
  /** Deleted ones are not there unless they are asked for. */
  get(modelId: string, options?: { readonly deleted: boolean }): LoggedModel | undefined;
  /** Whether there is one with this id, deleted or not, without reading it. */
  has(modelId: string): boolean;
  /** Ids of the models of an experiment, in the order of their ids. */
  ofExperiment(experimentId: string): string[];
}

export interface RegistryQueries {
  /** By name when no order is given; prompts only when the filter asks for them. */
  search(search: Search): Found<RegisteredModel>;
  /** Changed last first when no order is given; deleted versions are not there. */
  searchVersions(search: Search): Found<ModelVersion>;
  get(name: string): RegisteredModel | undefined;
  /** Deleted versions are not there. */
  version(name: string, version: number): ModelVersion | undefined;
  /** The version that an alias points to. */
  aliased(name: string, alias: string): ModelVersion | undefined;
  /** The newest version of each stage. */
  latest(name: string): ModelVersion[];
  /** Numbers of the versions in a stage, in order. */
  inStage(name: string, stage: ModelStage): number[];
  /** All names, in order. */
  names(): string[];
  /** Numbers of the versions that are not deleted, in order. */
  versions(name: string): number[];
  /** The number the next version gets: one more than any there ever was. */
  nextVersion(name: string): number;
  /** Models, no prompts, whose name or description has `text`, whatever its case; by name. */
  page(page: RegistryPage & { readonly text: string }): Paged<RegisteredModel>;
  /** The newest first. */
  versionPage(name: string, page: RegistryPage): Paged<ModelVersion>;
  /** What became of a version since it was created, the oldest first. */
  changes(name: string, version: number): ModelChange[];
  /** Versions that name this run, or are this logged model; by name and number. */
  versionsOf(
    what: 'run' | 'model',
    id: string,
  ): { readonly name: string; readonly version: number }[];
}

export interface RegistryPage {
  readonly limit: number;
  readonly offset: number;
}

export interface Paged<T> {
  readonly items: T[];
  readonly total: number;
}

/** What is deleted and can be restored, until the trash is emptied. */
export interface TrashQueries {
  /** Deleted last first. */
  experiments(): Trashed[];
  /** Runs, also those of deleted experiments. Deleted last first. */
  runs(page: { limit: number; offset: number }): Trashed[];
  runCount(): number;
  /** Logged models that are deleted, or whose experiment is. */
  models(): Trashed[];
  /** Artifact versions. Deleted last first. */
  artifacts(): TrashedArtifact[];
  /** Folders of artifact versions that are not among these, which may share theirs. */
  artifactFolders(without: ReadonlySet<string>): ReadonlySet<string>;
  /** About what deleted runs take: their points on disk, and their rows in the database. */
  size(): { readonly seriesBytes: number; readonly rowBytes: number };
  /** Where what is not deleted has its files. */
  keptUris(): string[];
  /** Runs that hold the files of versions of registered models. */
  registered(): ReadonlySet<string>;
  /** Folders of what was purged, relative to the data folder, that are still to be removed. */
  removals(): string[];
}

export interface Trashed {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  /** Milliseconds since 1970; undefined when an earlier version deleted it. */
  readonly deletedTime: number | undefined;
  /** Where its files are; of an experiment, where those of its runs are. */
  readonly artifactUri: string;
}

export interface TrashedArtifact {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly deletedTime: number;
  /** Relative to the data folder. */
  readonly folder: string;
}

export interface EditQueries {
  /** Oldest first. */
  ofRun(runId: string): Edit[];
}

export interface PipelineQueries {
  run(pipelineRunId: string): PipelineRun | undefined;
  step(stepRunId: string): StepRun | undefined;
  /** Newest first. */
  runs(options: { pipeline?: string; limit: number; offset: number }): PipelineRun[];
  count(pipeline: string): number;
  /** Whether a pipeline run has this name. */
  isNamed(name: string): boolean;
  /** Runs that are not over. */
  active(): PipelineRun[];
  /** Names of pipelines that ever ran, newest first. */
  names(): string[];
  /** The newest reusable step run with this key that ran to its end. */
  cached(key: string): StepRun | undefined;
  /** The newest run of a pipeline that holds this invocation with a fingerprint, and the step. */
  latest(pipeline: string, stepId: string): { run: PipelineRun; step: StepRun } | undefined;
  /** The step of `latest`, without reading its run. */
  latestStep(pipeline: string, stepId: string): StepRun | undefined;
  /** This invocation in the newest run of the pipeline in which it ran or was cached. */
  latestResult(pipeline: string, stepId: string): StepRun | undefined;
  /** For each pipeline whose graph has a step in `file` (relative to the root), its newest run. */
  touching(file: string): PipelineRun[];
  /** Also one that is deleted; all other queries leave those out. */
  artifact(id: string): ArtifactVersion | undefined;
  artifactNames(): { readonly name: string; readonly versions: number; readonly latest: string }[];
  /** Newest first. */
  artifactVersions(name: string): ArtifactVersion[];
  nextVersion(name: string): string;
  /** What lists are filtered and sorted by, newest first. */
  listedRuns(narrowing: ListNarrowing): ListedRow[];
  listedSteps(narrowing: ListNarrowing): ListedRow[];
  listedArtifacts(narrowing: ListNarrowing): ListedRow[];
  /** What was noted on the steps of a run, by invocation. */
  stepNotes(pipelineRunId: string): ReadonlyMap<string, Notes>;
  /** Ids that begin with a text, or whose name it is: at most three, newest first. */
  referred(what: 'run' | 'artifact', by: 'id' | 'name', wanted: string): string[];
  /** A version of this name with the same content, for sharing its files. */
  sameContent(name: string, contentDigest: string): ArtifactVersion | undefined;
  /** All versions of this name with the same content, the newest first. */
  withContent(name: string, contentDigest: string): ArtifactVersion[];
  /** Ids of the runs that name an artifact version anywhere, the newest first. */
  runsWith(artifactId: string, limit: number): string[];
}

/** Makes a list shorter before it is filtered; what a list does not know is ignored. */
export interface ListNarrowing {
  readonly pipeline?: string;
  /** Id of a pipeline run. */
  readonly pipelineRun?: string;
  /** Name of an artifact. */
  readonly artifact?: string;
}

export interface ListedRow {
  readonly id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** The artifact files in the data folder. Every path is relative, with `/`, and is validated here. */
export interface Blobs {
  /** Absolute path of the data folder. */
  readonly folder: string;
  /** @throws RunlensError `path.invalid` when it would leave the artifact folder. */
  resolve(path: string): string;
  list(path: string): Promise<BlobEntry[]>;
  stat(path: string): Promise<BlobEntry | undefined>;
  /** Streams to a temporary name, syncs and renames; returns size and SHA-256. */
  write(
    path: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<{ size: number; sha256: string }>;
  read(path: string): AsyncIterable<Uint8Array>;
  /** Deletes a file or folder; nothing happens when it is not there. */
  delete(path: string): Promise<void>;
  /** An empty folder that a worker fills; `adopt` then gives it its final place. */
  stage(stepRunId: string): Promise<{ readonly path: string; readonly absolute: string }>;
  /** Renames a staged folder to its final place, read-only and synced, and stats its files. */
  adopt(stagedPath: string, finalPath: string): Promise<readonly AdoptedFile[]>;
}

export interface BlobEntry {
  /** Relative to the listed path's root, with `/`. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface AdoptedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;
}
