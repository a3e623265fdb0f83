/** Models that a run made: logged models, and those of clients before MLflow 3. */
import { isRecord } from '../../base/json';
import { pythonJson, pythonRepr } from '../../base/python';
import { TAGS } from '../../domain/tags';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import { parseClientJson } from '../../protocol/mlflow/json';
import type { Endpoint, Ports } from '../endpoint';
import { findActiveRun } from '../lookup';
import { readFields } from '../request';

export const outputEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/runs/outputs', handle: logOutputs },
  { method: 'POST', path: '/runs/log-model', handle: logModel },
];

async function logOutputs({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  fields.present('models');
  const models = fields.list('models').map((model) => ({
    modelId: model.required('model_id'),
    step: model.integer('step') ?? 0,
  }));
  const { runId } = findActiveRun(store, id);
  if (models.length > 0) await store.commit({ type: 'run.outputs', runId, models });
  return jsonReply({});
}

const MANDATORY = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];

/** Adds the model to the run's list of models, which is a tag. */
async function logModel({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const model = parseModel(fields.required('model_json'));
  const missing = MANDATORY.filter((name) => !Object.hasOwn(model, name));
  if (missing.length > 0) {
    const names = missing.map(pythonRepr).join(', ');
    throw invalidParameter(`Model json is missing mandatory fields: {${names}}`);
  }
  const { runId } = findActiveRun(store, id);
  const history = parseHistory(store.runs.tag(runId, TAGS.loggedModels));
  const value = pythonJson([...history, historyEntry(model)]);
  const tags = [{ key: TAGS.loggedModels, value }];
  await store.commit({ type: 'run.log', runId, metrics: [], params: [], tags });
  return jsonReply({});
}

function parseModel(text: string): Record<string, unknown> {
  try {
    const value = parseClientJson(text);
    if (isRecord(value)) return value;
  } catch {
    // The text is in the error below.
  }
  throw invalidParameter(`Malformed model info. \n ${text} \n is not a valid JSON.`);
}

/** What somebody else wrote into the tag is replaced; a history is only ever a list. */
function parseHistory(text: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** A flavor's `config` may be large and secret, and MLflow leaves it out. */
function historyEntry(model: Record<string, unknown>): Record<string, unknown> {
  const flavors = isRecord(model['flavors']) ? model['flavors'] : {};
  return {
    run_id: model['run_id'],
    artifact_path: model['artifact_path'],
    utc_time_created: model['utc_time_created'],
    model_uuid: model['model_uuid'] ?? null,
    flavors: Object.fromEntries(
      Object.entries(flavors).map(([name, flavor]) => [name, withoutConfig(flavor)]),
    ),
  };
}

function withoutConfig(flavor: unknown): unknown {
  if (!isRecord(flavor)) return flavor;
  return Object.fromEntries(Object.entries(flavor).filter(([key]) => key !== 'config'));
}
