/** Artifacts: listed by run, and streamed in and out under the paths of MLflow's artifact proxy. */
import { type HttpReply, type HttpRequest, jsonReply } from '../../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import type { WireFile } from '../../protocol/mlflow/messages';
import type { BlobEntry, Store } from '../../store/store';
import { blobPathInRun, blobPathOf } from '../artifactPath';
import type { Endpoint, Handler, Ports } from '../endpoint';
import { findRun } from '../lookup';
import { mediaTypeOf } from '../mediaType';
import { readFields } from '../request';
import { unlessEmpty } from '../wire';

/** Under `/mlflow`. */
export const runArtifactEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/artifacts/list', handle: listOfRun },
];

const notSupported =
  (what: string): Handler =>
  () => {
    throw new MlflowError(
      'NOT_IMPLEMENTED',
      `${what} is not supported for the current artifact repository`,
    );
  };

/** Old clients name the file in the body only, so the path is there with and without one. */
const partsEndpoints = ['create', 'complete', 'abort'].flatMap((step) =>
  [`/mpu/${step}`, `/mpu/${step}/*`].map(
    (path): Endpoint => ({ method: 'POST', path, handle: notSupported('Multipart upload') }),
  ),
);

/** Under `/mlflow-artifacts`. Clients that hear 501 send the file in one piece instead. */
export const artifactEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/artifacts', handle: list },
  { method: 'GET', path: '/artifacts/*', handle: download },
  { method: 'PUT', path: '/artifacts/*', handle: upload },
  { method: 'DELETE', path: '/artifacts/*', handle: remove },
  ...partsEndpoints,
  { method: 'GET', path: '/presigned/*', handle: notSupported('Presigned download') },
];

async function listOfRun({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const id = fields.runId();
  const path = (fields.string('path') ?? '').replace(/\/+$/, '');
  const { artifactUri } = findRun(store, id);
  const folder = blobPathInRun(artifactUri, path);
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

/** One level, by name. A file, or what is not there, has no files in it. */
async function listFolder(store: Store, folder: string, prefix: string): Promise<WireFile[]> {
  const entry = await store.blobs.stat(folder);
  if (!entry?.isDirectory) return [];
  const entries = await store.blobs.list(folder);
  const files = entries.map((item) => ({
    path: prefix + nameOf(item),
    is_dir: item.isDirectory,
    file_size: item.isDirectory ? undefined : item.size,
  }));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const nameOf = (entry: BlobEntry) => entry.path.slice(entry.path.lastIndexOf('/') + 1);

async function download({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = pathOf(request);
  const blob = blobPathOf(path);
  const entry = await store.blobs.stat(blob);
  if (!entry) throw doesNotExist(`No such artifact: '${path}'`);
  if (entry.isDirectory) throw invalidParameter(`'${path}' is a folder, not an artifact file.`);
  return {
    status: 200,
    headers: {
      'content-type': mediaTypeOf(path),
      'content-length': String(entry.size),
      'content-disposition': attachment(path.slice(path.lastIndexOf('/') + 1)),
      'x-content-type-options': 'nosniff',
    },
    body: store.blobs.read(blob),
  };
}

async function upload({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = blobPathOf(pathOf(request));
  checkWritable(store);
  if ((await store.blobs.stat(path))?.isDirectory) {
    throw invalidParameter(`'${pathOf(request)}' is a folder; a file cannot replace it.`);
  }
  await store.blobs.write(path, request.stream());
  return jsonReply({});
}

async function remove({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const path = blobPathOf(pathOf(request));
  checkWritable(store);
  await store.blobs.delete(path);
  return jsonReply({});
}

/** Files are not in the journal, so the store does not refuse them by itself. */
function checkWritable({ status }: Store): void {
  if (status.mode === 'writable') return;
  const code = status.forGood ? 'PERMISSION_DENIED' : 'TEMPORARILY_UNAVAILABLE';
  throw new MlflowError(code, status.reason ?? 'The store is read-only.');
}

/** The rest of the path. An empty one would mean every artifact there is. */
function pathOf(request: HttpRequest): string {
  const path = request.params['*'] ?? '';
  if (path.replace(/[/.]/g, '') === '') throw invalidParameter('Invalid path');
  return path;
}

/** RFC 6266, with the name in UTF-8 beside one in ASCII. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
