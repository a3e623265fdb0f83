/** Rows as text to be pasted elsewhere. */
import { assertNever } from '../../../src/base/assertNever';
import type { Cell } from './cells';
import { copyText, copyValue, statsText } from './cellText';
import type { Column, CopyFormat, TableRow } from './types';

/** `text` is separated by tabs, for spreadsheets. Columns that only draw are left out. */
export function copied<R>(
  rows: readonly TableRow<R>[],
  columns: readonly Column<R>[],
  format: CopyFormat,
): string {
  const told = columns.filter((column) => !column.isControl);
  const heads = told.map((column) => column.name);
  const cells = rows.map((row) => told.map((column) => column.cell(row)));
  switch (format) {
    case 'text':
      return lines(fieldsOf(heads, cells).map((row) => row.map(tabFree).join('\t')));
    case 'csv':
      return lines(fieldsOf(heads, cells).map((row) => row.map(csvField).join(',')));
    case 'markdown':
      return markdown(heads, cells);
    case 'json':
      return JSON.stringify(
        cells.map((row) => objectOf(heads, row)),
        null,
        2,
      );
    default:
      return assertNever(format);
  }
}

type Cells = readonly (readonly Cell[])[];

/** With the heads. Mean, deviation and number of a group have a field each, so that one can reckon with them. */
function fieldsOf(heads: readonly string[], cells: Cells): string[][] {
  const isStats = heads.map((_, i) => cells.some((row) => row[i]?.is === 'stats'));
  const first = heads.flatMap((head, i) =>
    isStats[i] ? [head, `${head} sd`, `${head} n`] : [head],
  );
  const fields = (cell: Cell, i: number): string[] => {
    if (!isStats[i]) return [copyText(cell)];
    if (cell.is !== 'stats') return [copyText(cell), '', ''];
    const { sd, n } = cell;
    return [copyText(cell), sd === undefined ? '' : String(sd), String(n)];
  };
  return [first, ...cells.map((row) => row.flatMap(fields))];
}

const readText = (cell: Cell): string => (cell.is === 'stats' ? statsText(cell) : copyText(cell));
const lines = (all: readonly string[]) => `${all.join('\n')}\n`;
const tabFree = (text: string) => text.replace(/[\t\r\n]+/g, ' ');

/** RFC 4180. */
export const csvField = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const markdownField = (text: string): string =>
  text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\\|`*_[\]]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

function markdown(heads: readonly string[], cells: Cells): string {
  const isNumber = heads.map((_, i) =>
    cells.every((row) => row[i]?.is === 'number' || row[i]?.is === 'missing'),
  );
  const rule = isNumber.map((right) => (right ? '---:' : '---'));
  const rows = cells.map((row) => row.map((cell) => markdownField(readText(cell))));
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  return lines([line(heads.map(markdownField)), line(rule), ...rows.map(line)]);
}

/** Columns of the same name keep their values apart. */
function objectOf(heads: readonly string[], row: readonly Cell[]): object {
  const entries = row.map((cell, i): [string, unknown] => {
    const head = heads[i] ?? '';
    const nth = heads.slice(0, i).filter((each) => each === head).length;
    return [nth === 0 ? head : `${head} (${nth + 1})`, copyValue(cell)];
  });
  return Object.fromEntries(entries);
}
