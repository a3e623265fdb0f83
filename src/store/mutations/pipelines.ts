// Mutations of pipeline runs and their steps, kept as JSON beside the columns that are asked for.
import type { StepRun } from '../../domain/pipeline';
import { number } from '../database';
import { invalidMutation } from '../errors';
import type { State } from '../state';
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
  for (const file of new Set(run.graph.steps.map((step) => step.source.file))) {
    state.sql.run(
      'INSERT OR REPLACE INTO pipeline_files VALUES (?, ?, ?)',
      file,
      run.graph.pipeline,
      row,
    );
  }
  for (const step of steps) writeStep(state, row, step);
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
    JSON.stringify(step),
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
