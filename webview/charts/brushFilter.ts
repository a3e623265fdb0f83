/** Brushes of parallel coordinates as a filter that the table of runs takes. */

import { numberOf } from '../shared/charts/correlation';
import {
  axisOfColumn,
  type Brush,
  brushKey,
  type ParallelAxis,
  type ParallelColumn,
} from '../shared/charts/parallel';

/**
 * In the language of docs/search.md: a clause per brush, that holds for the runs that it lets pass. The ends are those of
 * values that there are; an end of a brush that reaches the end of its axis is left open for runs to come.
 */
export function brushFilter(
  columns: readonly ParallelColumn[],
  brushes: Readonly<Record<string, Brush>>,
): string {
  return columns
    .flatMap((column) => {
      const brush = brushes[brushKey(column)];
      return brush ? clausesOf(column, brush) : [];
    })
    .join(' AND ');
}

function clausesOf(column: ParallelColumn, [low, high]: Brush): string[] {
  const name = `${column.kind}s.\`${column.key}\``;
  const axis = axisOfColumn(column);
  const passed = column.values.filter((_, i) => isWithin(axis, i, [low, high]));
  if (axis.isText) {
    const texts = [...new Set(passed.filter((value) => value !== null).map(String))].sort();
    return texts.length === 0 ? [] : [`${name} IN (${texts.map(quoted).join(', ')})`];
  }
  const numbers = passed.map((value) => (typeof value === 'string' ? numberOf(value) : value));
  const finite = numbers.filter((value) => value !== null && Number.isFinite(value));
  const [least, greatest] = [finite.reduce(min, null), finite.reduce(max, null)];
  const bounds = [
    ...(low > 0 && least !== null ? [`${name} >= ${least}`] : []),
    ...(high < 1 && greatest !== null ? [`${name} <= ${greatest}`] : []),
  ];
  return bounds.length > 0 ? bounds : [`${name} IS NOT NULL`];
}

function isWithin({ places }: ParallelAxis, index: number, [low, high]: Brush): boolean {
  const place = places[index] ?? Number.NaN;
  return place >= low && place <= high;
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const min = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.min(a, b);
const max = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.max(a, b);
