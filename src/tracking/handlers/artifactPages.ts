/** Artifacts under the addresses of MLflow's pages: of runs, logged models and registered versions. */
import { LIMITS } from '../../domain/limits';
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import type { Store } from '../../store/store';
import { fileReply, listFolder, writeFile } from '../artifactFiles';
import { blobPathUnder, safeSegments } from '../artifactPath';
import type { Endpoint, Ports } from '../endpoint';
import { findLoggedModel, findRun } from '../lookup';
import { parseModelUri } from '../modelUri';
import { findVersion } from '../registryLookup';
import { readFields } from '../request';
import { unlessEmpty } from '../wire';

/** At the top of the server. */
export const artifactPages: readonly Endpoint[] = [
  { method: 'GET', path: '/get-artifact', handle: ofRun },
  { method: 'GET', path: '/model-versions/get-artifact', handle: ofVersion },
];

/** Under `/mlflow`. */
export const modelArtifactEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/logged-models/:model_id/artifacts/directories', handle: listOfModel },
  { method: 'GET', path: '/logged-models/:model_id/artifacts/files', handle: ofModel },
  { method: 'POST', path: '/upload-artifact', handle: upload },
];

function ofRun({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = pathOf(request);
  const id = queryOf(request, 'run_id') || queryOf(request, 'run_uuid');
  return sendFile(store, findRun(store, id ?? 'None').artifactUri, path);
}

function ofVersion({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = pathOf(request);
  const name = queryOf(request, 'name') ?? '';
  const version = findVersion(store, name, queryOf(request, 'version') ?? '');
  const uri = version.storageLocation ?? version.source;
  return sendFile(store, resolveUri(store, uri), path);
}

function ofModel({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = queryOf(request, 'artifact_file_path');
  if (!path) {
    throw new MlflowError(
      'BAD_REQUEST',
      'Request must include the "artifact_file_path" query parameter.',
    );
  }
  return sendFile(
    store,
    findLoggedModel(store, request.params['model_id'] ?? '').artifactUri,
    path,
  );
}

async function listOfModel({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = (await readFields(request)).string('artifact_directory_path') ?? '';
  const { artifactUri } = findLoggedModel(store, request.params['model_id'] ?? '');
  const clean = path.replace(/\/+$/, '');
  const folder = blobPathUnder(artifactUri, clean);
  if (folder === undefined) throw keptElsewhere(artifactUri);
  const files = await listFolder(store, folder, clean === '' ? '' : `${clean}/`);
  return jsonReply({ root_uri: artifactUri, files: unlessEmpty(files) });
}

/** A file from a form of MLflow's pages, of at most 10 MB. */
async function upload({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const id = queryOf(request, 'run_uuid');
  if (!id) throw invalidParameter('Request must specify run_uuid.');
  const path = queryOf(request, 'path');
  if (!path) throw invalidParameter('Request must specify path.');
  safeSegments(path);
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.uploadBytes) throw tooLarge();
  const body = await request.body();
  if (body.byteLength === 0) throw invalidParameter('Request must specify data.');
  if (body.byteLength > LIMITS.uploadBytes) throw tooLarge();
  const { artifactUri } = findRun(store, id);
  const blob = blobPathUnder(artifactUri, path);
  if (blob === undefined) throw keptElsewhere(artifactUri);
  await writeFile(store, blob, path, once(body));
  return { status: 200, body: '' };
}

const tooLarge = () => invalidParameter('Artifact size is too large. Max size is 10MB.');

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function sendFile(store: Store, artifactUri: string, path: string): Promise<HttpReply> {
  const blob = blobPathUnder(artifactUri, path);
  if (blob === undefined) throw keptElsewhere(artifactUri);
  const root = artifactUri.replace(/^mlflow-artifacts:\/*/, '');
  return fileReply(store, blob, `${root}/${path}`);
}

const keptElsewhere = (artifactUri: string) =>
  invalidParameter(
    `The artifacts are kept at ${artifactUri}; read them with a client that can reach that place.`,
  );

/** Where the files are that `runs:/…` and `models:/m-…` stand for; any other address is its own. */
function resolveUri(store: Store, uri: string): string {
  const ofRun = /^runs:\/+([^/]+)(\/.*)?$/.exec(uri);
  if (ofRun) return `${findRun(store, ofRun[1] ?? '').artifactUri}${ofRun[2] ?? ''}`;
  const model = parseModelUri(uri);
  return model?.kind === 'logged' ? findLoggedModel(store, model.modelId).artifactUri : uri;
}

function pathOf(request: HttpRequest): string {
  const path = queryOf(request, 'path');
  if (path === undefined) throw new MlflowError('BAD_REQUEST', 'Request must specify path.');
  if (path.replace(/[/.]/g, '') === '') throw doesNotExist(`No such artifact: '${path}'`);
  return path;
}

const queryOf = (request: HttpRequest, name: string) => request.query.get(name)?.[0];
