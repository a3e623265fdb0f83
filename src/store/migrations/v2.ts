// Version 2 of the schema: logged models, the model registry, edits with their history.

/**
 * Keys of params, tags and metrics are integers of `keys`, as in version 1. Times are milliseconds
 * since 1970. A metric of a logged model that is NaN has `nan` 1 and the value 0; one without a
 * dataset has empty texts, so that a point that comes twice is one row. `edits` keeps what was
 * changed after the fact; `removals` names folders whose files are to go, because what they belonged to is purged.
 */
export const V2 = `
ALTER TABLE runs ADD COLUMN deleted_time INTEGER;
ALTER TABLE experiments ADD COLUMN deleted_time INTEGER;

CREATE INDEX inputs_by_dataset ON inputs (dataset, context);

CREATE TABLE logged_models (
  id INTEGER PRIMARY KEY, model_id TEXT NOT NULL UNIQUE, experiment INTEGER NOT NULL,
  name TEXT NOT NULL, model_type TEXT, source_run TEXT, artifact_uri TEXT NOT NULL,
  status TEXT NOT NULL, status_message TEXT,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX logged_models_by_time ON logged_models (experiment, deleted, created DESC, model_id);
CREATE INDEX logged_models_by_run ON logged_models (source_run) WHERE source_run IS NOT NULL;
CREATE TABLE logged_model_params (
  model INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE logged_model_tags (
  model INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE logged_model_metrics (
  model INTEGER NOT NULL, key INTEGER NOT NULL, time INTEGER NOT NULL, step INTEGER NOT NULL,
  run INTEGER NOT NULL, value REAL NOT NULL, nan INTEGER NOT NULL,
  dataset_name TEXT NOT NULL, dataset_digest TEXT NOT NULL,
  PRIMARY KEY (model, key, time, step, run, value, nan, dataset_name, dataset_digest)
) WITHOUT ROWID;
CREATE TABLE run_input_models (
  run INTEGER NOT NULL, model_id TEXT NOT NULL, PRIMARY KEY (run, model_id)
) WITHOUT ROWID;
CREATE TABLE run_output_models (
  run INTEGER NOT NULL, model_id TEXT NOT NULL, step INTEGER NOT NULL,
  PRIMARY KEY (run, model_id)
) WITHOUT ROWID;

CREATE TABLE registered_models (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
);
CREATE TABLE registered_model_tags (
  model INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
) WITHOUT ROWID;
CREATE TABLE registered_model_aliases (
  model INTEGER NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)
) WITHOUT ROWID;
CREATE TABLE model_versions (
  id INTEGER PRIMARY KEY, model INTEGER NOT NULL, version INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, description TEXT, user_id TEXT,
  stage TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL,
  storage_location TEXT, run_id TEXT, run_link TEXT, model_id TEXT,
  status TEXT NOT NULL, status_message TEXT,
  UNIQUE (model, version)
);
CREATE INDEX model_versions_by_run ON model_versions (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX model_versions_by_logged_model ON model_versions (model_id) WHERE model_id IS NOT NULL;
CREATE TABLE model_version_tags (
  version INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (version, key)
) WITHOUT ROWID;

CREATE TABLE edits (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time INTEGER NOT NULL, what TEXT NOT NULL,
  key TEXT NOT NULL, before TEXT, after TEXT, user_id TEXT NOT NULL
);
CREATE INDEX edits_by_run ON edits (run, time);

CREATE INDEX runs_deleted ON runs (deleted_time) WHERE deleted = 1;
CREATE TABLE removals (folder TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
`;
