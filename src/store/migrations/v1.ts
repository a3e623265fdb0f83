// Version 1 of the schema: the first.

/**
 * Keys of metrics, params and tags are integers of `keys`. Their tables are clustered by key, so
 * that ordering and filtering by one key reads neighbouring pages; the index by run serves reading
 * a run. Times are milliseconds since 1970. Columns of a metric's first, min and max point are NULL
 * where they equal the last one; bits 1, 2, 4, 8 of `nan` mark a last, first, min, max of NaN.
 */
export const V1 = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE experiments (
  id INTEGER PRIMARY KEY,
  experiment_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
);
CREATE TABLE experiment_tags (
  experiment INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (experiment, key)
) WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  started INTEGER NOT NULL,
  ended INTEGER,
  artifact_uri TEXT NOT NULL,
  parent TEXT
);
CREATE INDEX runs_by_start ON runs (experiment, deleted, started DESC, run_id);
CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_running ON runs (experiment) WHERE status = 'RUNNING' AND deleted = 0;

CREATE TABLE params (
  key INTEGER NOT NULL, run INTEGER NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (key, run)
) WITHOUT ROWID;
CREATE INDEX params_by_run ON params (run);
CREATE TABLE tags (
  key INTEGER NOT NULL, run INTEGER NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (key, run)
) WITHOUT ROWID;
CREATE INDEX tags_by_run ON tags (run);
CREATE TABLE metrics (
  key INTEGER NOT NULL, run INTEGER NOT NULL, count INTEGER NOT NULL, nan INTEGER NOT NULL,
  step INTEGER NOT NULL, time INTEGER NOT NULL, value REAL,
  first_step INTEGER, first_time INTEGER, first_value REAL,
  min_step INTEGER, min_time INTEGER, min_value REAL,
  max_step INTEGER, max_time INTEGER, max_value REAL,
  PRIMARY KEY (key, run)
) WITHOUT ROWID;
CREATE INDEX metrics_by_run ON metrics (run);

CREATE TABLE chunks (
  run INTEGER NOT NULL, key INTEGER NOT NULL, n INTEGER NOT NULL,
  segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  count INTEGER NOT NULL, digest BLOB,
  PRIMARY KEY (run, key, n)
) WITHOUT ROWID;

CREATE TABLE datasets (
  id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
  source_type TEXT NOT NULL, source TEXT NOT NULL, schema TEXT, profile TEXT,
  UNIQUE (experiment, name, digest)
);
CREATE TABLE inputs (
  run INTEGER NOT NULL, dataset INTEGER NOT NULL, context TEXT, tags TEXT NOT NULL,
  PRIMARY KEY (run, dataset)
) WITHOUT ROWID;

CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY, artifact_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  version TEXT NOT NULL, number INTEGER, content_digest TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (name, version)
);
CREATE INDEX artifacts_by_content ON artifacts (name, content_digest);

CREATE TABLE pipeline_runs (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, pipeline TEXT NOT NULL,
  status TEXT NOT NULL, ended INTEGER, body TEXT NOT NULL
);
CREATE INDEX pipeline_runs_by_name ON pipeline_runs (pipeline);
CREATE INDEX pipeline_runs_active ON pipeline_runs (id) WHERE status = 'running';
CREATE TABLE step_runs (
  id INTEGER PRIMARY KEY, step_run_id TEXT NOT NULL UNIQUE, pipeline_run INTEGER NOT NULL,
  step_id TEXT NOT NULL, key TEXT, reusable INTEGER NOT NULL, ended INTEGER, body TEXT NOT NULL
);
CREATE INDEX step_runs_by_run ON step_runs (pipeline_run);
CREATE INDEX step_runs_by_key ON step_runs (key, ended) WHERE key IS NOT NULL AND reusable = 1;
CREATE INDEX step_runs_by_step ON step_runs (step_id, pipeline_run) WHERE key IS NOT NULL;
CREATE TABLE pipeline_files (
  file TEXT NOT NULL, pipeline TEXT NOT NULL, pipeline_run INTEGER NOT NULL,
  PRIMARY KEY (file, pipeline)
) WITHOUT ROWID;
`;
