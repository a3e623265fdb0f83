/** Runs of an MLflow server as the rows that trees and panels show. */
import {
  type KeyValue,
  type RemoteExperiment,
  type RemoteRun,
  tagOf,
} from '../../client/mlflow/wire';
import { TAGS } from '../../domain/tags';
import type { ExperimentRow, MetricRow, RunDetail, RunRow } from '../../protocol/rows';
import { toWire } from '../../protocol/wire';

/** @param running those that are known to run; the server does not count its runs. */
export function experimentRowOf(experiment: RemoteExperiment, running: number): ExperimentRow {
  const { experimentId, name, lifecycleStage, lastUpdateTime } = experiment;
  return { experimentId, name, lifecycleStage, lastUpdateTime, runs: undefined, running };
}

/** @param tags those of its experiment; @param children known ones, at least. */
export function runRowOf(run: RemoteRun, tags: readonly KeyValue[], children: number): RunRow {
  const { runId, experimentId, name, status, lifecycleStage, startTime, endTime } = run;
  const primary = tagOf(tags, TAGS.primaryMetric);
  const metric = run.metrics.find(({ key }) => key === primary) ?? run.metrics[0];
  return {
    runId,
    experimentId,
    name,
    status,
    lifecycleStage,
    startTime,
    endTime,
    parentRunId: tagOf(run.tags, TAGS.parentRunId),
    children,
    primaryMetric: metric && { key: metric.key, value: toWire(metric.value) },
    // A pipeline's steps are shown by the server that ran them.
    pipelineRunId: undefined,
    stepId: undefined,
  };
}

export function runDetailOf(run: RemoteRun, row: RunRow): RunDetail {
  const { artifactUri, params, tags } = run;
  return { ...row, artifactUri, params, tags, metrics: run.metrics.map(metricRow) };
}

const metricRow = ({ key, step, timestamp, value }: RemoteRun['metrics'][number]): MetricRow => ({
  key,
  count: undefined,
  last: { step, timestamp, value: toWire(value) },
  min: undefined,
  max: undefined,
});
