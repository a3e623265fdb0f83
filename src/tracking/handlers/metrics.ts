/** The points of metrics. */
import { LIMITS } from '../../domain/limits';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import type { WireMetric } from '../../protocol/mlflow/messages';
import type { Store } from '../../store/store';
import type { Endpoint, Ports } from '../endpoint';
import { type Fields, SEE } from '../fields';
import { decodePageToken, encodePageToken } from '../pageToken';
import { readFields } from '../request';
import { samplePoints } from '../sampling';
import { toWireMetric, unlessEmpty } from '../wire';

export const metricEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/metrics/get-history', handle: getHistory },
  { method: 'GET', path: '/metrics/get-history-bulk', handle: getHistoryBulk },
  { method: 'GET', path: '/metrics/get-history-bulk-interval', handle: getHistoryInterval },
];

interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Of a run that is not there the history is empty, as in MLflow. */
async function getHistory({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const key = fields.required('metric_key');
  const limit = readLimit(fields);
  const { offset } = decodePageToken(fields.string('page_token'));
  const { points, more } = readPage(store, id, key, { offset, limit });
  return jsonReply({
    metrics: unlessEmpty(points.map((point) => toWireMetric(key, point))),
    next_page_token: more ? encodePageToken({ offset: offset + limit }) : undefined,
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

/** One page by time, read with one point more to see whether there is another. */
function readPage(store: Store, runId: string, key: string, { offset, limit }: Page) {
  const read = store.series.history(runId, key, { offset, limit: limit + 1, by: 'time' });
  return { points: read.slice(0, limit), more: read.length > limit };
}

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
  if (runIds.length > LIMITS.runsPerBulkHistory) {
    throw invalidParameter(
      `GetMetricHistoryBulk request cannot specify more than ${LIMITS.runsPerBulkHistory} run_ids. ` +
        `Received ${runIds.length} run_ids.`,
    );
  }
  return runIds;
}

/** A sample of one metric of several runs, whole or between two steps. */
async function getHistoryInterval({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const runIds = readRunIds(fields);
  const key = fields.required('metric_key');
  const range = { ...readSteps(fields), limit: readSampleLimit(fields) };
  const metrics = runIds.flatMap((runId) =>
    samplePoints(store.series, runId, key, range).map(
      (point): WireMetric => ({ ...toWireMetric(key, point), run_id: runId }),
    ),
  );
  return jsonReply({ metrics: unlessEmpty(metrics) });
}

function readRunIds(fields: Fields): readonly string[] {
  fields.present('run_ids');
  const runIds = fields.strings('run_ids');
  if (runIds.length <= LIMITS.runsPerBulkHistory) return runIds;
  throw invalidParameter(
    `GetMetricHistoryBulkInterval request must specify at most ${LIMITS.runsPerBulkHistory} ` +
      `run_ids. Received ${runIds.length} run_ids. ${SEE}`,
  );
}

function readSampleLimit(fields: Fields): number {
  const limit = fields.integer('max_results') ?? LIMITS.sampledPointsPerRun;
  if (limit >= 1 && limit <= LIMITS.sampledPointsPerRun) return limit;
  throw invalidParameter(`max_results must be between 1 and ${LIMITS.sampledPointsPerRun}. ${SEE}`);
}

function readSteps(fields: Fields) {
  const fromStep = fields.integer('start_step');
  const toStep = fields.integer('end_step');
  if ((fromStep === undefined) !== (toStep === undefined)) {
    throw invalidParameter(
      'If either start step or end step are specified, both must be specified.',
    );
  }
  if (fromStep !== undefined && toStep !== undefined && fromStep > toStep) {
    throw invalidParameter(
      'end_step must be greater than start_step. ' +
        `Found start_step=${fromStep} and end_step=${toStep}.`,
    );
  }
  return { fromStep, toStep };
}
