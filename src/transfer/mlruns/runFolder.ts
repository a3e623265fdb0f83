// Reads one run of an mlruns folder, whichever version of MLflow wrote it.
import * as path from 'node:path';
import { isRecord } from '../../base/json';
import type { DatasetInput, ModelOutput, Param, Tag } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import { type ArtifactRoots, isFolder, placeOf } from '../artifactPlaces';
import type { Notes, SourceRun } from '../source';
import { filled, lifecycleStage, maybeText, maybeWhole, runStatus } from '../values';
import { foldersIn, type Meta, readMeta, readPairs } from './folder';

export interface RunFolder {
  readonly folder: string;
  /** Of its experiment, where the datasets lie. */
  readonly experimentFolder: string;
  readonly roots: ArtifactRoots;
  readonly notes: Notes;
}

/** Undefined, and a note, when it is no run that MLflow would show. */
export async function readRun(place: RunFolder): Promise<SourceRun | undefined> {
  const { folder, notes, roots } = place;
  const meta = await readMeta(path.join(folder, 'meta.yaml'), notes);
  if (!meta) return undefined;
  const runId = filled(meta['run_id']) ?? filled(meta['run_uuid']);
  if (runId !== path.basename(folder)) {
    notes(
      folder,
      `Its meta.yaml is of run ${runId ?? '(none)'}: a copy, perhaps. It was left out.`,
    );
    return undefined;
  }
  const params: Param[] = await readPairs(path.join(folder, 'params'), notes);
  const tags: Tag[] = withOldFields(await readPairs(path.join(folder, 'tags'), notes), meta);
  const own = path.join(folder, 'artifacts');
  return {
    runId,
    name: filled(meta['run_name']) ?? filled(meta['name']) ?? tagOf(tags, TAGS.runName) ?? '',
    userId: maybeText(meta['user_id']) ?? '',
    status: runStatus(meta['status']),
    lifecycleStage: lifecycleStage(meta['lifecycle_stage']),
    startTime: maybeWhole(meta['start_time']) ?? 0,
    endTime: maybeWhole(meta['end_time']),
    deletedTime: maybeWhole(meta['deleted_time']),
    params,
    tags,
    ...(await readInputs(place)),
    outputModels: await readOutputs(place),
    artifacts: placeOf(roots, {
      own: isFolder(own) ? own : undefined,
      uri: maybeText(meta['artifact_uri']),
      id: runId,
    }),
    where: folder,
  };
}

const tagOf = (tags: readonly Tag[], key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

/** Before tags had names of their own, MLflow kept in the description where a run came from. */
const OLD_FIELDS = {
  source_name: 'mlflow.source.name',
  source_version: 'mlflow.source.git.commit',
  entry_point_name: 'mlflow.project.entryPoint',
} as const;

function withOldFields(tags: Tag[], meta: Meta): Tag[] {
  const added = Object.entries(OLD_FIELDS).flatMap(([field, key]) => {
    const value = filled(meta[field]);
    return value !== undefined && tagOf(tags, key) === undefined ? [{ key, value }] : [];
  });
  return [...tags, ...added];
}

async function readInputs({
  folder,
  experimentFolder,
  notes,
}: RunFolder): Promise<{ datasets: DatasetInput[]; inputModels: string[] }> {
  const datasets: DatasetInput[] = [];
  const inputModels: string[] = [];
  for (const name of await foldersIn(path.join(folder, 'inputs'))) {
    const meta = await readMeta(path.join(folder, 'inputs', name, 'meta.yaml'), notes);
    const id = filled(meta?.['source_id']);
    if (!meta || id === undefined) continue;
    if (meta['source_type'] === 'MODEL') inputModels.push(id);
    if (meta['source_type'] !== 'DATASET') continue;
    // The id becomes part of a path.
    const safe = path.basename(id);
    const file = path.join(experimentFolder, 'datasets', safe, 'meta.yaml');
    const dataset = await readMeta(file, notes);
    if (dataset) datasets.push(datasetOf(dataset, meta['tags']));
  }
  return { datasets, inputModels };
}

function datasetOf(meta: Meta, tags: unknown): DatasetInput {
  return {
    name: maybeText(meta['name']) ?? '',
    digest: maybeText(meta['digest']) ?? '',
    sourceType: maybeText(meta['source_type']) ?? '',
    source: maybeText(meta['source']) ?? '',
    schema: maybeText(meta['schema']),
    profile: maybeText(meta['profile']),
    tags: Object.entries(isRecord(tags) ? tags : {}).map(([key, value]) => ({
      key,
      value: maybeText(value) ?? '',
    })),
  };
}

async function readOutputs({ folder, notes }: RunFolder): Promise<ModelOutput[]> {
  const outputs: ModelOutput[] = [];
  for (const name of await foldersIn(path.join(folder, 'outputs'))) {
    const meta = await readMeta(path.join(folder, 'outputs', name, 'meta.yaml'), notes);
    if (meta) {
      const modelId = filled(meta['source_id']) ?? name;
      outputs.push({ modelId, step: maybeWhole(meta['step']) ?? 0 });
    }
  }
  return outputs;
}
