/** Artifacts: listed by run, and streamed in and out under the paths of MLflow's artifact proxy. */
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { invalidParameter } from '../../protocol/mlflow/errors';
import { checkWritable, fileReply, listFolder, writeFile } from '../artifactFiles';
import { blobPathOf, blobPathUnder } from '../artifactPath';
import type { Endpoint, Ports } from '../endpoint';
import { findRun } from '../lookup';
import { readFields } from '../request';
import { unlessEmpty } from '../wire';

/** Under `/mlflow`. */
export const runArtifactEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/artifacts/list', handle: listOfRun },
];

/** Under `/mlflow-artifacts`. */
export const artifactEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/artifacts', handle: list },
  { method: 'GET', path: '/artifacts/*', handle: download },
  { method: 'PUT', path: '/artifacts/*', handle: upload },
  { method: 'DELETE', path: '/artifacts/*', handle: remove },
];

async function listOfRun({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const path = (fields.string('path') ?? '').replace(/\/+$/, '');
  const { artifactUri } = findRun(store, id);
  const folder = blobPathUnder(artifactUri, path);
  if (folder === undefined) {
    throw invalidParameter(
      `The artifacts of run ${id} are kept at ${artifactUri}; list them with a client that can ` +
        'reach that place.',
    );
  }
  const files = await listFolder(store, folder, path === '' ? '' : `${path}/`);
  return jsonReply({ root_uri: artifactUri, files: unlessEmpty(files) });
}

async function list({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = (await readFields(request)).string('path') ?? '';
  const files = await listFolder(store, blobPathOf(path), '');
  return jsonReply({ files: unlessEmpty(files) });
}

function download({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = pathOf(request);
  return fileReply(store, blobPathOf(path), path);
}

async function upload({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = pathOf(request);
  await writeFile(store, blobPathOf(path), path, request.stream());
  return jsonReply({});
}

async function remove({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = blobPathOf(pathOf(request));
  checkWritable(store);
  await store.blobs.delete(path);
  return jsonReply({});
}

/** The rest of the path. An empty one would mean every artifact there is. */
function pathOf(request: HttpRequest): string {
  const path = request.params['*'] ?? '';
  if (path.replace(/[/.]/g, '') === '') throw invalidParameter('Invalid path');
  return path;
}
