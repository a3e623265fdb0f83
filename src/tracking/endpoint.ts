/** A call of MLflow's API as a handler, mounted under each of its prefixes; errors become answers. */
import { messageOf, RunlensError } from '../base/errors';
import { SearchError } from '../domain/search/error';
import {
  type HttpReply,
  type HttpRequest,
  jsonReply,
  type Method,
  type Route,
} from '../protocol/http';
import { MlflowError, type MlflowErrorCode } from '../protocol/mlflow/errors';
import type { Store } from '../store/store';

/** What every handler works with. */
export interface Ports {
  readonly store: Store;
  readonly clock: { now(): number };
  /** A fresh id of 32 lower-case hexadecimal digits. */
  newId(): string;
  /** The version of MLflow whose API this is; told in server-info when given. */
  readonly mlflowVersion?: string;
}

export type Handler = (ports: Ports, request: HttpRequest) => Promise<HttpReply> | HttpReply;

export interface Endpoint {
  readonly method: Method;
  /** Behind the prefix: `/runs/create`. */
  readonly path: string;
  readonly handle: Handler;
}

/** The proto endpoints are there twice, for clients and for a browser, in both versions. */
const PREFIXES = ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0'];

/** `service` is `/mlflow` or `/mlflow-artifacts`. */
export function mount(ports: Ports, service: string, endpoints: readonly Endpoint[]): Route[] {
  return PREFIXES.flatMap((prefix) => mountAt(ports, `${prefix}${service}`, endpoints));
}

/** Once, each behind `prefix`. */
export function mountAt(ports: Ports, prefix: string, endpoints: readonly Endpoint[]): Route[] {
  return endpoints.map(({ method, path, handle }) => ({
    method,
    path: `${prefix}${path}`,
    access: 'tracking' as const,
    handle: (request: HttpRequest) => answer(ports, request, handle),
  }));
}

async function answer(ports: Ports, request: HttpRequest, handle: Handler): Promise<HttpReply> {
  try {
    return await handle(ports, request);
  } catch (error) {
    return errorReply(error);
  }
}

/** @throws what is not an error of the request or of the store: that is the server's to report. */
function errorReply(error: unknown): HttpReply {
  if (error instanceof MlflowError) return toReply(error);
  if (error instanceof SearchError) {
    return toReply(new MlflowError('INVALID_PARAMETER_VALUE', error.message));
  }
  const code = error instanceof RunlensError ? CODES.get(error.code) : undefined;
  if (code === undefined) throw error;
  return toReply(new MlflowError(code, messageOf(error)));
}

/** The store's errors in MLflow's words. */
const CODES: ReadonlyMap<string, MlflowErrorCode> = new Map([
  ['store.unavailable', 'TEMPORARILY_UNAVAILABLE'],
  // MLflow's client repeats a 503 for minutes and then hides its text.
  ['store.readonly', 'PERMISSION_DENIED'],
  ['store.newer', 'PERMISSION_DENIED'],
  ['store.invalid', 'INVALID_PARAMETER_VALUE'],
  ['path.invalid', 'INVALID_PARAMETER_VALUE'],
]);

const toReply = (error: MlflowError) =>
  jsonReply({ error_code: error.errorCode, message: error.message }, error.status);
