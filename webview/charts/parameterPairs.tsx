/** One parameter, and two of them, against a metric: scatter with trend, boxes of groups, binned heat map. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { binned, binsOf } from '../shared/charts/bins';
import { BoxPlot } from '../shared/charts/boxPlot';
import { numberOf } from '../shared/charts/correlation';
import { HeatMap } from '../shared/charts/heatMap';
import { Scatter } from '../shared/charts/scatter';
import { t } from '../shared/texts';
import { Dropdown } from '../shared/ui/controls';
import { isWide, type ParameterData, type RankedParam } from './parameterData';
import type { ChartsPanel } from './runBook';
import type { ParametersView } from './view';

export interface PairProps {
  readonly panel: ChartsPanel;
  readonly data: ParameterData;
  readonly metric: string;
  readonly ranked: readonly RankedParam[];
  readonly parameters: ParametersView;
  readonly set: (part: Partial<ParametersView>) => void;
}

/** The parameters that were chosen, else the two that matter most. */
function pairOf({ ranked, parameters }: PairProps): { readonly x: string; readonly y: string } {
  const keys = ranked.map(({ key }) => key);
  const chosen = (key: string | undefined) => (keys.includes(key ?? '') ? key : undefined);
  const x = chosen(parameters.x) ?? keys[0] ?? '';
  return { x, y: chosen(parameters.y) ?? keys.find((key) => key !== x) ?? x };
}

/** Which parameters are looked at closely. */
export function PairChoices(props: PairProps) {
  const { data, set } = props;
  const { x, y } = pairOf(props);
  const choices = data.params.map(({ key }) => ({ value: key, label: key }));
  return (
    <div class="charts-toolbar" role="toolbar" aria-label={t('Parameters in detail')}>
      <Dropdown
        name={t('Parameter')}
        isNameShown
        choices={choices}
        value={x}
        onChange={(next) => set({ x: next })}
      />
      {choices.length > 1 && (
        <Dropdown
          name={t('and')}
          isNameShown
          choices={choices}
          value={y}
          onChange={(next) => set({ y: next })}
        />
      )}
    </div>
  );
}

export function PairViews(props: PairProps) {
  const { x, y } = pairOf(props);
  return (
    <>
      <ByParam {...props} x={x} />
      {x !== y && <Binned {...props} x={x} y={y} />}
    </>
  );
}

/** Numbers: points with their trend. Texts, or few different numbers: boxes. */
function ByParam({ data, metric, panel, x }: PairProps & { readonly x: string }) {
  const texts = useMemo(() => data.textsOf(x), [data, x]);
  const values = useMemo(() => data.numbersOf(metric), [data, metric]);
  const name = t('{0} by {1}', metric, x);
  const isNumeric = data.params.find(({ key }) => key === x)?.numeric ?? false;
  const points = useMemo(
    () =>
      data.rows.map((run, i) => ({
        id: run.runId,
        name: run.name,
        slot: 0,
        x: numberOf(texts[i] ?? ''),
        y: values[i] ?? Number.NaN,
      })),
    [data, texts, values],
  );
  const boxes = useMemo(() => boxesOf(texts, values), [texts, values]);
  const open = (runId: string) =>
    void panel.host.run('runlens.openRun', { runIds: [runId] }).catch(reportError);
  return (
    <>
      {isNumeric && (
        <Scatter
          name={name}
          points={points}
          xTitle={x}
          yTitle={metric}
          logX={isWide(texts)}
          hasTrend
          onOpen={open}
          host={panel.host}
        />
      )}
      {boxes.length > 1 && (
        <BoxPlot
          name={t('{0} by groups of {1}', metric, x)}
          boxes={boxes}
          valueTitle={metric}
          host={panel.host}
        />
      )}
    </>
  );
}

function boxesOf(texts: readonly (string | null)[], values: readonly (number | null)[]) {
  const known = texts.filter((text) => text !== null);
  const bins = binsOf(known, t('other'));
  return bins.labels
    .map((name, bin) => ({
      name,
      slot: bin % 10,
      values: values.filter((value, i): value is number => {
        const text = texts[i] ?? null;
        return (
          value !== null && Number.isFinite(value) && text !== null && bins.indexOf(text) === bin
        );
      }),
    }))
    .filter((box) => box.values.length > 0);
}

function Binned({
  data,
  metric,
  panel,
  x,
  y,
}: PairProps & { readonly x: string; readonly y: string }) {
  const map = useMemo(() => {
    const [xs, ys, values] = [data.textsOf(x), data.textsOf(y), data.numbersOf(metric)];
    const bins = [xs, ys].map((all) =>
      binsOf(
        all.filter((text) => text !== null),
        t('other'),
      ),
    );
    const [xBins = binsOf([]), yBins = binsOf([])] = bins;
    const runs = xs.map((text, i) => ({ x: text, y: ys[i] ?? null, value: values[i] ?? null }));
    return { xBins, yBins, cells: binned(runs, xBins, yBins) };
  }, [data, x, y, metric]);
  return (
    <HeatMap
      name={t('Mean {0} by {1} and {2}', metric, x, y)}
      xLabels={map.xBins.labels}
      yLabels={map.yBins.labels}
      xTitle={x}
      yTitle={y}
      valueTitle={metric}
      cells={map.cells.map((cell) => ({
        x: cell.x,
        y: cell.y,
        value: cell.mean,
        detail: t('{0} runs', cell.runs),
      }))}
      host={panel.host}
    />
  );
}
