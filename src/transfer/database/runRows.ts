// Reads what belongs to a run of an mlflow.db: parameters, tags, datasets, models.
import type { DatasetInput, ModelOutput, Param } from '../../domain/run';
import { maybeText, maybeWhole } from '../values';
import type { Row, SqliteFile } from './sqliteFile';

/** Keys and values of one owner; a value that is missing is empty. */
export function readPairs(
  db: SqliteFile,
  table: string,
  owner: { readonly column: string; readonly id: string },
  names: readonly [string, string] = ['key', 'value'],
): Param[] {
  if (!db.has(table)) return [];
  const [key, value] = names;
  const sql = db.select(table, names, `WHERE "${owner.column}" = ? ORDER BY "${key}"`);
  return db
    .readAll(sql, owner.id)
    .map((row) => ({ key: maybeText(row[key]) ?? '', value: maybeText(row[value]) ?? '' }));
}

export interface Inputs {
  readonly datasets: readonly DatasetInput[];
  readonly inputModels: readonly string[];
  readonly outputModels: readonly ModelOutput[];
}

export function readInputs(db: SqliteFile, runId: string): Inputs {
  if (!db.has('inputs')) return { datasets: [], inputModels: [], outputModels: [] };
  const models = linkedModels(db, runId);
  return {
    datasets: db.has('datasets') ? readDatasets(db, runId) : [],
    inputModels: models
      .filter((row) => row['destination_type'] === 'MODEL_INPUT')
      .map((row) => maybeText(row['destination_id']) ?? ''),
    outputModels: models
      .filter((row) => row['destination_type'] === 'MODEL_OUTPUT')
      .map((row) => ({
        modelId: maybeText(row['destination_id']) ?? '',
        step: maybeWhole(row['step']) ?? 0,
      })),
  };
}

function linkedModels(db: SqliteFile, runId: string): Row[] {
  const columns = ['destination_type', 'destination_id', 'step'];
  const where = `WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ?
    ORDER BY destination_id`;
  return db.readAll(db.select('inputs', columns, where), runId);
}

function readDatasets(db: SqliteFile, runId: string): DatasetInput[] {
  const rows = db.readAll(
    `SELECT i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source,
       d.dataset_schema, d.dataset_profile
     FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
     WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id = ?
     ORDER BY d.name, d.digest`,
    runId,
  );
  return rows.map((row) => ({
    name: maybeText(row['name']) ?? '',
    digest: maybeText(row['digest']) ?? '',
    sourceType: maybeText(row['dataset_source_type']) ?? '',
    source: maybeText(row['dataset_source']) ?? '',
    schema: maybeText(row['dataset_schema']),
    profile: maybeText(row['dataset_profile']),
    tags: readPairs(
      db,
      'input_tags',
      { column: 'input_uuid', id: maybeText(row['input_uuid']) ?? '' },
      ['name', 'value'],
    ),
  }));
}
