// Reads logged models and the model registry of an mlruns folder.
import * as path from 'node:path';
import { type ArtifactRoots, isFolder, placeOf } from '../artifactPlaces';
import {
  BATCH_POINTS,
  type Notes,
  type SourceModel,
  type SourceModelMetric,
  type SourceRegisteredModel,
  type SourceVersion,
} from '../source';
import {
  filled,
  lifecycleStage,
  maybeText,
  maybeWhole,
  modelStage,
  modelStatus,
  versionNumber,
  versionStatus,
} from '../values';
import { filesBelow, foldersIn, readMeta, readPairs } from './folder';
import { parseModelPoint, pointsOf } from './metricFile';

export async function readModel(
  folder: string,
  { roots, notes }: { roots: ArtifactRoots; notes: Notes },
): Promise<SourceModel | undefined> {
  const meta = await readMeta(path.join(folder, 'meta.yaml'), notes);
  if (!meta) return undefined;
  const modelId = path.basename(folder);
  if (filled(meta['model_id']) !== modelId) {
    notes(folder, 'Its meta.yaml is of another logged model: a copy, perhaps. It was left out.');
    return undefined;
  }
  const own = path.join(folder, 'artifacts');
  const created = maybeWhole(meta['creation_timestamp']) ?? 0;
  return {
    modelId,
    name: maybeText(meta['name']) ?? modelId,
    modelType: filled(meta['model_type']),
    sourceRunId: filled(meta['source_run_id']),
    status: modelStatus(meta['status']),
    statusMessage: filled(meta['status_message']),
    lifecycleStage: lifecycleStage(meta['lifecycle_stage']),
    creationTime: created,
    lastUpdateTime: maybeWhole(meta['last_updated_timestamp']) ?? created,
    params: await readPairs(path.join(folder, 'params'), notes),
    tags: await readPairs(path.join(folder, 'tags'), notes),
    metrics: await readModelMetrics(path.join(folder, 'metrics'), notes),
    artifacts: placeOf(roots, {
      own: isFolder(own) ? own : undefined,
      uri: maybeText(meta['artifact_location']),
      id: modelId,
    }),
    where: folder,
  };
}

async function readModelMetrics(folder: string, notes: Notes): Promise<SourceModelMetric[]> {
  const metrics: SourceModelMetric[] = [];
  for (const { key, file } of await filesBelow(folder)) {
    const parse = (line: string) => parseModelPoint(key, line);
    const reading = { parse, most: BATCH_POINTS, isOver: true, notes };
    for await (const points of pointsOf(file, reading)) metrics.push(...points);
  }
  return metrics;
}

/** One name of the registry: `models/<name>`. */
export async function readRegisteredModel(
  folder: string,
  notes: Notes,
): Promise<SourceRegisteredModel | undefined> {
  const meta = await readMeta(path.join(folder, 'meta.yaml'), notes);
  if (!meta) return undefined;
  const created = maybeWhole(meta['creation_timestamp']) ?? 0;
  const aliases = await readPairs(path.join(folder, 'aliases'), notes);
  return {
    name: maybeText(meta['name']) ?? path.basename(folder),
    description: filled(meta['description']),
    creationTime: created,
    lastUpdateTime: maybeWhole(meta['last_updated_timestamp']) ?? created,
    tags: await readPairs(path.join(folder, 'tags'), notes),
    aliases: aliases.flatMap(({ key, value }) => {
      const version = versionNumber(value.trim());
      return version === undefined ? [] : [{ alias: key, version }];
    }),
    versions: await readVersions(folder, notes),
    where: folder,
  };
}

async function readVersions(folder: string, notes: Notes): Promise<SourceVersion[]> {
  const versions: SourceVersion[] = [];
  for (const name of await foldersIn(folder)) {
    if (!name.startsWith('version-')) continue;
    const version = await readVersion(path.join(folder, name), notes);
    if (version) versions.push(version);
  }
  return versions.sort((a, b) => a.version - b.version);
}

async function readVersion(folder: string, notes: Notes): Promise<SourceVersion | undefined> {
  const meta = await readMeta(path.join(folder, 'meta.yaml'), notes);
  if (!meta) return undefined;
  const version = versionNumber(meta['version'] ?? path.basename(folder).slice('version-'.length));
  if (version === undefined) {
    notes(folder, 'It has no version number and was left out.');
    return undefined;
  }
  const created = maybeWhole(meta['creation_timestamp']) ?? 0;
  return {
    version,
    creationTime: created,
    lastUpdateTime: maybeWhole(meta['last_updated_timestamp']) ?? created,
    description: filled(meta['description']),
    userId: filled(meta['user_id']),
    stage: modelStage(meta['current_stage']),
    source: maybeText(meta['source']) ?? '',
    storageLocation: filled(meta['storage_location']),
    runId: filled(meta['run_id']),
    runLink: filled(meta['run_link']),
    modelId: filled(meta['model_id']),
    status: versionStatus(meta['status']),
    statusMessage: filled(meta['status_message']),
    tags: await readPairs(path.join(folder, 'tags'), notes),
    where: folder,
  };
}
