/** MLflow's words for what it refuses. Its five searches say the same things in different ways. */
import { pythonRepr } from '../../base/python';
import type { Entity } from './identifier';

/** What a clause is about, as messages name it. */
export interface SaidField {
  readonly entity: Entity;
  readonly key: string;
  /** The values of a field are numbers. */
  readonly isNumeric: boolean;
}

export interface Voice {
  /** Pieces that are no clauses; `filter` is the whole text. */
  clause(pieces: readonly string[], filter: string): string;
  entity(word: string): string;
  attribute(key: string): string;
  dataset(key: string): string;
  /** A value that should be a number. */
  number(field: SaidField, found: string): string;
  /** A value that should be text. */
  text(field: SaidField, found: string): string;
  operator(field: SaidField, operator: string): string;
  orderKey(key: string): string;
  orderEntity(entity: Entity, key: string): string;
}

const RUN_KEYS = [
  'run_id',
  'run_name',
  'user_id',
  'status',
  'artifact_uri',
  'start_time',
  'end_time',
  'created',
  'Created',
] as const;
const RUN_FILTER_KEYS = [...RUN_KEYS, 'run name', 'Run name', 'Run Name'];
const EXPERIMENT_KEYS = ['name', 'experiment_id', 'creation_time', 'last_update_time'];
const VERSION_KEYS = ['name', 'version_number', 'run_id', 'source_path'];
const VERSION_ORDER_KEYS = [
  'name',
  'version_number',
  'creation_timestamp',
  'last_updated_timestamp',
];
const VERSION_NUMBERS = ['version_number', 'creation_timestamp', 'last_updated_timestamp'];
const ENTITY_NAMES = ['metric', 'parameter', 'tag', 'attribute', 'dataset'];
const COMPARE = ['>', '>=', '!=', '=', '<', '<='];
const TEXT = ['!=', '=', 'LIKE', 'ILIKE'];
const LISTED = [...TEXT, 'IN', 'NOT IN'];
const NULLABLE = [...TEXT, 'IS NULL', 'IS NOT NULL'];

/** As Python prints a set; its order says nothing. */
const set = (names: readonly string[]) => `{${quoted(names)}}`;
const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

const invalidAttribute = (key: string, valid: readonly string[]) =>
  `Invalid attribute key '${key}' specified. Valid keys are '${set(valid)}'`;

const expectedNumber = ({ entity, key }: SaidField, found: string) =>
  entity === 'attribute'
    ? `Expected numeric value type for numeric attribute: ${key}. Found ${found}`
    : `Expected numeric value type for metric. Found ${found}`;

function expectedText({ entity }: SaidField, found: string): string {
  const what = { attribute: 'attributes', dataset: 'dataset attributes' } as const;
  const named =
    entity === 'attribute' || entity === 'dataset' ? what[entity] : `${entity} (e.g. 'my-value')`;
  return `Expected a quoted string value for ${named}. Got value ${found}`;
}

/** The apostrophe that opens before the set is closed for some fields only. */
function invalidComparator({ entity, isNumeric }: SaidField, operator: string): string {
  const start = `Invalid comparator '${operator}' not one of '`;
  if (entity === 'metric') return start + set(COMPARE);
  if (entity === 'parameter') return `${start}${set(NULLABLE)}'`;
  if (entity === 'tag') return start + set(NULLABLE);
  return entity === 'attribute' && !isNumeric ? `${start}${set(LISTED)}'` : start + set(LISTED);
}

export const runVoice: Voice = {
  clause: (pieces) => `Invalid clause(s) in filter string: ${quoted(pieces)}`,
  entity: (word) => `Invalid entity type '${word}'. Valid values are [${quoted(ENTITY_NAMES)}]`,
  attribute: (key) => invalidAttribute(key, RUN_FILTER_KEYS),
  dataset: (key) =>
    `Invalid dataset key '${key}' specified. Valid keys are '${set(['name', 'digest', 'context'])}'`,
  number: expectedNumber,
  text: expectedText,
  operator: invalidComparator,
  orderKey: (key) => invalidAttribute(key, RUN_KEYS),
  orderEntity: (entity) => `Invalid identifier type '${entity}'`,
};

