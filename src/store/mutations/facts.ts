// Mutations of metadata and tags of pipeline runs, steps and artifact versions.
import type { ArtifactVersion } from '../../domain/artifact';
import { changedNotes, changedTags, type Notes, type NotesChange } from '../../domain/notes';
import { text } from '../database';
import { invalidMutation } from '../errors';
import type { State } from '../state';
import type { Of } from './of';

/** How a body with notes begins: they are kept first, so that a look at its start tells. */
export const NOTED_PREFIX = '{"noted":';

const TABLES = {
  pipeline: { table: 'pipeline_runs', id: 'run_id' },
  step: { table: 'step_runs', id: 'step_run_id' },
  artifact: { table: 'artifacts', id: 'artifact_id' },
} as const;

export function changeFacts(state: State, mutation: Of<'facts.change'>): void {
  const { table, id } = TABLES[mutation.on];
  const row = state.sql.get(`SELECT body FROM ${table} WHERE ${id} = ?`, mutation.id);
  if (!row) throw invalidMutation(`There is no ${mutation.on} ${mutation.id}.`);
  const body = text(row[0]);
  const changed =
    mutation.on === 'artifact' ? changedArtifact(body, mutation) : changedBody(body, mutation);
  state.sql.run(`UPDATE ${table} SET body = ? WHERE ${id} = ?`, changed, mutation.id);
}

function changedArtifact(body: string, change: NotesChange): string {
  const artifact = JSON.parse(body) as ArtifactVersion;
  const tags = changedTags(artifact.tags ?? [], change);
  const metadata = { ...artifact.metadata, ...change.metadata };
  return JSON.stringify({ ...artifact, metadata, tags });
}

function changedBody(body: string, change: NotesChange): string {
  const { noted, ...rest } = JSON.parse(body) as { noted?: Notes };
  return JSON.stringify({ noted: changedNotes(noted, change), ...rest });
}

/** The notes that a step has; the engine writes steps without them. */
export function notesOfStep(state: State, stepRunId: string): Notes | undefined {
  const row = state.sql.get(
    `SELECT body FROM step_runs WHERE step_run_id = ? AND substr(body, 1, ?) = ?`,
    stepRunId,
    NOTED_PREFIX.length,
    NOTED_PREFIX,
  );
  return row && (JSON.parse(text(row[0])) as { noted?: Notes }).noted;
}

/** Tags that the run that makes an artifact version gives to all that it makes. */
export function cascadingTags(state: State, artifact: ArtifactVersion): readonly string[] {
  if (!artifact.producer) return [];
  const row = state.sql.get(
    `SELECT json_extract(body, '$.noted.cascade') FROM pipeline_runs
     WHERE run_id = ? AND substr(body, 1, ?) = ?`,
    artifact.producer.pipelineRunId,
    NOTED_PREFIX.length,
    NOTED_PREFIX,
  );
  return row?.[0] == null ? [] : (JSON.parse(text(row[0])) as string[]);
}
