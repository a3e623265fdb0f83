// Names of MLflow's tags that have a meaning here.
export const TAGS = {
  runName: 'mlflow.runName',
  parentRunId: 'mlflow.parentRunId',
  modelVersions: 'mlflow.modelVersions',
  /** Models that clients before MLflow 3 logged: a JSON list. */
  loggedModels: 'mlflow.log-model.history',
  /** The description of a run or an experiment, in Markdown. */
  note: 'mlflow.note.content',
  /** `true` marks a name of the model registry, and its versions, as a prompt. */
  isPrompt: 'mlflow.prompt.is_prompt',
  /** Of a dataset that a run used: `training`, `validation` … */
  datasetContext: 'mlflow.data.context',
  primaryMetric: 'mlflow.experiment.primaryMetric.name',
} as const;

/** Keys of MLflow and of Runlens have a meaning of their own. */
export const isPersonsTag = (key: string): boolean => !/^(?:mlflow|runlens)\./.test(key);
