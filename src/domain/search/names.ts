/** Gives bare names their meaning: the metric or parameter that is called so. */
import { inTerm, SearchError } from './error';
import {
  COMPARE_OPERATORS,
  type Condition,
  type Field,
  type Filter,
  mapTree,
  type Order,
} from './filter';
import { RUNS } from './subjects';

/** Which kinds of values the store has under a name. */
export type NameUse = (key: string) => { readonly metric: boolean; readonly param: boolean };

/** @throws SearchError when nothing, or more than one thing, has that name. */
export function resolveFilter(filter: Filter, uses: NameUse): Filter {
  return mapTree(filter, (condition) => resolveCondition(condition, uses));
}

/** @throws SearchError as `resolveFilter`. */
export function resolveOrder(orders: readonly Order[], uses: NameUse): Order[] {
  return orders.map((order) => {
    const { field } = order;
    if (field.on !== 'name') return order;
    const found = inTerm(field.term, () => fieldOf(field, uses, RUNS.voice.orderKey));
    return { ...order, field: found };
  });
}

function resolveCondition(condition: Condition, uses: NameUse): Condition {
  if (condition.kind !== 'test' || condition.field.on !== 'name') return condition;
  const { field, test } = condition;
  const found: Field = fieldOf(field, uses, RUNS.voice.attribute);
  const isNumber = 'value' in test && typeof test.value === 'number';
  if (found.on === 'metric' && !isNumber && !test.op.startsWith('IS ')) {
    const value = 'value' in test ? `'${test.value}'` : test.op;
    throw new SearchError(
      `Expected numeric value type for metric. Found ${value}`,
      field.position,
      COMPARE_OPERATORS,
    );
  }
  return { kind: 'test', field: found, test };
}

function fieldOf(
  { key, position }: Extract<Field, { on: 'name' }>,
  uses: NameUse,
  refuse: (key: string) => string,
): Order['field'] {
  const { metric, param } = uses(key);
  if (metric && param) {
    const names = [`metrics.${key}`, `params.${key}`];
    throw new SearchError(`'${key}' is both ${names.join(' and ')}.`, position, names);
  }
  if (metric) return { on: 'metric', key, of: 'last' };
  if (param) return { on: 'param', key };
  throw new SearchError(refuse(key), position, [...RUNS.attributes.keys()]);
}
