// Queries of pipeline runs, their steps and the artifact versions they made.
import type { ArtifactVersion } from '../../domain/artifact';
import {
  PIPELINE_STATUSES,
  type PipelineRun,
  type PipelineStatus,
  type StepRun,
} from '../../domain/pipeline';
import { maybeNumber, number, type Row, text, type Value } from '../database';
import { damaged } from '../errors';
import type { State } from '../state';
import type { PipelineQueries } from '../store';
import { listQueries } from './pipelineLists';
import { isPipelineRunNamed } from './pipelineNames';

const RUN = 'id, status, ended, body';

/** `current` gives the state of now: it is another one after a failed write. */
export function pipelineQueries(current: () => State): PipelineQueries {
  return {
    run: (id) => runs(current(), `SELECT ${RUN} FROM pipeline_runs WHERE run_id = ?`, id)[0],
    step: (id) => step(current(), 'SELECT body FROM step_runs WHERE step_run_id = ?', id),
    runs: ({ pipeline, limit, offset }) => pageOfRuns(current(), pipeline, limit, offset),
    count: (pipeline) => {
      const sql = 'SELECT count(*) FROM pipeline_runs WHERE pipeline = ?';
      return number(current().sql.get(sql, pipeline)?.[0]);
    },
    isNamed: (name) => isPipelineRunNamed(current(), name),
    active: () =>
      runs(current(), `SELECT ${RUN} FROM pipeline_runs WHERE status = 'running' ORDER BY id DESC`),
    names: () => names(current()),
    cached: (key) => step(current(), CACHED, key),
    latest: (pipeline, stepId) => latest(current(), pipeline, stepId),
    latestStep: (pipeline, stepId) => {
      const row = current().sql.get(LATEST, stepId, pipeline);
      return row && readStep(row[0]);
    },
    latestResult: (pipeline, stepId) => {
      const row = current().sql.get(LATEST_RESULT, stepId, pipeline);
      return row && readStep(row[0]);
    },
    touching: (file) => runs(current(), TOUCHING, file),
    ...artifactQueries(current),
    ...listQueries(current),
  };
}

const CACHED = `SELECT body FROM step_runs WHERE key = ? AND reusable = 1
  ORDER BY ended DESC, id DESC LIMIT 1`;
const LATEST = `SELECT s.body, r.run_id FROM step_runs s CROSS JOIN pipeline_runs r ON r.id = s.pipeline_run
  WHERE s.step_id = ? AND s.key IS NOT NULL AND r.pipeline = ?
  ORDER BY s.pipeline_run DESC LIMIT 1`;
const LATEST_RESULT = `SELECT s.body FROM step_runs s CROSS JOIN pipeline_runs r ON r.id = s.pipeline_run
  WHERE s.step_id = ? AND s.key IS NOT NULL AND r.pipeline = ?
    AND json_extract(s.body, '$.status') IN ('ran', 'cached')
  ORDER BY s.pipeline_run DESC LIMIT 1`;
const TOUCHING = `SELECT r.id, r.status, r.ended, r.body FROM pipeline_files f
  CROSS JOIN pipeline_runs r ON r.id = f.pipeline_run WHERE f.file = ? ORDER BY r.id DESC`;

function pageOfRuns(
  state: State,
  pipeline: string | undefined,
  limit: number,
  offset: number,
): PipelineRun[] {
  const where = pipeline === undefined ? '' : 'WHERE pipeline = ?';
  const values = pipeline === undefined ? [limit, offset] : [pipeline, limit, offset];
  const sql = `SELECT ${RUN} FROM pipeline_runs ${where} ORDER BY id DESC LIMIT ? OFFSET ?`;
  return runs(state, sql, ...values);
}

function names(state: State): string[] {
  const sql = 'SELECT pipeline FROM pipeline_runs GROUP BY pipeline ORDER BY max(id) DESC';
  return state.sql.all(sql).map((row) => text(row[0]));
}

function latest(
  state: State,
  pipeline: string,
  stepId: string,
): { run: PipelineRun; step: StepRun } | undefined {
  const row = state.sql.get(LATEST, stepId, pipeline);
  if (!row) return undefined;
  const [run] = runs(state, `SELECT ${RUN} FROM pipeline_runs WHERE run_id = ?`, text(row[1]));
  return run && { run, step: readStep(row[0]) };
}

function runs(state: State, sql: string, ...values: Value[]): PipelineRun[] {
  return state.sql.all(sql, ...values).map((row) => readRun(state, row));
}

