// Applies one mutation to the state: the only way in which tables change.
import { assertNever } from '../../base/assertNever';
import type { Mutation } from '../mutation';
import type { State } from '../state';
import { createArtifact } from './artifacts';
import {
  createExperiment,
  renameExperiment,
  setExperimentLifecycle,
  tagExperiment,
} from './experiments';
import { createPipelineRun, putStep, updatePipelineRun } from './pipelines';
import { addInputs, createRun, deleteRunTag, logRun, setRunLifecycle, updateRun } from './runs';

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
    case 'pipeline.create':
      createPipelineRun(state, mutation);
      break;
    case 'pipeline.update':
      updatePipelineRun(state, mutation);
      break;
    case 'step.put':
      putStep(state, mutation);
      break;
    default:
      assertNever(mutation);
  }
}
