// Search over runs: where their values are, and the page that is found.
import type { Run } from '../../domain/run';
import type {
  Aggregate,
  Field,
  Found,
  Order,
  RunSearch,
  Stage,
  Test,
} from '../../domain/search/filter';
import { COMPARE_OPERATORS } from '../../domain/search/filter';
import { type NameUse, resolveFilter, resolveOrder } from '../../domain/search/names';
import { TAGS } from '../../domain/tags';
import type { State } from '../state';
import { loadRuns } from './runRows';
import {
  type Column,
  type Fragment,
  findRows,
  invalidSearch,
  isNullTest,
  known,
  nullSql,
  type OrderValue,
  type Source,
  testSql,
} from './search';

const text = (sql: string): Column => ({ sql, type: 'text', always: true });
const time = (sql: string, always: boolean): Column => ({ sql, type: 'number', always });

export const ATTRIBUTES: Readonly<Record<string, Column>> = {
  run_id: text('r.run_id'),
  run_name: text('r.name'),
  user_id: text('r.user_id'),
  status: text('r.status'),
  artifact_uri: text('r.artifact_uri'),
  start_time: time('r.started', true),
  end_time: time('r.ended', false),
  duration: time('(r.ended - r.started)', false),
};

const DATASET_COLUMNS: Readonly<Record<string, string>> = {
  name: 'd.name',
  digest: 'd.digest',
  context: 'i.context',
};

/** The columns of a metric's first, least and greatest value are empty where it is the last, too. */
export const METRIC_VALUES: Readonly<Record<Aggregate, (alias: string) => string>> = {
  last: (m) => `${m}.value`,
  first: (m) => `CASE WHEN ${m}.first_step IS NULL THEN ${m}.value ELSE ${m}.first_value END`,
  min: (m) => `CASE WHEN ${m}.min_step IS NULL THEN ${m}.value ELSE ${m}.min_value END`,
  max: (m) => `CASE WHEN ${m}.max_step IS NULL THEN ${m}.value ELSE ${m}.max_value END`,
};

export const runSource = (state: State): Source => ({
  from: 'runs r',
  table: 'runs',
  id: 'r.id',
  attributes: ATTRIBUTES,
  pair: (on) => ({ rows: `FROM ${on}s p WHERE p.key = ? AND p.run = r.id`, value: 'p.value' }),
  metric: metricTest,
  dataset: datasetTest,
  orderValue,
  free: freeText(state),
  ties: [
    { key: 'start_time', descending: true },
    { key: 'run_id', descending: false },
  ],
});

function freeText(state: State): Fragment[] {
  const columns = ['r.name', 'r.run_id', 'r.user_id'].map((sql) => ({ sql, values: [] }));
  const note = state.keys.find(TAGS.note);
  if (note === undefined) return columns;
  const sql = '(SELECT n.value FROM tags n WHERE n.key = ? AND n.run = r.id)';
  return [...columns, { sql, values: [note] }];
}

/** A NaN is kept as NULL; it is different from every number, and compares in no other way. */
function metricTest(field: Extract<Field, { on: 'metric' }>, key: number, test: Test): Fragment {
  const rows = 'FROM metrics m WHERE m.key = ? AND m.run = r.id';
  if (isNullTest(test)) return { ...nullSql(`(SELECT 1 ${rows})`, test), values: [key] };
  if (!('value' in test) || typeof test.value !== 'number') {
    throw invalidSearch(`A metric is compared with a number, not by ${test.op}.`);
  }
  const op = known(COMPARE_OPERATORS, test.op);
  const value = METRIC_VALUES[field.of]('m');
  const sql = `(SELECT (${value}) ${op === '!=' ? 'IS NOT' : op} ? ${rows})`;
  return { sql, values: [test.value, key] };
}

/** Some dataset of the run fulfils the test. */
function datasetTest(key: string, test: Test): Fragment {
  const column = DATASET_COLUMNS[key];
  if (column === undefined) throw invalidSearch(`Datasets have no ${key}.`);
  const count = (where: string) => `(SELECT count(*) FROM inputs i
    CROSS JOIN datasets d ON d.id = i.dataset WHERE i.run = r.id AND ${where})`;
  if (isNullTest(test)) return nullSql(`nullif(${count(`${column} IS NOT NULL`)}, 0)`, test);
  const { sql, values } = testSql(column, test);
  return { sql: `${count(sql)} > 0`, values };
}

function orderValue({ field, descending }: Order, key: number, alias: string): OrderValue {
  if (field.on !== 'metric' && field.on !== 'param' && field.on !== 'tag') {
    throw invalidSearch(`The name ${field.key} is not resolved.`);
  }
  const value = field.on === 'metric' ? METRIC_VALUES[field.of](alias) : `${alias}.value`;
  const direction = descending ? 'DESC' : 'ASC';
  return {
    join: {
      sql: `LEFT JOIN ${field.on}s ${alias} ON ${alias}.key = ? AND ${alias}.run = r.id`,
      values: [key],
    },
    term: { sql: `${alias}.run IS NULL, ${value} ${direction} NULLS LAST`, values: [] },
  };
}

/** @throws SearchError for a bare name that means nothing, or more than one thing. */
export function searchRuns(state: State, search: RunSearch): Found<Run> {
  state.settle();
  const rows = findRows(state, runSource(state), {
    ...resolveRunSearch(state, search),
    scope: scopeOf(search),
  });
  return { ...rows, items: loadRuns(state, rows.items) };
}

/** With bare names replaced by what they mean in this store. */
export function resolveRunSearch<T extends Pick<RunSearch, 'filter' | 'orderBy'>>(
  state: State,
  search: T,
): T {
  const uses: NameUse = (name) => {
    const key = state.keys.find(name);
    const has = (table: string) =>
      key !== undefined &&
      state.sql.get(`SELECT 1 FROM ${table} WHERE key = ? LIMIT 1`, key) !== undefined;
    return { metric: has('metrics'), param: has('params') };
  };
  return {
    ...search,
    filter: resolveFilter(search.filter, uses),
    orderBy: resolveOrder(search.orderBy, uses),
  };
}

export const scopeOf = (search: { experimentIds: readonly string[]; stage: Stage }) => [
  inExperiments('r', search.experimentIds),
  inStage('r', search.stage),
];

export function inExperiments(alias: string, experimentIds: readonly string[]): Fragment {
  const [only] = experimentIds;
  if (only !== undefined && experimentIds.length === 1) {
    const sql = `${alias}.experiment = (SELECT id FROM experiments WHERE experiment_id = ?)`;
    return { sql, values: [only] };
  }
  const sql = `${alias}.experiment IN (SELECT id FROM experiments
    WHERE experiment_id IN (SELECT value FROM json_each(?)))`;
  return { sql, values: [JSON.stringify(experimentIds)] };
}

export function inStage(alias: string, stage: Stage): Fragment {
  if (stage === 'all') return { sql: '1', values: [] };
  return { sql: `${alias}.deleted = ${stage === 'deleted' ? 1 : 0}`, values: [] };
}
