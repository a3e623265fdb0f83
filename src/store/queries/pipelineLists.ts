// What lists of pipeline runs, steps and artifact versions are filtered and sorted by, without whole bodies.
import { isRecord, type Json, type JsonObject } from '../../base/json';
import type { FieldValue } from '../../domain/listFilter';
import { type Notes, tagsWith } from '../../domain/notes';
import { maybeNumber, text, type Value } from '../database';
import type { State } from '../state';
import type { ListedRow, ListNarrowing, PipelineQueries } from '../store';

/** Bodies with notes begin with them (`store/mutations/facts.ts`). */
const NOTED = `substr(s.body, 1, 9) = '{"noted":'`;

export function listQueries(
  current: () => State,
): Pick<
  PipelineQueries,
  'listedRuns' | 'listedSteps' | 'listedArtifacts' | 'stepNotes' | 'referred'
> {
  return {
    listedRuns: (narrowing) => listedRuns(current(), narrowing),
    listedSteps: (narrowing) => listedSteps(current(), narrowing),
    listedArtifacts: (narrowing) => listedArtifacts(current(), narrowing),
    stepNotes: (pipelineRunId) => stepNotes(current(), pipelineRunId),
    referred: (what, by, wanted) => referred(current(), what, by, wanted),
  };
}

function listedRuns(state: State, { pipeline }: ListNarrowing): ListedRow[] {
  const { where, values } = condition(pipeline === undefined ? {} : { pipeline });
  return state.sql
    .all(
      `SELECT run_id, pipeline, status, ended, json_extract(body, '$.name', '$.startedAt',
         '$.graph.tags', '$.noted', '$.trackingRunId') FROM pipeline_runs ${where} ORDER BY id DESC`,
      ...values,
    )
    .map((row) => {
      const [name, startedAt, declared, noted, tracking] = parts(row[4]);
      const notes = notesOf(noted);
      return listed(text(row[0]), {
        name,
        pipeline: text(row[1]),
        status: text(row[2]),
        end_time: maybeNumber(row[3]),
        created: startedAt,
        start_time: startedAt,
        tracking_run: tracking,
        tags: tagsWith(textsOf(declared), notes),
        run_metadata: notes.metadata ?? {},
      });
    });
}

/** Notes of steps of a run, by invocation. */
function stepNotes(state: State, pipelineRunId: string): ReadonlyMap<string, Notes> {
  const rows = state.sql.all(
    `SELECT s.step_id, json_extract(s.body, '$.noted') FROM step_runs s
     CROSS JOIN pipeline_runs r ON r.id = s.pipeline_run
     WHERE r.run_id = ? AND ${NOTED} ORDER BY s.id`,
    pipelineRunId,
  );
  return new Map(rows.map((row) => [text(row[0]), notesOf(JSON.parse(text(row[1])))]));
}

function listedSteps(state: State, { pipeline, pipelineRun }: ListNarrowing): ListedRow[] {
  const { where, values } = condition({
    ...(pipeline !== undefined && { 'r.pipeline': pipeline }),
    ...(pipelineRun !== undefined && { 'r.run_id': pipelineRun }),
  });
  return state.sql
    .all(
      `SELECT s.step_run_id, s.step_id, s.key, r.run_id, r.pipeline, json_extract(s.body, '$.step',
         '$.status', '$.startedAt', '$.endedAt', '$.noted', '$.cachedFrom.stepRunId',
         '$.trackingRunId')
       FROM step_runs s CROSS JOIN pipeline_runs r ON r.id = s.pipeline_run ${where}
       ORDER BY s.id DESC`,
      ...values,
    )
    .map((row) => {
      const [step, status, startedAt, endedAt, noted, original, tracking] = parts(row[5]);
      const notes = notesOf(noted);
      return listed(text(row[0]), {
        name: text(row[1]),
        cache_key: row[2] == null ? undefined : text(row[2]),
        pipeline_run: text(row[3]),
        pipeline: text(row[4]),
        step,
        status,
        created: startedAt,
        start_time: startedAt,
        end_time: endedAt,
        original_step_run: original,
        tracking_run: tracking,
        tags: notes.added ?? [],
        run_metadata: notes.metadata ?? {},
      });
    });
}

function listedArtifacts(state: State, { artifact }: ListNarrowing): ListedRow[] {
  const isNamed = artifact === undefined ? '' : 'AND name = ?';
  return state.sql
    .all(
      `SELECT artifact_id, name, version, number, json_extract(body, '$.type', '$.materializer',
         '$.createdAt', '$.metadata', '$.tags', '$.producer', '$.artifactType')
       FROM artifacts WHERE deleted_time IS NULL ${isNamed} ORDER BY id DESC`,
      ...(artifact === undefined ? [] : [artifact]),
    )
    .map((row) => {
      const [type, materializer, createdAt, metadata, tags, producer, kind] = parts(row[4]);
      const made = isRecord(producer) ? (producer as JsonObject) : {};
      return listed(text(row[0]), {
        name: text(row[1]),
        artifact: text(row[1]),
        version: text(row[2]),
        version_number: maybeNumber(row[3]),
        type,
        data_type: type,
        materializer,
        created: createdAt,
        tags: textsOf(tags),
        run_metadata: metadata ?? {},
        pipeline: made['pipeline'],
        pipeline_run: made['pipelineRunId'],
        step: made['stepId'],
        artifact_type: kind ?? 'data',
      });
    });
}

const listed = (id: string, fields: Record<string, FieldValue>): ListedRow => ({
  id,
  fields: { id, ...fields },
});

function condition(columns: Readonly<Record<string, string>>): {
  where: string;
  values: string[];
} {
  const tests = Object.keys(columns).map((column) => `${column} = ?`);
  const where = tests.length > 0 ? `WHERE ${tests.join(' AND ')}` : '';
  return { where, values: Object.values(columns) };
}

/** `json_extract` with several paths answers a list; what is not there is null. */
const parts = (value: Value | undefined): FieldValue[] =>
  (JSON.parse(text(value)) as Json[]).map((one) => one ?? undefined);

const notesOf = (value: FieldValue): Notes => (isRecord(value) ? (value as Notes) : {});

const textsOf = (value: FieldValue): string[] => (Array.isArray(value) ? value.map(String) : []);

const REFERENCES = {
  run: { table: 'pipeline_runs', id: 'run_id', name: "json_extract(body, '$.name')" },
  artifact: { table: 'artifacts', id: 'artifact_id', name: 'name' },
} as const;

/** Ids, the newest first, that begin with a text, or whose name it is. At most three. */
function referred(state: State, what: 'run' | 'artifact', by: 'id' | 'name', wanted: string) {
  const { table, id, name } = REFERENCES[what];
  const where = by === 'name' ? `${name} = ?` : `substr(${id}, 1, ${wanted.length}) = ?`;
  const sql = `SELECT ${id} FROM ${table} WHERE ${where} ORDER BY id DESC LIMIT 3`;
  return state.sql.all(sql, wanted).map((row) => text(row[0]));
}
