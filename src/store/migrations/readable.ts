// Whether the queries of this version can read a database, for stores that a newer one wrote.
import type { Sql } from '../database';

const USED = [
  'SELECT id, experiment_id, name, artifact_location, deleted, created, updated FROM experiments',
  'SELECT experiment, key, value FROM experiment_tags',
  `SELECT id, run_id, experiment, name, user_id, status, deleted, started, ended, artifact_uri,
    parent FROM runs`,
  'SELECT key, run, value FROM params INDEXED BY params_by_run WHERE run = 0',
  'SELECT key, run, value FROM tags INDEXED BY tags_by_run WHERE run = 0',
  `SELECT count, nan, step, time, value, first_step, min_step, max_step
    FROM metrics INDEXED BY metrics_by_run WHERE run = 0`,
  'SELECT run, key, n, segment, offset, length, count, digest FROM chunks',
  'SELECT i.tags, i.context, d.name, d.schema, d.profile FROM inputs i, datasets d',
  'SELECT artifact_id, name, version, number, content_digest, body FROM artifacts',
  'SELECT id, run_id, pipeline, status, ended, body FROM pipeline_runs',
  'SELECT id, step_run_id, pipeline_run, step_id, key, reusable, ended, body FROM step_runs',
  'SELECT file, pipeline, pipeline_run FROM pipeline_files',
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
