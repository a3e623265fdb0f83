// Mutations of pipeline runs and their steps, kept as JSON beside the columns that are asked for.
import type { StepInvocation, StepRun } from '../../domain/pipeline';
import { number, text } from '../database';
import { invalidMutation } from '../errors';
import type { State } from '../state';
import { notesOfStep } from './facts';
import type { Of } from './of';

export function createPipelineRun(state: State, { run }: Of<'pipeline.create'>): void {
  if (findPipelineRun(state, run.id) !== undefined) {
    throw invalidMutation(`The pipeline run ${run.id} exists already.`);
  }
  const { steps, status, endedAt, ...body } = run;
  state.sql.run(
    'INSERT INTO pipeline_runs (run_id, pipeline, status, ended, body) VALUES (?, ?, ?, ?, ?)',
    run.id,
    run.graph.pipeline,
    status,
    endedAt ?? null,
    JSON.stringify(body),
  );
  const row = pipelineRun(state, run.id);
  noteFiles(state, { row, pipeline: run.graph.pipeline, invocations: run.graph.steps });
  for (const step of steps) writeStep(state, row, step);
}

interface Touched {
  readonly row: number;
  readonly pipeline: string;
  readonly invocations: readonly StepInvocation[];
}

/** The newest run of the pipeline with a step in each of these files. */
function noteFiles(state: State, { row, pipeline, invocations }: Touched): void {
  for (const file of new Set(invocations.map((step) => step.source.file))) {
    state.sql.run('INSERT OR REPLACE INTO pipeline_files VALUES (?, ?, ?)', file, pipeline, row);
  }
}

/** The body of the run is written only when it is closed: it may hold a thousand steps. */
export function extendPipelineRun(state: State, mutation: Of<'pipeline.extend'>): void {
  const { pipelineRunId, steps, closed, error } = mutation;
  const row = pipelineRun(state, pipelineRunId);
  const pipeline = text(state.sql.get('SELECT pipeline FROM pipeline_runs WHERE id = ?', row)?.[0]);
  const invocations = steps.flatMap(({ invocation }) => invocation ?? []);
  noteFiles(state, { row, pipeline, invocations });
  for (const step of steps) writeStep(state, row, step);
  if (!closed) return;
  state.sql.run(
    "UPDATE pipeline_runs SET body = json_set(body, '$.closed', json('true')) WHERE id = ?",
    row,
  );
  if (!error) return;
  const sql = "UPDATE pipeline_runs SET body = json_set(body, '$.error', json(?)) WHERE id = ?";
  state.sql.run(sql, JSON.stringify(error), row);
}

export function updatePipelineRun(state: State, mutation: Of<'pipeline.update'>): void {
  state.sql.run(
    'UPDATE pipeline_runs SET status = ?, ended = ? WHERE id = ?',
    mutation.status,
    mutation.endedAt ?? null,
    pipelineRun(state, mutation.pipelineRunId),
  );
}

export function putStep(state: State, { step }: Of<'step.put'>): void {
  writeStep(state, pipelineRun(state, step.pipelineRunId), step);
}

/** Only a step that ran to its end may ever be reused, whatever it says of itself. */
function writeStep(state: State, pipelineRunRow: number, step: StepRun): void {
  const reusable = step.reusable && step.status === 'ran';
  const { noted: before, ...rest } = step;
  // The engine may not know what was noted meanwhile.
  const noted = notesOfStep(state, step.id) ?? before;
  state.sql.run(
    `INSERT INTO step_runs (step_run_id, pipeline_run, step_id, key, reusable, ended, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (step_run_id) DO UPDATE SET key = excluded.key, reusable = excluded.reusable,
       ended = excluded.ended, body = excluded.body`,
    step.id,
    pipelineRunRow,
    step.stepId,
    step.fingerprint?.key ?? null,
    reusable ? 1 : 0,
    step.endedAt ?? null,
    JSON.stringify(noted ? { noted, ...rest } : rest),
  );
}

function findPipelineRun(state: State, id: string): number | undefined {
  const row = state.sql.get('SELECT id FROM pipeline_runs WHERE run_id = ?', id);
  return row && number(row[0]);
}

function pipelineRun(state: State, id: string): number {
  const row = findPipelineRun(state, id);
  if (row === undefined) throw invalidMutation(`There is no pipeline run ${id}.`);
  return row;
}
