// Mutations of artifact versions.
import { invalidMutation } from '../errors';
import type { State } from '../state';
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
  state.sql.run(
    `INSERT INTO artifacts (artifact_id, name, version, number, content_digest, body)
     VALUES (?, ?, ?, ?, ?, ?)`,
    artifact.id,
    artifact.name,
    artifact.version,
    Number.isSafeInteger(versionNumber) ? versionNumber : null,
    artifact.contentDigest,
    JSON.stringify(artifact),
  );
}
