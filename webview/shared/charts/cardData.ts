/** What a card shows, as tables: its points, a summary of each line or group, and everything for a file. */
import { t } from '../texts';
import { axisTitle, lineOn } from './axis';
import type { Band } from './bands';
import type { ChartPage } from './chartPage';
import type { ChartData } from './exportChart';
import { type Line, summarize, tableOf } from './series';
import type { ChartRun, XChoice } from './types';
import { seriesOf } from './useLines';

/** Points by x; beyond `limit` places evenly thinned. */
export function pointsOf(
  lines: readonly Line[],
  choice: XChoice,
  limit: number = Number.POSITIVE_INFINITY,
): ChartData {
  return {
    heads: [axisTitle(choice), ...lines.map((line) => line.name)],
    rows: tableOf(lines, limit).map(({ x, values }) => [x, ...values]),
  };
}

/** A row per line. */
export function summaryOf(lines: readonly Line[]): ChartData {
  return {
    heads: [t('Run'), t('Course'), t('Points')],
    rows: lines.map((line) => [line.name, summarize(line), line.count]),
  };
}

/** A row per group, for what says how runs of groups differ. */
export function groupsOf(bands: readonly Band[]): ChartData {
  const last = (values: readonly number[]) => values.findLast(Number.isFinite);
  return {
    heads: [t('Group'), t('Runs'), t('Mean'), t('Low'), t('High')],
    rows: bands.map(({ group, runs, mean, low, high }) => [
      group,
      runs,
      last(mean),
      last(low),
      last(high),
    ]),
  };
}

/** All points of the metric, not only those that can be seen: what is saved must not lose any silently. */
export async function everythingOf(
  page: Pick<ChartPage, 'everyPoint'>,
  { metric, runs, choice }: CardSubject,
): Promise<ChartData> {
  const wanted = runs.map((run) => seriesOf(run, metric, { choice, isFine: false }));
  const ids = wanted.flatMap(({ y, x }) => (x ? [y, x] : [y]));
  const found = await page.everyPoint(ids);
  const lines = wanted.flatMap(({ run, y, x }) => {
    const of = (key: string) => found.find((each) => each.runId === run.runId && each.key === key);
    const columns = of(y.key);
    return columns ? [lineOn(choice, run, { y: columns, ...(x && { x: of(x.key) }) })] : [];
  });
  return pointsOf(lines, choice);
}

export interface CardSubject {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly choice: XChoice;
}
