// Values of any format as cells of a table, and the order in which they are sorted.
import type { TableCell } from '../protocol/files';

const LONGEST = 1000;

/** Longer texts end in `…`. */
export function textCell(text: string): string {
  if (text.length <= LONGEST) return text;
  // Half of a character would be none.
  const isHalf = /[\ud800-\udbff]/.test(text[LONGEST - 1] ?? '');
  return `${text.slice(0, isHalf ? LONGEST - 1 : LONGEST)}…`;
}

/** What JSON has no number for is a text: NaN, infinities. */
export const numberCell = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);

/** Beyond 2^53 a number of JSON would be another one. */
export function bigCell(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** A value as a reader of Parquet or JSON hands it over; what is nested becomes JSON. */
export function anyCell(value: unknown): TableCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return numberCell(value);
  if (typeof value === 'bigint') return bigCell(value);
  if (typeof value === 'string') return textCell(value);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return textCell(hexOf(value));
  return textCell(nestedText(value));
}

/** ISO 8601; a date that is none says so instead of throwing. */
export const dateText = (date: Date): string =>
  Number.isNaN(date.getTime()) ? 'invalid date' : date.toISOString();

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LONGEST)).toString('hex');

function nestedText(value: object): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (member instanceof Map) return Object.fromEntries(member);
    if (member instanceof Uint8Array) return hexOf(member);
    if (typeof member === 'bigint') return bigCell(member);
    if (typeof member === 'number') return numberCell(member);
    return member;
  });
}

const NUMBER = /^[-+]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][-+]?\d+)?$/;
const NOT_FINITE = /^(?:nan|[-+]?inf(?:inity)?)$/i;

/** Whether a text of a file reads as a number; `007` is none. */
export const isNumberText = (text: string): boolean =>
  (NUMBER.test(text) && /\d/.test(text)) || NOT_FINITE.test(text);

/** A text of a column of numbers; what JSON's numbers cannot hold stays as it is written. */
export function numericCell(text: string): TableCell {
  if (text === '') return null;
  if (!NUMBER.test(text) || !/\d/.test(text)) return textCell(text);
  const value = Number(text);
  const isWhole = /^[-+]?\d+$/.test(text);
  return isWhole && !Number.isSafeInteger(value) ? text : numberCell(value);
}

/**
 * Ascending: numbers by size, then texts by code units, then false and true; descending: all that the other
 * way round. What is missing or NaN comes last in both.
 */
export function compareCells(a: TableCell, b: TableCell, descending: boolean): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA === MISSING || rankB === MISSING) return rankA - rankB;
  const order = rankA !== rankB ? rankA - rankB : compareAlike(a, b);
  return descending ? -order : order;
}

const MISSING = 3;
const BIG = /^[-+]?\d{16,}$/;

function rankOf(cell: TableCell): number {
  if (cell === null || cell === 'NaN' || cell === 'nan' || cell === '') return MISSING;
  if (typeof cell === 'number' || (typeof cell === 'string' && isNumberLike(cell))) return 0;
  return typeof cell === 'string' ? 1 : 2;
}

const isNumberLike = (text: string): boolean => BIG.test(text) || NOT_FINITE.test(text);

function compareAlike(a: TableCell, b: TableCell): number {
  if (rankOf(a) === 0) return compareNumbers(a, b);
  const [first, second] = [String(a), String(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function compareNumbers(a: TableCell, b: TableCell): number {
  const [first, second] = [sizeOf(a), sizeOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  if (typeof a !== 'string' || typeof b !== 'string' || !BIG.test(a) || !BIG.test(b)) return 0;
  const difference = BigInt(a.replace('+', '')) - BigInt(b.replace('+', ''));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function sizeOf(cell: TableCell): number {
  if (typeof cell === 'number') return cell;
  const text = String(cell);
  if (!NOT_FINITE.test(text)) return Number(text);
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
