/** Runs: create, update, look up, delete and restore. */
import { type LifecycleStage, RUN_STATUSES, type Run, type Tag } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter } from '../../protocol/mlflow/errors';
import type { Store } from '../../store/store';
import { runArtifactUri } from '../artifactPath';
import type { Endpoint, Handler, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveExperiment, findActiveRun, findRun } from '../lookup';
import { readFields } from '../request';
import { nameFromId } from '../runName';
import { toListedRun, toWireInfo, toWireRun } from '../wire';
import { searchRuns } from './searchRuns';

export const runEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/runs/create', handle: create },
  { method: 'POST', path: '/runs/update', handle: update },
  { method: 'POST', path: '/runs/delete', handle: moveTo('deleted') },
  { method: 'POST', path: '/runs/restore', handle: moveTo('active') },
  { method: 'GET', path: '/runs/get', handle: get },
  { method: 'POST', path: '/runs/search', handle: searchRuns },
];

async function create(ports: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const experiment = findActiveExperiment(ports.store, fields.string('experiment_id'));
  const runId = ports.newId();
  const { name, tags } = readName(fields, runId);
  await ports.store.commit({
    type: 'run.create',
    runId,
    experimentId: experiment.experimentId,
    name,
    userId: fields.string('user_id') ?? '',
    startTime: fields.integer('start_time') ?? ports.clock.now(),
    artifactUri: runArtifactUri(experiment.artifactLocation, runId),
    tags,
  });
  const { outputs: _, ...run } = toListedRun(findWholeRun(ports.store, runId));
  return jsonReply({ run });
}

/**
 * The name is the argument, the tag, or a new one; argument and tag must agree. Tags that come with
 * a new run are taken as they are, as in MLflow.
 */
function readName(fields: Fields, runId: string): { name: string; tags: Tag[] } {
  const given = fields.string('run_name');
  const tags = lastOfEachKey(
    fields
      .list('tags')
      .map((tag) => ({ key: tag.string('key') ?? '', value: tag.string('value') ?? '' })),
  );
  const tagged = tags.find((tag) => tag.key === TAGS.runName)?.value;
  if (given && tagged && given !== tagged) {
    throw invalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different " +
        `values (run_name='${given}', mlflow.runName='${tagged}').`,
    );
  }
  const name = given || tagged || nameFromId(runId);
  if (tagged) return { name, tags };
  return {
    name,
    tags: [...tags.filter((tag) => tag.key !== TAGS.runName), { key: TAGS.runName, value: name }],
  };
}

/** Of tags with one key the last one counts. */
export const lastOfEachKey = (tags: readonly Tag[]): Tag[] => [
  ...new Map(tags.map((tag) => [tag.key, tag])).values(),
];

async function update({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const { runId } = findActiveRun(store, fields.runId());
  const status = fields.strictEnumeration('status', RUN_STATUSES);
  const endTime = fields.integer('end_time');
  const name = fields.string('run_name') || undefined;
  if (status !== undefined || endTime !== undefined || name !== undefined) {
    await store.commit({ type: 'run.update', runId, status, endTime, name });
  }
  return jsonReply({ run_info: toWireInfo(findRun(store, runId)) });
}

/** Of a run that is there already nothing changes; MLflow takes that as done, too. */
function moveTo(stage: LifecycleStage): Handler {
  return async ({ store, clock }, request) => {
    const fields = await readFields(request);
    const { runId, lifecycleStage } = findRun(store, fields.runId());
    if (lifecycleStage !== stage) {
      await store.commit({ type: 'run.lifecycle', runId, stage, time: clock.now() });
    }
    return jsonReply({});
  };
}

async function get({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  return jsonReply({ run: toWireRun(findWholeRun(store, fields.runId())) });
}

function findWholeRun(store: Store, runId: string): Run {
  const run = store.runs.get(runId);
  if (!run) throw doesNotExist(`Run with id=${runId} not found`);
  return run;
}
