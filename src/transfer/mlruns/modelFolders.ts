// Reads logged models and the model registry of an mlruns folder.
import * as path from 'node:path';
import { type ArtifactRoots, isFolder, placeOf } from '../artifactPlaces';
import { modelFacts, timesOf, versionFacts } from '../modelFacts';
import {
  BATCH_POINTS,
  type Notes,
  type SourceModel,
  type SourceModelMetric,
  type SourceRegisteredModel,
  type SourceVersion,
} from '../source';
import { filled, maybeText, versionNumber } from '../values';
import { filesBelow, foldersIn, readMeta, readPairs } from './folder';
import { parseModelPoint, pointsOf } from './metricFile';

const TIMES = ['creation_timestamp', 'last_updated_timestamp'] as const;

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
  return {
    ...modelFacts(meta, modelId),
    ...timesOf(meta, ...TIMES),
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
  const aliases = await readPairs(path.join(folder, 'aliases'), notes);
  return {
    name: maybeText(meta['name']) ?? path.basename(folder),
    description: filled(meta['description']),
    ...timesOf(meta, ...TIMES),
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
  return {
    version,
    ...versionFacts(meta),
    ...timesOf(meta, ...TIMES),
    tags: await readPairs(path.join(folder, 'tags'), notes),
    where: folder,
  };
}
