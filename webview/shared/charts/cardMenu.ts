/** The menu of a card: as a table, axes of its own, files. */
import { t } from '../texts';
import type { MenuEntry } from '../ui/menu';
import { everythingOf } from './cardData';
import type { ChartPage } from './chartPage';
import { type ChartFormat, csvOf, exportChart } from './exportChart';
import type { LineChart } from './lineChart';
import type { LineChartSpec } from './lineSets';
import type { ChartRun, ChartView } from './types';

export interface CardMenu {
  readonly page: ChartPage;
  readonly metric: string;
  readonly runs: readonly ChartRun[];
  readonly view: ChartView;
  readonly onView?: (view: ChartView) => void;
  readonly spec: LineChartSpec;
  readonly chart: { readonly current: LineChart | undefined };
  readonly asTable: boolean;
  readonly onTable: (asTable: boolean) => void;
}

export function menuOf(card: CardMenu): readonly MenuEntry[] {
  const { page, view, onView, chart, asTable, onTable } = card;
  const save = (format: ChartFormat) => () => void saved(card, format).catch(reportError);
  const copy = async () => page.host.copy(csvOf(await dataOf(card)));
  const noPicture = chart.current ? undefined : t('Only a chart that is drawn can be saved');
  return [
    { label: t('Show as Table'), checked: asTable, onSelect: () => onTable(!asTable) },
    ...(onView ? viewEntries(view, onView) : []),
    'separator',
    { label: t('Save as PNG…'), onSelect: save('png'), disabled: noPicture },
    { label: t('Save as CSV…'), onSelect: save('csv') },
    { label: t('Save as JSON…'), onSelect: save('json') },
    { label: t('Copy as CSV'), onSelect: () => void copy().catch(reportError) },
  ];
}

const dataOf = ({ page, metric, runs, view }: CardMenu) =>
  everythingOf(page, { metric, runs, choice: view.x });

async function saved(card: CardMenu, format: ChartFormat): Promise<void> {
  const { theme, lines } = card.spec;
  const canvas = card.chart.current?.canvas;
  const picture = canvas && { canvas, theme, legend: lines };
  const data = format === 'png' ? undefined : await dataOf(card);
  const file = exportChart(format, card.metric, { picture, data });
  if (file) await card.page.host.save(file);
}

const viewEntries = (view: ChartView, onView: (view: ChartView) => void): readonly MenuEntry[] => [
  {
    label: t('Ignore Outliers'),
    checked: view.ignoreOutliers,
    onSelect: () => onView({ ...view, ignoreOutliers: !view.ignoreOutliers }),
  },
  {
    label: t('Logarithmic X'),
    checked: view.logX,
    onSelect: () => onView({ ...view, logX: !view.logX }),
  },
];
