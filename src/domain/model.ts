import type { LoggedMetric, Param, Tag } from './run';

export const LOGGED_MODEL_STATUSES = [
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

/** A model that a run logged (`log_model`), with its own files, parameters and metrics. */
export interface LoggedModel {
  /** `m-` and 32 lower-case hexadecimal digits when made here. */
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly artifactUri: string;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | undefined;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
  readonly metrics: readonly ModelMetric[];
}

/** One point of a metric that was logged for a model, by the run that logged it. */
export interface ModelMetric extends LoggedMetric {
  readonly runId: string;
}

export const MODEL_STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;
export type ModelStage = (typeof MODEL_STAGES)[number];

export const MODEL_VERSION_STATUSES = [
  'PENDING_REGISTRATION',
  'FAILED_REGISTRATION',
  'READY',
] as const;
export type ModelVersionStatus = (typeof MODEL_VERSION_STATUSES)[number];

/** A name of the model registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly description: string | undefined;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly Tag[];
  readonly aliases: readonly ModelAlias[];
  /** The newest version of each stage; the stage that holds the lowest number comes first. */
  readonly latestVersions: readonly ModelVersion[];
}

export interface ModelAlias {
  readonly alias: string;
  readonly version: number;
}

/** One version of a registered model. Numbers are never used again. */
export interface ModelVersion {
  readonly name: string;
  /** From 1. */
  readonly version: number;
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly description: string | undefined;
  readonly userId: string | undefined;
  readonly stage: ModelStage;
  /** Where the model came from, as it was given: `models:/m-…`, `runs:/…`, a path. */
  readonly source: string;
  /** Where its files are; `source` when undefined. */
  readonly storageLocation: string | undefined;
  /** Empty as well as undefined: no run was named. As it was given, because MLflow tells them apart. */
  readonly runId: string | undefined;
  readonly runLink: string | undefined;
  /** The logged model that it is, if it is one. */
  readonly modelId: string | undefined;
  readonly status: ModelVersionStatus;
  readonly statusMessage: string | undefined;
  readonly tags: readonly Tag[];
  /** Names that point to this version. */
  readonly aliases: readonly string[];
}

/** `stage`: from one to another; `alias`: set to (no `before`), or taken from, this version. */
export interface ModelChange {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly what: (typeof MODEL_CHANGES)[number];
  readonly before: string | null;
  readonly after: string | null;
  /** Empty when it is not known, as of changes by MLflow's clients. */
  readonly user: string;
}
export const MODEL_CHANGES = ['created', 'stage', 'alias'] as const;
