/** Search over experiments. */
import { LIMITS } from '../../domain/limits';
import { parseOrder } from '../../domain/search/order';
import { parseFilter } from '../../domain/search/parse';
import { EXPERIMENTS } from '../../domain/search/subjects';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Ports } from '../endpoint';
import type { Fields } from '../fields';
import { decodePageToken } from '../pageToken';
import { readFields } from '../request';
import { toWireExperiment, unlessEmpty } from '../wire';
import { nextToken, stageOf, VIEW_TYPES } from './searchParts';

export async function searchExperiments(
  { store, clock }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readMax(fields);
  const filter = parseFilter(fields.string('filter') ?? '', EXPERIMENTS, clock.now());
  const orderBy = parseOrder(fields.strings('order_by'), EXPERIMENTS);
  const start = decodePageToken(fields.string('page_token'));
  const stage = stageOf(fields.enumeration('view_type', VIEW_TYPES));
  const found = store.experiments.search({ filter, orderBy, stage, limit, ...start });
  return jsonReply({
    experiments: unlessEmpty(found.items.map(toWireExperiment)),
    next_page_token: nextToken(found, { start, limit }),
  });
}

function readMax(fields: Fields): number {
  const limit = fields.integer('max_results') ?? LIMITS.searchDefaultResults;
  if (limit < 1) {
    throw invalidParameter(
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`,
    );
  }
  if (limit > LIMITS.searchMaxResults) {
    throw invalidParameter(
      `Invalid value ${limit} for parameter 'max_results' supplied. ` +
        `It must be at most ${LIMITS.searchMaxResults}`,
    );
  }
  return limit;
}
