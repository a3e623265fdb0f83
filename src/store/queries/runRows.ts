// Reads whole runs by their row ids, many at once.
import type { MetricSummary } from '../../domain/metric';
import {
  type DatasetInput,
  type LifecycleStage,
  type ModelOutput,
  type Param,
  RUN_STATUSES,
  type Run,
  type RunInfo,
  type RunStatus,
  type Tag,
} from '../../domain/run';
import { maybeNumber, maybeText, number, type Row, text, type Value } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';
import { readSummary, SUMMARY_COLUMNS } from '../summaries';

const INFO = `r.id, r.run_id, r.name, e.experiment_id, r.user_id, r.status, r.started, r.ended,
  r.artifact_uri, r.deleted`;

export function loadRun(state: State, row: number): Run | undefined {
  return loadRuns(state, [row])[0];
}

/** The runs in the order of `rows`; those already read are not read again. */
export function loadRuns(state: State, rows: readonly number[]): Run[] {
  const missing = rows.filter((row) => !state.runs.get(row));
  const read = missing.length > 0 ? readRuns(state, missing) : undefined;
  for (const [row, run] of read ?? []) state.runs.set(row, run);
  return rows.flatMap((row) => read?.get(row) ?? state.runs.get(row) ?? []);
}

export function loadInfo(state: State, row: number): RunInfo | undefined {
  const known = state.runs.get(row);
  if (known) return known.info;
  const found = state.sql.get(
    `SELECT ${INFO} FROM runs r JOIN experiments e ON e.id = r.experiment WHERE r.id = ?`,
    row,
  );
  return found && readInfo(found);
}

/** Without what was logged; in the order of `rows`. */
export function loadInfos(state: State, rows: readonly number[]): RunInfo[] {
  return infoRows(state, JSON.stringify(rows)).map(readInfo);
}

const infoRows = (state: State, list: string): Row[] =>
  // CROSS JOIN keeps SQLite from choosing another order than list → index by run.
  state.sql.all(
    `SELECT ${INFO} FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value
     CROSS JOIN experiments e ON e.id = r.experiment`,
    list,
  );

function readRuns(state: State, rows: readonly number[]): Map<number, Run> {
  state.settle();
  const list = JSON.stringify(rows);
  const infos = infoRows(state, list);
  const params = readPairs(state, 'params', list);
  const tags = readPairs(state, 'tags', list);
  const metrics = readMetrics(state, list);
  const datasets = readDatasets(state, list);
  const inputs = readInputModels(state, list);
  const outputs = readOutputModels(state, list);
  const runs = new Map<number, Run>();
  for (const info of infos) {
    const row = number(info[0]);
    runs.set(row, {
      info: readInfo(info),
      params: params.get(row) ?? [],
      tags: tags.get(row) ?? [],
      metrics: metrics.get(row) ?? [],
      datasets: datasets.get(row) ?? [],
      inputModels: inputs.get(row) ?? [],
      outputModels: outputs.get(row) ?? [],
    });
  }
  return runs;
}

function readInfo(row: Row): RunInfo {
  const lifecycleStage: LifecycleStage = number(row[9]) ? 'deleted' : 'active';
  return {
    runId: text(row[1]),
    runName: text(row[2]),
    experimentId: text(row[3]),
    userId: text(row[4]),
    status: readStatus(row[5]),
    startTime: number(row[6]),
    endTime: maybeNumber(row[7]),
    artifactUri: text(row[8]),
    lifecycleStage,
  };
}

function readStatus(value: Value | undefined): RunStatus {
  const status = RUN_STATUSES.find((known) => known === value);
  if (!status) throw damaged(`A run has the unknown status ${value}.`);
  return status;
}

function readPairs(
  state: State,
  table: 'params' | 'tags',
  list: string,
): Map<number, (Param & Tag)[]> {
  const rows = state.sql.all(
    `SELECT t.run, t.key, t.value FROM json_each(?) j
     CROSS JOIN ${table} t INDEXED BY ${table}_by_run ON t.run = j.value`,
    list,
  );
  return groupByFirst(rows, (row) => ({
    key: state.keys.name(number(row[1])),
    value: text(row[2]),
  }));
}

function readMetrics(state: State, list: string): Map<number, MetricSummary[]> {
  const rows = state.sql.all(
    `SELECT m.run, m.key, ${SUMMARY_COLUMNS} FROM json_each(?) j
     CROSS JOIN metrics m INDEXED BY metrics_by_run ON m.run = j.value`,
    list,
  );
  return groupByFirst(rows, (row) => readSummary(row, state.keys.name(number(row[1])), 2));
}

function readDatasets(state: State, list: string): Map<number, DatasetInput[]> {
  const rows = state.sql.all(
    `SELECT i.run, i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
     FROM json_each(?) j CROSS JOIN inputs i ON i.run = j.value
     CROSS JOIN datasets d ON d.id = i.dataset`,
    list,
  );
  return groupByFirst(rows, (row) => ({
    tags: readTags(text(row[1])),
    name: text(row[2]),
    digest: text(row[3]),
    sourceType: text(row[4]),
    source: text(row[5]),
    schema: maybeText(row[6]),
    profile: maybeText(row[7]),
  }));
}

function readInputModels(state: State, list: string): Map<number, string[]> {
  const rows = state.sql.all(
    `SELECT i.run, i.model_id FROM json_each(?) j
     CROSS JOIN run_input_models i ON i.run = j.value`,
    list,
  );
  return groupByFirst(rows, (row) => text(row[1]));
}

function readOutputModels(state: State, list: string): Map<number, ModelOutput[]> {
  const rows = state.sql.all(
    `SELECT o.run, o.model_id, o.step FROM json_each(?) j
     CROSS JOIN run_output_models o ON o.run = j.value`,
    list,
  );
  return groupByFirst(rows, (row) => ({ modelId: text(row[1]), step: number(row[2]) }));
}

const readTags = (json: string): Tag[] => JSON.parse(json) as Tag[];

/** Groups rows by their first column, a row id. */
export function groupByFirst<T>(rows: readonly Row[], read: (row: Row) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const run = number(row[0]);
    const group = groups.get(run);
    if (group) group.push(read(row));
    else groups.set(run, [read(row)]);
  }
  return groups;
}
