// Mutations of experiments.
import { invalidMutation } from '../errors';
import type { State } from '../state';
import type { Of } from './of';
import { stageColumns } from './stage';

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
    mutation.updated ?? time,
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
  const { stage, time } = mutation;
  const columns = stageColumns(stage, time);
  state.sql.run(
    `UPDATE experiments SET deleted = ?, deleted_time = ?, updated = ? WHERE id = ?`,
    ...columns,
    time,
    row,
  );
  // A run that was deleted before keeps its time, and its place in the trash.
  state.sql.run(
    `UPDATE runs SET deleted = ?1, deleted_time = CASE WHEN deleted = ?1 THEN deleted_time ELSE ?2 END
     WHERE experiment = ?3`,
    ...columns,
    row,
  );
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
