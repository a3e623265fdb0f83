// Queries of what is deleted, what emptying the trash would free, and the edits of a run.
import { EDIT_KINDS, type Edit } from '../../domain/edit';
import { maybeNumber, maybeText, number, type Row, text } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';
import type { EditQueries, Trashed, TrashedArtifact, TrashQueries } from '../store';

/** What a row takes beside its texts: keys, lengths and its place in an index or two. */
const ROW_BYTES = 24;
const RUN_BYTES = 200;
const METRIC_BYTES = 96;

/** `current` gives the state of now: it is another one after a failed write. */
export function trashQueries(current: () => State): TrashQueries {
  return {
    experiments: () => list(current(), EXPERIMENTS),
    runs: ({ limit, offset }) => list(current(), RUNS, limit, offset),
    runCount: () => count(current(), 'SELECT count(*) FROM runs WHERE deleted = 1'),
    models: () => list(current(), MODELS),
    artifacts: () => trashedArtifacts(current()),
    artifactFolders: (without) => artifactFolders(current(), without),
    size: () => sizeOf(current()),
    keptUris: () => keptUris(current()),
    registered: () =>
      new Set(
        current()
          .sql.all(REGISTERED)
          .map(([runId]) => text(runId)),
      ),
    removals: () =>
      current()
        .sql.all('SELECT folder FROM removals ORDER BY folder')
        .map(([folder]) => text(folder)),
  };
}

export function editQueries(current: () => State): EditQueries {
  return {
    ofRun: (runId) => {
      const state = current();
      const row = state.findRun(runId);
      return row === undefined ? [] : state.sql.all(EDITS, row).map(readEdit);
    },
  };
}

const EXPERIMENTS = `SELECT experiment_id, experiment_id, name, deleted_time, artifact_location
  FROM experiments WHERE deleted = 1 ORDER BY deleted_time DESC, id DESC`;
const RUNS = `SELECT r.run_id, e.experiment_id, r.name, r.deleted_time, r.artifact_uri FROM runs r
  CROSS JOIN experiments e ON e.id = r.experiment
  WHERE r.deleted = 1 ORDER BY r.deleted_time DESC, r.id DESC LIMIT ? OFFSET ?`;
const MODELS = `SELECT m.model_id, e.experiment_id, m.name, m.updated, m.artifact_uri
  FROM logged_models m CROSS JOIN experiments e ON e.id = m.experiment
  WHERE m.deleted = 1 OR e.deleted = 1 ORDER BY m.updated DESC, m.id DESC`;
const ARTIFACTS = `SELECT artifact_id, name, version, deleted_time, json_extract(body, '$.path')
  FROM artifacts WHERE deleted_time IS NOT NULL ORDER BY deleted_time DESC, id DESC`;
/** Versions of the registry whose files lie in a run; those of a logged model lie with that. */
const REGISTERED = `SELECT DISTINCT run_id FROM model_versions
  WHERE run_id IS NOT NULL AND model_id IS NULL AND deleted = 0`;
const EDITS = `SELECT time, what, key, before, after, user_id FROM edits
  WHERE run = ? ORDER BY time, id`;

function list(state: State, sql: string, ...values: number[]): Trashed[] {
  return state.sql.all(sql, ...values).map((row) => ({
    id: text(row[0]),
    experimentId: text(row[1]),
    name: text(row[2]),
    deletedTime: maybeNumber(row[3]),
    artifactUri: text(row[4]),
  }));
}

function trashedArtifacts(state: State): TrashedArtifact[] {
  return state.sql.all(ARTIFACTS).map((row) => ({
    id: text(row[0]),
    name: text(row[1]),
    version: text(row[2]),
    deletedTime: number(row[3]),
    folder: text(row[4]),
  }));
}

function artifactFolders(state: State, without: ReadonlySet<string>): ReadonlySet<string> {
  const rows = state.sql.all("SELECT artifact_id, json_extract(body, '$.path') FROM artifacts");
  return new Set(rows.flatMap(([id, folder]) => (without.has(text(id)) ? [] : [text(folder)])));
}

const count = (state: State, sql: string): number => number(state.sql.get(sql)?.[0]);

function sizeOf(state: State): { seriesBytes: number; rowBytes: number } {
  state.summaries.flush();
  const inRuns = 'FROM runs r CROSS JOIN';
  const pairs = (table: string) =>
    count(
      state,
      `SELECT coalesce(sum(length(CAST(t.value AS BLOB)) + ${ROW_BYTES}), 0)
       ${inRuns} ${table} t INDEXED BY ${table}_by_run ON t.run = r.id WHERE r.deleted = 1`,
    );
  const metrics = count(
    state,
    `SELECT count(*) ${inRuns} metrics m INDEXED BY metrics_by_run ON m.run = r.id
     WHERE r.deleted = 1`,
  );
  const series = `SELECT coalesce(sum(c.length), 0) ${inRuns} chunks c ON c.run = r.id
    WHERE r.deleted = 1`;
  const runs = count(state, 'SELECT count(*) FROM runs WHERE deleted = 1');
  return {
    seriesBytes: count(state, series),
    rowBytes: runs * RUN_BYTES + metrics * METRIC_BYTES + pairs('params') + pairs('tags'),
  };
}

/** Where what stays has its files. */
function keptUris(state: State): string[] {
  const rows = state.sql.all(
    `SELECT artifact_uri FROM runs WHERE deleted = 0
     UNION SELECT artifact_location FROM experiments WHERE deleted = 0
     UNION SELECT artifact_uri FROM logged_models WHERE deleted = 0 AND experiment IN
       (SELECT id FROM experiments WHERE deleted = 0)`,
  );
  return rows.map(([uri]) => text(uri));
}

function readEdit(row: Row): Edit {
  const what = EDIT_KINDS.find((kind) => kind === row[1]);
  if (!what) throw damaged(`An edit is of the unknown kind ${row[1]}.`);
  return {
    time: number(row[0]),
    what,
    key: text(row[2]),
    before: maybeText(row[3]),
    after: maybeText(row[4]),
    userId: text(row[5]),
  };
}
