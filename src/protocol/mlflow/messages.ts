/**
 * The messages of MLflow's tracking API as they stand in JSON. An empty list is left out, 64-bit
 * integers are plain numbers, and a number that JSON cannot write is a string: "NaN", "Infinity".
 */
export type WireDouble = number | 'NaN' | 'Infinity' | '-Infinity';

export interface WireTag {
  readonly key: string;
  readonly value: string;
}

export interface WireExperiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly lifecycle_stage: string;
  readonly creation_time: number;
  readonly last_update_time: number;
  /** There is only one, which has this name in MLflow. */
  readonly workspace: 'default';
  readonly tags?: readonly WireTag[];
}

export interface WireMetric {
  readonly key: string;
  readonly value: WireDouble;
  readonly timestamp: number;
  readonly step: number;
  readonly run_id?: string;
  readonly model_id?: string;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
}

export interface WireRunInfo {
  readonly run_uuid: string;
  readonly run_id: string;
  readonly run_name: string;
  readonly experiment_id: string;
  readonly user_id: string;
  readonly status: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly artifact_uri: string;
  readonly lifecycle_stage: string;
}

export interface WireDatasetInput {
  readonly tags?: readonly WireTag[];
  readonly dataset: {
    readonly name: string;
    readonly digest: string;
    readonly source_type: string;
    readonly source: string;
    readonly schema?: string;
    readonly profile?: string;
  };
}

export interface WireRun {
  readonly info: WireRunInfo;
  readonly data: {
    readonly metrics?: readonly WireMetric[];
    readonly params?: readonly WireTag[];
    readonly tags?: readonly WireTag[];
  };
  readonly inputs: {
    readonly dataset_inputs?: readonly WireDatasetInput[];
    readonly model_inputs?: readonly { readonly model_id: string }[];
  };
  readonly outputs?: { readonly model_outputs?: readonly WireModelOutput[] };
}

export interface WireModelOutput {
  readonly model_id: string;
  readonly step: number;
}

export interface WireLoggedModel {
  readonly info: {
    readonly model_id: string;
    readonly experiment_id: string;
    readonly name: string;
    readonly creation_timestamp_ms: number;
    readonly last_updated_timestamp_ms: number;
    readonly artifact_uri: string;
    readonly status: string;
    readonly model_type: string;
    readonly source_run_id: string;
    readonly status_message?: string;
    readonly tags?: readonly WireTag[];
  };
  readonly data: {
    readonly params?: readonly WireTag[];
    readonly metrics?: readonly WireMetric[];
  };
}

export interface WireFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

export interface WireRegisteredModel {
  readonly name: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly description?: string;
  readonly latest_versions?: readonly WireModelVersion[];
  readonly tags?: readonly WireTag[];
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
}

export interface WireModelVersion {
  readonly name: string;
  /** A number as text. */
  readonly version: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly user_id?: string;
  readonly current_stage: string;
  readonly description?: string;
  readonly source: string;
  /** Empty when the version was made without a run. */
  readonly run_id?: string;
  readonly status: string;
  readonly status_message?: string;
  readonly tags?: readonly WireTag[];
  readonly run_link?: string;
  readonly aliases?: readonly string[];
}
