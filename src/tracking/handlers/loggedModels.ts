/** Logged models: create, look up, finish, tag, and delete. */

import { pythonRepr } from '../../base/python';
import { LOGGED_MODEL_STATUSES, type LoggedModel } from '../../domain/model';
import type { Param, Tag } from '../../domain/run';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import type { Mutation } from '../../store/mutation';
import type { Store } from '../../store/store';
import { modelArtifactUri } from '../artifactPath';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveExperiment, findLoggedModel, noLoggedModel } from '../lookup';
import { readFields } from '../request';
import { nameFromId } from '../runName';
import { toWireModel } from '../wire';

export const loggedModelEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/logged-models', handle: create },
  { method: 'GET', path: '/logged-models/:model_id', handle: get },
  { method: 'PATCH', path: '/logged-models/:model_id', handle: finish },
  { method: 'DELETE', path: '/logged-models/:model_id', handle: remove },
  { method: 'PATCH', path: '/logged-models/:model_id/tags', handle: setTags },
  { method: 'DELETE', path: '/logged-models/:model_id/tags/*', handle: deleteTag },
  { method: 'POST', path: '/logged-models/:model_id/params', handle: logParams },
];

const BAD_IN_NAME = ['/', ':', '.', '%', '"', "'"];

async function create(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.required('experiment_id');
  const name = checkName(fields.string('name') || undefined);
  const params = uniqueByKey('parameter', readPairs(fields, 'params'));
  const tags = uniqueByKey('tag', readPairs(fields, 'tags'));
  const experiment = findActiveExperiment(ports.store, id);
  const digits = ports.newId();
  const modelId = `m-${digits}`;
  await ports.store.commit({
    type: 'model.create',
    modelId,
    experimentId: experiment.experimentId,
    name: name ?? nameFromId(digits),
    modelType: fields.string('model_type') || undefined,
    sourceRunId: fields.string('source_run_id') || undefined,
    artifactUri: modelArtifactUri(experiment.artifactLocation, modelId),
    params,
    tags,
    time: ports.clock.now(),
  });
  return modelReply(findLoggedModel(ports.store, modelId));
}

function checkName(name: string | undefined): string | undefined {
  if (name === undefined || !BAD_IN_NAME.some((character) => name.includes(character))) return name;
  throw invalidParameter(
    `Invalid model name (${pythonRepr(name)}) provided. Model name must be a non-empty string and ` +
      `cannot contain the following characters: (${BAD_IN_NAME.map(pythonRepr).join(', ')})`,
  );
}

/** Deleted ones only when the query says `allow_deleted=true`. */
function get({ store }: Ports, request: HttpRequest): HttpReply {
  const deleted = request.query.get('allow_deleted')?.[0]?.toLowerCase() === 'true';
  return modelReply(findLoggedModel(store, modelIdOf(request), { deleted }));
}

/** The body repeats the id, and MLflow asks for it there. */
async function finish({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const modelId = fields.required('model_id');
  fields.present('status');
  const status = fields.enumeration('status', LOGGED_MODEL_STATUSES);
  checkThere(store, modelId);
  if (status === undefined) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(fields.one('status'))} for parameter 'status' supplied: it ` +
        `must be one of ${LOGGED_MODEL_STATUSES.join(', ')}.`,
    );
  }
  const time = clock.now();
  await store.commit({ type: 'model.update', modelId, status, statusMessage: undefined, time });
  return modelReply(findLoggedModel(store, modelId, { deleted: true }));
}

async function remove({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const modelId = checkThere(store, modelIdOf(request));
  await store.commit({ type: 'model.delete', modelId, time: clock.now() });
  return jsonReply({});
}

/** Of tags with one key the last one counts. */
async function setTags({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const tags = new Map(readPairs(fields, 'tags').map(({ key, value }) => [key, value]));
  const modelId = checkThere(store, modelIdOf(request));
  const time = clock.now();
  const changes = [...tags].map(
    ([key, value]): Mutation => ({ type: 'model.tag', modelId, key, value, time }),
  );
  if (changes.length > 0) await store.commit(...changes);
  return jsonReply({});
}

async function deleteTag({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const { modelId, tags } = findLoggedModel(store, modelIdOf(request), { deleted: true });
  const key = request.params['*'] ?? '';
  if (!tags.some((tag) => tag.key === key)) {
    throw doesNotExist(
      `No tag with key ${pythonRepr(key)} found for model with ID ${pythonRepr(modelId)}.`,
    );
  }
  await store.commit({ type: 'model.tag', modelId, key, value: null, time: clock.now() });
  return jsonReply({});
}

/** What is there already with the same value may come again: a client that saw no answer repeats. */
async function logParams({ store, clock }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  fields.required('model_id');
  const params = uniqueByKey('parameter', readPairs(fields, 'params'));
  const model = findLoggedModel(store, modelIdOf(request), { deleted: true });
  const fresh = newParams(model, params);
  const { modelId } = model;
  const time = clock.now();
  if (fresh.length > 0) await store.commit({ type: 'model.params', modelId, params: fresh, time });
  return jsonReply({});
}

function newParams(model: LoggedModel, params: readonly Param[]): Param[] {
  const known = new Map(model.params.map(({ key, value }) => [key, value]));
  return params.filter(({ key, value }) => {
    const before = known.get(key);
    if (before === undefined || before === value) return before === undefined;
    throw new MlflowError(
      'BAD_REQUEST',
      `Changing param values is not allowed. Param with key='${key}' was already logged with ` +
        `value='${before}' for logged model '${model.modelId}'. Attempted logging new value '${value}'.`,
    );
  });
}

const readPairs = (fields: Fields, name: string): Tag[] =>
  fields
    .list(name)
    .map((pair) => ({ key: pair.string('key') ?? '', value: pair.string('value') ?? '' }));

/** MLflow's database refuses a key that comes twice in one call. */
function uniqueByKey(what: string, pairs: readonly Tag[]): readonly Tag[] {
  const seen = new Set<string>();
  for (const { key } of pairs) {
    if (seen.has(key)) {
      throw new MlflowError('BAD_REQUEST', `The ${what} '${key}' is in the request twice.`);
    }
    seen.add(key);
  }
  return pairs;
}

const modelIdOf = (request: HttpRequest) => request.params['model_id'] ?? '';

/** A deleted one can still be changed, as in MLflow. */
function checkThere(store: Store, modelId: string): string {
  if (!store.models.has(modelId)) throw noLoggedModel(modelId);
  return modelId;
}

const modelReply = (model: LoggedModel) => jsonReply({ model: toWireModel(model) });
