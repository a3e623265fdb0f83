/** Doubles and 64-bit integers as MLflow's JSON carries them. */
import type { WireDouble } from './messages';

/** What Python's float() takes, but for its names of what is no number. */
const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

export function encodeDouble(value: number): WireDouble {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/**
 * A double from a JSON value: a number, a boolean, or text that Python's float() takes. Undefined when
 * it is none of these.
 */
export function decodeDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const [, sign, name] = NOT_FINITE.exec(text) ?? [];
  if (name !== undefined) {
    if (name.toLowerCase() === 'nan') return Number.NaN;
    return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** 64 bits; beyond 2^53 the nearest double is kept. */
const MAX_INTEGER = 2 ** 63;

/** An integer from a JSON value; a fraction is cut off, as MLflow's own check lets it pass. */
export function decodeInteger(value: unknown): number | undefined {
  if (typeof value === 'string' && !/\d$/.test(value.trim())) return undefined;
  const number = decodeDouble(value);
  if (number === undefined || (typeof value === 'string' && !Number.isInteger(number))) {
    return undefined;
  }
  const integer = Math.trunc(number);
  return Math.abs(integer) <= MAX_INTEGER ? integer : undefined;
}
