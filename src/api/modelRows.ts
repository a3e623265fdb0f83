// Builds what panels show of registered models and their versions from what the store holds.
import type { ModelVersion, RegisteredModel } from '../domain/model';
import type { Run, Tag } from '../domain/run';
import { TAGS } from '../domain/tags';
import { PIPELINE_RUN_TAG } from '../pipeline/tracking';
import type {
  ModelChange,
  ModelRow,
  ModelVersionDetail,
  ModelVersionRow,
} from '../protocol/models';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';

export function modelRow(store: Store, model: RegisteredModel): ModelRow {
  const { name, description, creationTime, lastUpdateTime, tags, aliases } = model;
  const { items, total } = store.registry.versionPage(name, { limit: 1, offset: 0 });
  const [latest] = items;
  return {
    name,
    description: description ?? '',
    versions: total,
    created: creationTime,
    updated: lastUpdateTime,
    tags: recordOf(tags),
    aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, String(version)])),
    latest: latest && versionRow(store, latest),
  };
}

export function versionRow(store: Store, version: ModelVersion): ModelVersionRow {
  const { name, stage, aliases, description, status, statusMessage, source, tags } = version;
  const runId = version.runId || undefined;
  const info = runId === undefined ? undefined : store.runs.info(runId);
  return {
    model: name,
    version: String(version.version),
    stage,
    aliases,
    description: description ?? '',
    status,
    statusMessage: statusMessage ?? '',
    created: version.creationTime,
    updated: version.lastUpdateTime,
    tags: recordOf(tags),
    source,
    runId,
    runName: info?.runName,
    experimentId: info?.experimentId,
  };
}

/** What the store knows; the files are read apart. */
export function versionDetail(
  store: Store,
  version: ModelVersion,
): Omit<ModelVersionDetail, 'files' | 'filesProblem'> {
  const run = version.runId ? store.runs.get(version.runId) : undefined;
  const logged = loggedModel(store, version);
  const pipelineRunId = tagOf(run?.tags ?? [], PIPELINE_RUN_TAG);
  const pipelineRun = pipelineRunId === undefined ? undefined : store.pipelines.run(pipelineRunId);
  return {
    ...versionRow(store, version),
    params: recordOf([...(run?.params ?? []), ...(logged?.params ?? [])]),
    metrics: Object.fromEntries(
      [...modelMetrics(store, version)].map(([key, value]) => [key, toWire(value)]),
    ),
    datasets: datasetsOf(run),
    pipelineRunId,
    pipeline: pipelineRun?.graph.pipeline,
    history: [creationOf(version), ...store.registry.changes(version.name, version.version)],
  };
}

const creationOf = ({ creationTime, userId }: ModelVersion): ModelChange => ({
  time: creationTime,
  what: 'created',
  before: null,
  after: null,
  user: userId ?? '',
});

function datasetsOf(run: Run | undefined): ModelVersionDetail['datasets'] {
  return (run?.datasets ?? []).map(({ name, digest, tags }) => ({
    name,
    digest,
    context: tagOf(tags, TAGS.datasetContext),
  }));
}

/** The last values of its run; those that were logged for the model itself count before them. */
export function modelMetrics(store: Store, version: ModelVersion): Map<string, number> {
  const run = version.runId ? store.runs.get(version.runId) : undefined;
  const values = new Map(run?.metrics.map(({ key, last }) => [key, last.value]));
  const points = [...(loggedModel(store, version)?.metrics ?? [])];
  points.sort((a, b) => a.step - b.step || a.timestamp - b.timestamp);
  for (const { key, value } of points) values.set(key, value);
  return values;
}

const loggedModel = (store: Store, { modelId }: ModelVersion) =>
  modelId ? store.models.get(modelId) : undefined;

const recordOf = (pairs: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

export const tagOf = (tags: readonly Tag[], key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;
