// JSON lines, and arrays of records, as tables: columns by the members of the first rows.
import { messageOf } from '../base/errors';
import { isRecord } from '../base/json';
import type { TableCell } from '../protocol/files';
import type { ByteSource } from './bytes';
import { anyCell, textCell } from './cells';
import { decode, encodingOf } from './encoding';
import { RowIndex, type RowText } from './rowIndex';
import type { RowLayout } from './rowScanners';
import type { RowFormat } from './rowTable';
import type { Column } from './table';

const SAMPLE_ROWS = 200;
const SAMPLE_BYTES = 1024 * 1024;
/** Name of the column of rows that are no records. */
const VALUE = 'value';

export async function jsonFormat(source: ByteSource, format: 'json' | 'jsonl'): Promise<RowFormat> {
  const encoding = encodingOf(await source.read(0, 4));
  const layout: RowLayout = format === 'json' ? { kind: 'array', begin: 0 } : { kind: 'lines' };
  const text: RowText = { encoding, layout };
  const columns = columnsOf(await firstRows(source, text));
  const names = new Set(columns.map(({ name }) => name));
  return {
    format,
    columns,
    header: 0,
    text,
    cells: (row) => cellsOf(row, columns, names),
    notes: [],
  };
}

async function firstRows(source: ByteSource, text: RowText): Promise<unknown[]> {
  const ranges = await new RowIndex(text).find(source, { offset: 0, limit: SAMPLE_ROWS });
  const rows: unknown[] = [];
  let left = SAMPLE_BYTES;
  for (const { start, end } of ranges) {
    left -= end - start;
    if (left < 0 && rows.length > 0) break;
    const bytes = await source.read(start, Math.min(end - start, 4 * SAMPLE_BYTES));
    rows.push(parseRow(decode(text.encoding, bytes)).value);
  }
  return rows;
}

/** Members in the order in which they are first seen; items of lists by their positions. */
function columnsOf(rows: readonly unknown[]): Column[] {
  const types = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [name, value] of membersOf(row)) {
      const known = types.get(name) ?? new Set();
      types.set(name, known);
      if (value !== null) known.add(typeOf(value));
    }
  }
  return [...types].map(([name, known]) => ({ name, type: commonType(known) }));
}

const commonType = (types: ReadonlySet<string>): string =>
  types.size === 1 ? ([...types][0] ?? 'null') : types.size === 0 ? 'null' : 'mixed';

function typeOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  return typeof value === 'boolean' ? 'boolean' : Array.isArray(value) ? 'list' : 'record';
}

function membersOf(row: unknown): [string, unknown][] {
  if (isRecord(row)) return Object.entries(row);
  if (Array.isArray(row)) return row.map((value, at) => [String(at + 1), value]);
  return row === undefined ? [] : [[VALUE, row]];
}

function cellsOf(
  text: string,
  columns: readonly Column[],
  names: ReadonlySet<string>,
): { cells: readonly TableCell[]; problem?: string } {
  const { value, problem } = parseRow(text);
  if (problem !== undefined) {
    return { cells: columns.map((_, at) => (at === 0 ? textCell(text) : null)), problem };
  }
  const members = new Map(membersOf(value));
  const cells = columns.map(({ name }) => anyCell(members.get(name)));
  const isMore = [...members.keys()].some((name) => !names.has(name));
  return isMore ? { cells, problem: 'with members that the first rows do not have' } : { cells };
}

/** Strings, whole numbers (the digits of a fraction are none), and what Python writes for NaN. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|-?Infinity|NaN/g;

function parseRow(text: string): { value?: unknown; problem?: string } {
  const needsCare = /\d{16}|NaN|Infinity/.test(text);
  try {
    const value: unknown = JSON.parse(needsCare ? text.replace(TOKENS, asText) : text);
    return { value };
  } catch (error) {
    return { problem: `no JSON (${messageOf(error).slice(0, 80)})` };
  }
}

/** What JSON's numbers cannot hold becomes a text here and is shown as it is written. */
function asText(token: string): string {
  if (token.startsWith('"') || /[.eE]/.test(token)) return token;
  return Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
}
