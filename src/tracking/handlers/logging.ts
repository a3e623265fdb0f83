/** What a run logs: metrics, parameters and tags, one by one or in a batch. */

import { pythonRepr } from '../../base/python';
import { LIMITS } from '../../domain/limits';
import type { LoggedMetric, Param, Tag } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import type { Mutation } from '../../store/mutation';
import type { Store } from '../../store/store';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveRun } from '../lookup';
import { readFields } from '../request';
import { checkMetric, checkParam, checkTag } from '../validation';
import { lastOfEachKey } from './runs';

export const loggingEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/runs/log-metric', handle: logMetric },
  { method: 'POST', path: '/runs/log-parameter', handle: logParam },
  { method: 'POST', path: '/runs/set-tag', handle: setTag },
  { method: 'POST', path: '/runs/delete-tag', handle: deleteTag },
  { method: 'POST', path: '/runs/log-batch', handle: logBatch },
];

async function logMetric({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const metric = checkMetric(readMetric(fields), '');
  const { runId } = findActiveRun(store, id);
  checkModels(store, [metric]);
  await store.commit({ type: 'run.log', runId, metrics: [metric], params: [], tags: [] });
  return jsonReply({});
}

async function logParam({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const param = checkParam(readPair(fields), '');
  const { runId } = findActiveRun(store, id);
  const known = store.runs.param(runId, param.key);
  if (known !== undefined && known !== param.value) {
    throw invalidParameter(
      `Changing param values is not allowed. Param with key='${param.key}' was already logged ` +
        `with value='${known}' for run ID='${runId}'. Attempted logging new value ` +
        `'${param.value}'.`,
    );
  }
  if (known === undefined) {
    await store.commit({ type: 'run.log', runId, metrics: [], params: [param], tags: [] });
  }
  return jsonReply({});
}

async function setTag({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const tag = checkTag(readPair(fields), '');
  const { runId } = findActiveRun(store, id);
  await commitLog(store, runId, { metrics: [], params: [], tags: [tag] });
  return jsonReply({});
}

async function deleteTag({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const key = fields.required('key');
  const { runId } = findActiveRun(store, id);
  if (store.runs.tag(runId, key) === undefined) {
    throw doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
  }
  await store.commit({ type: 'run.tag.delete', runId, key });
  return jsonReply({});
}

interface Batch {
  readonly metrics: readonly LoggedMetric[];
  readonly params: readonly Param[];
  readonly tags: readonly Tag[];
}

/** All or nothing, unlike MLflow: what is checked here is then written in one transaction. */
async function logBatch({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request, checkBatchBytes);
  const id = fields.runId();
  const batch = readBatch(fields);
  checkBatchLimits(batch);
  checkUniqueParams(batch.params);
  const { runId } = findActiveRun(store, id);
  checkModels(store, batch.metrics);
  const params = newParams(store, runId, batch.params);
  await commitLog(store, runId, { ...batch, params });
  return jsonReply({});
}

function readBatch(fields: Fields): Batch {
  const pathOf = (list: string, index: number) => `${list}[${index}].`;
  return {
    metrics: fields
      .list('metrics')
      .map(readMetric)
      .map((metric, index) => checkMetric(metric, pathOf('metrics', index))),
    params: fields
      .list('params')
      .map(readPair)
      .map((param, index) => checkParam(param, pathOf('params', index))),
    tags: fields
      .list('tags')
      .map(readPair)
      .map((tag, index) => checkTag(tag, pathOf('tags', index))),
  };
}

const readPair = (fields: Fields): Tag => ({
  key: fields.required('key'),
  value: fields.string('value') ?? '',
});

/** A dataset without a model is forgotten, as in MLflow. */
function readMetric(fields: Fields): LoggedMetric {
  const metric = {
    key: fields.required('key'),
    value: fields.requiredDouble('value'),
    timestamp: fields.requiredInteger('timestamp'),
    step: fields.integer('step') ?? 0,
  };
  const modelId = fields.string('model_id');
  if (!modelId) return metric;
  const datasetName = fields.string('dataset_name') || undefined;
  const datasetDigest = fields.string('dataset_digest') || undefined;
  return { ...metric, modelId, datasetName, datasetDigest };
}

/** All or nothing here, too: MLflow would keep the points for the run and refuse the model's. */
function checkModels(store: Store, metrics: readonly LoggedMetric[]): void {
  for (const modelId of new Set(metrics.map((metric) => metric.modelId))) {
    if (modelId !== undefined && !store.models.has(modelId)) {
      throw new MlflowError('BAD_REQUEST', `Logged model with ID '${modelId}' not found.`);
    }
  }
}

function checkBatchBytes(size: number): void {
  if (size <= LIMITS.batchBytes) return;
  throw invalidParameter(
    `Batched logging API requests must be at most ${LIMITS.batchBytes} bytes, got a request of ` +
      `size ${size}.`,
  );
}

function checkBatchLimits({ metrics, params, tags }: Batch): void {
  checkCount('metrics', metrics.length, LIMITS.metricsPerBatch);
  checkCount('params', params.length, LIMITS.paramsPerBatch);
  checkCount('tags', tags.length, LIMITS.tagsPerBatch);
  const total = metrics.length + params.length + tags.length;
  checkCount('metrics, params, and tags', total, LIMITS.entitiesPerBatch);
}

function checkCount(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw invalidParameter(
    `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
      `Please split up ${what} across multiple requests and try again.`,
  );
}

function checkUniqueParams(params: readonly Param[]): void {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { key } of params) {
    if (seen.has(key)) twice.push(key);
    seen.add(key);
  }
  if (twice.length === 0) return;
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: [${twice.map(pythonRepr).join(', ')}]. Please ` +
      'ensure the request contains only one param value per param key.',
  );
}

/** Those not yet logged. @throws MlflowError when one is logged with another value. */
function newParams(store: Store, runId: string, params: readonly Param[]): Param[] {
  const fresh: Param[] = [];
  const changed: string[] = [];
  for (const { key, value } of params) {
    const known = store.runs.param(runId, key);
    if (known === undefined) fresh.push({ key, value });
    else if (known !== value) {
      changed.push(
        `{'key': ${pythonRepr(key)}, 'old_value': ${pythonRepr(known)}, ` +
          `'new_value': ${pythonRepr(value)}}`,
      );
    }
  }
  if (changed.length === 0) return fresh;
  throw invalidParameter(
    'Changing param values is not allowed. Params were already ' +
      `logged='[${changed.join(', ')}]' for run ID='${runId}'.`,
  );
}

/** The tag with the run's name renames the run; an empty one changes nothing, as in MLflow. */
async function commitLog(store: Store, runId: string, batch: Batch): Promise<void> {
  const latest = lastOfEachKey(batch.tags);
  const named = latest.find((tag) => tag.key === TAGS.runName);
  const tags = latest.filter((tag) => tag.key !== TAGS.runName);
  const mutations: Mutation[] = [];
  if (named?.value) mutations.push({ type: 'run.update', runId, name: named.value });
  if (batch.metrics.length + batch.params.length + tags.length > 0) {
    mutations.push({ type: 'run.log', runId, metrics: batch.metrics, params: batch.params, tags });
  }
  if (mutations.length > 0) await store.commit(...mutations);
}
