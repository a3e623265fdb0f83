// What a step's tracking run is told about it.
import { canonicalJson, type Json } from '../base/json';
import { LIMITS } from '../domain/limits';
import type { PipelineRun, StepInvocation, StepRun } from '../domain/pipeline';
import type { Param, Tag } from '../domain/run';

/** Tags that connect tracking runs with pipelines. */
export const PIPELINE_RUN_TAG = 'runlens.pipelineRunId';
export const STEP_TAG = 'runlens.stepId';

/** The step's parameters, as `mlflow.log_params` would write them: `str(value)`. */
export function trackingParams(step: StepInvocation): Param[] {
  return Object.entries(step.inputs).flatMap(([key, input]) => {
    if (input.kind === 'parameter') return [param(key, input.value, input.text)];
    return input.kind === 'path' ? [param(key, input.path, undefined)] : [];
  });
}

/** Parameters of the pipeline itself. */
export function pipelineParams(run: Pick<PipelineRun, 'graph'>): Param[] {
  return Object.entries(run.graph.parameters).map(([key, { value, text }]) =>
    param(key, value, text),
  );
}

export const trackingTags = (run: PipelineRun, step: StepRun): Tag[] => [
  { key: 'mlflow.parentRunId', value: run.trackingRunId },
  { key: 'mlflow.runName', value: step.stepId },
  { key: PIPELINE_RUN_TAG, value: run.id },
  { key: STEP_TAG, value: step.stepId },
];

/** Longer text than MLflow allows is cut: the whole value is in the graph. */
const param = (key: string, value: Json, text: string | undefined): Param => ({
  key: key.slice(0, LIMITS.keyLength),
  value: cut(text ?? pythonText(value)),
});

const cut = (text: string): string =>
  text.length <= LIMITS.paramValueLength ? text : `${text.slice(0, LIMITS.paramValueLength - 1)}…`;

function pythonText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? value : canonicalJson(value);
}
