// Applies one mutation to the state: the only way in which tables change.
import { assertNever } from '../../base/assertNever';
import type { Mutation } from '../mutation';
import type { State } from '../state';
import { createArtifact, purgeArtifacts, setArtifactLifecycle } from './artifacts';
import {
  createExperiment,
  renameExperiment,
  setExperimentLifecycle,
  tagExperiment,
} from './experiments';
import { changeFacts } from './facts';
import {
  editRun,
  forgetFolders,
  moveRun,
  purgeExperiment,
  purgeModels,
  purgeRuns,
} from './lifecycle';
import {
  addModelMetrics,
  addModelParams,
  addOutputs,
  createModel,
  deleteModel,
  tagModel,
  updateModel,
} from './models';
import type { Of } from './of';
import { createPipelineRun, extendPipelineRun, putStep, updatePipelineRun } from './pipelines';
import { applyRegistry } from './registry';
import { addInputs, createRun, deleteRunTag, logRun, setRunLifecycle, updateRun } from './runs';

function noteCompaction(state: State, { time }: Of<'store.compact'>): void {
  state.sql.run("INSERT OR REPLACE INTO meta VALUES ('compacted', ?)", String(time));
}

/**
 * Must run inside `state.atomic`. Deterministic: the same mutations in the same order make the same
 * rows, live and on replay.
 * @throws RunlensError `store.invalid` when the mutation does not fit the state.
 */
export function applyMutation(state: State, mutation: Mutation): void {
  switch (mutation.type) {
    case 'experiment.create':
      createExperiment(state, mutation);
      break;
    case 'experiment.rename':
      renameExperiment(state, mutation);
      break;
    case 'experiment.lifecycle':
      setExperimentLifecycle(state, mutation);
      break;
    case 'experiment.tag':
      tagExperiment(state, mutation);
      break;
    case 'run.create':
      createRun(state, mutation);
      break;
    case 'run.update':
      updateRun(state, mutation);
      break;
    case 'run.lifecycle':
      setRunLifecycle(state, mutation);
      break;
    case 'run.log':
      logRun(state, mutation);
      break;
    case 'run.tag.delete':
      deleteRunTag(state, mutation);
      break;
    case 'run.inputs':
      addInputs(state, mutation);
      break;
    case 'artifact.create':
      createArtifact(state, mutation);
      break;
    case 'artifact.lifecycle':
      setArtifactLifecycle(state, mutation);
      break;
    case 'artifact.purge':
      purgeArtifacts(state, mutation);
      break;
    case 'pipeline.create':
      createPipelineRun(state, mutation);
      break;
    case 'pipeline.update':
      updatePipelineRun(state, mutation);
      break;
    case 'pipeline.extend':
      extendPipelineRun(state, mutation);
      break;
    case 'step.put':
      putStep(state, mutation);
      break;
    case 'facts.change':
      changeFacts(state, mutation);
      break;
    case 'model.create':
      createModel(state, mutation);
      break;
    case 'model.update':
      updateModel(state, mutation);
      break;
    case 'model.params':
      addModelParams(state, mutation);
      break;
    case 'model.tag':
      tagModel(state, mutation);
      break;
    case 'model.delete':
      deleteModel(state, mutation);
      break;
    case 'model.metrics':
      addModelMetrics(state, mutation);
      break;
    case 'run.outputs':
      addOutputs(state, mutation);
      break;
    case 'run.edit':
      editRun(state, mutation);
      break;
    case 'run.move':
      moveRun(state, mutation);
      break;
    case 'run.purge':
      purgeRuns(state, mutation);
      break;
    case 'experiment.purge':
      purgeExperiment(state, mutation);
      break;
    case 'model.purge':
      purgeModels(state, mutation);
      break;
    case 'folders.removed':
      forgetFolders(state, mutation);
      break;
    case 'store.compact':
      noteCompaction(state, mutation);
      break;
    case 'registry.create':
    case 'registry.rename':
    case 'registry.update':
    case 'registry.delete':
    case 'registry.tag':
    case 'registry.alias':
    case 'version.create':
    case 'version.update':
    case 'version.delete':
    case 'version.tag':
      applyRegistry(state, mutation);
      break;
    default:
      assertNever(mutation);
  }
}
