/** MLflow's rules for keys and values, with its messages. Limits are in domain/limits. */

import { toAscii } from '../base/python';
import { LIMITS } from '../domain/limits';
import type { LoggedMetric, Param, Tag } from '../domain/run';
import { invalidParameter, type MlflowError } from '../protocol/mlflow/errors';

/** Python's \w is letters and digits of any script. */
const KEY = /^[/\p{L}\p{N}_.\- :]*$/u;
/** What Python's int() takes, as far as the store's ids go. */
const EXPERIMENT_ID = /^\s*[+-]?\d{1,19}\s*$/;

/** Keys repeat with every point, so those found good are remembered, up to a bound. */
const goodKeys = new Set<string>();
const REMEMBERED_KEYS = 10_000;

/** What a key is called in messages: its field's path, and its name when it is too long. */
interface KeyName {
  readonly field: string;
  readonly name: string;
}

export function checkKey(key: string, names: KeyName): void {
  if (goodKeys.has(key)) return;
  checkTagName(key, names.field);
  if (lengthOf(key) > LIMITS.keyLength) throw tooLong(names.name, LIMITS.keyLength);
  if (goodKeys.size >= REMEMBERED_KEYS) goodKeys.clear();
  goodKeys.add(key);
}

/** As `checkKey`, of any length: for keys that are only looked up. */
export function checkTagName(key: string, field = 'key'): void {
  if (!KEY.test(key)) throw invalidValue(field, key, BAD_CHARACTERS);
  checkPath(field, key);
}

/** @throws MlflowError for a name that, taken as a path, is another one. */
export function checkPath(field: string, name: string): void {
  const resolved = normalizePath(name);
  const isSame = resolved === name && name !== '.';
  if (isSame && !name.startsWith('..') && !name.startsWith('/')) return;
  throw invalidValue(
    field,
    name,
    'Names may be treated as files in certain cases, and must not resolve to other names when ' +
      `treated as such. This name would resolve to '${resolved}'`,
  );
}

/** `path` is the metric's own, `metrics[3].`, or empty. @returns the metric. */
export function checkMetric(metric: LoggedMetric, path: string): LoggedMetric {
  const { key, timestamp, value } = metric;
  checkKey(key, { field: `${path}name`, name: 'Metric name' });
  if (timestamp < 0) {
    throw invalidValue(
      `${path}timestamp`,
      timestamp,
      `metric '${key}' (value=${pythonFloat(value)}). ` +
        'Timestamp must be a nonnegative long (64-bit integer) ',
    );
  }
  return metric;
}

/** @returns the parameter with its value cut to the limit, as MLflow does. */
export function checkParam(param: Param, path: string): Param {
  checkKey(param.key, { field: `${path}key`, name: 'Param key' });
  return { key: param.key, value: cut(param.value, LIMITS.paramValueLength) };
}

/** @returns the tag with its value cut to the limit, as MLflow does. */
export function checkTag(tag: Tag, path: string): Tag {
  checkKey(tag.key, { field: `${path}key`, name: `${path}key` });
  return { key: tag.key, value: cut(tag.value, LIMITS.tagValueLength) };
}

export function checkExperimentTag(tag: Tag): Tag {
  checkKey(tag.key, { field: 'key', name: 'key' });
  checkLength('value', tag.value, LIMITS.experimentTagValueLength);
  return tag;
}

/** @throws MlflowError naming the field when the text is longer than `limit`. */
export function checkLength(field: string, value: string, limit: number): void {
  if (lengthOf(value) > limit) throw tooLong(field, limit);
}

/** The id as the store has it, without leading zeros. @throws MlflowError unless it is an integer. */
export function parseExperimentId(id: string): string {
  if (EXPERIMENT_ID.test(id)) return BigInt(id.trim().replace('+', '')).toString();
  throw invalidParameter(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`);
}

export function invalidValue(field: string, value: unknown, why: string): MlflowError {
  return invalidParameter(
    `Invalid value ${toAscii(JSON.stringify(value))} for parameter '${field}' supplied: ${why}`,
  );
}

const BAD_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), ' +
  'colon(:) and slashes (/).';

const tooLong = (field: string, limit: number) =>
  invalidParameter(`'${field}' exceeds the maximum length of ${limit} characters`);

/** Characters are code points, as in Python. */
function lengthOf(text: string): number {
  return text.length <= LIMITS.keyLength ? text.length : [...text].length;
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = [...text];
  return characters.length <= limit ? text : characters.slice(0, limit).join('');
}

/** Python's posixpath.normpath. */
function normalizePath(path: string): string {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const canGoUp = kept.length > 0 && kept[kept.length - 1] !== '..';
    if (part === '..' && canGoUp) kept.pop();
    else if (part !== '..' || !isAbsolute) kept.push(part);
  }
  return `${isAbsolute ? '/' : ''}${kept.join('/')}` || '.';
}

const pythonFloat = (value: number) => (Number.isInteger(value) ? `${value}.0` : `${value}`);
