// Mutations of runs: what they are, and what they log.
import { addPoint, comparePoints } from '../../domain/metric';
import type { DatasetInput, LoggedMetric, Param, Tag } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import { number } from '../database';
import { invalidMutation } from '../errors';
import type { State } from '../state';
import { addInputModels, logModelMetrics } from './models';
import type { Of } from './of';
import { stageColumns } from './stage';

const RUN_NAME = 'mlflow.runName';
const PARENT = 'mlflow.parentRunId';

export function createRun(state: State, mutation: Of<'run.create'>): void {
  const { runId, experimentId, name, userId, startTime, artifactUri, tags } = mutation;
  if (state.findRun(runId) !== undefined) throw invalidMutation(`The run ${runId} exists already.`);
  state.sql.run(
    `INSERT INTO runs (run_id, experiment, name, user_id, status, started, artifact_uri)
     VALUES (?, ?, ?, ?, 'RUNNING', ?, ?)`,
    runId,
    state.experiment(experimentId),
    name,
    userId,
    startTime,
    artifactUri,
  );
  const row = state.run(runId);
  setTags(state, row, [{ key: RUN_NAME, value: name }, ...tags]);
  const parent = tags.find((tag) => tag.key === PARENT)?.value;
  const isNested = parent !== undefined && isActive(state, parent, experimentId);
  if (!isNested) state.after(() => state.runs.addToCount(experimentId));
}

/** Whether a run is there, not deleted, and in this experiment: its children are nested in it. */
function isActive(state: State, runId: string, experimentId: string): boolean {
  const sql = 'SELECT 1 FROM runs WHERE run_id = ? AND deleted = 0 AND experiment = ?';
  return state.sql.get(sql, runId, state.experiment(experimentId)) !== undefined;
}

export function updateRun(state: State, mutation: Of<'run.update'>): void {
  const row = state.run(mutation.runId);
  if (mutation.status !== undefined) {
    state.sql.run('UPDATE runs SET status = ? WHERE id = ?', mutation.status, row);
  }
  if (mutation.endTime !== undefined) {
    state.sql.run('UPDATE runs SET ended = ? WHERE id = ?', mutation.endTime, row);
  }
  if (mutation.name !== undefined) setTags(state, row, [{ key: RUN_NAME, value: mutation.name }]);
  state.after(() => state.runs.forget(row));
}

export function setRunLifecycle(state: State, mutation: Of<'run.lifecycle'>): void {
  const row = state.run(mutation.runId);
  const { stage, time } = mutation;
  state.sql.run(
    'UPDATE runs SET deleted = ?, deleted_time = ? WHERE id = ?',
    ...stageColumns(stage, time),
    row,
  );
  state.after(() => {
    state.runs.forget(row);
    state.runs.forgetCounts();
  });
}

export function logRun(state: State, mutation: Of<'run.log'>): void {
  const row = state.run(mutation.runId);
  logParams(state, row, mutation.params);
  setTags(state, row, mutation.tags);
  if (mutation.tags.some((tag) => tag.key === PARENT)) state.after(() => state.runs.forgetCounts());
  const keys = mutation.metrics.map((metric) => state.keys.id(metric.key));
  logModelMetrics(state, row, keys, mutation.metrics);
  state.after(() => {
    logMetrics(state, row, keys, mutation.metrics);
    state.runs.forget(row);
  });
}

export function deleteRunTag(state: State, mutation: Of<'run.tag.delete'>): void {
  const row = state.run(mutation.runId);
  deleteTag(state, row, mutation.key);
  if (mutation.key === PARENT) state.after(() => state.runs.forgetCounts());
  state.after(() => state.runs.forget(row));
}

export function deleteTag(state: State, row: number, key: string): void {
  state.sql.run('DELETE FROM tags WHERE key = ? AND run = ?', state.keys.id(key), row);
  if (key === PARENT) state.sql.run('UPDATE runs SET parent = NULL WHERE id = ?', row);
}

export function addInputs(state: State, mutation: Of<'run.inputs'>): void {
  const row = state.run(mutation.runId);
  for (const dataset of mutation.datasets) addInput(state, row, dataset);
  addInputModels(state, row, mutation.models ?? []);
  state.after(() => state.runs.forget(row));
}

/** A parameter is written once; the routes refuse another value before they commit. */
function logParams(state: State, row: number, params: readonly Param[]): void {
  for (const { key, value } of params) {
    state.sql.run('INSERT OR IGNORE INTO params VALUES (?, ?, ?)', state.keys.id(key), row, value);
  }
}

export function setTags(state: State, row: number, tags: readonly Tag[]): void {
  for (const { key, value } of tags) {
    state.sql.run('INSERT OR REPLACE INTO tags VALUES (?, ?, ?)', state.keys.id(key), row, value);
    if (key === RUN_NAME) state.sql.run('UPDATE runs SET name = ? WHERE id = ?', value, row);
    if (key === PARENT) state.sql.run('UPDATE runs SET parent = ? WHERE id = ?', value, row);
  }
}

function logMetrics(
  state: State,
  row: number,
  keys: readonly number[],
  metrics: readonly LoggedMetric[],
): void {
  metrics.forEach((metric, i) => {
    const key = keys[i] ?? 0;
    // -0 becomes 0, as the journal has it; the key is no part of a point.
    const { step, timestamp } = metric;
    const point = { step: step + 0, timestamp: timestamp + 0, value: metric.value + 0 };
    const before = state.summaries.get(row, key);
    const ahead = before ? comparePoints(point, before.last) : 1;
    // A call that is tried again brings the same point again.
    if (ahead === 0) return;
    // A series of one point lives in its summary alone; with a second one it becomes a real series.
    if (before?.count === 1) state.series.add(row, key, before.last, true);
    if (before) state.series.add(row, key, point, ahead > 0);
    state.summaries.put(row, key, addPoint(metric.key, before, point));
  });
}

function addInput(state: State, row: number, dataset: DatasetInput): void {
  const context = dataset.tags.find((tag) => tag.key === TAGS.datasetContext)?.value ?? null;
  state.sql.run(
    'INSERT OR IGNORE INTO inputs VALUES (?, ?, ?, ?)',
    row,
    datasetRow(state, row, dataset),
    context,
    JSON.stringify(dataset.tags),
  );
}

/** A dataset is one per experiment, name and digest. */
function datasetRow(state: State, run: number, dataset: DatasetInput): number {
  const experiment = number(state.sql.get('SELECT experiment FROM runs WHERE id = ?', run)?.[0]);
  state.sql.run(
    `INSERT OR IGNORE INTO datasets (experiment, name, digest, source_type, source, schema, profile)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    experiment,
    dataset.name,
    dataset.digest,
    dataset.sourceType,
    dataset.source,
    dataset.schema ?? null,
    dataset.profile ?? null,
  );
  const found = state.sql.get(
    'SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?',
    experiment,
    dataset.name,
    dataset.digest,
  );
  return number(found?.[0]);
}
