/** MLflow's filter and order over experiments, evaluated on the list: experiments are few. */
import type { Experiment } from '../experiment';
import { SearchError } from './error';
import { type Identifier, invalidKey, readIdentifier } from './identifier';
import { matchesLike } from './like';
import { type OrderTerm, parseOrderTerm } from './order';
import { COMPARE_OPERATORS, NULL_OPERATORS, TEXT_OPERATORS } from './parse';
import type { CompareOperator, TextOperator } from './query';
import { type RawClause, scanClauses } from './scanner';
import { expectNumber, expectOperator, expectString } from './values';

type Predicate = (experiment: Experiment) => boolean;
type Comparison = (a: Experiment, b: Experiment) => number;

export const EXPERIMENT_ATTRIBUTE_KEYS = [
  'name',
  'experiment_id',
  'creation_time',
  'last_update_time',
] as const;
const ID_OPERATORS = ['=', '!=', 'IN', 'NOT IN'] as const;
const DEFAULT_ORDER = ['creation_time DESC', 'experiment_id ASC'];

/** Whether an experiment passes the filter. @throws SearchError when it cannot be understood. */
export function parseExperimentFilter(text: string): Predicate {
  const predicates = scanClauses(text).map(toPredicate);
  return (experiment) => predicates.every((matches) => matches(experiment));
}

/** An order over experiments; the newest id decides between equals. @throws SearchError. */
export function parseExperimentOrder(terms: readonly string[]): Comparison {
  const parsed = (terms.length > 0 ? terms : DEFAULT_ORDER).map(parseOrderTerm);
  const comparisons = parsed.map(toComparison);
  comparisons.push((a, b) => Number(b.experimentId) - Number(a.experimentId));
  return (a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function toPredicate(clause: RawClause): Predicate {
  const identifier = experimentIdentifier(clause.identifier.text, clause.identifier.start);
  if (identifier.entity === 'tag') return tagPredicate(clause, identifier.key);
  if (clause.value === undefined) {
    throw new SearchError(
      `IS NULL / IS NOT NULL is only supported for tags, not for attribute '${identifier.key}'`,
      clause.operator.start,
      ['tag'],
    );
  }
  switch (identifier.key) {
    case 'name': {
      const matches = textPredicate(clause, 'attributes');
      return (experiment) => matches(experiment.name);
    }
    case 'experiment_id':
      return idPredicate(clause);
    default:
      return timePredicate(clause, identifier.key);
  }
}

function experimentIdentifier(text: string, start: number): Identifier {
  const dot = text.indexOf('.');
  const word = dot < 0 ? 'attribute' : text.slice(0, dot);
  if (word !== 'attribute' && word !== 'tag' && word !== 'tags') {
    throw new SearchError(
      `Invalid entity type '${word}'. Valid entity types are ('attribute', 'tag', 'tags')`,
      start,
      ['attribute', 'tag', 'tags'],
    );
  }
  const identifier = readIdentifier({ text, start });
  if (identifier.entity === 'attribute') expectAttribute(identifier);
  return identifier;
}

function expectAttribute(identifier: Identifier): void {
  if (EXPERIMENT_ATTRIBUTE_KEYS.some((key) => key === identifier.key)) return;
  throw invalidKey(identifier, EXPERIMENT_ATTRIBUTE_KEYS, 'attribute');
}

function tagPredicate(clause: RawClause, key: string): Predicate {
  const tagValue = (experiment: Experiment) =>
    experiment.tags.find((tag) => tag.key === key)?.value;
  if (clause.value === undefined) {
    const isNull = expectOperator(clause, NULL_OPERATORS) === 'IS NULL';
    return (experiment) => (tagValue(experiment) === undefined) === isNull;
  }
  const matches = textPredicate(clause, "tag (e.g. 'my-value')");
  return (experiment) => {
    const value = tagValue(experiment);
    return value !== undefined && matches(value);
  };
}

function textPredicate(clause: RawClause, what: string): (text: string) => boolean {
  const operator = expectOperator(clause, TEXT_OPERATORS);
  const value = expectString(clause, what);
  return (text) => compareText(text, operator, value);
}

function compareText(text: string, operator: TextOperator, value: string): boolean {
  if (operator === '=') return text === value;
  if (operator === '!=') return text !== value;
  return matchesLike(text, value, { ignoreCase: operator === 'ILIKE' });
}

function idPredicate(clause: RawClause): Predicate {
  const operator = expectOperator(clause, ID_OPERATORS);
  const value = clause.value;
  const ids = value?.kind === 'list' ? value.values : [expectString(clause, 'attributes')];
  for (const id of ids) {
    if (!/^\d+$/.test(id)) {
      throw new SearchError(
        `Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`,
        value?.piece.start ?? clause.operator.start,
      );
    }
  }
  const wanted = operator === '=' || operator === 'IN';
  return (experiment) => ids.includes(experiment.experimentId) === wanted;
}

function timePredicate(clause: RawClause, key: string): Predicate {
  const operator = expectOperator(clause, COMPARE_OPERATORS);
  const value = expectNumber(clause, `numeric attribute: ${key}`);
  return (experiment) => compareNumbers(timeOf(experiment, key), operator, value);
}

function compareNumbers(a: number, operator: CompareOperator, b: number): boolean {
  if (operator === '=') return a === b;
  if (operator === '!=') return a !== b;
  if (operator === '>') return a > b;
  if (operator === '>=') return a >= b;
  return operator === '<' ? a < b : a <= b;
}

const timeOf = (experiment: Experiment, key: string) =>
  key === 'creation_time' ? experiment.creationTime : experiment.lastUpdateTime;

function toComparison(term: OrderTerm): Comparison {
  const { key, entity, position } = term.identifier;
  if (entity !== 'attribute') {
    throw new SearchError(`Invalid order_by entity: ${entity}`, position, ['attribute']);
  }
  expectAttribute(term.identifier);
  const sign = term.descending ? -1 : 1;
  return (a, b) => sign * compareKey(a, b, key);
}

function compareKey(a: Experiment, b: Experiment, key: string): number {
  if (key === 'name') return a.name < b.name ? -1 : Number(a.name > b.name);
  if (key === 'experiment_id') return Number(a.experimentId) - Number(b.experimentId);
  return timeOf(a, key) - timeOf(b, key);
}
