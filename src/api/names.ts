// The control routes an editor completes, checks and explains names of the store with.

import type { ModelVersion } from '../domain/model';
import { parseStoreUri, type StoreUri } from '../domain/storeUri';
import type { ControlRoute, ReplyOf } from '../protocol/control';
import { type HttpRequest, jsonReply, type Route } from '../protocol/http';
import type { ModelName, ResolvedRun, ResolvedUri } from '../protocol/names';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';
import { queryText } from './params';

/** More than anybody reads in a list of proposals. */
const MOST_KEYS = 1000;
const MOST_VERSIONS = 200;
const MOST_MODEL_VERSIONS = 100;
const MOST_METRICS = 10;

type NameRoute = Extract<ControlRoute, `GET /api/names/${string}` | 'GET /api/resolve'>;
type Answers = {
  readonly [R in NameRoute]: (store: Store, request: HttpRequest) => ReplyOf<R>;
};

const ANSWERS: Answers = {
  'GET /api/names/artifacts': (store) => ({
    items: store.pipelines
      .artifactNames()
      .map(({ name, versions, latest }) => ({ name, versions, latest })),
  }),
  'GET /api/names/artifact-versions': (store, request) => ({
    items: store.pipelines
      .artifactVersions(queryText(request, 'name') ?? '')
      .slice(0, MOST_VERSIONS)
      .map(({ version, type, createdAt }) => ({ version, type, createdAt })),
  }),
  'GET /api/names/models': (store) => ({ items: store.registry.names().map(modelName(store)) }),
  'GET /api/names/metrics': (store) => ({ items: store.runs.metricKeys(MOST_KEYS) }),
  'GET /api/resolve': (store, request) => resolve(store, queryText(request, 'uri') ?? ''),
};

export function nameRoutes(store: Store): Route[] {
  return (Object.keys(ANSWERS) as NameRoute[]).map((route) => ({
    method: 'GET',
    path: route.slice('GET '.length),
    access: 'control',
    handle: async (request) => jsonReply(ANSWERS[route](store, request)),
  }));
}

const modelName =
  (store: Store) =>
  (name: string): ModelName => ({
    name,
    versions: store.registry.versions(name).reverse().slice(0, MOST_MODEL_VERSIONS),
    aliases: store.registry.get(name)?.aliases ?? [],
  });

function resolve(store: Store, uri: string): ResolvedUri {
  const parsed = parseStoreUri(uri);
  if (!parsed) return none(`${uri} is no address of a model or run.`);
  switch (parsed.kind) {
    case 'run':
      return resolveRun(store, parsed.runId);
    case 'logged':
      return resolveLogged(store, parsed.modelId);
    default:
      return resolveVersion(store, parsed);
  }
}

const none = (message: string): ResolvedUri => ({ kind: 'none', message });

function resolveRun(store: Store, runId: string): ResolvedUri {
  const run = runOf(store, runId);
  return run ? { kind: 'run', run } : none(`There is no run ${runId}.`);
}

function resolveLogged(store: Store, modelId: string): ResolvedUri {
  const model = store.models.get(modelId);
  if (!model) return none(`There is no logged model ${modelId}.`);
  const { name, creationTime, sourceRunId } = model;
  return { kind: 'logged', name, createdAt: creationTime, run: runOf(store, sourceRunId) };
}

function resolveVersion(
  store: Store,
  uri: Extract<StoreUri, { kind: 'model' | 'alias' }>,
): ResolvedUri {
  const { name } = uri;
  if (!store.registry.get(name)) return none(`There is no registered model ${name}.`);
  if (uri.kind === 'alias') {
    const aliased = store.registry.aliased(name, uri.alias);
    return aliased ? versionOf(store, aliased) : none(`${name} has no alias ${uri.alias}.`);
  }
  const found = namedVersion(store, name, uri.version);
  return found ? versionOf(store, found) : none(`${name} has no version ${uri.version}.`);
}

/** A number, `latest`, or a stage. */
function namedVersion(store: Store, name: string, version: string): ModelVersion | undefined {
  if (/^\d+$/.test(version)) return store.registry.version(name, Number(version));
  const wanted = version.toLowerCase();
  if (wanted !== 'latest') {
    return store.registry.latest(name).find(({ stage }) => stage.toLowerCase() === wanted);
  }
  const newest = store.registry.versions(name).at(-1);
  return newest === undefined ? undefined : store.registry.version(name, newest);
}

function versionOf(store: Store, found: ModelVersion): ResolvedUri {
  const { name, version, stage, aliases, description, creationTime, runId } = found;
  return {
    kind: 'version',
    name,
    version,
    stage,
    aliases,
    description: description || undefined,
    createdAt: creationTime,
    run: runOf(store, runId),
  };
}

function runOf(store: Store, runId: string | undefined): ResolvedRun | undefined {
  const run = runId ? store.runs.get(runId) : undefined;
  if (!run || run.info.lifecycleStage === 'deleted') return undefined;
  const { runName, experimentId, status, startTime } = run.info;
  return {
    runId: run.info.runId,
    name: runName,
    experiment: store.experiments.get(experimentId)?.name ?? experimentId,
    status,
    startTime,
    metrics: run.metrics
      .slice(0, MOST_METRICS)
      .map(({ key, last }) => ({ key, value: toWire(last.value) })),
  };
}
