/** The order of cells, for tables whose rows are all here. */
import type { Cell } from './cells';
import { copyText } from './cellText';
import type { Column, Sort, TableRow } from './types';

/**
 * By the first column that tells rows apart. Numbers come before texts; NaN and infinities after numbers, what is
 * missing last, in both directions. Equal rows keep their order.
 */
export function sortedRows<R>(
  rows: readonly TableRow<R>[],
  columns: readonly Column<R>[],
  sorts: readonly Sort[],
): readonly TableRow<R>[] {
  const orders = sorts.flatMap(({ id, desc }) => {
    const column = columns.find((each) => each.id === id);
    return column ? [{ column, desc }] : [];
  });
  if (orders.length === 0) return rows;
  const keyed = rows.map((row) => ({ row, keys: orders.map(({ column }) => column.cell(row)) }));
  keyed.sort((a, b) => {
    for (const [i, { desc }] of orders.entries()) {
      const order = compareCells(a.keys[i], b.keys[i], { desc });
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

/** Negative when the first comes first. */
export function compareCells(
  a: Cell | undefined,
  b: Cell | undefined,
  { desc }: Pick<Sort, 'desc'>,
): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  if (left.rank !== right.rank) return left.rank - right.rank;
  const order =
    left.rank === RANK.text ? compareTexts(left.text, right.text) : left.value - right.value;
  if (!Number.isFinite(order)) return 0;
  return desc ? -order : order;
}

const RANK = { number: 0, text: 1, notFinite: 2, missing: 3 } as const;

interface Key {
  readonly rank: number;
  readonly value: number;
  readonly text: string;
}

function keyOf(cell: Cell | undefined): Key {
  const number = cell && numberOf(cell);
  if (number !== undefined) {
    const rank = Number.isFinite(number) ? RANK.number : RANK.notFinite;
    return { rank, value: Number.isFinite(number) ? number : 0, text: '' };
  }
  const text = cell ? copyText(cell) : '';
  return { rank: text === '' ? RANK.missing : RANK.text, value: 0, text };
}

function numberOf(cell: Cell): number | undefined {
  switch (cell.is) {
    case 'number':
      return cell.value;
    case 'time':
      return cell.at;
    case 'duration':
      return cell.ms;
    case 'elapsed':
      return Date.now() - cell.since;
    case 'stats':
      return cell.mean;
    case 'text':
      return spelledNumber(cell.text);
    default:
      return undefined;
  }
}

/** Parameters are texts; those that spell a number are ordered by it, as the server does. */
function spelledNumber(text: string): number | undefined {
  const isNumber = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text);
  return isNumber && text.length < 400 ? Number(text) : undefined;
}

const collator = new Intl.Collator('en', { numeric: true });
const compareTexts = (a: string, b: string): number => collator.compare(a, b);
