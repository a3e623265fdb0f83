// POST /api/series: the points of some series, reduced to what a chart can show.
import { isRecord } from '../base/json';
import type { MetricPoint } from '../domain/metric';
import type { SeriesRequest } from '../protocol/control';
import type { HttpRequest } from '../protocol/http';
import type { SeriesColumns } from '../protocol/rows';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';
import { invalid, jsonBody } from './params';

const DEFAULT_BUCKETS = 500;
const MOST_BUCKETS = 20_000;
const MOST_SERIES = 1000;

/** A series that does not exist comes back empty: its run may have been deleted meanwhile. */
export async function seriesReply(
  storeOf: (source: string | undefined) => Store,
  request: HttpRequest,
): Promise<{ series: readonly SeriesColumns[] }> {
  const { source, series, ...range } = parseRequest(await jsonBody(request));
  const store = storeOf(source);
  const buckets = range.buckets ?? DEFAULT_BUCKETS;
  return {
    series: series.map(({ runId, key }) => {
      const count = store.runs.summary(runId, key)?.count ?? 0;
      const points = count === 0 ? [] : store.series.buckets(runId, key, { ...range, buckets });
      return { runId, key, count, ...columnsOf(points) };
    }),
  };
}

function columnsOf(points: readonly MetricPoint[]) {
  return {
    steps: points.map((point) => point.step),
    timestamps: points.map((point) => point.timestamp),
    values: points.map((point) => toWire(point.value)),
  };
}

function parseRequest(body: Record<string, unknown>): SeriesRequest {
  const { series } = body;
  if (!Array.isArray(series)) throw invalid('`series` must be a list of { runId, key }.');
  if (series.length > MOST_SERIES) throw invalid(`At most ${MOST_SERIES} series can be asked for.`);
  const { source } = body;
  if (source !== undefined && typeof source !== 'string') throw invalid('`source` must be text.');
  return {
    source,
    series: series.map(parseSeries),
    buckets: integer(body, 'buckets', { least: 1, most: MOST_BUCKETS }),
    by: order(body),
    fromStep: integer(body, 'fromStep'),
    toStep: integer(body, 'toStep'),
    fromTime: integer(body, 'fromTime'),
    toTime: integer(body, 'toTime'),
  };
}

function parseSeries(value: unknown): { runId: string; key: string } {
  if (!isRecord(value) || typeof value['runId'] !== 'string' || typeof value['key'] !== 'string') {
    throw invalid('Each series must be { runId, key }.');
  }
  return { runId: value['runId'], key: value['key'] };
}

function order({ by }: Record<string, unknown>): SeriesRequest['by'] {
  if (by === undefined || by === null) return undefined;
  if (by === 'step' || by === 'time') return by;
  throw invalid('`by` must be "step" or "time".');
}

function integer(
  body: Record<string, unknown>,
  name: string,
  { least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER } = {},
): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value)) {
    const whole = Number(value);
    if (whole >= least && whole <= most) return whole;
  }
  throw invalid(`${name} must be a whole number from ${least} to ${most}.`);
}
