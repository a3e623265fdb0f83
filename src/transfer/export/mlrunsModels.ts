// Writes logged models into an mlruns folder.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { LOGGED_MODEL_STATUSES, type LoggedModel, type ModelMetric } from '../../domain/model';
import { copyArtifacts } from './artifacts';
import { keyFile, pythonNumber, writeMeta, writePairs } from './mlrunsFiles';
import { type Place, uriOf } from './place';
import type { ExportContext } from './selection';

export interface ModelSelection {
  readonly experiments: readonly string[];
  /** Runs that were written: models of others are left out. */
  readonly runs: ReadonlySet<string>;
  readonly place: Place;
}

/** @returns the ids of those that were written. */
export async function writeModels(
  context: ExportContext,
  { experiments, runs, place }: ModelSelection,
): Promise<Set<string>> {
  const { store, progress } = context;
  const written = new Set<string>();
  for (const modelId of experiments.flatMap((id) => store.models.ofExperiment(id))) {
    const model = store.models.get(modelId);
    if (!model) continue;
    if (model.sourceRunId !== undefined && !runs.has(model.sourceRunId)) continue;
    await writeModel(context, model, place);
    written.add(modelId);
    progress.add('models');
    await progress.turn();
  }
  return written;
}

async function writeModel(context: ExportContext, model: LoggedModel, place: Place): Promise<void> {
  const { experimentId, modelId } = model;
  const { note } = context.progress;
  const folder = path.join(place.folder, experimentId, 'models', modelId);
  for (const name of ['metrics', 'params']) {
    await fs.promises.mkdir(path.join(folder, name), { recursive: true });
  }
  const isCopied = await copyArtifacts(context, model.artifactUri, path.join(folder, 'artifacts'));
  const here = uriOf(place, experimentId, 'models', modelId, 'artifacts');
  await writeMeta(folder, {
    artifact_location: isCopied ? here : model.artifactUri,
    creation_timestamp: model.creationTime,
    experiment_id: experimentId,
    last_updated_timestamp: model.lastUpdateTime,
    lifecycle_stage: 'active',
    model_id: modelId,
    model_type: model.modelType ?? null,
    name: model.name,
    source_run_id: model.sourceRunId ?? null,
    status: LOGGED_MODEL_STATUSES.indexOf(model.status) + 1,
    status_message: model.statusMessage ?? null,
  });
  await writePairs(path.join(folder, 'params'), model.params, note);
  await writePairs(path.join(folder, 'tags'), model.tags, note);
  for (const key of new Set(model.metrics.map((metric) => metric.key))) {
    const file = await keyFile(path.join(folder, 'metrics'), key, note);
    const lines = model.metrics.filter((metric) => metric.key === key).map(lineOf);
    if (file !== undefined) await fs.promises.writeFile(file, lines.join(''));
  }
}

/** Fields are divided by spaces, so that a dataset whose name has one cannot be written. */
function lineOf(metric: ModelMetric): string {
  const { timestamp, value, step, runId, datasetName, datasetDigest } = metric;
  const fields = [timestamp, pythonNumber(value), step, runId];
  const hasDataset = datasetName && datasetDigest && !/\s/.test(datasetName + datasetDigest);
  return `${[...fields, ...(hasDataset ? [datasetName, datasetDigest] : [])].join(' ')}\n`;
}
