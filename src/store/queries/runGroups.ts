// Groups of runs with the spread of their metrics.
import { assertNever } from '../../base/assertNever';
import {
  byValues,
  groupRows,
  orderedByMean,
  type RowGroup,
  spreadOver,
  type TextCells,
} from '../../domain/runGroups';
import type { GroupBy, GroupsQuery, RunGroup, RunGroups, TableColumn } from '../../domain/runTable';
import { exactFilter } from '../../domain/search/exact';
import { text } from '../database';
import type { State } from '../state';

import { cellsOf, type RunSet, rowsOf, setOf } from './runSet';

export function readGroups(state: State, query: GroupsQuery): RunGroups {
  state.settle();
  const set = setOf(rowsOf(state, query));
  const by = query.by.map((key) => keyColumn(state, set, key));
  const groups = groupRows(by.map(({ values }) => values));
  const metrics = query.metrics.map((column) => numbersOf(state, set, column));
  const leading = query.orderBy && metrics[query.orderBy.metric];
  const ordered =
    query.orderBy && leading
      ? orderedByMean(groups, leading, query.orderBy)
      : groups.sort(byValues);
  const shown = ordered.slice(query.offset, query.offset + query.limit);
  return {
    groups: shown.map((group) => ({
      values: group.values,
      runs: group.members.length,
      cells: metrics.map((cells) => spreadOver(group.members, cells)),
      filter: filterOf(group, by) ?? filterByIds(state, set, group),
      ...experimentOf(group, by),
    })),
    total: groups.length,
    runs: set.rows.length,
  };
}

interface KeyColumn {
  readonly by: GroupBy;
  readonly values: TextCells;
  /** What the filter looks at, where that is not the value: ids of runs of pipelines. */
  readonly ids?: TextCells;
  /** Experiment of each name. */
  readonly experiments?: ReadonlyMap<string, string>;
}

function keyColumn(state: State, set: RunSet, by: GroupBy): KeyColumn {
  switch (by.on) {
    case 'param':
    case 'tag':
      return { by, values: textsOf(state, set, by) };
    case 'attribute':
      return by.key === 'experiment'
        ? { by, ...experimentColumn(state, set) }
        : { by, values: attributeColumn(state, set, by.key) };
    case 'pipeline': {
      const ids = textsOf(state, set, { on: 'tag', key: by.tag });
      return { by, ids, values: pipelineNames(state, ids) };
    }
    default:
      return assertNever(by);
  }
}

const textsOf = (state: State, set: RunSet, column: TableColumn): TextCells =>
  cellsOf(state, set, column).map((cell) => (typeof cell === 'string' ? cell : null));

const numbersOf = (state: State, set: RunSet, column: TableColumn): (number | null)[] =>
  cellsOf(state, set, column).map((cell) => (typeof cell === 'number' ? cell : null));

function attributeColumn(state: State, set: RunSet, key: 'status' | 'run_name'): TextCells {
  const column = key === 'status' ? 'r.status' : 'r.name';
  const rows = state.sql.all(
    `SELECT ${column} FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value`,
    set.list,
  );
  return rows.map((row) => text(row[0]));
}

/** Names of experiments are different, also of deleted ones. */
function experimentColumn(state: State, set: RunSet): Pick<KeyColumn, 'values' | 'experiments'> {
  const rows = state.sql.all(
    `SELECT e.name, e.experiment_id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value
     CROSS JOIN experiments e ON e.id = r.experiment`,
    set.list,
  );
  const experiments = new Map(rows.map(([name, id]) => [text(name), text(id)]));
  return { values: rows.map((row) => text(row[0])), experiments };
}

/** Of runs that no pipeline of this store made: null. */
function pipelineNames(state: State, ids: TextCells): TextCells {
  const rows = state.sql.all(
    `SELECT p.run_id, p.pipeline FROM json_each(?) j
     CROSS JOIN pipeline_runs p ON p.run_id = j.value`,
    JSON.stringify([...new Set(ids)].filter((id) => id !== null)),
  );
  const names = new Map(rows.map(([id, pipeline]) => [text(id), text(pipeline)]));
  return ids.map((id) => (id === null ? null : (names.get(id) ?? null)));
}

/** Undefined when the language cannot write one of the keys. */
function filterOf({ values, members }: RowGroup, by: readonly KeyColumn[]): string | undefined {
  const clauses = by.map((column, i) => {
    if (column.experiments) return '';
    const { on } = column.by;
    if (on !== 'pipeline') return exactFilter(column.by, [values[i] ?? null]);
    const ids = new Set(members.map((row) => column.ids?.[row] ?? null));
    return exactFilter({ on: 'tag', key: column.by.tag }, [...ids]);
  });
  if (clauses.some((clause) => clause === undefined)) return undefined;
  return clauses.filter((clause) => clause !== '').join(' AND ');
}

function filterByIds(state: State, { rows }: RunSet, { members }: RowGroup): string {
  const list = JSON.stringify(members.map((row) => rows[row]));
  const found = state.sql.all(
    'SELECT r.run_id FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value',
    list,
  );
  const ids = found.map((row) => text(row[0]));
  return exactFilter({ on: 'attribute', key: 'run_id' }, ids) ?? '';
}

function experimentOf(
  { values }: RowGroup,
  by: readonly KeyColumn[],
): Pick<RunGroup, 'experimentId'> {
  const column = by.findIndex(({ experiments }) => experiments);
  const experimentId = by[column]?.experiments?.get(values[column] ?? '');
  return experimentId === undefined ? {} : { experimentId };
}
