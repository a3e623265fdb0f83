/** Datasets that a run used (`mlflow.log_input`). */
import { LIMITS } from '../../domain/limits';
import type { DatasetInput, Tag } from '../../domain/run';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter } from '../../protocol/mlflow/errors';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveRun } from '../lookup';
import { readFields } from '../request';
import { checkLength } from '../validation';

export const inputEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/runs/log-inputs', handle: logInputs },
];

async function logInputs({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const datasets = firstOfEach(readDatasets(fields));
  const { runId } = findActiveRun(store, id);
  refuseModels(fields);
  if (datasets.length > 0) await store.commit({ type: 'run.inputs', runId, datasets });
  return jsonReply({});
}

/** A model is found by its id, and there are none here. */
function refuseModels(fields: Fields): void {
  const [model] = fields.list('models');
  if (model) throw doesNotExist(`Logged model with ID '${model.required('model_id')}' not found.`);
}

function readDatasets(fields: Fields): DatasetInput[] {
  const inputs = fields.list('datasets');
  if (inputs.length > LIMITS.datasetsPerCall) {
    throw invalidParameter(
      `A request can contain at most ${LIMITS.datasetsPerCall} datasets. Got ${inputs.length}.`,
    );
  }
  return inputs.map(readDataset);
}

function readDataset(input: Fields): DatasetInput {
  const dataset = input.message('dataset');
  if (!dataset) throw input.missing('dataset');
  return {
    tags: input.list('tags').map(readTag),
    name: limited('name', dataset.required('name'), LIMITS.datasetNameLength),
    digest: limited('digest', dataset.required('digest'), LIMITS.datasetDigestLength),
    sourceType: dataset.required('source_type'),
    source: limited('source', dataset.required('source'), LIMITS.datasetSourceLength),
    schema: maybeLimited('schema', dataset, LIMITS.datasetSchemaLength),
    profile: maybeLimited('profile', dataset, LIMITS.datasetProfileLength),
  };
}

const readTag = (tag: Fields): Tag => ({
  key: limited('key', tag.required('key'), LIMITS.inputTagKeyLength),
  value: limited('value', tag.string('value') ?? '', LIMITS.inputTagValueLength),
});

function limited(field: string, value: string, limit: number): string {
  checkLength(field, value, limit);
  return value;
}

function maybeLimited(field: string, fields: Fields, limit: number): string | undefined {
  const value = fields.string(field);
  return value === undefined ? undefined : limited(field, value, limit);
}

/** Of two with the same name and digest the first counts. */
function firstOfEach(datasets: readonly DatasetInput[]): DatasetInput[] {
  const found = new Map<string, DatasetInput>();
  for (const dataset of datasets) {
    const key = JSON.stringify([dataset.name, dataset.digest]);
    if (!found.has(key)) found.set(key, dataset);
  }
  return [...found.values()];
}
