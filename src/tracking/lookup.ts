/** Finds the experiment, run or logged model that a request names, or refuses as MLflow does. */
import type { Experiment } from '../domain/experiment';
import type { LoggedModel } from '../domain/model';
import type { LifecycleStage, RunInfo } from '../domain/run';
import { doesNotExist, invalidParameter } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';
import { parseExperimentId } from './validation';

const DEFAULT_EXPERIMENT_ID = '0';

/** No id means the default experiment. `stage` restricts it to active or deleted ones. */
export function findExperiment(
  store: Store,
  id: string | undefined,
  stage?: LifecycleStage,
): Experiment {
  const experimentId = parseExperimentId(id || DEFAULT_EXPERIMENT_ID);
  const experiment = store.experiments.get(experimentId);
  if (!experiment || (stage && experiment.lifecycleStage !== stage)) {
    throw doesNotExist(`No Experiment with id=${experimentId} exists`);
  }
  return experiment;
}

export function findActiveExperiment(store: Store, id: string | undefined): Experiment {
  const experiment = findExperiment(store, id);
  if (experiment.lifecycleStage !== 'active') {
    throw invalidParameter(
      `The experiment ${experiment.experimentId} must be in the 'active' state. ` +
        `Current state is ${experiment.lifecycleStage}.`,
    );
  }
  return experiment;
}

export function findRun(store: Store, runId: string): RunInfo {
  const info = store.runs.info(runId);
  if (!info) throw doesNotExist(`Run with id=${runId} not found`);
  return info;
}

export function findActiveRun(store: Store, runId: string): RunInfo {
  const info = findRun(store, runId);
  if (info.lifecycleStage !== 'active') {
    throw invalidParameter(
      `The run ${runId} must be in the 'active' state. Current state is ${info.lifecycleStage}.`,
    );
  }
  return info;
}

/** Deleted ones are not there unless they are asked for. */
export function findLoggedModel(
  store: Store,
  modelId: string,
  options?: { readonly deleted: boolean },
): LoggedModel {
  const model = store.models.get(modelId, options);
  if (!model) throw noLoggedModel(modelId);
  return model;
}

export const noLoggedModel = (modelId: string) =>
  doesNotExist(`Logged model with ID '${modelId}' not found.`);
