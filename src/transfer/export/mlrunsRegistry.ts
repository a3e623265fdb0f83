// Writes the model registry into an mlruns folder.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ModelVersion, RegisteredModel } from '../../domain/model';
import { writeMeta, writePairs } from './mlrunsFiles';
import { type Place, uriOf } from './place';
import type { ExportContext } from './selection';

export interface RegistrySelection {
  /** What was written: a version whose run and model were not is left out. */
  readonly runs: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly place: Place;
}

export async function writeRegistry(
  context: ExportContext,
  selection: RegistrySelection,
): Promise<void> {
  const { store, progress } = context;
  await fs.promises.mkdir(path.join(selection.place.folder, 'models'), { recursive: true });
  for (const name of store.registry.names()) {
    const model = store.registry.get(name);
    if (!model) continue;
    const all = store.registry.versions(name).flatMap((n) => store.registry.version(name, n) ?? []);
    const versions = all.filter((version) => isWritten(version, selection));
    if (all.length > 0 && versions.length === 0) continue;
    await writeModel(context, model, { versions, selection });
    progress.add('registeredModels');
    progress.add('modelVersions', versions.length);
    await progress.turn();
  }
}

function isWritten({ runId, modelId }: ModelVersion, { runs, models }: RegistrySelection): boolean {
  if (runId === undefined && modelId === undefined) return true;
  return (runId !== undefined && runs.has(runId)) || (modelId !== undefined && models.has(modelId));
}

async function writeModel(
  context: ExportContext,
  model: RegisteredModel,
  { versions, selection }: { versions: readonly ModelVersion[]; selection: RegistrySelection },
): Promise<void> {
  const { note } = context.progress;
  const folder = path.join(selection.place.folder, 'models', model.name);
  const numbers = new Set(versions.map(({ version }) => version));
  const aliases = model.aliases
    .filter(({ version }) => numbers.has(version))
    .map(({ alias, version }) => ({ key: alias, value: String(version) }));
  await writeMeta(folder, {
    aliases: Object.fromEntries(aliases.map(({ key, value }) => [key, value])),
    creation_timestamp: model.creationTime,
    description: model.description ?? null,
    last_updated_timestamp: model.lastUpdateTime,
    name: model.name,
  });
  await writePairs(path.join(folder, 'tags'), model.tags, note);
  await writePairs(path.join(folder, 'aliases'), aliases, note);
  for (const version of versions) {
    const where = path.join(folder, `version-${version.version}`);
    await writeMeta(where, versionMeta(context, version, selection));
    await writePairs(path.join(where, 'tags'), version.tags, note);
  }
}

function versionMeta(context: ExportContext, version: ModelVersion, selection: RegistrySelection) {
  const source = thereUri(context, version, version.source, selection.place);
  return {
    creation_timestamp: version.creationTime,
    current_stage: version.stage,
    description: version.description ?? null,
    last_updated_timestamp: version.lastUpdateTime,
    model_id: version.modelId ?? null,
    name: version.name,
    run_id: version.runId ?? null,
    run_link: version.runLink ?? null,
    source,
    status: version.status,
    status_message: version.statusMessage ?? null,
    storage_location: thereUri(
      context,
      version,
      version.storageLocation ?? version.source,
      selection.place,
    ),
    user_id: version.userId ?? null,
    version: version.version,
  };
}

/** Where files are in the folder that a version names by their place here. */
function thereUri(
  { store }: ExportContext,
  { runId, modelId }: ModelVersion,
  uri: string,
  place: Place,
): string {
  const run = runId === undefined ? undefined : store.runs.info(runId);
  const model = modelId === undefined ? undefined : store.models.get(modelId);
  const homes = [
    run && { home: run.artifactUri, names: [run.experimentId, run.runId] },
    model && { home: model.artifactUri, names: [model.experimentId, 'models', model.modelId] },
  ];
  for (const found of homes) {
    if (!found || !(uri === found.home || uri.startsWith(`${found.home}/`))) continue;
    const rest = uri
      .slice(found.home.length)
      .split('/')
      .filter((name) => name !== '');
    return uriOf(place, ...found.names, 'artifacts', ...rest);
  }
  return uri;
}
