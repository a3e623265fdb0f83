// Turns a parsed search over runs into SQL.
import { assertNever } from '../../base/assertNever';
import { RunlensError } from '../../base/errors';
import type {
  CompareOperator,
  RunClause,
  RunOrder,
  RunSearch,
  TextOperator,
} from '../../domain/search/query';
import type { Value } from '../database';
import type { State } from '../state';

/** SQL text with the values of its question marks, in order. */
interface Fragment {
  readonly sql: string;
  readonly values: readonly Value[];
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  run_id: 'r.run_id',
  run_name: 'r.name',
  user_id: 'r.user_id',
  status: 'r.status',
  artifact_uri: 'r.artifact_uri',
  start_time: 'r.started',
  end_time: 'r.ended',
};
const DATASET_COLUMNS = { name: 'd.name', digest: 'd.digest', context: 'i.context' } as const;

/** A statement that gives the row ids of one page and one more, if there are more. */
export function searchSql(state: State, search: RunSearch): Fragment {
  const conditions = [
    inExperiments(search),
    ...search.filter.map((clause) => condition(state, clause)),
  ];
  const orders = search.orderBy.map((order, i) => ordering(state, order, `o${i}`));
  const where = conditions.map((fragment) => fragment.sql).join(' AND ');
  const terms = [...orders.map((order) => order.term), 'r.started DESC', 'r.run_id ASC'];
  return {
    sql: `SELECT r.id FROM runs r ${orders.map((order) => order.join.sql).join(' ')}
      WHERE ${where} ORDER BY ${terms.join(', ')} LIMIT ? OFFSET ?`,
    values: [
      ...orders.flatMap((order) => order.join.values),
      ...conditions.flatMap((fragment) => fragment.values),
      search.limit + 1,
      search.offset,
    ],
  };
}

function inExperiments({ experimentIds, stage }: RunSearch): Fragment {
  const deleted = stage === 'all' ? '' : ` AND r.deleted = ${stage === 'deleted' ? 1 : 0}`;
  const [only] = experimentIds;
  if (only !== undefined && experimentIds.length === 1) {
    const sql = `r.experiment = (SELECT id FROM experiments WHERE experiment_id = ?)${deleted}`;
    return { sql, values: [only] };
  }
  const sql = `r.experiment IN (SELECT id FROM experiments
    WHERE experiment_id IN (SELECT value FROM json_each(?)))${deleted}`;
  return { sql, values: [JSON.stringify(experimentIds)] };
}

/**
 * Each clause is a scalar subquery, which SQLite always answers by a look-up in the primary key,
 * with or without statistics. A missing row gives NULL, which no comparison accepts.
 */
function condition(state: State, clause: RunClause): Fragment {
  switch (clause.on) {
    case 'metric': {
      const key = state.keys.find(clause.key);
      if (key === undefined) return NEVER;
      const value = `(SELECT value FROM metrics WHERE key = ? AND run = r.id AND nan & 1 = 0)`;
      return { sql: `${value} ${numeric(clause.op)} ?`, values: [key, clause.value] };
    }
    case 'param':
    case 'tag':
      return pairCondition(state, clause);
    case 'attribute':
      return attributeCondition(clause);
    case 'dataset':
      return datasetCondition(clause);
    default:
      return assertNever(clause);
  }
}

const NEVER: Fragment = { sql: '0', values: [] };

function pairCondition(
  state: State,
  clause: Extract<RunClause, { on: 'param' | 'tag' }>,
): Fragment {
  const key = state.keys.find(clause.key);
  if (key === undefined) return clause.op === 'IS NULL' ? { sql: '1', values: [] } : NEVER;
  const value = `(SELECT value FROM ${clause.on}s WHERE key = ? AND run = r.id)`;
  if (!('value' in clause)) {
    return {
      sql: `${value} ${clause.op === 'IS NULL' ? 'IS NULL' : 'IS NOT NULL'}`,
      values: [key],
    };
  }
  return { sql: compareText(value, textual(clause.op)), values: [key, clause.value] };
}

function attributeCondition(clause: Extract<RunClause, { on: 'attribute' }>): Fragment {
  const column = attribute(clause.key);
  if ('values' in clause) return listCondition(column, clause.op, clause.values);
  if (typeof clause.value === 'string') {
    return { sql: compareText(column, textual(clause.op)), values: [clause.value] };
  }
  return { sql: `${column} ${numeric(clause.op)} ?`, values: [clause.value] };
}

/** Some dataset of the run fulfils the clause. */
function datasetCondition(clause: Extract<RunClause, { on: 'dataset' }>): Fragment {
  const column = DATASET_COLUMNS[clause.key];
  const inner =
    'values' in clause
      ? listCondition(column, clause.op, clause.values)
      : { sql: compareText(column, textual(clause.op)), values: [clause.value] };
  const sql = `(SELECT count(*) FROM inputs i CROSS JOIN datasets d ON d.id = i.dataset
    WHERE i.run = r.id AND ${inner.sql}) > 0`;
  return { sql, values: inner.values };
}

function listCondition(column: string, op: 'IN' | 'NOT IN', values: readonly string[]): Fragment {
  const sql = `${column} ${op} (SELECT value FROM json_each(?))`;
  return { sql, values: [JSON.stringify(values)] };
}

function compareText(operand: string, op: TextOperator): string {
  return op === 'ILIKE' ? `fold(${operand}) LIKE fold(?)` : `${operand} ${op} ?`;
}

/** Operators become SQL text, so each is taken from a list, whatever the types promise. */
const NUMERIC: readonly CompareOperator[] = ['=', '!=', '>', '>=', '<', '<='];
const TEXTUAL: readonly TextOperator[] = ['=', '!=', 'LIKE', 'ILIKE'];
const numeric = (op: string): CompareOperator => known(NUMERIC, op);
const textual = (op: string): TextOperator => known(TEXTUAL, op);

function known<T extends string>(list: readonly T[], op: string): T {
  const found = list.find((item) => item === op);
  if (found === undefined) throw invalidSearch(`The operator ${op} does not fit here.`);
  return found;
}

function attribute(key: string): string {
  const column = ATTRIBUTES[key];
  if (column === undefined) throw invalidSearch(`Runs have no attribute ${key}.`);
  return column;
}

const invalidSearch = (message: string) => new RunlensError('search.invalid', message);

/** Missing values last in both directions, NaN before them and after the numbers. */
function ordering(state: State, order: RunOrder, alias: string): { join: Fragment; term: string } {
  const direction = order.descending ? 'DESC' : 'ASC';
  if (order.on === 'attribute') {
    const column = attribute(order.key);
    return { join: { sql: '', values: [] }, term: `${column} IS NULL, ${column} ${direction}` };
  }
  const table = `${order.on}s`;
  const join = {
    sql: `LEFT JOIN ${table} ${alias} ON ${alias}.key = ? AND ${alias}.run = r.id`,
    values: [state.keys.find(order.key) ?? -1],
  };
  const nan = order.on === 'metric' ? `${alias}.nan & 1, ` : '';
  return { join, term: `${alias}.run IS NULL, ${nan}${alias}.value ${direction}` };
}
