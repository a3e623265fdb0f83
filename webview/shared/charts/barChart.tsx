/** Bars: one value per run or group. */
/** @jsxRuntime automatic @jsxImportSource preact */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartOptions,
  LinearScale,
  LogarithmicScale,
} from 'chart.js';
import { useMemo } from 'preact/hooks';
import { formatMetric } from '../../../src/domain/display';
import { t } from '../texts';
import { colourOf, type Theme } from '../theme';
import { useTheme } from '../useTheme';
import { ChartFrame, type ExportHost } from './chartFrame';
import { axisLook, baseOptions, shortened, tickText } from './drawing';
import { MarkChart } from './markChart';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LogarithmicScale);

export interface Bar {
  readonly id: string;
  readonly name: string;
  readonly slot: number;
  /** What is not finite has no bar and stays in the table. */
  readonly value: number;
}

export interface BarChartProps {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly valueTitle: string;
  readonly isLog?: boolean;
  readonly onOpen?: (id: string) => void;
  readonly host?: ExportHost;
}

interface Spec extends BarChartProps {
  readonly theme: Theme;
}

const BAR = 24;

/** As high as its bars need. */
export function BarChart(props: BarChartProps) {
  const theme = useTheme();
  const spec = useMemo(() => ({ ...props, theme }), [props, theme]);
  const { bars, name, valueTitle } = props;
  const data = useMemo(
    () => ({ heads: [t('Name'), valueTitle], rows: bars.map((bar) => [bar.name, bar.value]) }),
    [bars, valueTitle],
  );
  return (
    <ChartFrame
      name={name}
      spec={spec}
      make={makeBars}
      data={data}
      marks={bars.length}
      describe={(index) => {
        const bar = bars[index];
        return bar && `${bar.name}: ${formatMetric(bar.value)}`;
      }}
      onOpen={(index) => {
        const bar = bars[index];
        if (bar) props.onOpen?.(bar.id);
      }}
      height={Math.max(120, bars.length * BAR + 60)}
      host={props.host}
    />
  );
}

const makeBars = (canvas: HTMLCanvasElement, spec: Spec) =>
  new MarkChart<'bar', Spec>(canvas, spec, (each) => ({
    type: 'bar',
    data: {
      labels: each.bars.map(({ name }) => shortened(name, 28)),
      datasets: [
        {
          data: each.bars.map(({ value }) => (Number.isFinite(value) ? value : null)),
          backgroundColor: each.bars.map(({ slot }) => colourOf(each.theme, slot)),
          maxBarThickness: BAR,
        },
      ],
    },
    options: optionsOf(each),
  }));

function optionsOf({ theme, valueTitle, isLog }: Spec): ChartOptions<'bar'> {
  const values = axisLook(theme, valueTitle);
  return {
    ...baseOptions(theme),
    indexAxis: 'y',
    scales: {
      x: {
        type: isLog ? 'logarithmic' : 'linear',
        ...values,
        ticks: { ...values.ticks, callback: tickText },
      },
      y: { ...axisLook(theme), grid: { display: false } },
    },
  };
}
