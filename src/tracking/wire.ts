/** Turns domain values into MLflow's messages. */
import type { Experiment } from '../domain/experiment';
import type { MetricPoint, MetricSummary } from '../domain/metric';
import type { DatasetInput, Run, RunInfo } from '../domain/run';
import type {
  WireDatasetInput,
  WireExperiment,
  WireMetric,
  WireRun,
  WireRunInfo,
} from '../protocol/mlflow/messages';
import { encodeDouble } from '../protocol/mlflow/number';

export function toWireExperiment(experiment: Experiment): WireExperiment {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: experiment.creationTime,
    last_update_time: experiment.lastUpdateTime,
    tags: unlessEmpty(experiment.tags),
  };
}

export function toWireInfo(info: RunInfo): WireRunInfo {
  return {
    run_uuid: info.runId,
    run_id: info.runId,
    run_name: info.runName,
    experiment_id: info.experimentId,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    end_time: info.endTime,
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
  };
}

export function toWireRun(run: Run): WireRun {
  return {
    info: toWireInfo(run.info),
    data: {
      metrics: unlessEmpty(run.metrics.map(toLatest)),
      params: unlessEmpty(run.params),
      tags: unlessEmpty(run.tags),
    },
    inputs: { dataset_inputs: unlessEmpty(run.datasets.map(toWireDataset)) },
  };
}

export function toWireMetric(key: string, point: MetricPoint): WireMetric {
  return {
    key,
    value: encodeDouble(point.value),
    timestamp: point.timestamp,
    step: point.step,
  };
}

/** An empty list is left out of the message. */
export const unlessEmpty = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length > 0 ? list : undefined;

const toLatest = (summary: MetricSummary) => toWireMetric(summary.key, summary.last);

function toWireDataset(input: DatasetInput): WireDatasetInput {
  return {
    tags: unlessEmpty(input.tags),
    dataset: {
      name: input.name,
      digest: input.digest,
      source_type: input.sourceType,
      source: input.source,
      schema: input.schema || undefined,
      profile: input.profile || undefined,
    },
  };
}
