/** Registered models: create, look up, rename, describe, tag and delete. */
import { pythonRepr } from '../../base/python';
import type { Tag } from '../../domain/run';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { MlflowError } from '../../protocol/mlflow/errors';
import type { Store } from '../../store/store';
import type { Endpoint, Ports } from '../endpoint';
import { describeModel, tagModel } from '../registryActions';
import { checkModelName, checkModelTag, kindOf, parseStage, readTags } from '../registryChecks';
import { findRegisteredModel } from '../registryLookup';
import { toWireRegisteredModel, toWireVersion } from '../registryWire';
import { readFields } from '../request';
import { unlessEmpty } from '../wire';

export const registeredModelEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/registered-models/create', handle: create },
  { method: 'GET', path: '/registered-models/get', handle: get },
  { method: 'POST', path: '/registered-models/rename', handle: rename },
  { method: 'PATCH', path: '/registered-models/update', handle: update },
  { method: 'DELETE', path: '/registered-models/delete', handle: remove },
  { method: 'GET', path: '/registered-models/get-latest-versions', handle: getLatest },
  { method: 'POST', path: '/registered-models/get-latest-versions', handle: getLatest },
  { method: 'POST', path: '/registered-models/set-tag', handle: setTag },
  { method: 'DELETE', path: '/registered-models/delete-tag', handle: deleteTag },
];

async function create({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const tags = readTags(fields);
  const description = fields.string('description');
  checkModelName(name);
  tags.forEach(checkModelTag);
  refuseTaken(store, name, tags);
  await store.commit({ type: 'registry.create', name, description, tags, time: clock.now() });
  return modelReply(store, name);
}

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  return modelReply(store, (await readFields(request)).required('name'));
}

async function rename({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const newName = fields.required('new_name');
  checkModelName(newName, newName.trim() === '' ? 'new_name' : 'name');
  findRegisteredModel(store, name);
  if (newName !== name && store.registry.get(newName)) throw alreadyExists(newName);
  await store.commit({ type: 'registry.rename', name, newName, time: clock.now() });
  return modelReply(store, newName);
}

/** Without a description it becomes empty, as in MLflow. */
async function update(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  await describeModel(ports, { name, description: fields.string('description') ?? '' });
  return modelReply(ports.store, name);
}

async function remove({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const { name } = findRegisteredModel(store, (await readFields(request)).required('name'));
  await store.commit({ type: 'registry.delete', name, time: clock.now() });
  return jsonReply({});
}

/** The newest version of each stage, or of those that are named. */
async function getLatest({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const { latestVersions } = findRegisteredModel(store, fields.required('name'));
  const stages = fields.strings('stages').map(parseStage);
  const found = latestVersions.filter(
    (version) => stages.length === 0 || stages.includes(version.stage),
  );
  return jsonReply({ model_versions: unlessEmpty(found.map(toWireVersion)) });
}

async function setTag(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const key = fields.required('key');
  await tagModel(ports, { name, key, value: fields.string('value') ?? '' });
  return jsonReply({});
}

/** A tag that is not there is no error. */
async function deleteTag(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const name = fields.required('name');
  const key = fields.required('key');
  await tagModel(ports, { name, key, value: null });
  return jsonReply({});
}

const modelReply = (store: Store, name: string): HttpReply =>
  jsonReply({ registered_model: toWireRegisteredModel(findRegisteredModel(store, name)) });

/** A prompt and a model share their names; the message says which of them has it. */
function refuseTaken(store: Store, name: string, tags: readonly Tag[]): void {
  const existing = store.registry.get(name);
  if (!existing) return;
  const wanted = kindOf(tags);
  const known = kindOf(existing.tags);
  if (wanted === known) throw alreadyExists(name, wanted);
  throw new MlflowError(
    'RESOURCE_ALREADY_EXISTS',
    `Tried to create a ${wanted.toLowerCase()} with name ${pythonRepr(name)}, but the name is already ` +
      `taken by a ${known.toLowerCase()}. MLflow does not allow creating a model and a prompt ` +
      'with the same name.',
  );
}

const alreadyExists = (name: string, kind = 'Registered Model') =>
  new MlflowError('RESOURCE_ALREADY_EXISTS', `${kind} (name=${name}) already exists.`);
