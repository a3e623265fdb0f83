/** Search over registered models, over their versions, and over logged models. */
import { LIMITS } from '../../domain/limits';
import type { DatasetChoice } from '../../domain/search/filter';
import { parseModelOrder, parseOrder } from '../../domain/search/order';
import { parseFilter } from '../../domain/search/parse';
import { LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS } from '../../domain/search/subjects';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import {
  decodeModelPage,
  decodePageToken,
  encodeModelPage,
  type ModelPageOrder,
} from '../pageToken';
import { toWireListedVersion, toWireRegisteredModel } from '../registryWire';
import { readFields } from '../request';
import { parseExperimentId } from '../validation';
import { toWireModel, unlessEmpty } from '../wire';
import { nextToken, readLimit } from './searchParts';

export const searchEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/registered-models/search', handle: searchRegisteredModels },
  { method: 'GET', path: '/model-versions/search', handle: searchModelVersions },
  { method: 'POST', path: '/logged-models/search', handle: searchLoggedModels },
];

async function searchRegisteredModels(
  { store, clock }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readLimit(fields, LIMITS.registeredModelsSearch);
  const filter = parseFilter(fields.string('filter') ?? '', REGISTERED_MODELS, clock.now());
  const orderBy = parseOrder(fields.strings('order_by'), REGISTERED_MODELS);
  const start = decodePageToken(fields.string('page_token'));
  if (limit < 1) throw notPositive(limit);
  const found = store.registry.search({ filter, orderBy, limit, ...start });
  return jsonReply({
    registered_models: unlessEmpty(found.items.map(toWireRegisteredModel)),
    next_page_token: nextToken(found, { start, limit }),
  });
}

async function searchModelVersions(
  { store, clock }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readLimit(fields, LIMITS.modelVersionsSearch);
  if (limit < 1) throw notPositive(limit);
  const filter = parseFilter(fields.string('filter') ?? '', MODEL_VERSIONS, clock.now());
  const orderBy = parseOrder(fields.strings('order_by'), MODEL_VERSIONS);
  const start = decodePageToken(fields.string('page_token'));
  const found = store.registry.searchVersions({ filter, orderBy, limit, ...start });
  return jsonReply({
    model_versions: unlessEmpty(found.items.map(toWireListedVersion)),
    next_page_token: nextToken(found, { start, limit }),
  });
}

const notPositive = (limit: number) =>
  invalidParameter(
    `Invalid value for max_results. It must be a positive integer, but got ${limit}`,
  );

async function searchLoggedModels(
  { store, clock }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const experimentIds = fields.strings('experiment_ids');
  if (experimentIds.length === 0) fields.present('experiment_ids');
  const limit = fields.integer('max_results') || LIMITS.loggedModelsSearchDefault;
  if (limit < 1) throw notPositive(limit);
  const datasets = fields.list('datasets').map(readDataset);
  const orders = fields.list('order_by').map(readOrder);
  const filter = fields.string('filter') || undefined;
  const page = { experimentIds, filter, orderBy: unlessEmpty(orders) };
  const start = decodeModelPage(fields.string('page_token'), page);
  const found = store.models.search({
    experimentIds: experimentIds.map(parseExperimentId),
    filter: parseFilter(filter ?? '', LOGGED_MODELS, clock.now()),
    orderBy: parseModelOrder(orders.map(toTerm)),
    datasets,
    limit,
    ...start,
  });
  const next = { ...page, offset: start.offset + limit, until: found.until };
  return jsonReply({
    models: unlessEmpty(found.items.map(toWireModel)),
    next_page_token: found.more ? encodeModelPage(next) : undefined,
  });
}

function readDataset(fields: Fields): DatasetChoice {
  const name = fields.string('dataset_name');
  if (!name) {
    throw invalidParameter('`dataset_name` in the `datasets` clause must be specified.');
  }
  const digest = fields.string('dataset_digest');
  return digest ? { name, digest } : { name };
}

const readOrder = (fields: Fields): ModelPageOrder => ({
  field_name: fields.string('field_name') ?? '',
  ascending: fields.boolean('ascending') ?? true,
  dataset_name: fields.string('dataset_name') || null,
  dataset_digest: fields.string('dataset_digest') || null,
});

function toTerm(order: ModelPageOrder) {
  const { dataset_name: name, dataset_digest: digest } = order;
  const dataset = { ...(name && { name }), ...(digest && { digest }) };
  return {
    fieldName: order.field_name,
    ascending: order.ascending,
    dataset: name || digest ? dataset : undefined,
  };
}
