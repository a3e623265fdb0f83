/**
 * MLflow's filter over runs: `metrics.loss < 0.1 AND params.model = 'svm'`. Everything MLflow accepts
 * is accepted and means the same.
 */
import { assertNever } from '../../base/assertNever';
import { SearchError } from './error';
import { type Identifier, invalidKey, readIdentifier } from './identifier';
import {
  type CompareOperator,
  DATASET_ATTRIBUTES,
  NUMBER_ATTRIBUTES,
  type NumberAttribute,
  type RunClause,
  STRING_ATTRIBUTES,
  type StringAttribute,
  type TextOperator,
} from './query';
import { type RawClause, scanClauses } from './scanner';
import { expectNumber, expectOperator, expectString } from './values';

export const COMPARE_OPERATORS: readonly CompareOperator[] = ['=', '!=', '>', '>=', '<', '<='];
export const TEXT_OPERATORS: readonly TextOperator[] = ['=', '!=', 'LIKE', 'ILIKE'];
export const NULL_OPERATORS = ['IS NULL', 'IS NOT NULL'] as const;
const LIST_OPERATORS = ['IN', 'NOT IN'] as const;

/** Every spelling of an attribute of runs that MLflow has. */
const ATTRIBUTES: ReadonlyMap<string, StringAttribute | NumberAttribute> = new Map([
  ...[...STRING_ATTRIBUTES, ...NUMBER_ATTRIBUTES].map((name) => [name, name] as const),
  ['created', 'start_time'],
  ['Created', 'start_time'],
  ['run name', 'run_name'],
  ['Run name', 'run_name'],
  ['Run Name', 'run_name'],
]);

export const RUN_ATTRIBUTE_KEYS: readonly string[] = [...ATTRIBUTES.keys()];

/**
 * The clauses of a filter; an empty text has none.
 * @throws SearchError with the position, MLflow's message, and the names that would be valid.
 */
export function parseRunFilter(text: string): RunClause[] {
  return scanClauses(text).map(toClause);
}

/** The attribute that a spelling stands for. @throws SearchError for an unknown one. */
export function attributeOf(identifier: Identifier): StringAttribute | NumberAttribute {
  const found = ATTRIBUTES.get(identifier.key);
  if (found === undefined) throw invalidKey(identifier, RUN_ATTRIBUTE_KEYS, 'attribute');
  return found;
}

function toClause(clause: RawClause): RunClause {
  const identifier = readIdentifier(clause.identifier);
  if (clause.value === undefined) return toNullClause(clause, identifier);
  switch (identifier.entity) {
    case 'metric':
      return {
        on: 'metric',
        key: identifier.key,
        op: expectOperator(clause, COMPARE_OPERATORS),
        value: expectNumber(clause, 'metric'),
      };
    case 'parameter':
    case 'tag':
      return toTextClause(clause, identifier);
    case 'attribute':
      return toAttributeClause(clause, attributeOf(identifier));
    case 'dataset':
      return toDatasetClause(clause, identifier);
    default:
      return assertNever(identifier.entity);
  }
}

function toNullClause(clause: RawClause, identifier: Identifier): RunClause {
  const { entity, key } = identifier;
  if (entity !== 'parameter' && entity !== 'tag') {
    throw new SearchError(
      `IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`,
      clause.operator.start,
      ['parameter', 'tag'],
    );
  }
  const op = expectOperator(clause, NULL_OPERATORS);
  return { on: entity === 'tag' ? 'tag' : 'param', key, op };
}

function toTextClause(clause: RawClause, identifier: Identifier): RunClause {
  const value = expectString(clause, `${identifier.entity} (e.g. 'my-value')`);
  const on = identifier.entity === 'tag' ? 'tag' : 'param';
  return { on, key: identifier.key, op: expectOperator(clause, TEXT_OPERATORS), value };
}

function toAttributeClause(clause: RawClause, key: StringAttribute | NumberAttribute): RunClause {
  if (isNumberAttribute(key)) {
    const value = expectNumber(clause, `numeric attribute: ${key}`);
    return { on: 'attribute', key, op: expectOperator(clause, COMPARE_OPERATORS), value };
  }
  if (clause.value?.kind === 'list') {
    if (key !== 'run_id') throw listNotSupported(clause);
    const op = expectOperator(clause, LIST_OPERATORS);
    return { on: 'attribute', key, op, values: clause.value.values };
  }
  const value = expectString(clause, 'attributes');
  return { on: 'attribute', key, op: expectOperator(clause, TEXT_OPERATORS), value };
}

function toDatasetClause(clause: RawClause, identifier: Identifier): RunClause {
  const key = DATASET_ATTRIBUTES.find((name) => name === identifier.key);
  if (key === undefined) throw invalidKey(identifier, DATASET_ATTRIBUTES, 'dataset');
  if (clause.value?.kind === 'list') {
    const op = expectOperator(clause, LIST_OPERATORS);
    return { on: 'dataset', key, op, values: clause.value.values };
  }
  const value = expectString(clause, 'dataset attributes');
  return { on: 'dataset', key, op: expectOperator(clause, TEXT_OPERATORS), value };
}

const isNumberAttribute = (key: string): key is NumberAttribute =>
  NUMBER_ATTRIBUTES.some((name) => name === key);

const listNotSupported = (clause: RawClause) =>
  new SearchError(
    "Only ['run_id'] attributes support comparison with a list of quoted string values.",
    clause.operator.start,
    TEXT_OPERATORS,
  );
