/** The metrics of a run as rows: last, least, greatest, and the better one of these two. */
import { type Direction, guessDirection } from '../../src/domain/direction';
import type { MetricRow, PointRow } from '../../src/protocol/rows';
import { fromWire } from '../../src/protocol/wire';
import type { Cell } from '../shared/table/cells';
import type { Column, TableRow } from '../shared/table/types';
import { t } from '../shared/texts';
import { firstColumnWidth } from './firstColumn';
import { isSystemMetric } from './page';

/** Those of the machine, or the run's own, whose names have the text; `/…/` is a pattern. */
export function chosenMetrics(
  metrics: readonly MetricRow[],
  { search, isSystem }: { readonly search: string; readonly isSystem: boolean },
): readonly MetricRow[] {
  const matches = matcher(search);
  return metrics.filter(({ key }) => isSystemMetric(key) === isSystem && matches(key));
}

function matcher(search: string): (key: string) => boolean {
  const pattern = /^\/(.+)\/$/.exec(search.trim())?.[1];
  if (pattern !== undefined) {
    try {
      const expression = new RegExp(pattern, 'i');
      return (key) => expression.test(key);
    } catch {
      // Half a pattern while it is typed is read as a text.
    }
  }
  const wanted = search.trim().toLowerCase();
  return (key) => key.toLowerCase().includes(wanted);
}

export const metricRows = (metrics: readonly MetricRow[]): TableRow<MetricRow>[] =>
  metrics.map((metric) => ({ id: metric.key, value: metric }));

const DIRECTION_TEXT: Readonly<Record<Direction, string>> = {
  min: 'less is better',
  max: 'more is better',
};

/** Undefined when the name does not say which way is better. */
export function bestOf({ key, min, max }: MetricRow): PointRow | undefined {
  const direction = guessDirection(key);
  if (direction === undefined) return undefined;
  return direction === 'min' ? min : max;
}

const pointCell = (point: PointRow | undefined): Cell =>
  point === undefined ? { is: 'missing' } : { is: 'number', value: fromWire(point.value) };

const stepCell = (point: PointRow | undefined): Cell =>
  point === undefined ? { is: 'missing' } : { is: 'number', value: point.step };

/** Columns of the table of metrics. */
export const metricColumns = (): readonly Column<MetricRow>[] => [
  {
    id: 'key',
    name: t('Name'),
    kind: 'metric',
    width: firstColumnWidth(240, 0.4),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { key } }) => ({ is: 'text', text: key, opens: true }),
  },
  {
    id: 'last',
    name: t('Last'),
    canSort: true,
    cell: ({ value: { last } }) => pointCell(last),
  },
  { id: 'min', name: t('Min'), canSort: true, cell: ({ value: { min } }) => pointCell(min) },
  { id: 'max', name: t('Max'), canSort: true, cell: ({ value: { max } }) => pointCell(max) },
  {
    id: 'best',
    name: t('Best'),
    canSort: true,
    cell: ({ value }) => {
      const best = bestOf(value);
      return best ? { is: 'number', value: fromWire(best.value), best: true } : { is: 'missing' };
    },
  },
  {
    id: 'best step',
    name: t('Best at Step'),
    canSort: true,
    cell: ({ value }) => stepCell(bestOf(value)),
  },
  {
    id: 'direction',
    name: t('Direction'),
    canSort: true,
    sortsFirst: 'asc',
    cell: ({ value: { key } }) => {
      const direction = guessDirection(key);
      return direction ? { is: 'text', text: t(DIRECTION_TEXT[direction]) } : { is: 'missing' };
    },
  },
  {
    id: 'step',
    name: t('Last Step'),
    canSort: true,
    cell: ({ value: { last } }) => stepCell(last),
  },
  {
    id: 'count',
    name: t('Points'),
    canSort: true,
    cell: ({ value: { count } }) =>
      count === undefined ? { is: 'missing' } : { is: 'number', value: count },
  },
];
