/** MLflow's page tokens: base64 of the JSON `{"offset": N}`. Clients take them as opaque. */
import { isRecord } from '../base/json';
import { invalidParameter } from '../protocol/mlflow/errors';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const encodePageToken = (offset: number): string =>
  Buffer.from(`{"offset": ${offset}}`).toString('base64');

/** The offset of a page; no token is the first page. @throws MlflowError for a foreign token. */
export function decodePageToken(token: string | undefined): number {
  if (!token) return 0;
  if (!BASE64.test(token)) {
    throw invalidParameter('Invalid page token, could not base64-decode');
  }
  const text = Buffer.from(token, 'base64').toString('utf8');
  const offset = offsetIn(text);
  if (offset === undefined) {
    throw invalidParameter(`Invalid page token, decoded value=${text}`);
  }
  return offset;
}

function offsetIn(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const offset = isRecord(value) ? Number(value['offset']) : Number.NaN;
    return Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined;
  } catch {
    return undefined;
  }
}