const unquotedClause = (pieces: readonly string[]) =>
  `Invalid clause(s) in filter string: ${pieces.join(', ')}`;
const tagOrAttribute = (word: string) =>
  `Invalid entity type '${word}'. Valid entity types are ('attribute', 'tag', 'tags')`;

export const experimentVoice: Voice = {
  ...runVoice,
  clause: unquotedClause,
  entity: tagOrAttribute,
  attribute: (key) => invalidAttribute(key, EXPERIMENT_KEYS),
  number: (field, found) =>
    /^-?[\d.]+$/.test(found)
      ? `Invalid value for numeric attribute '${field.key}': '${found}'`
      : expectedNumber(field, found),
  operator: (field, operator) => {
    if (field.entity === 'tag') return `Invalid comparator for tag: ${operator}`;
    if (field.key === 'experiment_id') return `Invalid comparator for experiment_id: ${operator}`;
    return invalidComparator(field, operator);
  },
  orderKey: (key) => invalidAttribute(key, EXPERIMENT_KEYS),
  orderEntity: (entity) => `Invalid order_by entity: ${entity}`,
};

export const modelVoice: Voice = {
  ...experimentVoice,
  attribute: (key) => invalidAttribute(key, ['name']),
  number: expectedNumber,
  text: (field, found) =>
    field.entity === 'attribute'
      ? 'Expected a quoted string value or a list of quoted string values for attributes. ' +
        `Got value ${found}`
      : expectedText(field, found),
  operator: ({ entity }, operator) => `Invalid comparator for ${entity}: ${operator}`,
  orderKey: (key) =>
    `Invalid order by key '${key}' specified. Valid keys are '${set(['name', 'timestamp'])}'`,
};

export const modelVersionVoice: Voice = {
  ...modelVoice,
  attribute: (key) => invalidAttribute(key, VERSION_KEYS),
  number: ({ key }, found) =>
    `Invalid value for numeric attribute '${key}': ${/^[\d.'-]/.test(found) ? found : `'${found}'`}`,
  text: (field, found) =>
    field.entity === 'attribute' && /^-?[\d.]/.test(found)
      ? `Only the '${set(VERSION_NUMBERS)}' attributes support comparison with numeric values.`
      : modelVoice.text(field, found),
  operator: ({ entity, key, isNumeric }, operator) =>
    `Invalid comparator for ${entity}${isNumeric ? ` ${key}` : ''}: ${operator}`,
  orderKey: (key) => invalidAttribute(key, VERSION_ORDER_KEYS),
  orderEntity: (_, key) =>
    `Invalid order by key '${key}' specified. Valid keys are ${set(VERSION_ORDER_KEYS)}`,
};

const LOGGED_KEYS = [
  'name',
  'model_id',
  'model_type',
  'status',
  'source_run_id',
  'experiment_id',
  'creation_timestamp',
  'last_updated_timestamp',
  'creation_time',
  'created',
  'creation_timestamp_ms',
  'last_updated_time',
  'last_updated_timestamp_ms',
];
const LOGGED_WORDS: Readonly<Record<Entity, string>> = {
  attribute: 'attributes',
  metric: 'metrics',
  parameter: 'params',
  tag: 'tags',
  dataset: 'datasets',
};

export const loggedModelVoice: Voice = {
  ...runVoice,
  clause: (_, filter) =>
    `Invalid filter string: ${pythonRepr(filter)}. Expected a list of comparisons separated by 'AND' ` +
    "(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').",
  entity: (word) =>
    `Invalid entity type: '${word}'. Expected one of ['attributes', 'metrics', 'params', 'tags'].`,
  attribute: (key) => invalidAttribute(key, LOGGED_KEYS),
  operator: ({ entity, key, isNumeric }, operator) => {
    const valid = isNumeric
      ? ['<', '<=', '>', '>=', '=', '!=']
      : ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
    const field = `${LOGGED_WORDS[entity]}.${key}`;
    return (
      `Invalid comparison operator for ${field}: '${operator}'. ` +
      `Expected one of (${quoted(valid)}).`
    );
  },
  orderKey: (key) => `Invalid order by field name: ${key}`,
  orderEntity: (entity) => `Invalid order by field name: ${entity}. Only metrics are supported.`,
};
