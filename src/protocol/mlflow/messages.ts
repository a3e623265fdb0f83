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
  readonly tags?: readonly WireTag[];
}

export interface WireMetric {
  readonly key: string;
  readonly value: WireDouble;
  readonly timestamp: number;
  readonly step: number;
  readonly run_id?: string;
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
  readonly inputs: { readonly dataset_inputs?: readonly WireDatasetInput[] };
}

export interface WireFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}
