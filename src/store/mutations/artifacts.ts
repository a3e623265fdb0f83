// Mutations of artifact versions.
import { changedTags } from '../../domain/notes';
import { number, text } from '../database';
import { invalidMutation } from '../errors';
import { lastPurged } from '../queries/pipelines';
import type { State } from '../state';
import { cascadingTags } from './facts';
import { rememberFolders, rememberPurged } from './lifecycle';
import type { Of } from './of';

export function createArtifact(state: State, { artifact }: Of<'artifact.create'>): void {
  const taken = state.sql.get(
    'SELECT deleted_time FROM artifacts WHERE artifact_id = ? OR (name = ? AND version = ?)',
    artifact.id,
    artifact.name,
    artifact.version,
  );
  if (taken) {
    const where = taken[0] == null ? 'exists' : 'is in the trash';
    throw invalidMutation(`The artifact ${artifact.name} ${artifact.version} ${where}.`);
  }
  // Files were put there again since what lay there was purged.
  state.sql.run('DELETE FROM removals WHERE folder = ?', artifact.path);
  const versionNumber = Number(artifact.version);
  const cascading = cascadingTags(state, artifact);
  const tags = changedTags(artifact.tags ?? [], { addTags: cascading });
  state.sql.run(
    `INSERT INTO artifacts (artifact_id, name, version, number, content_digest, body)
     VALUES (?, ?, ?, ?, ?, ?)`,
    artifact.id,
    artifact.name,
    artifact.version,
    Number.isSafeInteger(versionNumber) ? versionNumber : null,
    artifact.contentDigest,
    JSON.stringify(cascading.length > 0 ? { ...artifact, tags } : artifact),
  );
}

export function setArtifactLifecycle(
  state: State,
  { artifactId, stage, time }: Of<'artifact.lifecycle'>,
): void {
  const row = rowOf(state, artifactId);
  const deleted = stage === 'deleted' ? time : null;
  state.sql.run('UPDATE artifacts SET deleted_time = ? WHERE id = ?', deleted, row.id);
}

export function purgeArtifacts(state: State, mutation: Of<'artifact.purge'>): void {
  for (const artifactId of mutation.artifactIds) {
    const row = rowOf(state, artifactId);
    if (!row.isDeleted) throw invalidMutation(`The artifact version ${artifactId} is not deleted.`);
    rememberPurged(state, lastPurged(row.name), String(row.number));
    state.sql.run('DELETE FROM artifacts WHERE id = ?', row.id);
  }
  rememberFolders(state, mutation);
}

function rowOf(state: State, artifactId: string) {
  const found = state.sql.get(
    'SELECT id, name, number, deleted_time FROM artifacts WHERE artifact_id = ?',
    artifactId,
  );
  if (!found) throw invalidMutation(`There is no artifact version ${artifactId}.`);
  const [id, name, versionNumber, deleted] = found;
  return {
    id: number(id),
    name: text(name),
    number: number(versionNumber),
    isDeleted: deleted != null,
  };
}
