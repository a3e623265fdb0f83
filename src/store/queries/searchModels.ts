// Search over logged models: metrics by dataset, and the newest value of a metric for an order.
import type { LoggedModel } from '../../domain/model';
import {
  COMPARE_OPERATORS,
  type DatasetChoice,
  type Found,
  type ModelOrder,
  type ModelSearch,
  requiredLeaves,
} from '../../domain/search/filter';
import type { State } from '../state';
import { loadModels } from './modelRows';
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
} from './search';
import { inExperiments, inStage } from './searchRuns';

export function searchModels(state: State, search: ModelSearch): Found<LoggedModel> {
  const rows = findRows(state, modelSource(search.datasets), {
    ...search,
    scope: modelScope(search),
  });
  return { ...rows, items: loadModels(state, rows.items) };
}

/** Datasets alone mean: some metric was logged on one of them. */
export function modelScope(search: ModelSearch): Fragment[] {
  const scope = [inExperiments('m', search.experimentIds), inStage('m', 'active')];
  const tests = requiredLeaves(search.filter);
  const hasMetric = tests.some((leaf) => leaf.kind === 'test' && leaf.field.on === 'metric');
  if (search.datasets.length === 0 || hasMetric) return scope;
  const { sql, values } = onDatasets(search.datasets);
  const found = `(SELECT count(*) FROM logged_model_metrics x WHERE x.model = m.id${sql}) > 0`;
  return [...scope, { sql: found, values }];
}

const maybe = (column: string): Column => ({
  sql: `coalesce(${column}, '')`,
  type: 'text',
  always: true,
  absent: column,
});

export const modelSource = (datasets: readonly DatasetChoice[]): Source => ({
  from: 'logged_models m',
  table: 'logged_models',
  id: 'm.id',
  attributes: {
    name: { sql: 'm.name', type: 'text', always: true },
    model_id: { sql: 'm.model_id', type: 'text', always: true },
    model_type: maybe('m.model_type'),
    status: { sql: 'm.status', type: 'text', always: true },
    source_run_id: maybe('m.source_run'),
    experiment_id: {
      sql: '(SELECT e.experiment_id FROM experiments e WHERE e.id = m.experiment)',
      type: 'text',
      always: true,
    },
    creation_timestamp: { sql: 'm.created', type: 'number', always: true },
    last_updated_timestamp: { sql: 'm.updated', type: 'number', always: true },
  },
  pair: (on) => ({
    rows: `FROM logged_model_${on}s p WHERE p.key = ? AND p.model = m.id`,
    value: 'p.value',
  }),
  metric: (_, key, test) => {
    const { sql: on, values } = onDatasets(datasets);
    const count = (where: string) =>
      `(SELECT count(*) FROM logged_model_metrics x
        WHERE x.key = ? AND x.model = m.id${on}${where})`;
    if (isNullTest(test)) {
      return { ...nullSql(`nullif(${count('')}, 0)`, test), values: [key, ...values] };
    }
    if (!('value' in test) || typeof test.value !== 'number') {
      throw invalidSearch(`A metric is compared with a number, not by ${test.op}.`);
    }
    const where = ` AND x.value ${known(COMPARE_OPERATORS, test.op)} ?`;
    return { sql: `${count(where)} > 0`, values: [key, ...values, test.value] };
  },
  orderValue: modelOrderValue,
  free: ['m.name', 'm.model_id', 'm.model_type'].map((sql) => ({ sql, values: [] })),
  ties: [
    { key: 'creation_timestamp', descending: true },
    { key: 'model_id', descending: false },
  ],
});

/** What was logged last counts; of that at one time, the highest step. */
function modelOrderValue(order: ModelOrder, key: number): OrderValue {
  const { sql, values } = order.dataset ? onDatasets([order.dataset]) : { sql: '', values: [] };
  const newest = `(SELECT x.value FROM logged_model_metrics x
    WHERE x.model = m.id AND x.key = ?${sql} ORDER BY x.time DESC, x.step DESC, x.run LIMIT 1)`;
  return {
    join: { sql: '', values: [] },
    term: {
      sql: `${newest} ${order.descending ? 'DESC' : 'ASC'} NULLS LAST`,
      values: [key, ...values],
    },
  };
}

function onDatasets(datasets: readonly DatasetChoice[]): Fragment {
  if (datasets.length === 0) return { sql: '', values: [] };
  const choices = datasets.map(({ name, digest }) => {
    const parts = [
      ...(name === undefined ? [] : [{ sql: 'x.dataset_name = ?', value: name }]),
      ...(digest === undefined ? [] : [{ sql: 'x.dataset_digest = ?', value: digest }]),
    ];
    return { sql: parts.map((part) => part.sql).join(' AND '), values: parts.map((p) => p.value) };
  });
  return {
    sql: ` AND (${choices.map(({ sql }) => `(${sql || '1'})`).join(' OR ')})`,
    values: choices.flatMap(({ values }) => values),
  };
}
