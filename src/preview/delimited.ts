// CSV and TSV as tables: delimiter, header and types of columns, told by the beginning of the file.
import Papa from 'papaparse';
import type { TableCell } from '../protocol/files';
import type { ByteSource } from './bytes';
import { isNumberText, numericCell, textCell } from './cells';
import { decode, encodingOf } from './encoding';
import { RowIndex, type RowText } from './rowIndex';
import type { RowFormat } from './rowTable';
import type { Column } from './table';

const SAMPLE_BYTES = 64 * 1024;
const SAMPLE_ROWS = 100;
const LONGEST_HEADER = 4 * 1024 * 1024;

export async function delimitedFormat(
  source: ByteSource,
  format: 'csv' | 'tsv',
): Promise<RowFormat> {
  const head = await source.read(0, SAMPLE_BYTES);
  const encoding = encodingOf(head);
  const sample = decode(encoding, head.subarray(encoding.mark));
  const newline = newlineOf(sample);
  const delimiter = format === 'tsv' ? '\t' : delimiterOf(sample, newline);
  const text: RowText = { encoding, layout: { kind: 'delimited', delimiter, newline } };
  const split = splitter(delimiter);
  const rows = (await firstRows(source, text)).map(split);
  const header = hasHeader(rows) ? 1 : 0;
  const columns = columnsOf(rows, header);
  return {
    format,
    columns,
    header,
    text,
    cells: (row) => cellsOf(split(row), columns),
    notes:
      header === 0 && rows.length > 0 ? ['The first row holds numbers: there is no header.'] : [],
  };
}

/** Lines end in a carriage return alone only where there is no other line end. */
const newlineOf = (sample: string): '\n' | '\r' =>
  sample.includes('\r') && !sample.includes('\n') ? '\r' : '\n';

function delimiterOf(sample: string, newline: '\n' | '\r'): string {
  const { meta } = Papa.parse<string[]>(sample, {
    preview: 20,
    newline,
    skipEmptyLines: true,
    delimitersToGuess: [...',;\t|'],
  });
  return meta.delimiter || ',';
}

async function firstRows(source: ByteSource, text: RowText): Promise<string[]> {
  const ranges = await new RowIndex(text).find(source, { offset: 0, limit: SAMPLE_ROWS });
  const rows: string[] = [];
  let left = LONGEST_HEADER;
  for (const { start, end } of ranges) {
    const bytes = await source.read(start, Math.min(end - start, left));
    rows.push(decode(text.encoding, bytes));
    left -= bytes.length;
    if (left <= 0) break;
  }
  return rows;
}

/** One row's text to its fields; papaparse knows what quotes mean. */
export function splitter(delimiter: string): (row: string) => readonly string[] {
  // Line ends that are left in a row lie in quotes, or are none of this file.
  const parser = new Papa.Parser({ delimiter, newline: '\n', quoteChar: '"' });
  return (row) => {
    // Spaces after a quote that closes a field are left out before a line's end only.
    const isSpaced = row.endsWith(' ');
    const { data } = parser.parse(isSpaced ? `${row}\n` : row, 0, false) as { data: string[][] };
    const [fields = ['']] = data;
    // A quote that is never closed takes the line's end as well.
    const isOpen = isSpaced && data.length === 1;
    return isOpen ? fields.map((field) => field.replace(/\n$/, '')) : fields;
  };
}

/** Numbers have no names for columns. */
const hasHeader = ([first]: readonly (readonly string[])[]): boolean =>
  first === undefined || !first.every((field) => field === '' || isNumberText(field));

function columnsOf(rows: readonly (readonly string[])[], header: number): Column[] {
  const [first = []] = rows;
  const data = rows.slice(header);
  const width = header === 1 ? first.length : Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: width }, (_, at) => ({
    name: header === 1 ? (first[at] ?? '') : String(at + 1),
    type: typeOf(data.map((row) => row[at] ?? '')),
  }));
}

function typeOf(fields: readonly string[]): string {
  const filled = fields.filter((field) => field !== '');
  if (filled.length > 0 && filled.every(isNumberText)) return 'number';
  if (filled.length > 0 && filled.every((field) => /^(?:true|false)$/i.test(field))) {
    return 'boolean';
  }
  return 'text';
}

function cellsOf(
  fields: readonly string[],
  columns: readonly Column[],
): { cells: readonly TableCell[]; problem?: string } {
  const cells = columns.map(({ type }, at) => cellOf(fields[at], type));
  if (fields.length === columns.length) return { cells };
  const what = fields.length > columns.length ? 'more' : 'fewer';
  return { cells, problem: `with ${what} fields than there are columns` };
}

function cellOf(field: string | undefined, type: string): TableCell {
  if (field === undefined) return null;
  if (type === 'number') return numericCell(field);
  if (type !== 'boolean') return textCell(field);
  if (field === '') return null;
  return /^(?:true|false)$/i.test(field) ? field.toLowerCase() === 'true' : textCell(field);
}
