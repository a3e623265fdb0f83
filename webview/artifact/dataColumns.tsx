/** Columns of a table that is data: their types in the header, exact values in cells and copies. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { FileTable, TableCell } from '../../src/protocol/files';
import type { Cell } from '../shared/table/cells';
import type { Column } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import type { DataRow, TableFacts } from './tableFile';

export const ROW_COLUMN = 'row';
const NUMBER_WIDTH = 110;
const TEXT_WIDTH = 170;
/** Above, a metric would be shown with an exponent; in data it may be an id or a time. */
const SHORT_WHOLE = 1e6;

export const columnId = (index: number): string => `c${index}`;

/** The place of a column in the file; undefined for that of the row's number. */
export function columnIndex(id: string): number | undefined {
  const digits = /^c(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function dataColumns({ columns, sortable }: TableFacts): readonly Column<DataRow>[] {
  const number: Column<DataRow> = {
    id: ROW_COLUMN,
    name: t('Row'),
    width: 72,
    isControl: true,
    canHide: false,
    cell: ({ value }) => atEnd(countText(value.index + 1), 'rl-faint'),
  };
  return [number, ...columns.map((column, index) => dataColumn(column, index, sortable))];
}

function dataColumn(
  { name, type }: FileTable['columns'][number],
  index: number,
  canSort: boolean,
): Column<DataRow> {
  const title = name === '' ? t('Column {0}', index + 1) : name;
  return {
    id: columnId(index),
    name: title,
    width: isNumeric(type) ? NUMBER_WIDTH : TEXT_WIDTH,
    canSort,
    sortsFirst: 'asc',
    head: () => (
      <span class="rl-head-label">
        <bdi dir="auto" aria-hidden="true">
          {title}
        </bdi>
        <span class="art-type">{type}</span>
      </span>
    ),
    cell: ({ value }) => cellOf(value.cells[index]),
  };
}

const isNumeric = (type: string): boolean =>
  /^(u?int|float|double|decimal|number|half)/i.test(type);

/** Rows may have fewer cells than the header. */
export function cellOf(value: TableCell | undefined): Cell {
  if (value === null || value === undefined) return { is: 'missing' };
  if (typeof value === 'string') return { is: 'text', text: value };
  if (typeof value === 'boolean') return { is: 'text', text: String(value) };
  if (Number.isInteger(value) && Math.abs(value) >= SHORT_WHOLE) return atEnd(String(value));
  return { is: 'number', value };
}

const atEnd = (text: string, look = ''): Cell => ({
  is: 'custom',
  text,
  draw: () => <span class={`rl-figures art-end ${look}`}>{text}</span>,
});
