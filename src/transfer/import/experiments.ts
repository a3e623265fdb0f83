// Finds or makes the experiment that an imported one becomes.
import type { Experiment } from '../../domain/experiment';
import type { Mutation } from '../../store/mutation';
import type { SourceExperiment } from '../source';
import { missingTags } from './tags';
import type { Target } from './target';

/** What MLflow accepts as the id of an experiment. */
const VALID_ID = /^[a-zA-Z0-9][\w-]{0,63}$/;
const DEFAULT_ID = '0';

/**
 * The id here: of the experiment with the same name, or with the same id and time of creation (it
 * was renamed after an earlier import); else a new one, with its own id when that is free.
 */
export async function importExperiment(
  target: Target,
  experiment: SourceExperiment,
): Promise<string> {
  const known = findExperiment(target, experiment);
  if (!known) return createExperiment(target, experiment);
  await target.commits.add(...updates(target, known, experiment));
  return known.experimentId;
}

function findExperiment(
  { store, mode }: Target,
  { experimentId, name, creationTime }: SourceExperiment,
): Experiment | undefined {
  const same = store.experiments.get(experimentId);
  // An image has the ids of its source; only the default experiment is there before.
  if (mode === 'mirror') return same;
  if (same && (same.name === name || same.creationTime === creationTime)) return same;
  return store.experiments.byName(name);
}

async function createExperiment(target: Target, experiment: SourceExperiment): Promise<string> {
  const { store, progress, commits } = target;
  const { name, creationTime, lastUpdateTime, tags, lifecycleStage } = experiment;
  const experimentId = freeId(target, experiment);
  const taken = store.experiments.byName(name);
  if (taken) {
    progress.note(
      experiment.where,
      `Another experiment is named ${name}; this one got its id behind its name.`,
    );
  }
  const created: Mutation = {
    type: 'experiment.create',
    experimentId,
    name: taken ? `${name} (${experimentId})` : name,
    artifactLocation: `mlflow-artifacts:/${experimentId}`,
    time: creationTime,
    updated: lastUpdateTime,
    tags,
  };
  const deleted: Mutation[] =
    lifecycleStage === 'deleted'
      ? [{ type: 'experiment.lifecycle', experimentId, stage: 'deleted', time: lastUpdateTime }]
      : [];
  await commits.add(created, ...deleted);
  progress.add('experiments');
  return experimentId;
}

function freeId(
  { store, progress }: Target,
  { experimentId, name, where }: SourceExperiment,
): string {
  if (VALID_ID.test(experimentId) && !store.experiments.get(experimentId)) return experimentId;
  const id = store.experiments.nextId();
  progress.note(where, `The id ${experimentId} is taken; the experiment ${name} got the id ${id}.`);
  return id;
}

function updates(target: Target, known: Experiment, experiment: SourceExperiment): Mutation[] {
  const { experimentId } = known;
  const { mode, progress, store } = target;
  const time = experiment.lastUpdateTime;
  const changes: Mutation[] = missingTags(target, known.tags, experiment).map(
    ({ key, value }): Mutation => ({ type: 'experiment.tag', experimentId, key, value, time }),
  );
  if (mode === 'mirror') {
    const { name, lifecycleStage: stage } = experiment;
    const isFree = store.experiments.byName(name) === undefined;
    if (name !== known.name && isFree)
      changes.push({ type: 'experiment.rename', experimentId, name, time });
    if (stage !== known.lifecycleStage) {
      changes.push({ type: 'experiment.lifecycle', experimentId, stage, time });
    }
  } else if (known.lifecycleStage === 'deleted' && experiment.lifecycleStage === 'active') {
    progress.note(
      experiment.where,
      `The experiment ${known.name} is deleted here; its runs went there. Restore it to see them.`,
    );
  }
  return changes;
}

/** An image without experiment 0 does not show the one that every store begins with. */
export async function hideDefault(
  { store, commits, clock }: Target,
  seen: ReadonlySet<string>,
): Promise<void> {
  const first = store.experiments.get(DEFAULT_ID);
  if (seen.has(DEFAULT_ID) || first?.lifecycleStage !== 'active') return;
  const time = clock.now();
  await commits.add({
    type: 'experiment.lifecycle',
    experimentId: DEFAULT_ID,
    stage: 'deleted',
    time,
  });
}
