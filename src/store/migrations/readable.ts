// Whether the queries of this version can read a database, for stores that a newer one wrote.
import type { Sql } from '../database';

const USED = [
  'SELECT name, value FROM meta',
  'SELECT id, name FROM keys',
  'SELECT id, experiment_id, name, artifact_location, deleted, created, updated FROM experiments',
  'SELECT experiment, key, value FROM experiment_tags',
  `SELECT id, run_id, experiment, name, user_id, status, deleted, started, ended, artifact_uri,
    parent FROM runs`,
  `SELECT id FROM runs INDEXED BY runs_running WHERE experiment = 0 AND status = 'RUNNING'
    AND deleted = 0`,
  "SELECT id FROM runs INDEXED BY runs_by_parent WHERE parent = ''",
  'SELECT key, run, value FROM params INDEXED BY params_by_run WHERE run = 0',
  'SELECT key, run, value FROM tags INDEXED BY tags_by_run WHERE run = 0',
  `SELECT key, count, nan, step, time, value, first_step, first_time, first_value, min_step,
    min_time, min_value, max_step, max_time, max_value FROM metrics INDEXED BY metrics_by_run WHERE run = 0`,
  'SELECT run, key, n, segment, offset, length, count, digest FROM chunks',
  `SELECT i.run, i.dataset, i.tags, i.context, d.id, d.experiment, d.name, d.digest, d.source_type,
    d.source, d.schema, d.profile FROM inputs i, datasets d`,
  `SELECT id, model_id, experiment, name, model_type, source_run, artifact_uri, status,
    status_message, created, updated, deleted FROM logged_models`,
  'SELECT model, key, value FROM logged_model_params',
  'SELECT model, key, value FROM logged_model_tags',
  `SELECT model, key, time, step, run, value, nan, dataset_name, dataset_digest
    FROM logged_model_metrics`,
  'SELECT i.run, i.model_id, o.run, o.model_id, o.step FROM run_input_models i, run_output_models o',
  'SELECT id, name, description, created, updated FROM registered_models',
  'SELECT model, key, value FROM registered_model_tags',
  'SELECT model, alias, version FROM registered_model_aliases',
  `SELECT id, model, version, created, updated, description, user_id, stage, deleted, source,
    storage_location, run_id, run_link, model_id, status, status_message FROM model_versions`,
  'SELECT version, key, value FROM model_version_tags',
  'SELECT id, model, version, time, what, before, after, user_id FROM model_changes',
  'SELECT id, artifact_id, name, version, number, content_digest, body, deleted_time FROM artifacts',
  'SELECT id, run_id, pipeline, status, ended, body FROM pipeline_runs',
  'SELECT id, step_run_id, pipeline_run, step_id, key, reusable, ended, body FROM step_runs',
  'SELECT run FROM inputs INDEXED BY inputs_by_dataset WHERE dataset = 0',
  'SELECT file, pipeline, pipeline_run FROM pipeline_files',
  'SELECT id, run, time, what, key, before, after, user_id FROM edits',
  'SELECT folder, time FROM removals',
  'SELECT r.deleted_time, e.deleted_time FROM runs r, experiments e',
];

export function isReadable(sql: Sql): boolean {
  try {
    for (const query of USED) sql.get(`${query} LIMIT 0`);
    return true;
  } catch {
    // SQLite names the missing table or column; the caller only needs to know that there is one.
    return false;
  }
}
