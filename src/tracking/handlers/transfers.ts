/**
 * Uploads in parts and presigned addresses, which only a cloud store has: refused as MLflow refuses
 * them for a local one. Clients that hear 501 send the file in one piece instead.
 */
import type { HttpReply, HttpRequest } from '../../protocol/http';
import { invalidParameter, MlflowError } from '../../protocol/mlflow/errors';
import { blobPathOf } from '../artifactPath';
import type { Endpoint, Handler, Ports } from '../endpoint';
import { findLoggedModel, findRun } from '../lookup';
import { readFields } from '../request';

/** Old clients name the file in the body only, so the path is there with and without one. */
const partEndpoints = (step: string, needed: readonly string[]): Endpoint[] =>
  [`/mpu/${step}`, `/mpu/${step}/*`].map((path) => ({
    method: 'POST',
    path,
    handle: refuseParts(needed),
  }));

/** Under `/mlflow-artifacts`. */
export const transferEndpoints: readonly Endpoint[] = [
  ...partEndpoints('create', ['path']),
  ...partEndpoints('complete', ['path', 'parts']),
  ...partEndpoints('abort', ['path']),
  { method: 'GET', path: '/presigned/*', handle: refusePresigned },
];

/** Under `/mlflow`. */
export const presignedEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: '/artifacts/presigned-upload-url', handle: refuseUpload },
  { method: 'POST', path: '/artifacts/presigned-download-url', handle: refuseDownload },
];

function refuseParts(needed: readonly string[]): Handler {
  return async (_, request) => {
    blobPathOf(request.params['*'] ?? '');
    const fields = await readFields(request);
    for (const name of needed) fields.present(name);
    throw notSupported('Multipart upload');
  };
}

function refusePresigned(_: Ports, request: HttpRequest): HttpReply {
  blobPathOf(request.params['*'] ?? '');
  throw notSupported('Multipart download');
}

const notSupported = (what: string) =>
  new MlflowError(
    'NOT_IMPLEMENTED',
    `${what} is not supported for the current artifact repository`,
  );

async function refuseUpload({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const path = fields.required('path');
  const runId = fields.string('run_id');
  const modelId = fields.string('model_id');
  if (Boolean(runId) === Boolean(modelId)) {
    throw invalidParameter('Exactly one of run_id and model_id must be provided.');
  }
  blobPathOf(path);
  const owner = runId ? findRun(store, runId) : findLoggedModel(store, modelId ?? '');
  throw invalidParameter(
    'Presigned upload is not supported for proxied artifact storage (artifact URI scheme: ' +
      `${schemeOf(owner.artifactUri)}). This endpoint requires a direct cloud storage artifact URI.`,
  );
}

async function refuseDownload({ store }: Ports, request: HttpRequest): Promise<HttpReply> {
  const fields = await readFields(request);
  const runId = fields.required('run_id');
  blobPathOf(fields.required('path'));
  throw invalidParameter(
    'Presigned download is not supported for runs with proxied artifact storage (artifact URI ' +
      `scheme: ${schemeOf(findRun(store, runId).artifactUri)}). This endpoint requires a run with a ` +
      'direct cloud storage artifact URI.',
  );
}

const schemeOf = (uri: string) => uri.slice(0, Math.max(0, uri.indexOf(':')));
