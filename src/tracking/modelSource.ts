/** Where a new model version comes from: its source as it is kept, its files, and its run. */

import type { LoggedModel } from '../domain/model';
import { invalidParameter } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';
import { noLoggedModel } from './lookup';
import { internal, type ModelUri, parseModelUri } from './modelUri';
import { isPrompt, parseStage } from './registryChecks';
import { findAliased, findRegisteredModel, findVersion, newestOf } from './registryLookup';
import { checkSource, invalidSource, notInside, refuseHost } from './sourceRules';
import { splitUri } from './uri';

/** What a request says; undefined is not the same as empty. */
export interface Origin {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
}

/** Prompts have no files; MLflow's clients send one of these. */
const PROMPT_SOURCES = ['dummy-source', 'prompt-template'];

export function checkPromptSource(source: string): void {
  if (PROMPT_SOURCES.includes(source)) return;
  throw invalidParameter(
    `Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`,
  );
}

/**
 * The origin as it is kept: `models:/name@alias` becomes the version that the alias points to.
 * @throws MlflowError for a source outside its run or model, or with `..` in it.
 */
export function checkOrigin(store: Store, asked: Origin): Origin {
  refuseHost(asked.source);
  const origin = resolveVersion(store, asked);
  const { source, runId, modelId } = origin;
  checkSource(
    store,
    source,
    modelId ? { kind: 'model', id: modelId } : { kind: 'run', id: runId ?? '' },
  );
  return origin;
}

/** Where the files are, the run they come from (empty when there is none) and the logged model. */
export interface Located {
  readonly location: string;
  readonly runId: string;
  readonly model: LoggedModel | undefined;
}

/** @throws MlflowError when the source or the logged model is not there. */
export function locate(store: Store, { source, runId, modelId }: Origin): Located {
  const uri = parseModelUri(source);
  if (uri?.kind === 'logged') {
    const model = store.models.get(uri.modelId);
    if (!model) throw noModelAt(source, uri.modelId);
    return { location: model.artifactUri, runId: runId || model.sourceRunId || '', model };
  }
  const model = modelId ? store.models.get(modelId) : undefined;
  if (modelId && !model && !runId) throw noLoggedModel(modelId);
  const known = runId || model?.sourceRunId || '';
  if (uri?.kind !== 'version') return { location: source, runId: known, model };
  const version = findVersion(store, uri.name, uri.version);
  return { location: version.storageLocation ?? version.source, runId: known, model };
}

const noModelAt = (source: string, modelId: string) =>
  internal(
    `Unable to fetch model from model URI source artifact location '${source}'.` +
      `Error: Logged model with ID '${modelId}' not found.`,
  );

/** A version made of another one takes over its run; one that names another run is refused. */
function resolveVersion(store: Store, asked: Origin): Origin {
  const { source, runId, modelId } = asked;
  const { scheme, authority } = splitUri(source);
  if (scheme !== 'models') return asked;
  if (authority !== '') {
    throw invalidSource(source, 'Registered model sources must use the active model registry.');
  }
  const uri = parseModelUri(source);
  if (!uri) throw notInside(source, 'model');
  if (uri.kind === 'logged') return asked;
  if (isPrompt(findRegisteredModel(store, uri.name).tags)) {
    throw invalidSource(source, 'Prompt versions cannot be used as model version sources.');
  }
  const version = findVersion(store, uri.name, versionOf(store, uri));
  const versionRun = version.runId ?? '';
  // MLflow's versions do not know their logged model, so that naming one never fits.
  if ((runId ?? versionRun) !== versionRun || modelId) {
    throw invalidSource(
      source,
      'The run_id and model_id request parameters must match the referenced model version.',
    );
  }
  const kept = `models:/${version.name}/${version.version}`;
  return { source: kept, runId: runId ?? version.runId, modelId };
}

function versionOf(store: Store, uri: Exclude<ModelUri, { kind: 'logged' }>): string {
  if (uri.kind === 'version') return uri.version;
  if (uri.kind === 'alias') return `${findAliased(store, uri.name, uri.alias).version}`;
  const stage = uri.stage === undefined ? undefined : parseStage(uri.stage);
  const versions = store.registry.latest(uri.name);
  const newest = newestOf(versions.filter((version) => !stage || version.stage === stage));
  if (newest) return `${newest.version}`;
  const suffix = uri.stage === undefined ? '' : ` and stage '${uri.stage}'`;
  throw internal(`No versions of model with name '${uri.name}'${suffix} found`);
}
