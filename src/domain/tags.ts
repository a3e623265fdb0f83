// Names of MLflow's tags that have a meaning here.
export const TAGS = {
  runName: 'mlflow.runName',
  parentRunId: 'mlflow.parentRunId',
  primaryMetric: 'mlflow.experiment.primaryMetric.name',
} as const;
