// Search over experiments: where their values are, and the page that is found.
import type { Experiment } from '../../domain/experiment';
import type { ExperimentSearch, Found } from '../../domain/search/filter';
import { TAGS } from '../../domain/tags';
import type { State } from '../state';
import { loadExperiments } from './experimentRows';
import { findRows, type Source } from './search';
import { inStage } from './searchRuns';

export const experimentSource = (state: State): Source => ({
  from: 'experiments e',
  table: 'experiments',
  id: 'e.id',
  attributes: {
    name: { sql: 'e.name', type: 'text', always: true },
    experiment_id: { sql: 'e.experiment_id', type: 'text', always: true },
    /** Ids are texts of digits, ordered as the numbers they spell. */
    id_number: { sql: 'CAST(e.experiment_id AS INTEGER)', type: 'number', always: true },
    creation_time: { sql: 'e.created', type: 'number', always: true },
    last_update_time: { sql: 'e.updated', type: 'number', always: true },
  },
  pair: () => ({
    rows: 'FROM experiment_tags t WHERE t.key = ? AND t.experiment = e.id',
    value: 't.value',
  }),
  free: [
    { sql: 'e.name', values: [] },
    {
      sql: '(SELECT n.value FROM experiment_tags n WHERE n.key = ? AND n.experiment = e.id)',
      values: [state.keys.find(TAGS.note) ?? -1],
    },
  ],
  ties: [{ key: 'id_number', descending: true }],
});

const NEWEST_FIRST: ExperimentSearch['orderBy'] = [
  { field: { on: 'attribute', key: 'creation_time' }, descending: true },
  { field: { on: 'attribute', key: 'id_number' }, descending: false },
];

export function searchExperiments(state: State, search: ExperimentSearch): Found<Experiment> {
  const rows = findRows(state, experimentSource(state), {
    ...search,
    orderBy: search.orderBy.length > 0 ? search.orderBy.map(byNumber) : NEWEST_FIRST,
    scope: [inStage('e', search.stage)],
  });
  return { ...rows, items: loadExperiments(state, rows.items) };
}

function byNumber(order: ExperimentSearch['orderBy'][number]): ExperimentSearch['orderBy'][number] {
  const isId = order.field.on === 'attribute' && order.field.key === 'experiment_id';
  return isId ? { ...order, field: { on: 'attribute', key: 'id_number' } } : order;
}
