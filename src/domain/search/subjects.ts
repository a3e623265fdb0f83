/** What can be searched: the names that each subject has, and MLflow's words for what it refuses. */
import type { Entity } from './identifier';
import type { Voice } from './voice';
import {
  experimentVoice,
  loggedModelVoice,
  modelVersionVoice,
  modelVoice,
  runVoice,
} from './voice';

/**
 * `integer` takes whole numbers only; `time` is milliseconds since 1970 and takes dates and spans
 * before now, too; `span` is milliseconds.
 */
export type AttributeType = 'text' | 'status' | 'id' | 'integer' | 'time' | 'span';

export interface Attribute {
  readonly key: string;
  readonly type: AttributeType;
}

export interface Subject {
  readonly name: 'runs' | 'experiments' | 'registered models' | 'model versions' | 'logged models';
  readonly entities: readonly Entity[];
  /** By every spelling. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** By every spelling; MLflow orders by others than it filters. */
  readonly orderKeys: ReadonlyMap<string, string>;
  /** An order is a key alone; `attribute.name` is not read. */
  readonly isOrderPlain: boolean;
  /** A bare name that is no attribute may be a metric or parameter. */
  readonly hasBareNames: boolean;
  /** Text of logged models needs no quotes, as in MLflow: `params.lr = 0.01` compares text. */
  readonly isUnquotedText: boolean;
  readonly voice: Voice;
}

const names = (keys: Record<string, readonly string[]>) =>
  new Map(
    Object.entries(keys).flatMap(([key, others]) =>
      [key, ...others].map((name) => [name, key] as const),
    ),
  );

function attributes(
  types: Record<string, AttributeType>,
  others: Record<string, string> = {},
): ReadonlyMap<string, Attribute> {
  const found = new Map(Object.entries(types).map(([key, type]) => [key, { key, type }]));
  for (const [name, key] of Object.entries(others)) {
    const attribute = found.get(key);
    if (attribute) found.set(name, attribute);
  }
  return found;
}

export const DATASET_KEYS = ['name', 'digest', 'context'] as const;

export const RUNS: Subject = {
  name: 'runs',
  entities: ['metric', 'parameter', 'tag', 'attribute', 'dataset'],
  attributes: attributes(
    {
      run_id: 'text',
      run_name: 'text',
      user_id: 'text',
      status: 'status',
      artifact_uri: 'text',
      start_time: 'time',
      end_time: 'time',
      duration: 'span',
    },
    {
      created: 'start_time',
      Created: 'start_time',
      'run name': 'run_name',
      'Run name': 'run_name',
      'Run Name': 'run_name',
    },
  ),
  orderKeys: names({
    run_id: [],
    run_name: [],
    user_id: [],
    status: [],
    artifact_uri: [],
    start_time: ['created', 'Created'],
    end_time: [],
    duration: [],
  }),
  isOrderPlain: false,
  hasBareNames: true,
  isUnquotedText: false,
  voice: runVoice,
};

export const EXPERIMENTS: Subject = {
  name: 'experiments',
  entities: ['attribute', 'tag'],
  attributes: attributes(
    { name: 'text', experiment_id: 'id', creation_time: 'time', last_update_time: 'time' },
    { created: 'creation_time' },
  ),
  orderKeys: names({ name: [], experiment_id: [], creation_time: [], last_update_time: [] }),
  isOrderPlain: false,
  hasBareNames: false,
  isUnquotedText: false,
  voice: experimentVoice,
};

export const REGISTERED_MODELS: Subject = {
  name: 'registered models',
  entities: ['attribute', 'tag'],
  attributes: attributes(
    { name: 'text', creation_timestamp: 'time', last_updated_timestamp: 'time' },
    { created: 'creation_timestamp' },
  ),
  // MLflow's database orders by the last update for both of its words.
  orderKeys: names({
    name: [],
    last_updated_timestamp: ['timestamp'],
    creation_timestamp: [],
  }),
  isOrderPlain: true,
  hasBareNames: false,
  isUnquotedText: false,
  voice: modelVoice,
};

export const MODEL_VERSIONS: Subject = {
  name: 'model versions',
  entities: ['attribute', 'tag'],
  attributes: attributes(
    {
      name: 'text',
      version_number: 'integer',
      run_id: 'text',
      source_path: 'text',
      stage: 'text',
      creation_timestamp: 'time',
      last_updated_timestamp: 'time',
    },
    { created: 'creation_timestamp' },
  ),
  orderKeys: names({
    name: [],
    version_number: [],
    creation_timestamp: [],
    last_updated_timestamp: [],
  }),
  isOrderPlain: false,
  hasBareNames: false,
  isUnquotedText: false,
  voice: modelVersionVoice,
};

export const LOGGED_MODELS: Subject = {
  name: 'logged models',
  entities: ['attribute', 'metric', 'parameter', 'tag'],
  attributes: attributes(
    {
      name: 'text',
      model_id: 'text',
      model_type: 'text',
      status: 'status',
      source_run_id: 'text',
      experiment_id: 'text',
      creation_timestamp: 'time',
      last_updated_timestamp: 'time',
    },
    {
      creation_time: 'creation_timestamp',
      created: 'creation_timestamp',
      creation_timestamp_ms: 'creation_timestamp',
      last_updated_time: 'last_updated_timestamp',
      last_updated_timestamp_ms: 'last_updated_timestamp',
    },
  ),
  orderKeys: names({
    name: [],
    model_id: [],
    model_type: [],
    status: [],
    source_run_id: [],
    experiment_id: [],
    creation_timestamp: ['creation_time', 'creation_timestamp_ms'],
    last_updated_timestamp: ['last_updated_time', 'last_updated_timestamp_ms'],
  }),
  isOrderPlain: false,
  hasBareNames: false,
  isUnquotedText: true,
  voice: loggedModelVoice,
};
