// Reads whole logged models by their row ids, many at once.
import {
  LOGGED_MODEL_STATUSES,
  type LoggedModel,
  type LoggedModelStatus,
  type ModelMetric,
} from '../../domain/model';
import type { Param } from '../../domain/run';
import { maybeText, number, type Row, text, type Value } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';
import { groupByFirst } from './runRows';

/** The models in the order of `rows` (ids of `logged_models`); unknown ones are left out. */
export function loadModels(state: State, rows: readonly number[]): LoggedModel[] {
  const list = JSON.stringify(rows);
  const infos = state.sql.all(
    `SELECT m.id, m.model_id, e.experiment_id, m.name, m.model_type, m.source_run, m.artifact_uri,
       m.status, m.status_message, m.created, m.updated
     FROM json_each(?) j CROSS JOIN logged_models m ON m.id = j.value
     CROSS JOIN experiments e ON e.id = m.experiment`,
    list,
  );
  const params = readPairs(state, 'logged_model_params', list);
  const tags = readPairs(state, 'logged_model_tags', list);
  const metrics = readMetrics(state, list);
  const models = new Map<number, LoggedModel>();
  for (const info of infos) {
    const row = number(info[0]);
    models.set(row, {
      ...readInfo(info),
      params: params.get(row) ?? [],
      tags: tags.get(row) ?? [],
      metrics: metrics.get(row) ?? [],
    });
  }
  return rows.flatMap((row) => models.get(row) ?? []);
}

const readInfo = (row: Row): Omit<LoggedModel, 'params' | 'tags' | 'metrics'> => ({
  modelId: text(row[1]),
  experimentId: text(row[2]),
  name: text(row[3]),
  modelType: maybeText(row[4]),
  sourceRunId: maybeText(row[5]),
  artifactUri: text(row[6]),
  status: readStatus(row[7]),
  statusMessage: maybeText(row[8]),
  creationTime: number(row[9]),
  lastUpdateTime: number(row[10]),
});

function readStatus(value: Value | undefined): LoggedModelStatus {
  const status = LOGGED_MODEL_STATUSES.find((known) => known === value);
  if (!status) throw damaged(`A logged model has the unknown status ${value}.`);
  return status;
}

/** Parameters or tags, by name. */
function readPairs(
  state: State,
  table: 'logged_model_params' | 'logged_model_tags',
  list: string,
): Map<number, Param[]> {
  const rows = state.sql.all(
    `SELECT t.model, k.name, t.value FROM json_each(?) j CROSS JOIN ${table} t ON t.model = j.value
     CROSS JOIN keys k ON k.id = t.key ORDER BY k.name`,
    list,
  );
  return groupByFirst(rows, (row) => ({ key: text(row[1]), value: text(row[2]) }));
}

function readMetrics(state: State, list: string): Map<number, ModelMetric[]> {
  const rows = state.sql.all(
    `SELECT t.model, m.model_id, t.key, r.run_id, t.time, t.step, t.value, t.nan,
       t.dataset_name, t.dataset_digest
     FROM json_each(?) j CROSS JOIN logged_models m ON m.id = j.value
     CROSS JOIN logged_model_metrics t ON t.model = m.id CROSS JOIN runs r ON r.id = t.run`,
    list,
  );
  return groupByFirst(rows, (row) => ({
    modelId: text(row[1]),
    key: state.keys.name(number(row[2])),
    runId: text(row[3]),
    timestamp: number(row[4]),
    step: number(row[5]),
    value: number(row[7]) ? Number.NaN : number(row[6]),
    datasetName: text(row[8]) || undefined,
    datasetDigest: text(row[9]) || undefined,
  }));
}
