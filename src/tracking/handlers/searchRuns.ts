/** Search over runs: the filter and the order are parsed here and answered by the store. */
import { LIMITS } from '../../domain/limits';
import type { Run } from '../../domain/run';
import { parseOrder } from '../../domain/search/order';
import { parseFilter } from '../../domain/search/parse';
import { RUNS } from '../../domain/search/subjects';
import type { HttpReply, HttpRequest } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { Ports } from '../endpoint';
import { decodePageToken } from '../pageToken';
import { readFields } from '../request';
import { parseExperimentId } from '../validation';
import { toListedRun } from '../wire';
import { nextToken, readLimit, stageOf, VIEW_TYPES } from './searchParts';

const PAGE = { usual: LIMITS.searchDefaultResults, most: LIMITS.searchMaxResults };

export async function searchRuns(
  { store, clock }: Ports,
  request: HttpRequest,
): Promise<HttpReply> {
  const fields = await readFields(request);
  const limit = readLimit(fields, PAGE);
  if (limit < 1) throw notPositive(limit);
  const filter = parseFilter(fields.string('filter') ?? '', RUNS, clock.now());
  const orderBy = parseOrder(fields.strings('order_by'), RUNS);
  const start = decodePageToken(fields.string('page_token'));
  const found = store.runs.search({
    filter,
    orderBy,
    experimentIds: fields.strings('experiment_ids').map(parseExperimentId),
    stage: stageOf(fields.enumeration('run_view_type', VIEW_TYPES)),
    limit,
    ...start,
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: pageText(found.items, nextToken(found, { start, limit })),
  };
}

const notPositive = (limit: number) =>
  invalidParameter(
    `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`,
  );

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
  const text = JSON.stringify(toListedRun(run));
  texts.set(run, text);
  return text;
}
