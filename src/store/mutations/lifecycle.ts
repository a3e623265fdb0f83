// Mutations after the fact: edits with their history, moves, and what goes for good.
import { number, type Value } from '../database';
import { invalidMutation } from '../errors';
import { LAST_PURGED } from '../queries/experiments';
import type { State } from '../state';
import type { Of } from './of';
import { deleteTag, setTags } from './runs';

/** Tables that hold what was logged to a run, by the run's row. */
const OF_RUN = [
  'params',
  'tags',
  'metrics',
  'chunks',
  'inputs',
  'edits',
  'run_input_models',
  'run_output_models',
  'logged_model_metrics',
] as const;

const OF_MODEL = ['logged_model_params', 'logged_model_tags', 'logged_model_metrics'] as const;

export function editRun(state: State, mutation: Of<'run.edit'>): void {
  const { runId, what, key, value } = mutation;
  const row = state.run(runId);
  const table = what === 'param' ? 'params' : 'tags';
  const id = state.keys.id(key);
  const sql = `SELECT value FROM ${table} WHERE key = ? AND run = ?`;
  const before = state.sql.get(sql, id, row)?.[0] ?? null;
  if (before === value) return;
  addEdit(state, row, { ...mutation, before, after: value });
  if (what === 'param') setParam(state, row, id, value);
  else if (value === null) deleteTag(state, row, key);
  else setTags(state, row, [{ key, value }]);
  state.after(() => {
    state.runs.forget(row);
    state.runs.forgetCounts();
  });
}

function setParam(state: State, row: number, key: number, value: string | null): void {
  if (value === null) state.sql.run('DELETE FROM params WHERE key = ? AND run = ?', key, row);
  else state.sql.run('INSERT OR REPLACE INTO params VALUES (?, ?, ?)', key, row, value);
}

/** Its datasets and the models that it logged go with it: they belong to an experiment, too. */
export function moveRun(state: State, mutation: Of<'run.move'>): void {
  const { runId, experimentId } = mutation;
  const row = state.run(runId);
  const target = state.experiment(experimentId);
  const found = state.sql.get(
    `SELECT e.id, e.experiment_id FROM runs r JOIN experiments e ON e.id = r.experiment
     WHERE r.id = ?`,
    row,
  );
  const source = number(found?.[0]);
  if (source === target) return;
  const before = found?.[1] ?? null;
  addEdit(state, row, { ...mutation, what: 'experiment', key: '', before, after: experimentId });
  state.sql.run('UPDATE runs SET experiment = ? WHERE id = ?', target, row);
  state.sql.run('UPDATE logged_models SET experiment = ? WHERE source_run = ?', target, runId);
  moveDatasets(state, row, target);
  dropUnusedDatasets(state, source);
  state.after(() => {
    state.runs.forget(row);
    state.runs.forgetCounts();
  });
}

/** A dataset is one per experiment, name and digest: that of the new experiment takes its place. */
function moveDatasets(state: State, run: number, experiment: number): void {
  const columns = 'name, digest, source_type, source, schema, profile';
  state.sql.run(
    `INSERT OR IGNORE INTO datasets (experiment, ${columns})
     SELECT ?, ${columns} FROM datasets WHERE id IN (SELECT dataset FROM inputs WHERE run = ?)
     ORDER BY id`,
    experiment,
    run,
  );
  state.sql.run(
    `UPDATE inputs SET dataset = (SELECT there.id FROM datasets here JOIN datasets there
       ON there.name = here.name AND there.digest = here.digest
       WHERE here.id = inputs.dataset AND there.experiment = ?) WHERE run = ?`,
    experiment,
    run,
  );
}

function dropUnusedDatasets(state: State, experiment: number): void {
  state.sql.run(
    `DELETE FROM datasets WHERE experiment = ? AND id NOT IN (SELECT dataset FROM inputs)`,
    experiment,
  );
}

