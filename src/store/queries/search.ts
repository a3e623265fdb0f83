// The planner: turns a parsed search over any subject into one SQL statement.
import { assertNever } from '../../base/assertNever';
import { RunlensError } from '../../base/errors';
import {
  COMPARE_OPERATORS,
  type Condition,
  type Field,
  type Filter,
  type Found,
  LIST_OPERATORS,
  NULL_OPERATORS,
  type Order,
  type Search,
  TEXT_OPERATORS,
  type Test,
} from '../../domain/search/filter';
import { number, type Value } from '../database';
import type { State } from '../state';

/** SQL text with the values of its question marks, in order. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Where a subject's values are. `id` grows with each row, so that it can bound what is old. */
export interface Source {
  readonly from: string;
  /** The table that `id` is of. */
  readonly table: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, Column>>;
  /** The row of a key's value: `FROM … WHERE key = ? AND …`, and the column of the value. */
  pair(on: 'param' | 'tag'): { readonly rows: string; readonly value: string };
  /** A fragment that is true for a metric of some test; absent when the subject has none. */
  metric?(field: Extract<Field, { on: 'metric' }>, key: number, test: Test): Fragment;
  dataset?(key: string, test: Test): Fragment;
  /** How an order other than by an attribute is joined and named. */
  orderValue?(order: Order, key: number, alias: string): OrderValue;
  /** Texts that free text is looked for in. */
  readonly free: readonly Fragment[];
  /** What decides between equals, when it is not ordered by already. */
  readonly ties: readonly { readonly key: string; readonly descending: boolean }[];
}

export interface Column {
  readonly sql: string;
  readonly type: 'text' | 'number';
  /** Never NULL. */
  readonly always: boolean;
  /** What is NULL when there is no value, where `sql` has the empty text that MLflow keeps then. */
  readonly absent?: string;
}

export interface OrderValue {
  readonly join: Fragment;
  readonly term: Fragment;
}

/** Row ids of one page. */
export interface FoundRows extends Found<number> {}

/** `scope` are conditions of the search besides its filter. */
export function findRows(
  state: State,
  source: Source,
  { scope, ...search }: Search & { readonly scope: readonly Fragment[] },
): FoundRows {
  state.settle();
  const until = search.until ?? newest(state, source);
  const { sql, values } = searchSql(state, source, { ...search, scope, until });
  const rows = state.sql.all(sql, ...values).map((row) => number(row[0]));
  return { items: rows.slice(0, search.limit), more: rows.length > search.limit, until };
}

const newest = (state: State, { table }: Source): number =>
  number(state.sql.get(`SELECT max(id) FROM ${table}`)?.[0]);

/** A statement that gives the row ids of one page and one more, if there are more. */
export function searchSql(
  state: State,
  source: Source,
  search: Search & { readonly scope: readonly Fragment[] },
): Fragment {
  const match = matchSql(state, source, search);
  const orders = search.orderBy.map((order, i) => orderSql(state, source, { order, index: i }));
  const terms = [...orders.map(({ term }) => term), ...tieTerms(source, search.orderBy)];
  return {
    sql: `SELECT ${source.id} FROM ${source.from} ${orders.map(({ join }) => join.sql).join(' ')}
      WHERE ${match.sql}
      ORDER BY ${terms.map(({ sql }) => sql).join(', ')} LIMIT ? OFFSET ?`,
    values: [
      ...orders.flatMap(({ join }) => join.values),
      ...match.values,
      ...terms.flatMap(({ values }) => values),
      search.limit + 1,
      search.offset,
    ],
  };
}

