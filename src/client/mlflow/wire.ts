/** From the JSON that an MLflow server sends to plain values; what is not as it should be is left out. */
import { isRecord } from '../../base/json';
import type { LifecycleStage, RunStatus } from '../../domain/run';
import { decodeDouble, decodeInteger } from '../../protocol/mlflow/number';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface RemotePoint {
  readonly step: number;
  /** Milliseconds. */
  readonly timestamp: number;
  /** May be NaN or infinite. */
  readonly value: number;
}

export interface RemoteMetric extends RemotePoint {
  readonly key: string;
}

export interface RemoteExperiment {
  readonly experimentId: string;
  readonly name: string;
  readonly lifecycleStage: LifecycleStage;
  readonly lastUpdateTime: number;
  readonly tags: readonly KeyValue[];
}

export interface RemoteRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly lifecycleStage: LifecycleStage;
  readonly startTime: number;
  readonly endTime: number | undefined;
  readonly artifactUri: string;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  /** The latest point of each, by key. */
  readonly metrics: readonly RemoteMetric[];
}

export interface RemoteFile {
  /** Relative to the run's artifacts. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly size: number;
}

export const experimentsOf = (reply: Record<string, unknown>): readonly RemoteExperiment[] =>
  records(reply['experiments']).flatMap((each) => {
    const experimentId = text(each['experiment_id']);
    if (experimentId === '') return [];
    return {
      experimentId,
      name: text(each['name']),
      lifecycleStage: stageOf(each['lifecycle_stage']),
      lastUpdateTime: integer(each['last_update_time']) ?? 0,
      tags: keyValues(each['tags']),
    };
  });

export const runsOf = (reply: Record<string, unknown>): readonly RemoteRun[] =>
  records(reply['runs']).flatMap((each) => runOf(each) ?? []);

export function runOf(value: unknown): RemoteRun | undefined {
  if (!isRecord(value) || !isRecord(value['info'])) return undefined;
  const { info } = value;
  const data = isRecord(value['data']) ? value['data'] : {};
  const runId = text(info['run_id']) || text(info['run_uuid']);
  if (runId === '') return undefined;
  const tags = keyValues(data['tags']);
  const named = text(info['run_name']) || tagOf(tags, 'mlflow.runName');
  return {
    runId,
    experimentId: text(info['experiment_id']),
    name: named ?? '',
    status: statusOf(info['status']),
    lifecycleStage: stageOf(info['lifecycle_stage']),
    startTime: integer(info['start_time']) ?? 0,
    endTime: integer(info['end_time']),
    artifactUri: text(info['artifact_uri']),
    params: byKey(keyValues(data['params'])),
    tags,
    metrics: byKey(metricsOf(data['metrics'])),
  };
}

export const tagOf = (tags: readonly KeyValue[], key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

/** Points of a history, in the order of the answer. */
export const pointsOf = (reply: Record<string, unknown>): readonly RemotePoint[] =>
  metricsOf(reply['metrics']).map(({ step, timestamp, value }) => ({ step, timestamp, value }));

export const filesOf = (reply: Record<string, unknown>): readonly RemoteFile[] =>
  records(reply['files']).flatMap((each) => {
    const path = text(each['path']);
    if (path === '') return [];
    const size = integer(each['file_size']) ?? 0;
    return { path, isDirectory: each['is_dir'] === true, size };
  });

/** The token of the next page; undefined on the last. */
export function nextPage(reply: Record<string, unknown>): string | undefined {
  return text(reply['next_page_token']) || undefined;
}

const metricsOf = (value: unknown): readonly RemoteMetric[] =>
  records(value).flatMap((each) => {
    const key = text(each['key']);
    const number = decodeDouble(each['value']);
    if (number === undefined) return [];
    const [step, timestamp] = [integer(each['step']) ?? 0, integer(each['timestamp']) ?? 0];
    return { key, value: number, step, timestamp };
  });

const keyValues = (value: unknown): readonly KeyValue[] =>
  records(value).map((each) => ({ key: text(each['key']), value: text(each['value']) }));

const byKey = <T extends { readonly key: string }>(items: readonly T[]): readonly T[] =>
  [...items].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));

const records = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const integer = (value: unknown): number | undefined => decodeInteger(value);

const stageOf = (value: unknown): LifecycleStage => (value === 'deleted' ? 'deleted' : 'active');

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
/** A status of a newer release counts as finished: nothing is waited for. */
const statusOf = (value: unknown): RunStatus =>
  STATUSES.find((status) => status === value) ?? 'FINISHED';
