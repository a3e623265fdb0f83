/** Versions of registered models: look up, describe, move between stages, tag and delete. */
import type { ModelStage, ModelVersion } from '../../domain/model';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Endpoint, Ports } from '../endpoint';
import { internal } from '../modelUri';
import { checkModelName, checkVersionTag, parseStage, parseVersion } from '../registryChecks';
import { findVersion } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';
import { checkTagName } from '../validation';
import { createVersion } from './createVersion';

export const modelVersionEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/model-versions/create', handle: createVersion },
  { method: 'GET', path: '/model-versions/get', handle: get },
  { method: 'PATCH', path: '/model-versions/update', handle: update },
  { method: 'POST', path: '/model-versions/transition-stage', handle: transition },
  { method: 'DELETE', path: '/model-versions/delete', handle: remove },
  { method: 'GET', path: '/model-versions/get-download-uri', handle: getDownloadUri },
  { method: 'POST', path: '/model-versions/set-tag', handle: setTag },
  { method: 'DELETE', path: '/model-versions/delete-tag', handle: deleteTag },
];

/** Only these are emptied for a version that moves in. */
const ACTIVE_STAGES: readonly ModelStage[] = ['Staging', 'Production'];

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  return versionReply(findVersion(store, fields.required('name'), fields.required('version')));
}

/** Without a description it is removed, as in MLflow. */
async function update({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const text = fields.required('version');
  const description = fields.string('description') ?? null;
  const { version } = findVersion(store, name, text);
  const time = clock.now();
  await store.commit({ type: 'version.update', name, version, description, time });
  return versionReply(findVersion(store, name, text));
}

async function transition({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const text = fields.required('version');
  const asked = fields.required('stage');
  const archives = fields.boolean('archive_existing_versions') ?? false;
  const stage = parseStage(asked);
  if (archives && !ACTIVE_STAGES.includes(stage)) throw cannotArchive(asked);
  const { version } = findVersion(store, name, text);
  const archived = archives
    ? store.registry.inStage(name, stage).filter((other) => other !== version)
    : [];
  const time = clock.now();
  await store.commit({ type: 'version.update', name, version, stage, archived, time });
  return versionReply(findVersion(store, name, text));
}

const cannotArchive = (stage: string) =>
  internal(
    'Model version transition cannot archive existing model versions because ' +
      `'${stage}' is not an Active stage. Valid stages are ['${ACTIVE_STAGES.join("', '")}']`,
  );

async function remove({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const text = fields.required('version');
  parseVersion(text);
  const { version } = findVersion(store, name, text);
  await store.commit({ type: 'version.delete', name, version, time: clock.now() });
  return jsonReply({});
}

async function getDownloadUri({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.string('name') ?? '';
  const found = findVersion(store, name, fields.string('version') ?? '');
  return jsonReply({ artifact_uri: found.storageLocation ?? found.source });
}

async function setTag({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const text = fields.required('version');
  const key = fields.required('key');
  const value = fields.string('value') ?? '';
  checkModelName(name);
  parseVersion(text);
  checkVersionTag({ key, value });
  const { version } = findVersion(store, name, text);
  await store.commit({ type: 'version.tag', name, version, key, value, time: clock.now() });
  return jsonReply({});
}

/** A tag that is not there is no error. */
async function deleteTag({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const text = fields.required('version');
  const key = fields.required('key');
  checkModelName(name);
  parseVersion(text);
  checkTagName(key);
  const { version, tags } = findVersion(store, name, text);
  if (tags.some((tag) => tag.key === key)) {
    await store.commit({ type: 'version.tag', name, version, key, value: null, time: clock.now() });
  }
  return jsonReply({});
}

const versionReply = (version: ModelVersion): HttpReply =>
  jsonReply({ model_version: toWireVersion(version) });