export function purgeRuns(state: State, mutation: Of<'run.purge'>): void {
  const experiments = new Set<number>();
  for (const runId of mutation.runIds) experiments.add(purgeRun(state, runId));
  for (const experiment of experiments) dropUnusedDatasets(state, experiment);
  rememberFolders(state, mutation);
  state.after(() => state.runs.clear());
}

/** @returns the row of its experiment. */
function purgeRun(state: State, runId: string): number {
  const row = state.run(runId);
  const found = state.sql.get('SELECT experiment, deleted FROM runs WHERE id = ?', row);
  if (!number(found?.[1])) throw invalidMutation(`The run ${runId} is not deleted.`);
  for (const table of OF_RUN) state.sql.run(`DELETE FROM ${table} WHERE run = ?`, row);
  state.sql.run('DELETE FROM runs WHERE id = ?', row);
  state.after(() => state.forgetRun(runId, row));
  return number(found?.[0]);
}

export function purgeExperiment(state: State, mutation: Of<'experiment.purge'>): void {
  const { experimentId } = mutation;
  const row = state.experiment(experimentId);
  const isDeleted = number(state.sql.get('SELECT deleted FROM experiments WHERE id = ?', row)?.[0]);
  if (!isDeleted) throw invalidMutation(`The experiment ${experimentId} is not deleted.`);
  const hasRuns = state.sql.get('SELECT 1 FROM runs WHERE experiment = ? LIMIT 1', row);
  if (hasRuns) throw invalidMutation(`The experiment ${experimentId} still has runs.`);
  for (const [model] of state.sql.all('SELECT id FROM logged_models WHERE experiment = ?', row)) {
    purgeModel(state, number(model));
  }
  state.sql.run('DELETE FROM datasets WHERE experiment = ?', row);
  state.sql.run('DELETE FROM experiment_tags WHERE experiment = ?', row);
  state.sql.run('DELETE FROM experiments WHERE id = ?', row);
  rememberPurged(state, LAST_PURGED, /^\d{1,15}$/.test(experimentId) ? experimentId : '0');
  rememberFolders(state, mutation);
  state.after(() => state.runs.clear());
}

export function purgeModels(state: State, mutation: Of<'model.purge'>): void {
  for (const modelId of mutation.modelIds) {
    const found = state.sql.get(
      'SELECT id, deleted FROM logged_models WHERE model_id = ?',
      modelId,
    );
    if (!found || !number(found[1])) {
      throw invalidMutation(`There is no deleted logged model ${modelId}.`);
    }
    purgeModel(state, number(found[0]));
  }
  rememberFolders(state, mutation);
}

function purgeModel(state: State, row: number): void {
  for (const table of OF_MODEL) state.sql.run(`DELETE FROM ${table} WHERE model = ?`, row);
  state.sql.run('DELETE FROM logged_models WHERE id = ?', row);
}

/** Keeps the greatest number that was purged in `meta`, so that it is never given again. */
export function rememberPurged(state: State, name: string, purged: string): void {
  state.sql.run(
    `INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name)
     DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(?2 AS INTEGER))`,
    name,
    purged,
  );
}

/** Their files are removed after this is durable; a crash in between leaves the reminder. */
export function rememberFolders(
  state: State,
  { folders, time }: { readonly folders: readonly string[]; readonly time: number },
): void {
  for (const folder of folders) {
    state.sql.run('INSERT OR REPLACE INTO removals VALUES (?, ?)', folder, time);
  }
}

export function forgetFolders(state: State, { folders }: Of<'folders.removed'>): void {
  for (const folder of folders) {
    state.sql.run('DELETE FROM removals WHERE folder = ?', folder);
  }
}

interface NewEdit {
  readonly time: number;
  readonly what: string;
  readonly key: string;
  readonly before: Value;
  readonly after: Value;
  readonly userId: string;
}

function addEdit(state: State, run: number, edit: NewEdit): void {
  state.sql.run(
    `INSERT INTO edits (run, time, what, key, before, after, user_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    run,
    edit.time,
    edit.what,
    edit.key,
    edit.before,
    edit.after,
    edit.userId,
  );
}
