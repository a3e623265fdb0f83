// Records pipeline runs in the store, and with them runs in the experiment of the pipeline.
import { RunlensError } from '../base/errors';
import type { PipelineRun, PipelineStatus } from '../domain/pipeline';
import { isTerminal, type Param, type RunStatus, type Tag } from '../domain/run';
import type { RecordPort, StepChange } from '../pipeline/ports';
import { PIPELINE_RUN_TAG, pipelineParams } from '../pipeline/tracking';
import type { Mutation } from '../store/mutation';
import type { Store } from '../store/store';
import { experimentArtifactLocation, runArtifactUri } from '../tracking/artifactPath';

export interface RecordContext {
  readonly store: Store;
  newId(): string;
}

export function recordPort(context: RecordContext): RecordPort {
  const { store } = context;
  return {
    createPipelineRun: (draft, user) => {
      const experiment = experimentFor(store, draft.graph.pipeline, draft.startedAt);
      const { experimentId } = experiment;
      const run: PipelineRun = { ...draft, experimentId, trackingRunId: context.newId() };
      const committed = store.commit(
        ...experiment.mutations,
        ...pipelineTracking(run, { user, location: experiment.location }),
        { type: 'pipeline.create', run },
      );
      return { run, durable: committed.then(() => undefined) };
    },
    write: async (run, { extension, changes, end }) => {
      const extend: Mutation[] = extension
        ? [{ type: 'pipeline.extend', pipelineRunId: run.id, ...extension }]
        : [];
      const mutations = changes.flatMap((change) => changeMutations(store, run, change));
      await store.commit(...extend, ...mutations, ...(end ? endMutations(store, run, end) : []));
    },
  };
}

interface ExperimentFor {
  readonly experimentId: string;
  readonly location: string;
  /** Makes it when it is not there. */
  readonly mutations: readonly Mutation[];
}

function experimentFor(store: Store, name: string, time: number): ExperimentFor {
  const found = store.experiments.byName(name);
  if (found?.lifecycleStage === 'deleted') {
    throw new RunlensError(
      'experiment.invalid',
      `The experiment \`${name}\` of this pipeline is deleted. Restore it, or rename the pipeline.`,
    );
  }
  if (found) {
    return { experimentId: found.experimentId, location: found.artifactLocation, mutations: [] };
  }
  const experimentId = store.experiments.nextId();
  const location = experimentArtifactLocation(experimentId);
  const create: Mutation = {
    type: 'experiment.create',
    experimentId,
    name,
    artifactLocation: location,
    time,
    tags: [],
  };
  return { experimentId, location, mutations: [create] };
}

/** The run that stands for the whole pipeline run. */
function pipelineTracking(
  run: PipelineRun,
  { user, location }: { user: string; location: string },
): Mutation[] {
  const tags: Tag[] = [
    { key: 'mlflow.user', value: user },
    { key: 'mlflow.source.name', value: run.graph.source.file },
    { key: 'mlflow.source.type', value: 'LOCAL' },
    { key: PIPELINE_RUN_TAG, value: run.id },
  ];
  const params = pipelineParams(run);
  const create: Mutation = {
    type: 'run.create',
    runId: run.trackingRunId,
    experimentId: run.experimentId,
    name: run.name,
    userId: user,
    startTime: run.startedAt,
    artifactUri: runArtifactUri(location, run.trackingRunId),
    tags,
  };
  return params.length === 0 ? [create] : [create, logParams(run.trackingRunId, params)];
}

const logParams = (runId: string, params: readonly Param[]): Mutation => ({
  type: 'run.log',
  runId,
  metrics: [],
  params,
  tags: [],
});

function changeMutations(
  store: Store,
  run: PipelineRun,
  { step, artifacts, tracking }: StepChange,
): Mutation[] {
  const made = artifacts.map((artifact): Mutation => ({ type: 'artifact.create', artifact }));
  const put: Mutation = { type: 'step.put', step };
  const { trackingRunId } = step;
  if (tracking.kind === 'none' || trackingRunId === undefined) return [...made, put];
  if (tracking.kind === 'end') {
    const time = step.endedAt ?? Date.now();
    return [...made, put, ...endRun(store, trackingRunId, tracking.status, time)];
  }
  const parent = store.runs.info(run.trackingRunId);
  const experiment = store.experiments.get(run.experimentId);
  const create: Mutation = {
    type: 'run.create',
    runId: trackingRunId,
    experimentId: run.experimentId,
    name: step.stepId,
    userId: parent?.userId ?? '',
    startTime: step.startedAt ?? run.startedAt,
    artifactUri: runArtifactUri(experiment?.artifactLocation ?? '', trackingRunId),
    tags: tracking.tags,
  };
  const log = tracking.params.length === 0 ? [] : [logParams(trackingRunId, tracking.params)];
  return [create, ...log, put];
}

const RUN_STATUS: Readonly<Record<PipelineStatus, RunStatus>> = {
  running: 'RUNNING',
  finished: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'KILLED',
};

function endMutations(
  store: Store,
  run: PipelineRun,
  { status, endedAt }: { status: PipelineStatus; endedAt: number },
): Mutation[] {
  return [
    { type: 'pipeline.update', pipelineRunId: run.id, status, endedAt },
    ...endRun(store, run.trackingRunId, RUN_STATUS[status], endedAt),
  ];
}

/** The user's code may have ended its run itself, or somebody may have removed it for good. */
function endRun(store: Store, runId: string, status: RunStatus, endTime: number): Mutation[] {
  const info = store.runs.info(runId);
  if (info && isTerminal(info.status)) return [];
  // One that is not there yet is made by an earlier mutation of the same commit, or is gone.
  return info ? [{ type: 'run.update', runId, status, endTime }] : [];
}
