/** The points of a chart as a table. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { formatMetric } from '../../src/domain/display';
import { type Line, tableOf } from '../shared/charts/series';
import type { Theme } from '../shared/theme';
import { Swatch } from './ribbon';

const ROWS = 500;

interface TableProps {
  readonly metric: string;
  readonly lines: readonly Line[];
  readonly theme: Theme;
}

export function SeriesTable({ metric, lines, theme }: TableProps) {
  const rows = tableOf(lines, ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section class="table" tabIndex={0} aria-label={`${metric}, table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            {lines.map((line) => (
              <th key={line.runId} scope="col">
                <Swatch theme={theme} slot={line.slot} /> {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.step}>
              <th scope="row">{row.step}</th>
              {lines.map((line, index) => (
                <td key={line.runId}>{cell(row.values[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const cell = (value: number | undefined): string =>
  value === undefined ? '–' : formatMetric(value);
