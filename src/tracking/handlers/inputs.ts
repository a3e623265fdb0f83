/** Datasets and models that a run used (`mlflow.log_input`), and a search over datasets. */
import { LIMITS } from '../../domain/limits';
import type { DatasetInput, Tag } from '../../domain/run';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveRun } from '../lookup';
import { readFields } from '../request';
import { checkLength, parseExperimentId } from '../validation';
import { unlessEmpty } from '../wire';

export const inputEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/runs/log-inputs', handle: logInputs },
  { method: 'POST', path: '/experiments/search-datasets', handle: searchDatasets },
];

async function logInputs({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const datasets = firstOfEach(readDatasets(fields));
  const models = fields.list('models').map((model) => model.required('model_id'));
  const { runId } = findActiveRun(store, id);
  if (datasets.length + models.length > 0) {
    await store.commit({ type: 'run.inputs', runId, datasets, models });
  }
  return jsonReply({});
}

async function searchDatasets({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const ids = (await readFields(request)).strings('experiment_ids');
  if (ids.length === 0) {
    throw invalidParameter('SearchDatasets request must specify at least one experiment_id.');
  }
  if (ids.length > LIMITS.experimentsPerDatasetSearch) {
    throw invalidParameter(
      `SearchDatasets request cannot specify more than ${LIMITS.experimentsPerDatasetSearch} ` +
        `experiment_ids. Received ${ids.length} experiment_ids.`,
    );
  }
  const found = store.experiments.datasets(ids.map(parseExperimentId), LIMITS.datasetSummaries);
  const summaries = found.map(({ experimentId, name, digest, context }) => ({
    experiment_id: experimentId,
    name,
    digest,
    context,
  }));
  return jsonReply({ dataset_summaries: unlessEmpty(summaries) });
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