function step(state: State, sql: string, value: string): StepRun | undefined {
  const row = state.sql.get(sql, value);
  return row && readStep(row[0]);
}

function readRun(state: State, row: Row): PipelineRun {
  const steps = state.sql.all(
    'SELECT body FROM step_runs WHERE pipeline_run = ? ORDER BY id',
    number(row[0]),
  );
  return withAddedSteps({
    ...(JSON.parse(text(row[3])) as Omit<PipelineRun, 'status' | 'endedAt' | 'steps'>),
    status: readStatus(row[1]),
    endedAt: maybeNumber(row[2]),
    steps: steps.map(([body]) => readStep(body)),
  });
}

/** The graph of a dynamic run grows with its steps, which hold their invocations. */
function withAddedSteps(run: PipelineRun): PipelineRun {
  if (!run.graph.dynamic) return run;
  const added = run.steps.flatMap(({ invocation }) => invocation ?? []);
  return { ...run, graph: { ...run.graph, steps: [...run.graph.steps, ...added] } };
}

const readStep = (body: Value | undefined): StepRun => JSON.parse(text(body)) as StepRun;

function readStatus(value: Value | undefined): PipelineStatus {
  const status = PIPELINE_STATUSES.find((known) => known === value);
  if (!status) throw damaged(`A pipeline run has the unknown status ${value}.`);
  return status;
}

type ArtifactQueries = Pick<
  PipelineQueries,
  | 'artifact'
  | 'artifactNames'
  | 'artifactVersions'
  | 'nextVersion'
  | 'sameContent'
  | 'withContent'
  | 'runsWith'
>;

const LISTED = 'deleted_time IS NULL';
const SAME_CONTENT = `WHERE name = ? AND content_digest = ? AND ${LISTED} ORDER BY id`;

function artifactQueries(current: () => State): ArtifactQueries {
  return {
    artifact: (id) => artifacts(current(), 'WHERE artifact_id = ?', id)[0],
    artifactNames: () => artifactNames(current()),
    artifactVersions: (name) =>
      artifacts(current(), `WHERE name = ? AND ${LISTED} ORDER BY id DESC`, name),
    nextVersion: (name) => nextVersion(current(), name),
    sameContent: (name, contentDigest) =>
      artifacts(current(), `${SAME_CONTENT} DESC LIMIT 1`, name, contentDigest)[0],
    withContent: (name, contentDigest) =>
      artifacts(current(), `${SAME_CONTENT} DESC`, name, contentDigest),
    runsWith: (artifactId, limit) => runsWith(current(), artifactId, limit),
  };
}

function artifacts(state: State, where: string, ...values: Value[]): ArtifactVersion[] {
  const rows = state.sql.all(`SELECT body, deleted_time FROM artifacts ${where}`, ...values);
  return rows.map(([body, deleted]) => {
    const artifact = JSON.parse(text(body)) as ArtifactVersion;
    return deleted == null ? artifact : { ...artifact, deletedAt: number(deleted) };
  });
}

/** An id is found in the text of a body: nothing else is like its 32 random digits. */
function runsWith(state: State, artifactId: string, limit: number): string[] {
  const rows = state.sql.all(
    `SELECT r.run_id FROM pipeline_runs r WHERE instr(r.body, ?1) > 0 OR r.id IN (
       SELECT s.pipeline_run FROM step_runs s WHERE instr(s.body, ?1) > 0)
     ORDER BY r.id DESC LIMIT ?2`,
    artifactId,
    limit,
  );
  return rows.map((row) => text(row[0]));
}

/** SQLite takes `version` from the row that has the greatest id. */
function artifactNames(state: State): { name: string; versions: number; latest: string }[] {
  const rows = state.sql.all(
    `SELECT name, count(*), version, max(id) FROM artifacts WHERE ${LISTED}
     GROUP BY name ORDER BY name`,
  );
  return rows.map((row) => ({
    name: text(row[0]),
    versions: number(row[1]),
    latest: text(row[2]),
  }));
}

/** In `meta`: the greatest purged version of an artifact, so that its number is never another's. */
export const lastPurged = (name: string): string => `artifact.purged ${name}`;

function nextVersion(state: State, name: string): string {
  const row = state.sql.get('SELECT max(number) FROM artifacts WHERE name = ?', name);
  const purged = state.sql.get('SELECT value FROM meta WHERE name = ?', lastPurged(name));
  return String(Math.max(number(row?.[0]), Number(purged?.[0] ?? 0)) + 1);
}
