import type { JsonObject } from '../base/json';
import type { PipelineStatus, Reason, SourceRef, StepError, StepStatus } from '../domain/pipeline';
import type { LifecycleStage, RunStatus } from '../domain/run';
import type { WireNumber } from './wire';

/** Rows: what lists and trees show, small enough to be sent with every change. */
export interface ExperimentRow {
  readonly experimentId: string;
  readonly name: string;
  readonly lifecycleStage: LifecycleStage;
  readonly lastUpdateTime: number;
  /** Runs that are not nested in another; undefined when the server does not count (another MLflow). */
  readonly runs: number | undefined;
  /** Those of them that are running. */
  readonly running: number;
}

export interface RunRow {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly lifecycleStage: LifecycleStage;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly parentRunId: string | undefined;
  /** Children that are not deleted. */
  readonly children: number;
  /** The metric that the experiment's tag mlflow.experiment.primaryMetric.name names, else its first. */
  readonly primaryMetric: { readonly key: string; readonly value: WireNumber } | undefined;
  /** Set for runs made by pipelines. */
  readonly pipelineRunId: string | undefined;
  readonly stepId: string | undefined;
}

export interface RunDetail extends RunRow {
  readonly artifactUri: string;
  readonly params: readonly { readonly key: string; readonly value: string }[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly metrics: readonly MetricRow[];
}

export interface MetricRow {
  readonly key: string;
  /** Undefined, like the extremes, when the server tells the latest point only (another MLflow). */
  readonly count: number | undefined;
  readonly last: PointRow;
  readonly min: PointRow | undefined;
  readonly max: PointRow | undefined;
}

export interface PointRow {
  readonly step: number;
  readonly timestamp: number;
  readonly value: WireNumber;
}

/** Columns of equal length. */
export interface SeriesColumns {
  readonly runId: string;
  readonly key: string;
  /** Points of the whole series. */
  readonly count: number;
  readonly steps: readonly number[];
  readonly timestamps: readonly number[];
  readonly values: readonly WireNumber[];
}

export interface FileRow {
  /** Relative to the run's artifacts, with `/`. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly size: number;
  /** Absolute path on the server's machine. */
  readonly file: string;
}

export interface PipelineRow {
  readonly name: string;
  readonly source: SourceRef;
  readonly lastRun: PipelineRunRow | undefined;
}

export interface PipelineRunRow {
  readonly id: string;
  readonly name: string;
  readonly pipeline: string;
  readonly status: PipelineStatus;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly experimentId: string;
  readonly trackingRunId: string;
  readonly source: SourceRef;
  readonly launchId: string | undefined;
  readonly steps: number;
  readonly done: number;
  readonly cached: number;
  readonly tags?: readonly string[];
}

export interface StepRow {
  readonly id: string;
  readonly stepId: string;
  readonly step: string;
  readonly status: StepStatus;
  readonly source: SourceRef;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly reasons: readonly Reason[];
  /** When the result it uses was made, for `cached`. */
  readonly cachedFrom: number | undefined;
  readonly outputs: readonly { readonly name: string; readonly artifact: ArtifactRow }[];
  readonly error: StepError | undefined;
  readonly notReusableReason: string | undefined;
  readonly trackingRunId: string | undefined;
}

export interface ArtifactRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly materializer: string;
  readonly size: number;
  readonly createdAt: number;
  readonly metadata: JsonObject;
  /** Equal content has an equal digest: what a step that takes it is keyed by. */
  readonly contentDigest?: string;
  /** Absolute folder on the server's machine, and the files in it. */
  readonly folder: string;
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    /** Hexadecimal, as recorded. */
    readonly sha256?: string;
  }[];
  readonly tags?: readonly string[];
  /** `model`, `statistics` …; absent: data. */
  readonly artifactType?: string;
  /** Milliseconds since 1970, while it lies in the trash. */
  readonly deletedAt?: number;
  readonly pipeline: string | undefined;
  readonly stepId: string | undefined;
}
