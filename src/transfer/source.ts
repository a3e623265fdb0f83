// MLflow data as it is read from where it lies: what the importer takes, whatever holds it.
import { countOf } from '../domain/display';
import type { MetricPoint } from '../domain/metric';
import type { LoggedModelStatus, ModelStage, ModelVersionStatus } from '../domain/model';
import type {
  DatasetInput,
  LifecycleStage,
  ModelOutput,
  Param,
  RunStatus,
  Tag,
} from '../domain/run';
import type { SourceKind } from '../protocol/control';

/**
 * Readable MLflow data. Everything is read when it is asked for, so that memory does not grow with
 * what is there. What cannot be read is told to `notes` and left out; nothing is ever written.
 */
export interface MlflowSource {
  readonly kind: SourceKind;
  /** Absolute path of the folder or database file. */
  readonly path: string;
  /** How many runs there are, deleted ones too. */
  countRuns(): number;
  experiments(): AsyncIterable<SourceExperiment>;
  /** Which runs there are. */
  runs(experiment: SourceExperiment): AsyncIterable<RunRef>;
  /** Undefined, and a note, when it is no run that MLflow would show. */
  readRun(ref: RunRef): Promise<SourceRun | undefined>;
  /** The points of a run, at most `BATCH_POINTS` at once, each batch of one metric. */
  points(run: SourceRun): AsyncIterable<PointBatch>;
  models(experiment: SourceExperiment): AsyncIterable<SourceModel>;
  registeredModels(): AsyncIterable<SourceRegisteredModel>;
  close(): void;
}

export const BATCH_POINTS = 2048;

export interface PointBatch {
  readonly key: string;
  readonly points: readonly MetricPoint[];
}

/** Times are milliseconds since 1970. */
export interface SourceExperiment {
  readonly experimentId: string;
  readonly name: string;
  readonly lifecycleStage: LifecycleStage;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly Tag[];
  /** The folder or row that it was read from, for notes. */
  readonly where: string;
}

export interface RunRef {
  readonly runId: string;
  readonly experiment: SourceExperiment;
  /** Another one after every change of the run; undefined when only reading it tells. */
  stamp(): string | undefined;
}

export interface SourceRun {
  readonly runId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly lifecycleStage: LifecycleStage;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly deletedTime: number | undefined;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly datasets: readonly DatasetInput[];
  readonly inputModels: readonly string[];
  readonly outputModels: readonly ModelOutput[];
  /** The folder that holds its artifacts, on this machine. */
  readonly artifacts: ArtifactPlace;
  readonly where: string;
}

export interface SourceModel {
  readonly modelId: string;
  readonly name: string;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | undefined;
  readonly lifecycleStage: LifecycleStage;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly metrics: readonly SourceModelMetric[];
  readonly artifacts: ArtifactPlace;
  readonly where: string;
}

export interface SourceModelMetric extends MetricPoint {
  readonly key: string;
  readonly runId: string;
  readonly datasetName: string | undefined;
  readonly datasetDigest: string | undefined;
}

export interface SourceRegisteredModel {
  readonly name: string;
  readonly description: string | undefined;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly Tag[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  /** By number. */
  readonly versions: readonly SourceVersion[];
  readonly where: string;
}

export interface SourceVersion {
  readonly version: number;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly description: string | undefined;
  readonly userId: string | undefined;
  /** Undefined for a deleted one, whose number is still taken. */
  readonly stage: ModelStage | undefined;
  readonly source: string;
  readonly storageLocation: string | undefined;
  readonly runId: string | undefined;
  readonly runLink: string | undefined;
  readonly modelId: string | undefined;
  readonly status: ModelVersionStatus;
  readonly statusMessage: string | undefined;
  readonly tags: readonly Tag[];
  readonly where: string;
}

/** Where files are: a folder on this machine, nowhere (there are none), or out of reach. */
export type ArtifactPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'elsewhere'; readonly uri: string; readonly why: string };

/** Takes what could not be read as it is: where, and why. */
export type Notes = (where: string, what: string) => void;

/** What is said of traces, which have no place here. */
export const tracesLeft = (count: number): string =>
  `${countOf(count, 'trace')} left out: Runlens keeps no traces.`;
