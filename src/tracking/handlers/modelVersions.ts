/** Versions of registered models: look up, describe, move between stages, tag and delete. */
import type { ModelVersion } from '../../domain/model';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import type { Endpoint, Ports } from '../endpoint';
import { deleteVersion, describeVersion, moveToStage, tagVersion } from '../registryActions';
import { findVersion } from '../registryLookup';
import { toWireVersion } from '../registryWire';
import { readFields } from '../request';
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

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  return versionReply(findVersion(store, fields.required('name'), fields.required('version')));
}

/** Without a description it is removed, as in MLflow. */
async function update(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = fields.required('version');
  const description = fields.string('description') ?? null;
  await describeVersion(ports, { name, version, description });
  return versionReply(findVersion(ports.store, name, version));
}

async function transition(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = fields.required('version');
  const stage = fields.required('stage');
  const archives = fields.boolean('archive_existing_versions') ?? false;
  await moveToStage(ports, { name, version, stage, archives });
  return versionReply(findVersion(ports.store, name, version));
}

async function remove(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = fields.required('version');
  await deleteVersion(ports, { name, version });
  return jsonReply({});
}

async function getDownloadUri({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.string('name') ?? '';
  const found = findVersion(store, name, fields.string('version') ?? '');
  return jsonReply({ artifact_uri: found.storageLocation ?? found.source });
}

async function setTag(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = fields.required('version');
  const key = fields.required('key');
  await tagVersion(ports, { name, version, key, value: fields.string('value') ?? '' });
  return jsonReply({});
}

/** A tag that is not there is no error. */
async function deleteTag(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const version = fields.required('version');
  const key = fields.required('key');
  await tagVersion(ports, { name, version, key, value: null });
  return jsonReply({});
}

const versionReply = (version: ModelVersion): HttpReply =>
  jsonReply({ model_version: toWireVersion(version) });
