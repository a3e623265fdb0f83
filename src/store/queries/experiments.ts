// Queries of experiments.
import type { Experiment } from '../../domain/experiment';
import { number, type Row, text } from '../database';
import type { State } from '../state';
import type { ExperimentQueries, ListExperiments } from '../store';
import { HAS_PARENT } from './runs';

const COLUMNS = 'id, experiment_id, name, artifact_location, deleted, created, updated';

/** `current` gives the state of now: it is another one after a failed write. */
export function experimentQueries(current: () => State): ExperimentQueries {
  return {
    get: (id) => one(current(), `SELECT ${COLUMNS} FROM experiments WHERE experiment_id = ?`, id),
    byName: (name) => one(current(), `SELECT ${COLUMNS} FROM experiments WHERE name = ?`, name),
    list: (options) => list(current(), options),
    counts: (experimentId) => counts(current(), experimentId),
    nextId: () => nextId(current()),
  };
}

function one(state: State, sql: string, value: string): Experiment | undefined {
  const row = state.sql.get(sql, value);
  return row && readExperiment(state, row);
}

function list(state: State, { stage, limit, offset }: ListExperiments): Experiment[] {
  const where = stage === 'all' ? '' : `WHERE deleted = ${stage === 'deleted' ? 1 : 0}`;
  const rows = state.sql.all(
    `SELECT ${COLUMNS} FROM experiments ${where}
     ORDER BY created DESC, id DESC LIMIT ? OFFSET ?`,
    limit,
    offset,
  );
  return rows.map((row) => readExperiment(state, row));
}

function counts(state: State, experimentId: string): { runs: number; running: number } {
  const row = state.sql.get('SELECT id FROM experiments WHERE experiment_id = ?', experimentId);
  if (!row) return { runs: 0, running: 0 };
  const count = (where: string) =>
    number(
      state.sql.get(
        `SELECT count(*) FROM runs r WHERE r.experiment = ? AND r.deleted = 0 AND ${where}`,
        number(row[0]),
      )?.[0],
    );
  return {
    runs: state.runs.countOf(experimentId, () => count(`NOT (${HAS_PARENT})`)),
    running: count(`r.status = 'RUNNING' AND NOT (${HAS_PARENT})`),
  };
}

/** Imported ids can be longer than a number holds; they are left out. */
function nextId(state: State): string {
  const row = state.sql.get(
    `SELECT max(CAST(experiment_id AS INTEGER)) FROM experiments
     WHERE length(experiment_id) <= 15 AND experiment_id NOT GLOB '*[^0-9]*'`,
  );
  return String(number(row?.[0]) + 1);
}

function readExperiment(state: State, row: Row): Experiment {
  const tags = state.sql.all(
    'SELECT key, value FROM experiment_tags WHERE experiment = ?',
    row[0] ?? null,
  );
  return {
    experimentId: text(row[1]),
    name: text(row[2]),
    artifactLocation: text(row[3]),
    lifecycleStage: number(row[4]) ? 'deleted' : 'active',
    creationTime: number(row[5]),
    lastUpdateTime: number(row[6]),
    tags: tags.map(([key, value]) => ({ key: state.keys.name(number(key)), value: text(value) })),
  };
}
