/** Search over experiments. They are few, so filter and order run over the whole list. */
import { LIMITS } from '../../domain/limits';
import { parseExperimentFilter, parseExperimentOrder } from '../../domain/search/experiments';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Ports } from '../endpoint';
import type { Fields } from '../fields';
import { decodePageToken, encodePageToken } from '../pageToken';
import { readFields } from '../request';
import { toWireExperiment, unlessEmpty } from '../wire';

export const VIEW_TYPES = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const;
export type ViewType = (typeof VIEW_TYPES)[number];
const STAGES = { ACTIVE_ONLY: 'active', DELETED_ONLY: 'deleted', ALL: 'all' } as const;

/** Active ones unless the request says otherwise. */
export const stageOf = (view: ViewType | undefined) => STAGES[view ?? 'ACTIVE_ONLY'];

export async function searchExperiments(
  { store }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readLimit(fields);
  const matches = parseExperimentFilter(fields.string('filter') ?? '');
  const compare = parseExperimentOrder(fields.strings('order_by'));
  const offset = decodePageToken(fields.string('page_token'));
  const stage = stageOf(fields.enumeration('view_type', VIEW_TYPES));
  const all = store.experiments.list({ stage, limit: Number.MAX_SAFE_INTEGER, offset: 0 });
  const found = all.filter(matches).sort(compare);
  const page = found.slice(offset, offset + limit);
  return jsonReply({
    experiments: unlessEmpty(page.map(toWireExperiment)),
    next_page_token: offset + limit < found.length ? encodePageToken(offset + limit) : undefined,
  });
}

function readLimit(fields: Fields): number {
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
