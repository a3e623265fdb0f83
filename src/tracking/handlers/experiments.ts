/** Experiments: create, look up, rename, tag, delete and restore. */
import path from 'node:path';
import { LIMITS } from '../../domain/limits';
import type { LifecycleStage, Tag } from '../../domain/run';
import { type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import type { Store } from '../../store/store';
import { experimentArtifactLocation } from '../artifactPath';
import type { Endpoint, Handler, Ports } from '../endpoint';
import type { Fields } from '../fields';
import { findActiveExperiment, findExperiment } from '../lookup';
import { readFields } from '../request';
import { checkExperimentTag, checkLength } from '../validation';
import { toWireExperiment } from '../wire';
import { searchExperiments } from './searchExperiments';

export const experimentEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/experiments/create', handle: create },
  { method: 'GET', path: '/experiments/search', handle: searchExperiments },
  { method: 'POST', path: '/experiments/search', handle: searchExperiments },
  { method: 'GET', path: '/experiments/get', handle: get },
  { method: 'GET', path: '/experiments/get-by-name', handle: getByName },
  { method: 'POST', path: '/experiments/delete', handle: moveTo('deleted') },
  { method: 'POST', path: '/experiments/restore', handle: moveTo('active') },
  { method: 'POST', path: '/experiments/update', handle: rename },
  { method: 'POST', path: '/experiments/set-experiment-tag', handle: setTag },
  { method: 'POST', path: '/experiments/delete-experiment-tag', handle: deleteTag },
];

async function create(ports: Ports, request: HttpRequest) {
  const fields = await readFields(request);
  const name = freeName(ports.store, fields.required('name'));
  const location = fields.string('artifact_location');
  const tags = fields.list('tags').map(readTag);
  const experimentId = ports.store.experiments.nextId();
  await ports.store.commit({
    type: 'experiment.create',
    experimentId,
    name,
    artifactLocation: location
      ? resolveLocation(ports.store, location)
      : experimentArtifactLocation(experimentId),
    time: ports.clock.now(),
    tags,
  });
  return jsonReply({ experiment_id: experimentId });
}

async function get({ store }: Ports, request: HttpRequest) {
  const fields = await readFields(request);
  const experiment = findExperiment(store, fields.required('experiment_id'));
  return jsonReply({ experiment: toWireExperiment(experiment) });
}

async function getByName({ store }: Ports, request: HttpRequest) {
  const name = (await readFields(request)).required('experiment_name');
  const experiment = store.experiments.byName(name);
  if (!experiment) throw doesNotExist(`Could not find experiment with name '${name}'`);
  return jsonReply({ experiment: toWireExperiment(experiment) });
}

/** Deleting looks for an active experiment and restoring for a deleted one, as in MLflow. */
function moveTo(stage: LifecycleStage): Handler {
  return async ({ store, clock }, request) => {
    const fields = await readFields(request);
    const from = stage === 'deleted' ? 'active' : 'deleted';
    const { experimentId } = findExperiment(store, fields.required('experiment_id'), from);
    await store.commit({ type: 'experiment.lifecycle', experimentId, stage, time: clock.now() });
    return jsonReply({});
  };
}

async function rename({ store, clock }: Ports, request: HttpRequest) {
  const fields = await readFields(request);
  const experiment = findExperiment(store, fields.required('experiment_id'));
  const { experimentId } = experiment;
  const name = fields.required('new_name');
  if (experiment.lifecycleStage !== 'active') {
    throw new MlflowError('INVALID_STATE', 'Cannot rename a non-active experiment.');
  }
  if (name !== experiment.name) {
    freeName(store, name);
    await store.commit({ type: 'experiment.rename', experimentId, name, time: clock.now() });
  }
  return jsonReply({});
}

async function setTag({ store, clock }: Ports, request: HttpRequest) {
  const fields = await readFields(request);
  const id = fields.required('experiment_id');
  const { key, value } = readTag(fields);
  const { experimentId } = findActiveExperiment(store, id);
  await store.commit({ type: 'experiment.tag', experimentId, key, value, time: clock.now() });
  return jsonReply({});
}

async function deleteTag({ store, clock }: Ports, request: HttpRequest) {
  const fields = await readFields(request);
  const { experimentId, tags } = findActiveExperiment(store, fields.required('experiment_id'));
  const key = fields.required('key');
  if (!tags.some((tag) => tag.key === key)) {
    throw doesNotExist(`No tag with name: ${key} in experiment with id ${experimentId}`);
  }
  await store.commit({
    type: 'experiment.tag',
    experimentId,
    key,
    value: null,
    time: clock.now(),
  });
  return jsonReply({});
}

const readTag = (fields: Fields): Tag =>
  checkExperimentTag({ key: fields.required('key'), value: fields.string('value') ?? '' });

/** Names are unique among deleted experiments too, so that each can be restored. */
function freeName(store: Store, name: string): string {
  checkLength('name', name, LIMITS.experimentNameLength);
  if (store.experiments.byName(name)) {
    throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`);
  }
  return name;
}

/** A location without a scheme is a folder, relative to the root that the data folder lies in. */
function resolveLocation(store: Store, location: string): string {
  if ([...location].length > LIMITS.artifactLocationLength) {
    throw invalidParameter(
      'Invalid artifact path length. The length of the artifact path cannot be greater than ' +
        `${LIMITS.artifactLocationLength} characters. To configure this limit, please set the ` +
        'MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.',
    );
  }
  if (location.startsWith('runs:')) {
    throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  }
  if (location.includes('#')) {
    throw invalidParameter("'artifact_location' URL can't include fragments or params.");
  }
  if (/\?.*\.\./.test(location)) throw invalidParameter('Invalid query string');
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(location)) return location;
  return path.resolve(path.dirname(store.blobs.folder), location);
}
