/** What a chart shows, as a table: to be read by a screen reader, or in the chart's place. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import type { ChartData } from './exportChart';

export interface DataTableProps {
  readonly name: string;
  readonly data: ChartData;
  /** Only for screen readers. */
  readonly isHidden?: boolean;
}

/** Nobody listens to more; *Show as Table* has all. */
const MOST_HEARD = 100;

/** The first column names the rows. */
export function DataTable({ name, data, isHidden }: DataTableProps) {
  const rows = isHidden ? data.rows.slice(0, MOST_HEARD) : data.rows;
  const rest = data.rows.length - rows.length;
  const table = (
    <table>
      <caption class="rl-sr-only">
        {rest > 0 ? t('{0}, the first {1} of {2} rows', name, rows.length, data.rows.length) : name}
      </caption>
      <thead>
        <tr>
          {data.heads.map((head, index) => (
            <th key={`${index} ${head}`} scope="col" dir="auto">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) =>
              column === 0 ? (
                <th key={column} scope="row" dir="auto">
                  {cellText(cell)}
                </th>
              ) : (
                <td key={column} dir="auto">
                  {cellText(cell)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (isHidden) return <div class="rl-sr-only">{table}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section class="rl-chart-table" tabIndex={0} aria-label={name}>
      {table}
    </section>
  );
}

function cellText(cell: string | number | undefined): string {
  if (cell === undefined) return '–';
  return typeof cell === 'number' ? formatMetric(cell) : cell;
}
