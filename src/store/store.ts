import type { Event } from '../base/event';
import type { ArtifactVersion } from '../domain/artifact';
import type { Experiment } from '../domain/experiment';
import type { MetricPoint, MetricSummary } from '../domain/metric';
import type { PipelineRun, StepRun } from '../domain/pipeline';
import type { Run, RunInfo } from '../domain/run';
import type { RunSearch } from '../domain/search/query';
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
  readonly series: SeriesQueries;
  readonly pipelines: PipelineQueries;
  readonly blobs: Blobs;

  /** Writes a snapshot and starts a new journal. */
  checkpoint(): Promise<void>;
  /** Checkpoints when there are changes, and closes. */
  close(): Promise<void>;
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
  /** Runs that are not deleted and not nested in another, and those of them that are running. */
  counts(experimentId: string): { readonly runs: number; readonly running: number };
  /** The id the next experiment gets. */
  nextId(): string;
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
  search(search: RunSearch): { readonly runs: Run[]; readonly more: boolean };
  /**
   * Runs of an experiment, newest first, running ones on top, children (tag mlflow.parentRunId)
   * apart: `parent` undefined lists those without a parent (or whose parent is gone).
   */
  page(page: RunPage): { readonly runs: Run[]; readonly total: number };
  /** Number of children of each of these runs that has any. */
  childCounts(runIds: readonly string[]): ReadonlyMap<string, number>;
}

export interface RunPage {
  readonly experimentId: string;
  readonly parent: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface SeriesQueries {
  /** Exact points by (step, timestamp, value), duplicates dropped. */
  history(runId: string, key: string, page: { offset: number; limit: number }): MetricPoint[];
  /**
   * At most `buckets` buckets over a range of steps, each with its first, min, max and last finite
   * point, in order; a series of at most 4×buckets points comes whole.
   */
  buckets(runId: string, key: string, range: SeriesRange): MetricPoint[];
}

export interface SeriesRange {
  readonly buckets: number;
  readonly fromStep?: number;
  readonly toStep?: number;
}

export interface PipelineQueries {
  run(pipelineRunId: string): PipelineRun | undefined;
  step(stepRunId: string): StepRun | undefined;
  /** Newest first. */
  runs(options: { pipeline?: string; limit: number; offset: number }): PipelineRun[];
  count(pipeline: string): number;
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
  /** For each pipeline whose graph has a step in `file` (relative to the root), its newest run. */
  touching(file: string): PipelineRun[];
  artifact(id: string): ArtifactVersion | undefined;
  artifactNames(): { readonly name: string; readonly versions: number; readonly latest: string }[];
  /** Newest first. */
  artifactVersions(name: string): ArtifactVersion[];
  nextVersion(name: string): string;
  /** A version of this name with the same content, for sharing its files. */
  sameContent(name: string, contentDigest: string): ArtifactVersion | undefined;
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