/** What holds of each row that a search finds, on whatever page. */
export function matchSql(
  state: State,
  source: Source,
  search: Pick<Search, 'filter' | 'until'> & {
    readonly offset?: number;
    readonly scope: readonly Fragment[];
  },
): Fragment {
  const conditions = [...search.scope, filterSql(state, source, search.filter)];
  if (search.offset) conditions.push({ sql: `${source.id} <= ?`, values: [search.until ?? 0] });
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/**
 * Each test of a key is a scalar subquery, which SQLite always answers by a look-up in the primary
 * key, with or without statistics. A missing row gives NULL, which is not true.
 */
function filterSql(state: State, source: Source, filter: Filter): Fragment {
  if (filter.kind === 'leaf') return conditionSql(state, source, filter.leaf);
  if (filter.kind === 'not') {
    const { sql, values } = filterSql(state, source, filter.part);
    return { sql: `(${sql}) IS NOT TRUE`, values };
  }
  const parts = filter.parts.map((part) => filterSql(state, source, part));
  if (parts.length === 0) return { sql: '1', values: [] };
  const word = filter.kind === 'and' ? ' AND ' : ' OR ';
  return { sql: balanced(parts, word), values: parts.flatMap(({ values }) => values) };
}

/** SQLite bounds the depth of an expression, and a plain chain of operators is as deep as long. */
function balanced(parts: readonly Fragment[], word: string): string {
  if (parts.length === 1) return parts[0]?.sql ?? '1';
  const middle = Math.ceil(parts.length / 2);
  const halves = [parts.slice(0, middle), parts.slice(middle)];
  return `(${halves.map((half) => balanced(half, word)).join(word)})`;
}

function conditionSql(state: State, source: Source, condition: Condition): Fragment {
  if (condition.kind === 'free') {
    return freeSql(source, condition.text);
  }
  const { field, test } = condition;
  switch (field.on) {
    case 'attribute':
      return attributeSql(column(source, field.key), test);
    case 'param':
    case 'tag':
      return pairSql(state, source, { on: field.on, key: field.key, test });
    case 'metric':
      return metricSql(state, source, { field, test });
    case 'dataset':
      if (!source.dataset) throw invalidSearch('Only runs have datasets.');
      return source.dataset(field.key, test);
    case 'name':
      throw invalidSearch(`The name ${field.key} is not resolved.`);
    default:
      return assertNever(field);
  }
}

function freeSql({ free }: Source, text: string): Fragment {
  const fold = folding(text);
  const tests = free.map(({ sql }) => `instr(${fold}(${sql}), ${fold}(?)) > 0`);
  return {
    sql: `(${tests.join(' OR ')})`,
    values: free.flatMap(({ values }) => [...values, text]),
  };
}

const MISSING: Fragment = { sql: 'NULL', values: [] };

function pairSql(
  state: State,
  source: Source,
  { on, key, test }: { on: 'param' | 'tag'; key: string; test: Test },
): Fragment {
  const id = state.keys.find(key);
  if (id === undefined) return isNullTest(test) ? nullSql('NULL', test) : MISSING;
  const { rows, value } = source.pair(on);
  if (isNullTest(test)) return { ...nullSql(`(SELECT 1 ${rows})`, test), values: [id] };
  const { sql, values } = testSql(value, test);
  return { sql: `(SELECT ${sql} ${rows})`, values: [...values, id] };
}

function metricSql(
  state: State,
  source: Source,
  { field, test }: { field: Extract<Field, { on: 'metric' }>; test: Test },
): Fragment {
  if (!source.metric) throw invalidSearch('This has no metrics.');
  const id = state.keys.find(field.key);
  if (id === undefined) return isNullTest(test) ? nullSql('NULL', test) : MISSING;
  return source.metric(field, id, test);
}

export const isNullTest = (test: Test): boolean =>
  test.op === 'IS NULL' || test.op === 'IS NOT NULL';

/** `operand` is NULL when there is nothing. */
export const nullSql = (operand: string, test: Test): Fragment => ({
  sql: `${operand} ${known(NULL_OPERATORS, test.op)}`,
  values: [],
});

/** A test of a text that SQL can name. A number compares with the number that the text spells. */
export function testSql(operand: string, test: Test): Fragment {
  if ('values' in test) {
    const op = known(LIST_OPERATORS, test.op);
    const values = [JSON.stringify(test.values)];
    return { sql: `${operand} ${op} (SELECT value FROM json_each(?))`, values };
  }
  if (!('value' in test)) return nullSql(operand, test);
  if (typeof test.value === 'number') {
    return numberSql(`numeric(${operand})`, test.op, test.value);
  }
  return { sql: textSql(operand, test.op, test.value), values: [test.value] };
}

function attributeSql({ sql, type, absent }: Column, test: Test): Fragment {
  if (isNullTest(test)) return nullSql(absent ?? sql, test);
  const isNumber = type === 'number' && 'value' in test && typeof test.value === 'number';
  return isNumber ? numberSql(sql, test.op, test.value) : testSql(sql, test);
}

export const numberSql = (operand: string, op: string, value: number): Fragment => ({
  sql: `${operand} ${known(COMPARE_OPERATORS, op)} ?`,
  values: [value],
});

function textSql(operand: string, op: string, value: string): string {
  const operator = known(TEXT_OPERATORS, op);
  if (!operator.endsWith('ILIKE')) return `${operand} ${operator} ?`;
  const fold = folding(value);
  return `${fold}(${operand}) ${operator.replace('ILIKE', 'LIKE')} ${fold}(?)`;
}

/** SQLite's own function knows ASCII only, and is five times as fast as ours, which knows all letters. */
export const folding = (wanted: string): 'lower' | 'fold' =>
  /^[ -~\s]*$/.test(wanted) ? 'lower' : 'fold';

/** Operators become SQL text, so each is taken from a list, whatever the types promise. */
export function known<T extends string>(list: readonly T[], op: string): T {
  const found = list.find((item) => item === op);
  if (found === undefined) throw invalidSearch(`The operator ${op} does not fit here.`);
  return found;
}

function column(source: Source, key: string): Column {
  const found = source.attributes[key];
  if (found === undefined) throw invalidSearch(`There is no attribute ${key}.`);
  return found;
}

export const invalidSearch = (message: string) => new RunlensError('search.invalid', message);

/** Missing values last in both directions, NaN before them and after the numbers. */
function orderSql(
  state: State,
  source: Source,
  { order, index }: { order: Order; index: number },
): OrderValue {
  if (order.field.on === 'attribute') {
    return { join: NOTHING, term: attributeTerm(source, order.field.key, order.descending) };
  }
  if (!source.orderValue) throw invalidSearch(`Nothing is ordered by ${order.field.key}.`);
  return source.orderValue(order, state.keys.find(order.field.key) ?? -1, `o${index}`);
}

const NOTHING: Fragment = { sql: '', values: [] };

/** Without NULLS LAST where there are none, so that an index can give the order. */
function attributeTerm(source: Source, key: string, descending: boolean): Fragment {
  const { sql, always } = column(source, key);
  const term = `${sql} ${descending ? 'DESC' : 'ASC'}`;
  return { sql: always ? term : `${term} NULLS LAST`, values: [] };
}

function tieTerms(source: Source, orderBy: readonly Order[]): Fragment[] {
  const isOrdered = (key: string) =>
    orderBy.some(({ field }) => field.on === 'attribute' && field.key === key);
  return source.ties
    .filter(({ key }) => !isOrdered(key))
    .map(({ key, descending }) => attributeTerm(source, key, descending));
}
