// Reads experiments by their row ids, many at once.
import type { Experiment } from '../../domain/experiment';
import { number, type Row, text } from '../database';
import type { State } from '../state';
import { groupByFirst } from './runRows';

/** Columns of the table `experiments` that a query calls `e`. */
export const EXPERIMENT_COLUMNS =
  'e.id, e.experiment_id, e.name, e.artifact_location, e.deleted, e.created, e.updated';

/** The experiments in the order of `rows`. */
export function loadExperiments(state: State, rows: readonly number[]): Experiment[] {
  const found = state.sql.all(
    `SELECT ${EXPERIMENT_COLUMNS} FROM json_each(?) j CROSS JOIN experiments e ON e.id = j.value`,
    JSON.stringify(rows),
  );
  return readExperiments(state, found);
}

/** From rows of EXPERIMENT_COLUMNS. */
export function readExperiments(state: State, rows: readonly Row[]): Experiment[] {
  const tags = groupByFirst(
    state.sql.all(
      `SELECT t.experiment, t.key, t.value FROM json_each(?) j
       CROSS JOIN experiment_tags t ON t.experiment = j.value`,
      JSON.stringify(rows.map((row) => row[0])),
    ),
    (row) => ({ key: state.keys.name(number(row[1])), value: text(row[2]) }),
  );
  return rows.map((row) => ({
    experimentId: text(row[1]),
    name: text(row[2]),
    artifactLocation: text(row[3]),
    lifecycleStage: number(row[4]) ? 'deleted' : 'active',
    creationTime: number(row[5]),
    lastUpdateTime: number(row[6]),
    tags: tags.get(number(row[0])) ?? [],
  }));
}
