import type { MetricPoint, MetricSummary } from './metric';

export const RUN_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export type LifecycleStage = 'active' | 'deleted';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A parameter of a run: text, written once. */
export interface Param {
  readonly key: string;
  readonly value: string;
}

export interface RunInfo {
  /** 32 lower-case hexadecimal digits when made here; others may be imported. */
  readonly runId: string;
  readonly runName: string;
  readonly experimentId: string;
  readonly userId: string;
  readonly status: RunStatus;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

/** A run with what is shown of it everywhere; the points of its metrics are read apart. */
export interface Run {
  readonly info: RunInfo;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly metrics: readonly MetricSummary[];
  readonly datasets: readonly DatasetInput[];
  /** Ids of logged models that the run used. */
  readonly inputModels: readonly string[];
  readonly outputModels: readonly ModelOutput[];
}

/** A logged model that a run made. */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

/** A dataset that a run used (`log_input`). */
export interface DatasetInput {
  readonly tags: readonly Tag[];
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | undefined;
  readonly profile: string | undefined;
}

/** A metric with its key, as one `log_metric` sends it. */
export interface LoggedMetric extends MetricPoint {
  readonly key: string;
  /** The logged model that the point is of, too, and the dataset that it was measured on. */
  readonly modelId?: string | undefined;
  readonly datasetName?: string | undefined;
  readonly datasetDigest?: string | undefined;
}

/** Whether a run has ended, in whatever way. */
export function isTerminal(status: RunStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'KILLED';
}
