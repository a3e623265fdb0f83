/** Turns domain values into MLflow's messages. */
import type { Experiment } from '../domain/experiment';
import type { MetricPoint, MetricSummary } from '../domain/metric';
import type { LoggedModel, ModelMetric } from '../domain/model';
import type { DatasetInput, Run, RunInfo } from '../domain/run';
import type {
  WireDatasetInput,
  WireExperiment,
  WireLoggedModel,
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
    workspace: 'default',
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
    end_time: info.endTime || undefined,
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
  };
}

/** As it stands in a list of runs, where MLflow leaves out the models that a run used. */
export function toListedRun(run: Run): WireRun {
  const outputs = run.outputModels.map(({ modelId, step }) => ({ model_id: modelId, step }));
  return {
    info: toWireInfo(run.info),
    data: {
      metrics: unlessEmpty(run.metrics.map(toLatest)),
      params: unlessEmpty(run.params),
      tags: unlessEmpty(run.tags),
    },
    inputs: { dataset_inputs: unlessEmpty(run.datasets.map(toWireDataset)) },
    outputs: { model_outputs: unlessEmpty(outputs) },
  };
}

export function toWireRun(run: Run): WireRun {
  const listed = toListedRun(run);
  const models = run.inputModels.map((modelId) => ({ model_id: modelId }));
  return { ...listed, inputs: { ...listed.inputs, model_inputs: unlessEmpty(models) } };
}

export function toWireModel(model: LoggedModel): WireLoggedModel {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.creationTime,
      last_updated_timestamp_ms: model.lastUpdateTime,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType ?? '',
      source_run_id: model.sourceRunId ?? '',
      status_message: model.statusMessage,
      tags: unlessEmpty(model.tags),
    },
    data: {
      params: unlessEmpty(model.params),
      metrics: unlessEmpty(model.metrics.map(toWireModelMetric)),
    },
  };
}

const toWireModelMetric = (metric: ModelMetric): WireMetric => ({
  ...toWireMetric(metric.key, metric),
  dataset_name: metric.datasetName,
  dataset_digest: metric.datasetDigest,
  model_id: metric.modelId,
  run_id: metric.runId,
});

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
