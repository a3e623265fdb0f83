// Reads and checks what the control routes are asked with.
import { messageOf } from '../base/errors';
import { isRecord } from '../base/json';
import { HttpError, type HttpRequest } from '../protocol/http';

export const invalid = (message: string): HttpError =>
  new HttpError(400, 'request.invalid', message);

export const notFound = (what: string, id: string): HttpError =>
  new HttpError(404, `${what}.notFound`, `There is no ${what} ${JSON.stringify(id)}.`);

/** A path parameter; the route's path names it. */
export function param(request: HttpRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined || value === '') throw invalid(`The address lacks ${name}.`);
  return value;
}

/** The last value of a query parameter. */
export const queryText = (request: HttpRequest, name: string): string | undefined =>
  request.query.get(name)?.at(-1);

export function queryCount(
  request: HttpRequest,
  name: string,
  { fallback, most = Number.MAX_SAFE_INTEGER }: { fallback: number; most?: number },
): number {
  const text = queryText(request, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw invalid(`${name} must be a whole number from 0 to ${most}, not ${JSON.stringify(text)}.`);
}

/** `limit` (default 100, at most 1000) and `offset`. */
export function pageOf(request: HttpRequest): { limit: number; offset: number } {
  return {
    limit: queryCount(request, 'limit', { fallback: 100, most: 1000 }),
    offset: queryCount(request, 'offset', { fallback: 0 }),
  };
}

/** The body as a JSON object; an empty body is an empty object. */
export async function jsonBody(request: HttpRequest): Promise<Record<string, unknown>> {
  const bytes = await request.body();
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HttpError(400, 'request.invalid', `The body is not valid JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!isRecord(value)) throw invalid('The body must be a JSON object.');
  return value;
}
