// Makes a registered model with its versions of what a source holds, or adds what is missing.
import type { RegisteredModel } from '../../domain/model';
import type { Mutation } from '../../store/mutation';
import type { SourceRegisteredModel, SourceVersion } from '../source';
import { missingTags } from './tags';
import type { Target } from './target';

export async function importRegisteredModel(
  target: Target,
  model: SourceRegisteredModel,
): Promise<void> {
  const { store, progress, commits } = target;
  if (!isValidName(model.name)) {
    progress.note(model.where, `No registered model may be called ${model.name}; it was left out.`);
    return;
  }
  const known = store.registry.get(model.name);
  const versions = newVersions(target, model);
  const changes: Mutation[] = [
    ...(known ? tagChanges(target, known, model) : [creation(model)]),
    ...versions.flatMap((version) => versionCreations(target, model, version)),
    ...(known ? versionChanges(target, model) : []),
    ...aliasChanges(target, known, model, versions),
  ];
  // The time of the last change comes last, since every change above sets it.
  if (changes.length > 0 && (!known || target.mode === 'mirror')) changes.push(lastUpdate(model));
  await commits.add(...changes);
  if (!known) progress.add('registeredModels');
  progress.add('modelVersions', versions.filter(({ stage }) => stage !== undefined).length);
}

/** What MLflow accepts: no slash, no colon. */
const isValidName = (name: string): boolean => name.trim() !== '' && !/[/:]/.test(name);

const creation = (model: SourceRegisteredModel): Mutation => ({
  type: 'registry.create',
  name: model.name,
  description: model.description,
  tags: model.tags,
  time: model.creationTime,
});

const lastUpdate = (model: SourceRegisteredModel): Mutation => ({
  type: 'registry.update',
  name: model.name,
  description: model.description ?? null,
  time: model.lastUpdateTime,
});

function tagChanges(
  target: Target,
  known: RegisteredModel,
  model: SourceRegisteredModel,
): Mutation[] {
  const { name, lastUpdateTime: time } = model;
  return missingTags(target, known.tags, model).map(
    ({ key, value }): Mutation => ({ type: 'registry.tag', name, key, value, time }),
  );
}

/** Numbers that were never used here. A number that is another version here cannot be taken. */
function newVersions(target: Target, model: SourceRegisteredModel): SourceVersion[] {
  const { store, progress } = target;
  const next = store.registry.nextVersion(model.name);
  const live = new Set(store.registry.versions(model.name));
  return model.versions.filter((version) => {
    const known = live.has(version.version) && store.registry.version(model.name, version.version);
    if (known && known.creationTime !== version.creationTime) {
      progress.note(
        version.where,
        `The model ${model.name} has another version ${version.version} here; this one was left out.`,
      );
    }
    return version.version >= next;
  });
}

function versionCreations(
  target: Target,
  { name }: SourceRegisteredModel,
  from: SourceVersion,
): Mutation[] {
  const { version, creationTime, lastUpdateTime, stage, runId, runLink, modelId } = from;
  const created: Mutation = {
    type: 'version.create',
    name,
    version,
    source: hereUri(target, from.source),
    storageLocation: from.storageLocation && hereUri(target, from.storageLocation),
    runId,
    runLink,
    modelId,
    description: from.description,
    userId: from.userId,
    status: from.status,
    statusMessage: from.statusMessage,
    tags: from.tags,
    time: creationTime,
  };
  const time = lastUpdateTime;
  if (stage === undefined) return [created, { type: 'version.delete', name, version, time }];
  return [created, { type: 'version.update', name, version, stage, time }];
}

/** Versions that are there already: an image takes over what changed, tags are added. */
function versionChanges(target: Target, model: SourceRegisteredModel): Mutation[] {
  const { store, mode } = target;
  const { name } = model;
  return model.versions.flatMap((from): Mutation[] => {
    const { version, stage, lastUpdateTime: time } = from;
    const known = store.registry.version(name, version);
    if (known?.creationTime !== from.creationTime) return [];
    if (stage === undefined) {
      return mode === 'mirror' ? [{ type: 'version.delete', name, version, time }] : [];
    }
    const tags = missingTags(target, known.tags, from).map(
      ({ key, value }): Mutation => ({ type: 'version.tag', name, version, key, value, time }),
    );
    const isSame = known.stage === stage && known.description === from.description;
    if (mode !== 'mirror' || isSame) return tags;
    const description = from.description ?? null;
    return [...tags, { type: 'version.update', name, version, stage, description, time }];
  });
}

function aliasChanges(
  { store, progress, mode }: Target,
  known: RegisteredModel | undefined,
  model: SourceRegisteredModel,
  added: readonly SourceVersion[],
): Mutation[] {
  const { name, lastUpdateTime: time } = model;
  const here = new Map(known?.aliases.map(({ alias, version }) => [alias, version]));
  const exists = (version: number) =>
    added.some((item) => item.version === version && item.stage !== undefined) ||
    store.registry.version(name, version) !== undefined;
  const set = model.aliases.filter(({ alias, version }) => {
    const other = here.get(alias);
    if (other === version) return false;
    if (!exists(version)) {
      progress.note(
        model.where,
        `The alias ${alias} points to version ${version}, which is not there.`,
      );
      return false;
    }
    if (other === undefined || mode === 'mirror') return true;
    progress.note(
      model.where,
      `The alias ${alias} points to version ${other} here, which was kept.`,
    );
    return false;
  });
  const gone =
    mode === 'mirror'
      ? [...here.keys()].filter((alias) => model.aliases.every((item) => item.alias !== alias))
      : [];
  return [
    ...set.map(
      ({ alias, version }): Mutation => ({ type: 'registry.alias', name, alias, version, time }),
    ),
    ...gone.map(
      (alias): Mutation => ({ type: 'registry.alias', name, alias, version: null, time }),
    ),
  ];
}

/**
 * Where files are here that a version named by their old place. Addresses of runs and models
 * (`runs:/…`, `models:/…`) stay, and so does what leads to no artifacts that came along.
 */
function hereUri({ store, mode }: Target, uri: string): string {
  const found = /^(?!runs:|models:).*\/([\w-]+)\/artifacts(?:\/(.*))?$/s.exec(uri);
  const [, id = '', rest] = found ?? [];
  if (!found || mode === 'mirror') return uri;
  const home = store.runs.info(id)?.artifactUri ?? store.models.get(id)?.artifactUri;
  if (home === undefined) return uri;
  return rest === undefined || rest === '' ? home : `${home}/${rest}`;
}
