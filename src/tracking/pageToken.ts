/** MLflow's page tokens: base64 of the JSON `{"offset": N}`. Clients take them as opaque. */
import { isRecord } from '../base/json';
import { pythonJson, pythonRepr } from '../base/python';
import { invalidParameter } from '../protocol/mlflow/errors';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Where a page starts. */
export interface PageStart {
  readonly offset: number;
  /**
   * What was there at the first page. Tokens of MLflow's form do not say; what is added then moves the
   * pages that follow.
   */
  readonly until?: number;
}

export const encodePageToken = ({ offset, until }: PageStart): string =>
  encode(until === undefined ? { offset } : { offset, until });

/** No token is the first page. @throws MlflowError for a foreign token. */
export function decodePageToken(token: string | undefined): PageStart {
  if (!token) return { offset: 0 };
  const bytes = decode(token);
  const value = parse(bytes);
  if (value === undefined)
    throw invalidParameter(`Invalid page token, decoded value=${bytesRepr(bytes)}`);
  const offset = isRecord(value) ? value['offset'] : undefined;
  if (!offset) throw invalidParameter(`Invalid page token, parsed value=${dictRepr(value)}`);
  const start = Number(offset);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw invalidParameter(`Invalid page token, not stringable ${String(offset)}`);
  }
  return withUntil(start, value);
}

/** A search over logged models repeats itself in its token, which must be asked with the same. */
export interface ModelPage extends PageStart {
  readonly experimentIds: readonly string[];
  readonly filter: string | undefined;
  /** As the request has it. */
  readonly orderBy: readonly ModelPageOrder[] | undefined;
}

/** Members in MLflow's order and names, since its message shows them. */
export interface ModelPageOrder {
  readonly field_name: string;
  readonly ascending: boolean;
  readonly dataset_name: string | null;
  readonly dataset_digest: string | null;
}

export const encodeModelPage = ({ experimentIds, filter, orderBy, offset, until }: ModelPage) =>
  encode({
    experiment_ids: experimentIds,
    filter_string: filter ?? null,
    order_by: orderBy ?? null,
    offset,
    until,
  });

/** @throws MlflowError for a foreign token, or one of another search. */
export function decodeModelPage(
  token: string | undefined,
  asked: Omit<ModelPage, keyof PageStart>,
): PageStart {
  if (!token) return { offset: 0 };
  const bytes = decode(token);
  const value = parse(bytes);
  if (!isRecord(value)) throw invalidParameter(`Invalid page token: ${token}.`);
  const checks = [
    ['Experiment IDs', 'experiment IDs', 'do', asked.experimentIds, value['experiment_ids']],
    ['Filter string', 'filter string', 'does', asked.filter, value['filter_string']],
    ['Order by', 'order by', 'does', asked.orderBy, value['order_by']],
  ] as const;
  for (const [name, again, verb, expected, found] of checks) {
    if (pythonJson(expected ?? null) === pythonJson(found ?? null)) continue;
    throw invalidParameter(
      `${name} in the page token ${verb} not match the requested ${again}. ` +
        `Expected: ${printed(expected)}. Found: ${printed(found)}`,
    );
  }
  return withUntil(Number(value['offset'] ?? 0) || 0, value);
}

function withUntil(offset: number, value: unknown): PageStart {
  const until = isRecord(value) ? value['until'] : undefined;
  return typeof until === 'number' ? { offset, until } : { offset };
}

const encode = (value: object): string => Buffer.from(pythonJson(value)).toString('base64');

function decode(token: string): Buffer {
  if (BASE64.test(token)) return Buffer.from(token, 'base64');
  throw invalidParameter('Invalid page token, could not base64-decode');
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

const bytesRepr = (bytes: Buffer) => `b${pythonRepr(bytes.toString('latin1'))}`;

/** In a message a text stands without quotes. */
const printed = (value: unknown) => (typeof value === 'string' ? value : dictRepr(value));

/** A JSON value as Python prints it. */
function dictRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return pythonRepr(value);
  if (Array.isArray(value)) return `[${value.map(dictRepr).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const members = Object.entries(value).map(([k, v]) => `${pythonRepr(k)}: ${dictRepr(v)}`);
  return `{${members.join(', ')}}`;
}
