// Filters of lists, as the SDK sends them: `field=operator:value`, all of which must hold.

import { RunlensError } from '../base/errors';
import { isRecord, type Json } from '../base/json';

export const LIST_FILTER_OPERATORS = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'contains',
  'startswith',
  'endswith',
  'oneof',
] as const;
export type ListFilterOperator = (typeof LIST_FILTER_OPERATORS)[number];

/** ZenML's words for the same. */
const SYNONYMS: Readonly<Record<string, ListFilterOperator>> = {
  equals: 'eq',
  notequals: 'ne',
  in: 'oneof',
};

export interface ListFilter {
  readonly field: string;
  /** Of metadata: the key. */
  readonly key?: string;
  readonly operator: ListFilterOperator;
  readonly value: string;
}

export interface ListOrder {
  readonly field: string;
  readonly descending: boolean;
}

/** What a field of a row holds; undefined: nothing, which fulfils `ne` only. */
export type FieldValue = Json | undefined;

/** A key, in which `::` divides step and name, and what is asked of it. */
const METADATA = /^((?:[^:]|::)+):(?!:)(.*)$/s;

const invalid = (message: string) => new RunlensError('filter.invalid', message);

/**
 * `0.7` or `eq:0.7` or `gt:0.7`; of metadata `key:0.7`, `key:gt:0.7`, `step::key:gt:0.7`. Text before a `:` that is no
 * operator belongs to the value.
 * @throws RunlensError `filter.invalid` for metadata without a key.
 */
export function parseListFilter(field: string, text: string): ListFilter {
  if (field !== 'run_metadata') return { field, ...operatorOf(text) };
  const [, key, rest] = METADATA.exec(text) ?? [];
  if (key === undefined || rest === undefined) {
    throw invalid(
      `run_metadata=${JSON.stringify(text)} names no key: write "key:value" or "key:gt:0.7".`,
    );
  }
  return { field, key, ...operatorOf(rest) };
}

function operatorOf(text: string): { operator: ListFilterOperator; value: string } {
  const at = text.indexOf(':');
  const word = text.slice(0, Math.max(at, 0));
  const operator = LIST_FILTER_OPERATORS.find((known) => known === word) ?? SYNONYMS[word];
  return operator ? { operator, value: text.slice(at + 1) } : { operator: 'eq', value: text };
}

/**
 * `created`, `asc:created` or `desc:created`.
 * @throws RunlensError `filter.invalid` for another direction.
 */
export function parseListOrder(text: string): ListOrder {
  const [first = '', second, more] = text.split(':');
  if (second === undefined) return { field: first, descending: false };
  if (more === undefined && (first === 'asc' || first === 'desc')) {
    return { field: second, descending: first === 'desc' };
  }
  throw invalid(
    `sort_by=${JSON.stringify(text)}: write "created", "asc:created" or "desc:created".`,
  );
}

/** Whether a value fulfils a filter. A list does when one of its items does; with `ne` when none is equal. */
export function fulfils({ operator, value }: ListFilter, found: FieldValue): boolean {
  if (operator === 'ne') return !fulfils({ field: '', operator: 'eq', value }, found);
  if (Array.isArray(found)) return found.some((one) => fulfilsOne(operator, value, one));
  return found !== undefined && fulfilsOne(operator, value, found);
}

function fulfilsOne(operator: ListFilterOperator, value: string, found: Json): boolean {
  const text = textOf(found);
  switch (operator) {
    case 'eq':
      return isEqual(found, text, value);
    case 'ne':
      return !isEqual(found, text, value);
    case 'contains':
      return text.includes(value);
    case 'startswith':
      return text.startsWith(value);
    case 'endswith':
      return text.endsWith(value);
    case 'oneof':
      return listOf(value).some((one) => isEqual(found, text, one));
    default:
      return isOrdered(operator, compare(found, text, value));
  }
}

/** A JSON list, or texts between commas. */
function listOf(value: string): string[] {
  if (!value.startsWith('[')) return value.split(',').map((one) => one.trim());
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw invalid(`oneof:${value} is no list: write oneof:["a","b"] or oneof:a,b.`);
  }
  return Array.isArray(parsed) ? parsed.map((one) => textOf(one as Json)) : [];
}

const textOf = (value: Json): string =>
  typeof value === 'string' ? value : isRecord(value) ? JSON.stringify(value) : String(value);

/** `1` and `1.0` are equal numbers; a text that spells a number is compared as text first. */
function isEqual(found: Json, text: string, value: string): boolean {
  if (text === value) return true;
  if (typeof found === 'boolean') return text === value.toLowerCase();
  return typeof found === 'number' && isNumber(value) && found === Number(value);
}

const isNumber = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

/** Numbers as numbers, dates (`2026-01-31 12:00:00`) against milliseconds as times, else text. */
function compare(found: Json, text: string, value: string): number | undefined {
  if (typeof found === 'number') {
    const other = isNumber(value) ? Number(value) : Date.parse(asUtc(value));
    return Number.isNaN(other) ? undefined : found - other;
  }
  if (typeof found !== 'string') return undefined;
  if (isNumber(text) && isNumber(value)) return Number(text) - Number(value);
  return text < value ? -1 : text > value ? 1 : 0;
}

/** A time without a zone is UTC, as ZenML has it. */
const asUtc = (text: string): string =>
  /[Zz]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.trim().replace(' ', 'T')}Z`;

function isOrdered(operator: 'gt' | 'gte' | 'lt' | 'lte', order: number | undefined): boolean {
  if (order === undefined) return false;
  if (operator === 'gt') return order > 0;
  if (operator === 'gte') return order >= 0;
  return operator === 'lt' ? order < 0 : order <= 0;
}

/** For sorting: missing values last in both directions, numbers before texts. */
export function compareFields(a: FieldValue, b: FieldValue, descending: boolean): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : 1;
  if (b === undefined || b === null) return -1;
  const order = orderOf(a, b);
  return descending ? 0 - order : order;
}

function orderOf(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  const [one, other] = [textOf(a), textOf(b)];
  return one < other ? -1 : Number(one > other);
}
