/** The model registry for the editor's panels: MLflow's rules, with the sources that a person names. */
import { invalidParameter } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';
import { blobPathUnder } from './artifactPath';
import { findRun } from './lookup';
import type { Origin } from './modelSource';
import {
  deleteVersion,
  describeModel,
  describeVersion,
  moveToStage,
  type Registrar,
  registerVersion,
  removeAlias,
  setAlias,
  tagModel,
  tagVersion,
} from './registryActions';

/** All of them throw MlflowError. */
export type PanelRegistry = ReturnType<typeof panelRegistry>;

export function panelRegistry(registrar: Registrar) {
  return {
    /** `version` null takes the alias away. */
    alias: (name: string, alias: string, version: string | null): Promise<void> =>
      version === null
        ? removeAlias(registrar, { name, alias })
        : setAlias(registrar, { name, alias, version }),
    stage: (name: string, version: string, stage: string, archives: boolean): Promise<void> =>
      moveToStage(registrar, { name, version, stage, archives }),
    /** Without `version` of the model itself. */
    describe: (name: string, version: string | undefined, description: string): Promise<void> =>
      version === undefined
        ? describeModel(registrar, { name, description })
        : describeVersion(registrar, { name, version, description }),
    /** Without `version` of the model itself; `value` null takes the tag away. */
    tag: (
      name: string,
      version: string | undefined,
      { key, value }: { readonly key: string; readonly value: string | null },
    ): Promise<void> =>
      version === undefined
        ? tagModel(registrar, { name, key, value })
        : tagVersion(registrar, { name, version, key, value }),
    register: (name: string, source: string, runId: string | undefined): Promise<number> =>
      register(registrar, name, source, runId),
    delete: (name: string, version: string): Promise<void> =>
      deleteVersion(registrar, { name, version }),
  };
}

async function register(
  registrar: Registrar,
  name: string,
  source: string,
  runId: string | undefined,
): Promise<number> {
  const { store } = registrar;
  const origin = originOf(store, source, runId);
  await checkFiles(store, origin);
  const nothing = { runLink: '', description: '', tags: [] };
  return registerVersion(registrar, { name, ...origin, ...nothing }, true);
}

/** What MLflow's client makes of an address before it registers it. */
function originOf(store: Store, source: string, runId: string | undefined): Origin {
  const modelId = /^models:\/(m-[^/]+)$/.exec(source)?.[1];
  if (modelId !== undefined) {
    return { source, modelId, runId: runId ?? store.models.get(modelId)?.sourceRunId };
  }
  const [, id, path = ''] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(source) ?? [];
  if (id === undefined) return { source, runId, modelId: undefined };
  const { artifactUri } = findRun(store, id);
  const made = store.runs.get(id)?.outputModels ?? [];
  const model = made
    .map((output) => store.models.get(output.modelId))
    .findLast((logged) => logged?.name === path);
  if (model) return { source: `models:/${model.modelId}`, modelId: model.modelId, runId: id };
  const kept = path === '' ? artifactUri : `${artifactUri}/${path}`;
  return { source: kept, runId: id, modelId: undefined };
}

/** Files that the store holds must be there; others are not looked at. */
async function checkFiles(store: Store, { source, modelId }: Origin): Promise<void> {
  const uri = modelId === undefined ? source : (store.models.get(modelId)?.artifactUri ?? source);
  const folder = blobPathUnder(uri, '');
  if (folder === undefined || (await store.blobs.stat(folder))?.isDirectory) return;
  throw invalidParameter(`There is no folder with the files of a model at ${source}.`);
}
