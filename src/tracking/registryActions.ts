/** Changes of the model registry, checked by MLflow's rules: for its own routes and for the editor's. */
import type { LoggedModel, ModelStage } from '../domain/model';
import type { Tag } from '../domain/run';
import { TAGS } from '../domain/tags';
import type { Mutation } from '../store/mutation';
import type { Store } from '../store/store';
import { findLoggedModel } from './lookup';
import { checkOrigin, checkPromptSource, locate, type Origin } from './modelSource';
import { internal } from './modelUri';
import { addRegistration } from './registrations';
import {
  checkAlias,
  checkFreeAlias,
  checkModelName,
  checkModelTag,
  checkVersionTag,
  isPrompt,
  parseStage,
  parseVersion,
} from './registryChecks';
import { findRegisteredModel, findVersion } from './registryLookup';
import { refuseHost } from './sourceRules';
import { checkTagName } from './validation';

/** Who changes the registry, where that is known. */
export interface Registrar {
  readonly store: Store;
  readonly clock: { now(): number };
  readonly user?: string;
}

export interface VersionOf {
  readonly name: string;
  /** As it was written. */
  readonly version: string;
}

interface AliasOf {
  readonly name: string;
  readonly alias: string;
}

export async function setAlias(
  { store, clock, user }: Registrar,
  { name, alias, version: text }: AliasOf & VersionOf,
): Promise<void> {
  checkModelName(name);
  checkAlias(alias);
  checkFreeAlias(alias);
  const { version } = findVersion(store, name, text);
  const time = clock.now();
  await store.commit({ type: 'registry.alias', name, alias, version, ...by(user), time });
}

/** An alias that is not there is no error. */
export async function removeAlias(
  { store, clock, user }: Registrar,
  { name, alias }: AliasOf,
): Promise<void> {
  checkModelName(name);
  checkAlias(alias);
  const model = findRegisteredModel(store, name);
  if (!model.aliases.some((known) => known.alias === alias)) return;
  const time = clock.now();
  await store.commit({ type: 'registry.alias', name, alias, version: null, ...by(user), time });
}

const by = (user: string | undefined): { userId?: string } =>
  user === undefined ? {} : { userId: user };

/** Only these are emptied for a version that moves in. */
const ACTIVE_STAGES: readonly ModelStage[] = ['Staging', 'Production'];

/** `archives`: what is in the stage moves out. */
export async function moveToStage(
  { store, clock, user }: Registrar,
  {
    name,
    version: text,
    stage: asked,
    archives,
  }: VersionOf & { readonly stage: string; readonly archives: boolean },
): Promise<void> {
  const stage = parseStage(asked);
  if (archives && !ACTIVE_STAGES.includes(stage)) throw cannotArchive(asked);
  const { version } = findVersion(store, name, text);
  const archived = archives
    ? store.registry.inStage(name, stage).filter((other) => other !== version)
    : [];
  const time = clock.now();
  await store.commit({ type: 'version.update', name, version, stage, archived, ...by(user), time });
}

const cannotArchive = (stage: string) =>
  internal(
    'Model version transition cannot archive existing model versions because ' +
      `'${stage}' is not an Active stage. Valid stages are ['${ACTIVE_STAGES.join("', '")}']`,
  );

export async function describeModel(
  { store, clock }: Registrar,
  { name, description }: { readonly name: string; readonly description: string },
): Promise<void> {
  findRegisteredModel(store, name);
  await store.commit({ type: 'registry.update', name, description, time: clock.now() });
}

/** `description` null removes it. */
export async function describeVersion(
  { store, clock }: Registrar,
  { name, version: text, description }: VersionOf & { readonly description: string | null },
): Promise<void> {
  const { version } = findVersion(store, name, text);
  const time = clock.now();
  await store.commit({ type: 'version.update', name, version, description, time });
}

export interface TagChange {
  readonly name: string;
  readonly key: string;
  /** Null takes the tag away; one that is not there is no error. */
  readonly value: string | null;
}

export async function tagModel(
  { store, clock }: Registrar,
  { name, key, value }: TagChange,
): Promise<void> {
  checkModelName(name);
  if (value === null) checkTagName(key);
  else checkModelTag({ key, value });
  const { tags } = findRegisteredModel(store, name);
  if (value === null && !tags.some((tag) => tag.key === key)) return;
  await store.commit({ type: 'registry.tag', name, key, value, time: clock.now() });
}

export async function tagVersion(
  { store, clock }: Registrar,
  { name, version: text, key, value }: TagChange & VersionOf,
): Promise<void> {
  checkModelName(name);
  parseVersion(text);
  if (value === null) checkTagName(key);
  else checkVersionTag({ key, value });
  const { version, tags } = findVersion(store, name, text);
  if (value === null && !tags.some((tag) => tag.key === key)) return;
  await store.commit({ type: 'version.tag', name, version, key, value, time: clock.now() });
}

export async function deleteVersion(
  { store, clock }: Registrar,
  { name, version: text }: VersionOf,
): Promise<void> {
  parseVersion(text);
  const { version } = findVersion(store, name, text);
  await store.commit({ type: 'version.delete', name, version, time: clock.now() });
}

export interface NewVersion extends Origin {
  readonly name: string;
  readonly runLink: string;
  readonly description: string;
  readonly tags: readonly Tag[];
}

/**
 * @param makes whether a model that is not there is made with its first version.
 * @returns the number of the version.
 */
export async function registerVersion(
  { store, clock, user }: Registrar,
  asked: NewVersion,
  makes = false,
): Promise<number> {
  const { name, runLink, description, tags } = asked;
  const isForPrompt = isPrompt(tags);
  const origin = isForPrompt ? checkPrompt(asked) : checkOrigin(store, originOf(asked));
  checkModelName(name);
  tags.forEach(checkVersionTag);
  const { location, runId, model } = locate(store, origin);
  const isNew = makes && store.registry.get(name) === undefined;
  if (!isNew) findRegisteredModel(store, name);
  const registered =
    isForPrompt || !origin.modelId ? undefined : findLoggedModel(store, origin.modelId);
  const version = isNew ? 1 : store.registry.nextVersion(name);
  const time = clock.now();
  const create: Mutation = {
    type: 'version.create',
    name,
    version,
    source: origin.source,
    storageLocation: location,
    runId,
    runLink,
    modelId: model?.modelId,
    description,
    userId: user,
    status: 'READY',
    tags,
    time,
  };
  const first: Mutation = { type: 'registry.create', name, description: undefined, tags: [], time };
  const note = registered ? [noteIn(registered, name, version, time)] : [];
  await store.commit(...(isNew ? [first] : []), create, ...note);
  return version;
}

const originOf = ({ source, runId, modelId }: Origin): Origin => ({ source, runId, modelId });

function checkPrompt(asked: Origin): Origin {
  checkPromptSource(asked.source);
  refuseHost(asked.source);
  return originOf(asked);
}

/** A logged model lists the versions that were made of it. */
function noteIn(model: LoggedModel, name: string, version: number, time: number): Mutation {
  const { modelId, tags } = model;
  const known = tags.find((tag) => tag.key === TAGS.modelVersions)?.value;
  const value = addRegistration(known, { name, version });
  return { type: 'model.tag', modelId, key: TAGS.modelVersions, value, time };
}
