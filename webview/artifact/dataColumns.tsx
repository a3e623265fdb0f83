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
/** Longer names are cut: a person may widen the column. */
const MOST_WIDTH = 360;
/** About what a letter takes in the header, and what stands around the name and its type. */
const LETTER = 7.5;
const AROUND = 40;
/** Above, a metric would be shown with an exponent; in data it may be an id or a time. */
const SHORT_WHOLE = 1e6;

export const columnId = (index: number): string => `c${index}`;

/** The place of a column in the file; undefined for that of the row's number. */
export function columnIndex(id: string): number | undefined {
  const digits = /^c(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function dataColumns({ columns, sortable }: TableFacts): readonly Column<DataRow>[] {
  const number = {
    id: ROW_COLUMN,
    name: t('Row'),
    width: 84,
    isControl: true,
    canHide: false,
    cell: ({ value }) => atEnd(countText(value.index + 1), 'rl-faint'),
  } satisfies Column<DataRow>;
  const share = (window.innerWidth - number.width - AROUND) / Math.max(1, columns.length);
  return [
    number,
    ...columns.map((column, index) =>
      dataColumn(column, index, { canSort: sortable, share: Math.floor(share) }),
    ),
  ];
}

function dataColumn(
  { name, type }: FileTable['columns'][number],
  index: number,
  { canSort, share }: { readonly canSort: boolean; readonly share: number },
): Column<DataRow> {
  const title = name === '' ? t('Column {0}', index + 1) : name;
  return {
    id: columnId(index),
    name: title,
    width: widthOf(title, type, share),
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
    cell: ({ value }) => cellOf(value.cells[index], isNumeric(type)),
  };
}

/** @param share pixels that each column has when all are to be seen: few columns of texts get more. */
function widthOf(title: string, type: string, share: number): number {
  const isNarrow = isNumeric(type) || /^bool/i.test(type);
  const least = isNarrow ? NUMBER_WIDTH : Math.max(TEXT_WIDTH, share);
  const head = Math.ceil((title.length + type.length) * LETTER) + AROUND;
  return Math.min(MOST_WIDTH, Math.max(least, head));
}

const isNumeric = (type: string): boolean =>
  /^(u?int|float|double|decimal|number|half)/i.test(type);

/** Rows may have fewer cells than the header. */
export function cellOf(value: TableCell | undefined, isAtEnd = false): Cell {
  if (value === null || value === undefined) return isAtEnd ? MISSING_NUMBER : { is: 'missing' };
  // NaN, infinities and numbers that JSON has none for stand below the others.
  if (typeof value === 'string') return isAtEnd ? atEnd(value) : { is: 'text', text: value };
  if (typeof value === 'boolean') return { is: 'text', text: String(value) };
  if (Number.isInteger(value) && Math.abs(value) >= SHORT_WHOLE) return atEnd(String(value));
  return { is: 'number', value };
}

/** Below numbers it stands where they do. */
const MISSING_NUMBER: Cell = {
  is: 'custom',
  text: '',
  draw: () => <span class="rl-missing art-end">–</span>,
};

const atEnd = (text: string, look = ''): Cell => ({
  is: 'custom',
  text,
  draw: () => <span class={`rl-figures art-end ${look}`}>{text}</span>,
});
