/** Registered models and versions as MLflow's messages. */
import type { ModelVersion, RegisteredModel } from '../domain/model';
import type { WireModelVersion, WireRegisteredModel } from '../protocol/mlflow/messages';
import { unlessEmpty } from './wire';

export function toWireRegisteredModel(model: RegisteredModel): WireRegisteredModel {
  return {
    name: model.name,
    creation_timestamp: model.creationTime,
    last_updated_timestamp: model.lastUpdateTime,
    description: model.description || undefined,
    latest_versions: unlessEmpty(model.latestVersions.map(toWireListedVersion)),
    tags: unlessEmpty(model.tags),
    aliases: unlessEmpty(
      model.aliases.map(({ alias, version }) => ({ alias, version: `${version}` })),
    ),
  };
}

/** A version in an answer about it alone. */
export function toWireVersion(version: ModelVersion): WireModelVersion {
  return { ...toWireListedVersion(version), aliases: unlessEmpty(version.aliases) };
}

/** A version found by a search or inside its model: MLflow leaves its aliases out there. */
export function toWireListedVersion(version: ModelVersion): WireModelVersion {
  return {
    name: version.name,
    version: `${version.version}`,
    creation_timestamp: version.creationTime,
    last_updated_timestamp: version.lastUpdateTime,
    user_id: version.userId,
    current_stage: version.stage,
    description: version.description,
    source: version.source,
    run_id: version.runId,
    status: version.status,
    status_message: version.statusMessage || undefined,
    tags: unlessEmpty(version.tags),
    run_link: version.runLink,
  };
}
