// Queries of experiments.
import type { Experiment } from '../../domain/experiment';
import { maybeText, number, text } from '../database';
import type { State } from '../state';
import type { DatasetSummary, ExperimentQueries, ListExperiments } from '../store';
import { EXPERIMENT_COLUMNS, readExperiments } from './experimentRows';
import { HAS_PARENT } from './runs';
import { searchExperiments } from './searchExperiments';

/** `current` gives the state of now: it is another one after a failed write. */
export function experimentQueries(current: () => State): ExperimentQueries {
  return {
    get: (id) => one(current(), 'experiment_id', id),
    byName: (name) => one(current(), 'name', name),
    search: (search) => searchExperiments(current(), search),
    list: (options) => list(current(), options),
    counts: (experimentId) => counts(current(), experimentId),
    nextId: () => nextId(current()),
    datasets: (experimentIds, limit) => datasets(current(), experimentIds, limit),
  };
}

function one(
  state: State,
  column: 'experiment_id' | 'name',
  value: string,
): Experiment | undefined {
  const row = state.sql.get(
    `SELECT ${EXPERIMENT_COLUMNS} FROM experiments e WHERE e.${column} = ?`,
    value,
  );
  return row && readExperiments(state, [row])[0];
}

function list(state: State, { stage, limit, offset }: ListExperiments): Experiment[] {
  const where = stage === 'all' ? '' : `WHERE deleted = ${stage === 'deleted' ? 1 : 0}`;
  const rows = state.sql.all(
    `SELECT ${EXPERIMENT_COLUMNS} FROM experiments e ${where}
     ORDER BY e.created DESC, e.id DESC LIMIT ? OFFSET ?`,
    limit,
    offset,
  );
  return readExperiments(state, rows);
}

function counts(state: State, experimentId: string): { runs: number; running: number } {
  const row = state.sql.get('SELECT id FROM experiments WHERE experiment_id = ?', experimentId);
  if (!row) return { runs: 0, running: 0 };
  const count = (runs: string) =>
    number(
      state.sql.get(
        `SELECT count(*) FROM ${runs} AND r.experiment = ? AND r.deleted = 0
           AND NOT (${HAS_PARENT})`,
        number(row[0]),
      )?.[0],
    );
  return {
    runs: state.runs.countOf(experimentId, () => count('runs r WHERE true')),
    // Left to itself, SQLite looks at every run of the experiment.
    running: count(`runs r INDEXED BY runs_running WHERE r.status = 'RUNNING'`),
  };
}

/** In `meta`: the greatest id of a purged experiment, so that its folder is never another's. */
export const LAST_PURGED = 'experiment.purged';

/** Imported ids can be longer than a number holds; they are left out. */
function nextId(state: State): string {
  const row = state.sql.get(
    `SELECT max(CAST(experiment_id AS INTEGER)) FROM experiments
     WHERE length(experiment_id) <= 15 AND experiment_id NOT GLOB '*[^0-9]*'`,
  );
  const purged = state.sql.get(`SELECT value FROM meta WHERE name = '${LAST_PURGED}'`);
  return String(Math.max(number(row?.[0]), Number(purged?.[0] ?? 0)) + 1);
}

function datasets(state: State, experimentIds: readonly string[], limit: number): DatasetSummary[] {
  const rows = state.sql.all(
    `SELECT e.experiment_id, d.name, d.digest, i.context
     FROM json_each(?) j CROSS JOIN experiments e ON e.experiment_id = j.value
     CROSS JOIN datasets d ON d.experiment = e.id
     CROSS JOIN inputs i INDEXED BY inputs_by_dataset ON i.dataset = d.id
     GROUP BY d.id, i.context ORDER BY d.id, min(i.run) LIMIT ?`,
    JSON.stringify([...new Set(experimentIds)]),
    limit,
  );
  return rows.map((row) => ({
    experimentId: text(row[0]),
    name: text(row[1]),
    digest: text(row[2]),
    context: maybeText(row[3]),
  }));
}
