// Mutations of experiments.
import { invalidMutation } from '../errors';
import type { State } from '../state';
import type { Of } from './of';

export function createExperiment(state: State, mutation: Of<'experiment.create'>): void {
  const { experimentId, name, artifactLocation, time, tags } = mutation;
  refuseTaken(state, experimentId, name);
  state.sql.run(
    `INSERT INTO experiments (experiment_id, name, artifact_location, created, updated)
     VALUES (?, ?, ?, ?, ?)`,
    experimentId,
    name,
    artifactLocation,
    time,
    time,
  );
  const row = state.experiment(experimentId);
  for (const tag of tags) setTag(state, row, tag.key, tag.value);
}

export function renameExperiment(state: State, mutation: Of<'experiment.rename'>): void {
  const row = state.experiment(mutation.experimentId);
  const taken = state.sql.get(
    'SELECT 1 FROM experiments WHERE name = ? AND id <> ?',
    mutation.name,
    row,
  );
  if (taken) throw invalidMutation(`An experiment is already named ${mutation.name}.`);
  state.sql.run(
    'UPDATE experiments SET name = ?, updated = ? WHERE id = ?',
    mutation.name,
    mutation.time,
    row,
  );
}

export function setExperimentLifecycle(state: State, mutation: Of<'experiment.lifecycle'>): void {
  const row = state.experiment(mutation.experimentId);
  const deleted = mutation.stage === 'deleted' ? 1 : 0;
  state.sql.run(
    'UPDATE experiments SET deleted = ?, updated = ? WHERE id = ?',
    deleted,
    mutation.time,
    row,
  );
  state.sql.run('UPDATE runs SET deleted = ? WHERE experiment = ?', deleted, row);
  state.after(() => state.runs.clear());
}

export function tagExperiment(state: State, mutation: Of<'experiment.tag'>): void {
  const row = state.experiment(mutation.experimentId);
  if (mutation.value === null) {
    const key = state.keys.id(mutation.key);
    state.sql.run('DELETE FROM experiment_tags WHERE experiment = ? AND key = ?', row, key);
  } else {
    setTag(state, row, mutation.key, mutation.value);
  }
  state.sql.run('UPDATE experiments SET updated = ? WHERE id = ?', mutation.time, row);
}

function setTag(state: State, experiment: number, key: string, value: string): void {
  state.sql.run(
    'INSERT OR REPLACE INTO experiment_tags VALUES (?, ?, ?)',
    experiment,
    state.keys.id(key),
    value,
  );
}

function refuseTaken(state: State, experimentId: string, name: string): void {
  const taken = state.sql.get(
    'SELECT experiment_id FROM experiments WHERE experiment_id = ? OR name = ?',
    experimentId,
    name,
  );
  if (taken)
    throw invalidMutation(`An experiment ${experimentId} or named ${name} exists already.`);
}
