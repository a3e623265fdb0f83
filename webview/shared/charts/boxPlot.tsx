/** Box plots: how a metric lies within groups of runs. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { BoxAndWiskers, BoxPlotController } from '@sgratzl/chartjs-chart-boxplot';
import { CategoryScale, Chart, type ChartOptions, LinearScale, LogarithmicScale } from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { colourOf, type Theme, withAlpha } from '../theme';
import { useTheme } from '../useTheme';
import { ChartFrame, type ExportHost } from './chartFrame';
import { axisLook, baseOptions, shortened, tickText } from './drawing';
import type { ChartData } from './exportChart';
import { MarkChart } from './markChart';
import { quantile } from './outliers';

Chart.register(BoxAndWiskers, BoxPlotController, CategoryScale, LinearScale, LogarithmicScale);

export interface Box {
  readonly name: string;
  readonly slot: number;
  /** What is not finite is left out. */
  readonly values: readonly number[];
}

export interface BoxPlotProps {
  readonly name: string;
  readonly boxes: readonly Box[];
  readonly valueTitle: string;
  readonly isLog?: boolean;
  readonly host?: ExportHost;
}

interface Spec extends BoxPlotProps {
  readonly theme: Theme;
}

/** Boxes from the first to the third quartile, whiskers to the last value within 1.5 of their distance. */
export function BoxPlot(props: BoxPlotProps) {
  const theme = useTheme();
  const boxes = useMemo(
    () => props.boxes.map((box) => ({ ...box, values: sorted(box.values, props.isLog) })),
    [props],
  );
  const spec = useMemo(() => ({ ...props, boxes, theme }), [props, boxes, theme]);
  const data = useMemo(() => dataOf(boxes), [boxes]);
  return (
    <ChartFrame
      name={props.name}
      spec={spec}
      make={makeBoxes}
      data={data}
      marks={boxes.length}
      describe={(index) => describe(boxes[index])}
      host={props.host}
    />
  );
}

const sorted = (values: readonly number[], isLog: boolean = false): number[] =>
  values.filter((v) => Number.isFinite(v) && (v > 0 || !isLog)).sort((a, b) => a - b);

function describe(box: Box | undefined): string | undefined {
  if (!box) return undefined;
  const [low, middle, high] = [0.25, 0.5, 0.75].map((p) => formatMetric(quantile(box.values, p)));
  return t(
    '{0}: median {1}, quartiles {2} and {3}, {4} runs',
    box.name,
    middle ?? '',
    low ?? '',
    high ?? '',
    box.values.length,
  );
}

function dataOf(boxes: readonly Box[]): ChartData {
  return {
    heads: [
      t('Group'),
      t('Runs'),
      t('Least'),
      t('Quartile 1'),
      t('Median'),
      t('Quartile 3'),
      t('Greatest'),
    ],
    rows: boxes.map(({ name, values }) => [
      name,
      values.length,
      ...[0, 0.25, 0.5, 0.75, 1].map((p) => quantile(values, p)),
    ]),
  };
}

const makeBoxes = (canvas: HTMLCanvasElement, spec: Spec) =>
  new MarkChart<'boxplot', Spec>(canvas, spec, (each) => ({
    type: 'boxplot',
    data: {
      labels: each.boxes.map(({ name }) => shortened(name, 28)),
      datasets: [
        {
          data: each.boxes.map(({ values }) => [...values]),
          backgroundColor: each.boxes.map(({ slot }) => withAlpha(colourOf(each.theme, slot), 0.3)),
          borderColor: each.boxes.map(({ slot }) => colourOf(each.theme, slot)),
          borderWidth: 1.5,
          outlierRadius: 3,
          itemRadius: 0,
          // The line of the median is what a box is read by.
          meanRadius: 0,
          maxBarThickness: 48,
        },
      ],
    },
    options: optionsOf(each),
  }));

function optionsOf({ theme, valueTitle, isLog }: Spec): ChartOptions<'boxplot'> {
  const values = axisLook(theme, valueTitle);
  return {
    ...baseOptions(theme),
    scales: {
      x: { ...axisLook(theme), grid: { display: false } },
      y: {
        type: isLog ? 'logarithmic' : 'linear',
        ...values,
        ticks: { ...values.ticks, callback: tickText },
      },
    },
  };
}
