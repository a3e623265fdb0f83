// Mutations of logged models, and of the runs that use or make them.
import type { LoggedMetric, Param } from '../../domain/run';
import { number } from '../database';
import { invalidMutation } from '../errors';
import type { State } from '../state';
import type { Of } from './of';

export function createModel(state: State, mutation: Of<'model.create'>): void {
  const { modelId, experimentId, name, modelType, sourceRunId, artifactUri, time } = mutation;
  if (findModel(state, modelId) !== undefined) {
    throw invalidMutation(`The logged model ${modelId} exists already.`);
  }
  state.sql.run(
    `INSERT INTO logged_models (model_id, experiment, name, model_type, source_run, artifact_uri,
       status, created, updated) VALUES (?, ?, ?, ?, ?, ?, 'LOGGED_MODEL_PENDING', ?, ?)`,
    modelId,
    state.experiment(experimentId),
    name,
    modelType ?? null,
    sourceRunId ?? null,
    artifactUri,
    time,
    time,
  );
  const row = modelRow(state, modelId);
  addParams(state, row, mutation.params);
  for (const { key, value } of mutation.tags) setTag(state, row, key, value);
}

export function updateModel(state: State, mutation: Of<'model.update'>): void {
  state.sql.run(
    'UPDATE logged_models SET status = ?, status_message = ?, updated = ? WHERE id = ?',
    mutation.status,
    mutation.statusMessage ?? null,
    mutation.time,
    modelRow(state, mutation.modelId),
  );
}

export function addModelParams(state: State, mutation: Of<'model.params'>): void {
  addParams(state, modelRow(state, mutation.modelId), mutation.params);
}

/** As in MLflow, tags and parameters leave the time of the last update as it is. */
export function tagModel(state: State, mutation: Of<'model.tag'>): void {
  const row = modelRow(state, mutation.modelId);
  if (mutation.value !== null) {
    setTag(state, row, mutation.key, mutation.value);
    return;
  }
  const key = state.keys.id(mutation.key);
  state.sql.run('DELETE FROM logged_model_tags WHERE model = ? AND key = ?', row, key);
}

export function deleteModel(state: State, mutation: Of<'model.delete'>): void {
  state.sql.run(
    'UPDATE logged_models SET deleted = 1, updated = ? WHERE id = ?',
    mutation.time,
    modelRow(state, mutation.modelId),
  );
}

export function addModelMetrics(state: State, mutation: Of<'model.metrics'>): void {
  const { modelId } = mutation;
  for (const metric of mutation.metrics) {
    const key = state.keys.id(metric.key);
    logModelMetrics(state, state.run(metric.runId), [key], [{ ...metric, modelId }]);
  }
}

/** A model that is put out again keeps its newest step. */
export function addOutputs(state: State, mutation: Of<'run.outputs'>): void {
  const row = state.run(mutation.runId);
  for (const { modelId, step } of mutation.models) {
    state.sql.run('INSERT OR REPLACE INTO run_output_models VALUES (?, ?, ?)', row, modelId, step);
  }
  state.after(() => state.runs.forget(row));
}

export function addInputModels(state: State, run: number, models: readonly string[]): void {
  for (const modelId of models) {
    state.sql.run('INSERT OR IGNORE INTO run_input_models VALUES (?, ?)', run, modelId);
  }
}

/** Those of a run's points that name a model; a point that comes again is there already. */
export function logModelMetrics(
  state: State,
  run: number,
  keys: readonly number[],
  metrics: readonly LoggedMetric[],
): void {
  metrics.forEach((metric, i) => {
    if (metric.modelId === undefined) return;
    const isNan = Number.isNaN(metric.value);
    state.sql.run(
      'INSERT OR IGNORE INTO logged_model_metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      modelRow(state, metric.modelId),
      keys[i] ?? 0,
      metric.timestamp + 0,
      metric.step + 0,
      run,
      isNan ? 0 : metric.value + 0,
      isNan ? 1 : 0,
      metric.datasetName ?? '',
      metric.datasetDigest ?? '',
    );
  });
}

/** A parameter is written once; the routes refuse a second value before they commit. */
function addParams(state: State, model: number, params: readonly Param[]): void {
  for (const { key, value } of params) {
    state.sql.run(
      'INSERT OR IGNORE INTO logged_model_params VALUES (?, ?, ?)',
      model,
      state.keys.id(key),
      value,
    );
  }
}

function setTag(state: State, model: number, key: string, value: string): void {
  state.sql.run(
    'INSERT OR REPLACE INTO logged_model_tags VALUES (?, ?, ?)',
    model,
    state.keys.id(key),
    value,
  );
}

function findModel(state: State, modelId: string): number | undefined {
  const row = state.sql.get('SELECT id FROM logged_models WHERE model_id = ?', modelId);
  return row && number(row[0]);
}

function modelRow(state: State, modelId: string): number {
  const row = findModel(state, modelId);
  if (row === undefined) throw invalidMutation(`There is no logged model ${modelId}.`);
  return row;
}
