/** Search over runs: MLflow's filter and order, parsed here and answered by the store. */
import { LIMITS } from '../../domain/limits';
import type { Run } from '../../domain/run';
import { parseRunOrder } from '../../domain/search/order';
import { parseRunFilter } from '../../domain/search/parse';
import type { HttpReply, HttpRequest } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Ports } from '../endpoint';
import type { Fields } from '../fields';
import { decodePageToken, encodePageToken } from '../pageToken';
import { readFields } from '../request';
import { parseExperimentId } from '../validation';
import { toWireRun } from '../wire';
import { stageOf, VIEW_TYPES } from './searchExperiments';

export async function searchRuns({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readLimit(fields);
  const offset = decodePageToken(fields.string('page_token'));
  const { runs, more } = store.runs.search({
    filter: parseRunFilter(fields.string('filter') ?? ''),
    orderBy: parseRunOrder(fields.strings('order_by')),
    experimentIds: fields.strings('experiment_ids').map(parseExperimentId),
    stage: stageOf(fields.enumeration('run_view_type', VIEW_TYPES)),
    limit,
    offset,
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: pageText(runs, more ? encodePageToken(offset + limit) : undefined),
  };
}

function readLimit(fields: Fields): number {
  const limit = fields.integer('max_results') ?? LIMITS.searchDefaultResults;
  if (limit > LIMITS.searchMaxResults) {
    throw invalidParameter(
      `Invalid value ${limit} for parameter 'max_results' supplied:  Hint: Value was of type ` +
        "'int'. See the API docs for more information about request parameters.",
    );
  }
  if (limit < 1) {
    throw invalidParameter(
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`,
    );
  }
  return limit;
}

/** Searches repeat, and the store hands out the same value for a run that did not change. */
const texts = new WeakMap<Run, string>();

function pageText(runs: readonly Run[], token: string | undefined): string {
  const members: string[] = [];
  if (runs.length > 0) members.push(`"runs":[${runs.map(textOf).join(',')}]`);
  if (token !== undefined) members.push(`"next_page_token":${JSON.stringify(token)}`);
  return `{${members.join(',')}}`;
}

function textOf(run: Run): string {
  const known = texts.get(run);
  if (known !== undefined) return known;
  const text = JSON.stringify(toWireRun(run));
  texts.set(run, text);
  return text;
}
