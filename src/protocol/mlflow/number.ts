/** Doubles and 64-bit integers as MLflow's JSON carries them. */
import type { WireDouble } from './messages';

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const NAMED: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

export function encodeDouble(value: number): WireDouble {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** A double from a JSON value: a number or its text. Undefined when it is neither. */
export function decodeDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (NAMED.has(value)) return NAMED.get(value);
  return DECIMAL.test(value) ? Number(value) : undefined;
}

/** 64 bits; beyond 2^53 the nearest double is kept. */
const MAX_INTEGER = 2 ** 63;

/** An integer from a JSON value; a fraction is cut off, as MLflow's own check lets it pass. */
export function decodeInteger(value: unknown): number | undefined {
  const isText = typeof value === 'string' && /^[+-]?\d+$/.test(value);
  if (!isText && typeof value !== 'number') return undefined;
  const integer = Math.trunc(Number(value));
  return Math.abs(integer) <= MAX_INTEGER ? integer : undefined;
}
