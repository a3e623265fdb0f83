// Mutations of artifact versions.
import { changedTags } from '../../domain/notes';
import { invalidMutation } from '../errors';
import type { State } from '../state';
import { cascadingTags } from './facts';
import type { Of } from './of';

export function createArtifact(state: State, { artifact }: Of<'artifact.create'>): void {
  const taken = state.sql.get(
    'SELECT 1 FROM artifacts WHERE artifact_id = ? OR (name = ? AND version = ?)',
    artifact.id,
    artifact.name,
    artifact.version,
  );
  if (taken) throw invalidMutation(`The artifact ${artifact.name} ${artifact.version} exists.`);
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
