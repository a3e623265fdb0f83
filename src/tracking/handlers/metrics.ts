/** The points of metrics. */
import { LIMITS } from '../../domain/limits';
import { comparePoints, type MetricPoint } from '../../domain/metric';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { WireMetric } from '../../protocol/mlflow/messages';
import type { Store } from '../../store/store';
import type { Endpoint, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findRun } from '../lookup';
import { decodePageToken, encodePageToken } from '../pageToken';
import { readFields } from '../request';
import { toWireMetric, unlessEmpty } from '../wire';

const RUNS_PER_BULK = 100;

export const metricEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/metrics/get-history', handle: getHistory },
  { method: 'GET', path: '/metrics/get-history-bulk', handle: getHistoryBulk },
];

interface Page {
  readonly offset: number;
  readonly limit: number;
}

async function getHistory({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const key = fields.required('metric_key');
  const limit = readLimit(fields);
  const offset = decodePageToken(fields.string('page_token'));
  const { runId } = findRun(store, id);
  const { points, more } = readPage(store, runId, key, { offset, limit });
  return jsonReply({
    metrics: unlessEmpty(points.map((point) => toWireMetric(key, point))),
    next_page_token: more ? encodePageToken(offset + limit) : undefined,
  });
}

/** Without a limit MLflow would answer everything at once; a page is safe and the client goes on. */
function readLimit(fields: Fields): number {
  const limit = fields.integer('max_results') ?? LIMITS.historyPageSize;
  if (limit > 0) return Math.min(limit, LIMITS.searchMaxResults);
  throw invalidParameter(
    `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`,
  );
}

/**
 * One page, read with one point more to see whether there is another. A series that fits the first
 * page comes in MLflow's order, by time; a longer one page by page in the store's, by step.
 */
function readPage(store: Store, runId: string, key: string, { offset, limit }: Page) {
  const read = store.series.history(runId, key, { offset, limit: limit + 1 });
  const more = read.length > limit;
  if (more) return { points: read.slice(0, limit), more };
  return { points: offset === 0 ? read.sort(compareTimes) : read, more };
}

const compareTimes = (a: MetricPoint, b: MetricPoint) =>
  a.timestamp - b.timestamp || comparePoints(a, b);

/** One metric of several runs at once, as MLflow's pages ask for it. */
async function getHistoryBulk({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const runIds = checkRunIds(fields.strings('run_id'));
  const key = fields.string('metric_key');
  if (key === undefined) {
    throw invalidParameter('GetMetricHistoryBulk request must specify a metric_key.');
  }
  const limit = Math.min(readLimit(fields), LIMITS.historyPageSize);
  const metrics: WireMetric[] = [];
  for (const runId of [...runIds].sort()) {
    const room = limit - metrics.length;
    if (room <= 0) break;
    const { points } = readPage(store, runId, key, { offset: 0, limit: room });
    for (const point of points) metrics.push({ ...toWireMetric(key, point), run_id: runId });
  }
  return jsonReply({ metrics });
}

function checkRunIds(runIds: readonly string[]): readonly string[] {
  if (runIds.length === 0) {
    throw invalidParameter('GetMetricHistoryBulk request must specify at least one run_id.');
  }
  if (runIds.length > RUNS_PER_BULK) {
    throw invalidParameter(
      `GetMetricHistoryBulk request cannot specify more than ${RUNS_PER_BULK} run_ids. ` +
        `Received ${runIds.length} run_ids.`,
    );
  }
  return runIds;
}
