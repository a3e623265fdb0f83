// Makes a logged model of what a source holds, or adds what one that is there lacks.
import type { LoggedModel, ModelMetric } from '../../domain/model';
import type { Mutation } from '../../store/mutation';
import type { SourceModel } from '../source';
import { missingTags } from './tags';
import type { Target } from './target';

/** Metrics of one model given to the store at once. */
const METRICS_AT_ONCE = 2000;

export interface ModelPlace {
  readonly experimentId: string;
  readonly artifactUri: string;
}

/** @returns where its files are to go, or undefined when they are not to be copied. */
export async function importModel(
  target: Target,
  model: SourceModel,
  place: ModelPlace,
): Promise<string | undefined> {
  const { store, commits, progress } = target;
  const known = store.models.get(model.modelId, { deleted: true });
  await commits.add(...(known ? updates(target, known, model) : creations(model, place)));
  if (!known) progress.add('models');
  await importMetrics(target, known, model);
  if (target.mode === 'mirror') return undefined;
  return known?.artifactUri ?? place.artifactUri;
}

function creations(model: SourceModel, place: ModelPlace): Mutation[] {
  const { modelId, name, modelType, sourceRunId, params, tags, creationTime } = model;
  const created: Mutation = {
    type: 'model.create',
    modelId,
    ...place,
    name,
    modelType,
    sourceRunId,
    params,
    tags,
    time: creationTime,
  };
  return [created, ...stateChanges(model)];
}

function stateChanges(model: SourceModel): Mutation[] {
  const { modelId, status, statusMessage, lastUpdateTime: time } = model;
  const updated: Mutation = { type: 'model.update', modelId, status, statusMessage, time };
  const isDeleted = model.lifecycleStage === 'deleted';
  return isDeleted ? [updated, { type: 'model.delete', modelId, time }] : [updated];
}

function updates(target: Target, known: LoggedModel, model: SourceModel): Mutation[] {
  const { modelId } = known;
  const time = model.lastUpdateTime;
  const isPending = known.status === 'LOGGED_MODEL_PENDING';
  const sourceWins = target.mode === 'mirror' || isPending;
  const params = model.params.filter(({ key }) => known.params.every((param) => param.key !== key));
  const changes: Mutation[] = missingTags(target, known.tags, model, sourceWins).map(
    ({ key, value }): Mutation => ({ type: 'model.tag', modelId, key, value, time }),
  );
  if (params.length > 0) changes.push({ type: 'model.params', modelId, params, time });
  const isChanged = known.status !== model.status || known.lastUpdateTime !== time;
  if (sourceWins && isChanged) changes.push(...stateChanges(model));
  return changes;
}

async function importMetrics(
  { store, commits, progress }: Target,
  known: LoggedModel | undefined,
  { modelId, metrics, where }: SourceModel,
): Promise<void> {
  const there = new Set(known?.metrics.map(identity));
  const missing = metrics.filter((metric) => {
    if (there.has(identity(metric))) return false;
    if (store.runs.info(metric.runId)) return true;
    progress.note(where, `Its metric ${metric.key} is of run ${metric.runId}, which is not there.`);
    return false;
  });
  for (let from = 0; from < missing.length; from += METRICS_AT_ONCE) {
    const some = missing.slice(from, from + METRICS_AT_ONCE);
    const made = some.map((metric): ModelMetric => ({ ...metric, modelId }));
    await commits.add({ type: 'model.metrics', modelId, metrics: made });
    await progress.turn();
  }
}

/** What makes a point of a model one: as the store's key has it. */
const identity = (metric: Pick<ModelMetric, 'key' | 'timestamp' | 'step' | 'runId'>): string =>
  JSON.stringify([metric.key, metric.timestamp, metric.step, metric.runId]);
