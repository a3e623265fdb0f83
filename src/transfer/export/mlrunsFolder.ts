// Exports to an mlruns folder that MLflow opens: experiments, runs, logged models, the registry.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type DatasetInput, RUN_STATUSES, type Run } from '../../domain/run';
import { copyArtifacts } from './artifacts';
import { keyFile, pythonNumber, writeMeta, writePairs } from './mlrunsFiles';
import { writeModels } from './mlrunsModels';
import { writeRegistry } from './mlrunsRegistry';
import { type Place, uriOf } from './place';
import type { ExportContext, Selected } from './selection';

const PAGE = 4096;
/** MLflow's number of the source type LOCAL, which it writes for every run. */
const LOCAL = 4;

export async function writeMlruns(
  context: ExportContext,
  { experiments, runs }: Selected,
  place: Place,
): Promise<void> {
  await fs.promises.mkdir(path.join(place.folder, '.trash'), { recursive: true });
  for (const { experimentId, name, ...experiment } of experiments) {
    const folder = path.join(place.folder, experimentId);
    await writeMeta(folder, {
      artifact_location: uriOf(place, experimentId),
      creation_time: experiment.creationTime,
      experiment_id: experimentId,
      last_update_time: experiment.lastUpdateTime,
      lifecycle_stage: 'active',
      name,
    });
    await writePairs(path.join(folder, 'tags'), experiment.tags, context.progress.note);
    context.progress.add('experiments');
  }
  const written = new Set<string>();
  for await (const run of runs()) {
    await writeRun(context, run, place);
    written.add(run.info.runId);
    context.progress.add('runs');
  }
  const ids = experiments.map(({ experimentId }) => experimentId);
  const models = await writeModels(context, { experiments: ids, runs: written, place });
  await writeRegistry(context, { runs: written, models, place });
}

async function writeRun(context: ExportContext, run: Run, place: Place): Promise<void> {
  const { info } = run;
  const { note } = context.progress;
  const folder = path.join(place.folder, info.experimentId, info.runId);
  // MLflow takes a folder without these for no run.
  for (const name of ['metrics', 'params', 'artifacts', 'tags']) {
    await fs.promises.mkdir(path.join(folder, name), { recursive: true });
  }
  const here = uriOf(place, info.experimentId, info.runId, 'artifacts');
  const isCopied = await copyArtifacts(context, info.artifactUri, path.join(folder, 'artifacts'));
  await writeMeta(folder, {
    artifact_uri: isCopied ? here : info.artifactUri,
    end_time: info.endTime ?? null,
    entry_point_name: '',
    experiment_id: info.experimentId,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
    run_name: info.runName,
    run_uuid: info.runId,
    source_name: '',
    source_type: LOCAL,
    source_version: '',
    start_time: info.startTime,
    status: RUN_STATUSES.indexOf(info.status) + 1,
    tags: [],
    user_id: info.userId,
  });
  await writePairs(path.join(folder, 'params'), run.params, note);
  await writePairs(path.join(folder, 'tags'), run.tags, note);
  for (const { key } of run.metrics) await writeHistory(context, run, { folder, key });
  await writeInputs(run, place);
  await writeLinks(run, folder);
}

async function writeHistory(
  { store, progress }: ExportContext,
  { info: { runId } }: Run,
  { folder, key }: { folder: string; key: string },
): Promise<void> {
  const file = await keyFile(path.join(folder, 'metrics'), key, progress.note);
  if (file === undefined) return;
  const handle = await fs.promises.open(file, 'w');
  try {
    for (let offset = 0; ; offset += PAGE) {
      const points = store.series.history(runId, key, { offset, limit: PAGE });
      const lines = points.map(
        ({ step, timestamp, value }) => `${timestamp} ${pythonNumber(value)} ${step}\n`,
      );
      await handle.writeFile(lines.join(''));
      progress.add('points', points.length);
      await progress.turn();
      if (points.length < PAGE) return;
    }
  } finally {
    await handle.close();
  }
}

/** A dataset is written once an experiment; MLflow names it by the digest of name and digest. */
async function writeInputs({ info, datasets }: Run, { folder }: Place): Promise<void> {
  const experiment = path.join(folder, info.experimentId);
  for (const dataset of datasets) {
    const id = md5(dataset.name, dataset.digest);
    await writeMeta(path.join(experiment, 'datasets', id), datasetMeta(dataset));
    await writeMeta(path.join(experiment, info.runId, 'inputs', md5(id, info.runId)), {
      destination_id: id,
      destination_type: 'RUN',
      source_id: id,
      source_type: 'DATASET',
      tags: Object.fromEntries(dataset.tags.map(({ key, value }) => [key, value])),
    });
  }
}

const datasetMeta = (dataset: DatasetInput) => ({
  digest: dataset.digest,
  name: dataset.name,
  profile: dataset.profile ?? null,
  schema: dataset.schema ?? null,
  source: dataset.source,
  source_type: dataset.sourceType,
});

async function writeLinks({ info, inputModels, outputModels }: Run, folder: string): Promise<void> {
  for (const id of inputModels) {
    await writeMeta(path.join(folder, 'inputs', md5(id, info.runId)), {
      destination_id: id,
      destination_type: 'RUN',
      source_id: id,
      source_type: 'MODEL',
      tags: {},
    });
  }
  for (const { modelId, step } of outputModels) {
    await writeMeta(path.join(folder, 'outputs', modelId), {
      destination_id: modelId,
      destination_type: 'MODEL_OUTPUT',
      source_id: modelId,
      source_type: 'RUN_OUTPUT',
      step,
      tags: {},
    });
  }
}

const md5 = (...texts: readonly string[]): string => {
  const hash = createHash('md5');
  for (const text of texts) hash.update(text);
  return hash.digest('hex');
};
