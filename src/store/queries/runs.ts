// Queries of runs.
import type { Run } from '../../domain/run';
import { maybeText, number, text } from '../database';
import type { State } from '../state';
import type { RunPage, RunQueries } from '../store';
import { loadInfo, loadRun, loadRuns } from './runRows';
import { searchRuns } from './searchRuns';

/** `current` gives the state of now: it is another one after a failed write. */
export function runQueries(current: () => State): RunQueries {
  const withRow = <T>(runId: string, read: (state: State, row: number) => T): T | undefined => {
    const state = current();
    const row = state.findRun(runId);
    return row === undefined ? undefined : read(state, row);
  };
  return {
    info: (runId) => withRow(runId, loadInfo),
    get: (runId) => withRow(runId, loadRun),
    param: (runId, key) => withRow(runId, (state, row) => pair(state, 'params', row, key)),
    tag: (runId, key) => withRow(runId, (state, row) => pair(state, 'tags', row, key)),
    summary: (runId, key) =>
      withRow(runId, (state, row) => {
        const id = state.keys.find(key);
        if (id === undefined) return undefined;
        state.mendCounts();
        return state.summaries.get(row, id);
      }),
    search: (search) => searchRuns(current(), search),
    page: (page) => pageOfRuns(current(), page),
    metricKeys: (limit) => metricKeys(current(), limit),
    childCounts: (runIds) => childCounts(current(), runIds),
  };
}

/** Steps from key to key of the primary key, so that the rows of many runs cost nothing. */
function metricKeys(state: State, limit: number): string[] {
  state.summaries.flush();
  const rows = state.sql.all(
    `WITH RECURSIVE found(key) AS (
       SELECT min(key) FROM metrics
       UNION ALL
       SELECT (SELECT min(m.key) FROM metrics m WHERE m.key > f.key) FROM found f
         WHERE f.key IS NOT NULL LIMIT ?)
     SELECT k.name FROM found f CROSS JOIN keys k ON k.id = f.key`,
    limit,
  );
  return rows.map((row) => text(row[0]));
}

function pair(
  state: State,
  table: 'params' | 'tags',
  row: number,
  key: string,
): string | undefined {
  const id = state.keys.find(key);
  if (id === undefined) return undefined;
  const sql = `SELECT value FROM ${table} WHERE key = ? AND run = ?`;
  return maybeText(state.sql.get(sql, id, row)?.[0]);
}

/** A parent counts while it is an active run of the same experiment. */
export const HAS_PARENT = `r.parent IS NOT NULL AND coalesce((SELECT p.deleted = 0 AND
  p.experiment = r.experiment FROM runs p WHERE p.run_id = r.parent), 0)`;

function pageOfRuns(state: State, page: RunPage): { runs: Run[]; total: number } {
  const experiment = `r.experiment = (SELECT id FROM experiments WHERE experiment_id = ?)`;
  const place = page.parent === undefined ? `NOT (${HAS_PARENT})` : 'r.parent = ?';
  const from = `FROM runs r WHERE ${experiment} AND r.deleted = 0 AND ${place}`;
  const values = [page.experimentId, ...(page.parent === undefined ? [] : [page.parent])];
  const rows = state.sql.all(
    `SELECT r.id ${from} ORDER BY r.status = 'RUNNING' DESC, r.started DESC, r.run_id
     LIMIT ? OFFSET ?`,
    ...values,
    page.limit,
    page.offset,
  );
  const total = number(state.sql.get(`SELECT count(*) ${from}`, ...values)?.[0]);
  const ids = rows.map((row) => number(row[0]));
  return { runs: loadRuns(state, ids), total };
}

export function childCounts(state: State, runIds: readonly string[]): Map<string, number> {
  const rows = state.sql.all(
    // Without statistics, as in a young store, SQLite would read a whole experiment for each run.
    `SELECT p.run_id, (SELECT count(*) FROM runs c INDEXED BY runs_by_parent
       WHERE c.parent = p.run_id AND c.deleted = 0 AND c.experiment = p.experiment)
     FROM json_each(?) j CROSS JOIN runs p ON p.run_id = j.value`,
    JSON.stringify(runIds),
  );
  const counts = rows.map(([runId, count]): [string, number] => [text(runId), number(count)]);
  return new Map(counts.filter(([, count]) => count > 0));
}
