/** Reads the fields of a request: a query string with GET, else a JSON body. */

import { messageOf } from '../base/errors';
import { isRecord } from '../base/json';
import type { HttpRequest } from '../protocol/http';
import { invalidParameter, MlflowError } from '../protocol/mlflow/errors';
import { parseClientJson } from '../protocol/mlflow/json';
import { Fields } from './fields';

/** @throws MlflowError for another content type, malformed JSON, or a body above `limit` bytes. */
export async function readFields(
  request: HttpRequest,
  check: (bytes: number) => void = () => {},
): Promise<Fields> {
  if (request.method === 'GET' && request.query.size > 0) return Fields.fromQuery(request.query);
  checkContentType(request);
  const body = await request.body();
  check(body.byteLength);
  return new Fields(body.byteLength === 0 ? {} : parseObject(body));
}

function parseObject(body: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseClientJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new MlflowError('BAD_REQUEST', `Malformed JSON in the body: ${messageOf(error)}`);
  }
  if (value === null) return {};
  if (isRecord(value)) return value;
  throw new MlflowError('BAD_REQUEST', 'The body must be a JSON object.');
}

/** MLflow looks at it with POST and PUT only. */
function checkContentType(request: HttpRequest): void {
  if (request.method !== 'POST' && request.method !== 'PUT') return;
  const type = request.headers['content-type'];
  if (type === undefined) {
    throw invalidParameter('Bad Request. Content-Type header is missing.');
  }
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw invalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
  }
}
