// Version 3 of the schema: the history of stages and aliases of model versions.

/**
 * A row per change: `what` is `stage` (from one to another) or `alias` (`before` NULL: set to the version;
 * `after` NULL: taken from it). The creation of a version is in its own row. Times are milliseconds since 1970.
 */
export const V3 = `
CREATE TABLE model_changes (
  id INTEGER PRIMARY KEY, model INTEGER NOT NULL, version INTEGER NOT NULL, time INTEGER NOT NULL,
  what TEXT NOT NULL, before TEXT, after TEXT, user_id TEXT NOT NULL
);
CREATE INDEX model_changes_by_version ON model_changes (model, version);
`;
