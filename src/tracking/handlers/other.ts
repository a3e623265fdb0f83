/** What the server says of itself, and the answers to calls for parts that are not there. */
import { type HttpReply, jsonReply, type Method } from '../../protocol/http';
import { MlflowError } from '../../protocol/mlflow/errors';
import type { Endpoint, Handler, Ports } from '../endpoint';

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const otherEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/server-info', handle: serverInfo },
];

/** Any other call of the service. As JSON, because clients show its message. */
export const unknownEndpoints: readonly Endpoint[] = METHODS.map((method) => ({
  method,
  path: '/*',
  handle: unknownEndpoint,
}));

/**
 * The store's type is MLflow's word for a database: clients only ask whether it is a file store. Large
 * files come in one piece.
 */
function serverInfo({ mlflowVersion }: Ports): HttpReply {
  return jsonReply({
    store_type: 'SqlStore',
    workspaces_enabled: false,
    multipart_uploads_enabled: false,
    multipart_downloads_enabled: false,
    mlflow_version: mlflowVersion,
  });
}

function unknownEndpoint(...[, request]: Parameters<Handler>): HttpReply {
  throw new MlflowError(
    'ENDPOINT_NOT_FOUND',
    `Runlens does not have ${request.method} ${request.path}.`,
  );
}
