/** Registered models as panels and trees show them. */

import type { ModelChange, ModelStage } from '../domain/model';
import type { Page, PageOf } from './page';
import type { WireNumber } from './wire';

export type { ModelChange } from '../domain/model';

export interface ModelRow {
  readonly name: string;
  readonly description: string;
  readonly versions: number;
  readonly created: number;
  readonly updated: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Alias → version. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly latest: ModelVersionRow | undefined;
}

export interface ModelVersionRow {
  readonly model: string;
  /** A whole number from 1, as text. */
  readonly version: string;
  readonly stage: ModelStage;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly created: number;
  readonly updated: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Where the files came from: `runs:/…`, `models:/m-…`, a path. */
  readonly source: string;
  readonly runId: string | undefined;
  /** When that run is in the store. */
  readonly runName: string | undefined;
  readonly experimentId: string | undefined;
}

/** One version with what its run and its files say. */
export interface ModelVersionDetail extends ModelVersionRow {
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, WireNumber>>;
  readonly datasets: readonly {
    readonly name: string;
    readonly digest: string;
    readonly context: string | undefined;
  }[];
  readonly pipelineRunId: string | undefined;
  readonly pipeline: string | undefined;
  /** What the MLmodel file says; undefined with a reason when it cannot be read. */
  readonly files: ModelFiles | undefined;
  readonly filesProblem: string | undefined;
  /** The oldest first. */
  readonly history: readonly ModelChange[];
}

export interface ModelFiles {
  /** Absolute folder on the server's machine. */
  readonly folder: string;
  readonly flavors: readonly string[];
  readonly inputs: readonly SchemaField[] | undefined;
  readonly outputs: readonly SchemaField[] | undefined;
  /** Lines of requirements.txt. */
  readonly requirements: readonly string[];
  readonly pythonVersion: string | undefined;
  readonly mlflowVersion: string | undefined;
  readonly bytes: number;
}

/** `shape` for tensors: -1 is any length. */
export interface SchemaField {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly shape?: readonly number[];
}

/** Metrics of results that were made one after another: versions of a model, runs of a pipeline. */
export interface OverTime {
  /** The oldest first; at most 1000. */
  readonly points: readonly {
    readonly label: string;
    readonly time: number;
    readonly runId: string | undefined;
    readonly pipelineRunId: string | undefined;
    /** Runs whose metrics it has. */
    readonly measured: readonly string[];
  }[];
  /**
   * Per metric a value per point; at most 200 metrics, those that most points have. A metric that several steps of a
   * pipeline log has the step before its name: `train/loss`.
   */
  readonly metrics: Readonly<Record<string, readonly (WireNumber | null)[]>>;
}

/** Its routes; see `ControlApi`. */
export interface ModelsApi {
  /** Registered models whose name or description has `text`, by name. */
  'GET /api/models': { request: Page & { text?: string }; reply: PageOf<ModelRow> };
  'GET /api/models/:name': { request: { name: string }; reply: ModelRow };
  /** The newest first. */
  'GET /api/models/:name/versions': {
    request: Page & { name: string };
    reply: PageOf<ModelVersionRow>;
  };
  'GET /api/models/:name/versions/:version': {
    request: { name: string; version: string };
    reply: ModelVersionDetail;
  };
  'GET /api/models/:name/over-time': { request: { name: string }; reply: OverTime };
  /** `version` null takes the alias away. */
  'POST /api/models/:name/alias': {
    request: { name: string; alias: string; version: string | null };
    reply: object;
  };
  'POST /api/models/:name/versions/:version/stage': {
    request: { name: string; version: string; stage: ModelStage; archiveExisting?: boolean };
    reply: object;
  };
  /** Without `version` of the model itself. */
  'POST /api/models/:name/describe': {
    request: { name: string; version?: string; description: string };
    reply: object;
  };
  /** Without `version` of the model itself; `value` null takes the tag away. */
  'POST /api/models/:name/tag': {
    request: { name: string; version?: string; key: string; value: string | null };
    reply: object;
  };
  /** A version of a model from a run's or logged model's files; the model is made when it is new. */
  'POST /api/models/:name/versions': {
    request: { name: string; source: string; runId?: string };
    reply: { version: string };
  };
  'POST /api/models/:name/versions/:version/delete': {
    request: { name: string; version: string };
    reply: object;
  };
}
