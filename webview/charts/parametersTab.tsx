/** How parameters and a metric go together over the runs of the shown experiments. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { guessDirection } from '../../src/domain/direction';
import { formatMetric } from '../../src/domain/display';
import { BarChart } from '../shared/charts/barChart';
import { type Importance, strengthOf } from '../shared/charts/correlation';
import { axisOfColumn, type ParallelColumn, passing } from '../shared/charts/parallel';
import { ParallelCoordinates } from '../shared/charts/parallelCoordinates';
import { countText, t } from '../shared/texts';
import { Button, Dropdown, ToggleButton } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { brushFilter } from './brushFilter';
import {
  isWide,
  MOST_RUNS,
  type ParameterData,
  type RankedParam,
  rankParams,
  useParameterData,
} from './parameterData';
import { PairChoices, PairViews } from './parameterPairs';
import type { TabProps } from './tabProps';
import type { ParametersView } from './view';

/** Axes at the start: more are chosen by hand. */
const FIRST_PARAMS = 5;
const MOST_BARS = 20;

export function ParametersTab(props: TabProps) {
  const { panel, runs, start, view } = props;
  const data = useParameterData(panel, runs, start.place.source);
  const { parameters } = view;
  const metric = data.metrics.includes(parameters.metric ?? '')
    ? (parameters.metric ?? '')
    : (data.metrics[0] ?? '');
  const ranked = useMemo(() => rankParams(data, metric), [data, metric]);
  const problem = data.columns.problem ?? data.table.problem;
  if (runs.length === 0) {
    const open = () => void panel.host.run('runlens.openRuns', {}).catch(reportError);
    return (
      <Empty title={t('No run is shown')} actions={[{ label: t('Choose Runs'), onClick: open }]}>
        <p>{t('Show a run of an experiment: all runs of it are looked at here.')}</p>
      </Empty>
    );
  }
  if (!data.table.value) {
    if (problem === undefined) return <Loading name={t('Reading runs')} />;
    return <Problem message={problem} onRetry={() => data.columns.again()} />;
  }
  if (data.params.length === 0 || metric === '') {
    return (
      <Empty title={t('Nothing to compare yet')}>
        <p>{t('Log two or more runs with different parameters and a metric.')}</p>
      </Empty>
    );
  }
  return (
    <div class="charts-body">
      {problem !== undefined && <Problem isBar message={problem} />}
      <Views {...props} data={data} metric={metric} ranked={ranked} />
    </div>
  );
}

interface ViewsProps extends TabProps {
  readonly data: ParameterData;
  readonly metric: string;
  readonly ranked: readonly RankedParam[];
}

function Views(props: ViewsProps) {
  const { data, metric, ranked, view, onView, panel } = props;
  const set = (part: Partial<ParametersView>) =>
    onView({ ...view, parameters: { ...view.parameters, ...part } });
  const chosen = view.parameters.params ?? ranked.slice(0, FIRST_PARAMS).map(({ key }) => key);
  const columns = useMemo(() => columnsOf(data, chosen, metric), [data, chosen.join('\n'), metric]);
  const total = data.table.value?.total ?? 0;
  return (
    <>
      <div class="charts-toolbar" role="toolbar" aria-label={t('Parameters')}>
        <Dropdown
          name={t('Metric')}
          isNameShown
          choices={data.metrics.map((value) => ({ value, label: value }))}
          value={metric}
          onChange={(next) => set({ metric: next, brushes: {} })}
        />
        <span class="rl-faint">
          {total > MOST_RUNS
            ? t('the newest {0} of {1} runs', countText(MOST_RUNS), countText(total))
            : t('{0} runs', countText(total))}
        </span>
      </div>
      <ParamChips {...props} chosen={chosen} onParams={(params) => set({ params })} />
      <ParallelCoordinates
        name={t('Parameters and {0}', metric)}
        columns={columns}
        names={data.rows.map(({ name }) => name)}
        brushes={view.parameters.brushes}
        direction={guessDirection(metric)}
        onBrushes={(brushes) => set({ brushes })}
        onOpen={(index) => {
          const { runId } = data.rows[index] ?? {};
          if (runId !== undefined)
            void panel.host.run('runlens.openRun', { runIds: [runId] }).catch(reportError);
        }}
        host={panel.host}
      />
      <Passed {...props} columns={columns} />
      <PairChoices {...props} parameters={view.parameters} set={set} />
      <div class="charts-grid">
        <ImportanceChart {...props} />
        <PairViews {...props} parameters={view.parameters} set={set} />
      </div>
    </>
  );
}

function columnsOf(
  data: ParameterData,
  params: readonly string[],
  metric: string,
): readonly ParallelColumn[] {
  const known = params.filter((param) => data.params.some(({ key }) => key === param));
  return [
    ...known.map((key): ParallelColumn => {
      const values = data.textsOf(key);
      return { key, kind: 'param', values, isLog: isWide(values) };
    }),
    { key: metric, kind: 'metric', values: data.numbersOf(metric) },
  ];
}

interface ChipsProps extends ViewsProps {
  readonly chosen: readonly string[];
  readonly onParams: (params: readonly string[]) => void;
}

/** All parameters that differ, the most important first: pressed ones are axes. */
function ParamChips({ ranked, chosen, onParams }: ChipsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no field set
    <div class="charts-chips" role="group" aria-label={t('Axes')}>
      {ranked.map(({ key, importance }) => (
        <ToggleButton
          key={key}
          pressed={chosen.includes(key)}
          title={importanceText(importance)}
          onToggle={(pressed) =>
            onParams(pressed ? [...chosen, key] : chosen.filter((each) => each !== key))
          }
        >
          {key}
        </ToggleButton>
      ))}
    </div>
  );
}

/** What can be done with the runs that the brushes let pass. */
function Passed({
  columns,
  data,
  view,
  onView,
  panel,
}: ViewsProps & { readonly columns: readonly ParallelColumn[] }) {
  const { brushes } = view.parameters;
  const passed = useMemo(() => {
    const isPassing = passing(columns.map(axisOfColumn), brushes);
    return data.rows.filter((_, i) => isPassing[i]).map(({ runId }) => runId);
  }, [columns, brushes, data]);
  if (Object.keys(brushes).length === 0) return null;
  const show = () => {
    const others = panel.state.shown
      .map(({ runId }) => runId)
      .filter((runId) => !passed.includes(runId));
    const done = panel.host.show(others, false).then(() => panel.host.show(passed, true));
    void done.catch(reportError);
  };
  return (
    <p class="rl-actions">
      <Button onClick={show} disabled={passed.length === 0}>
        {passed.length === 1
          ? t('Show This Run in Charts')
          : t('Show These {0} Runs in Charts', countText(passed.length))}
      </Button>
      <Button
        disabled={passed.length === 0}
        onClick={() =>
          void panel.host
            .run('runlens.openRuns', { filter: brushFilter(columns, brushes) })
            .catch(reportError)
        }
      >
        {t('Filter the Table')}
      </Button>
      <Button onClick={() => onView({ ...view, parameters: { ...view.parameters, brushes: {} } })}>
        {t('Clear')}
      </Button>
    </p>
  );
}

export function importanceText(importance: Importance): string {
  switch (importance.kind) {
    case 'ranked':
      return t('rank correlation {0} over {1} runs', formatMetric(importance.rho), importance.runs);
    case 'grouped':
      return t(
        'effect {0} of {1} values over {2} runs',
        formatMetric(importance.effect),
        importance.groups,
        importance.runs,
      );
    case 'constant':
      return t('the same for all {0} runs', importance.runs);
    case 'few':
      return t('too few runs ({0}) to say', importance.runs);
  }
}

function ImportanceChart({ ranked, metric, panel, view, onView }: ViewsProps) {
  const bars = useMemo(
    () =>
      ranked
        .filter(({ importance }) => strengthOf(importance) > 0)
        .slice(0, MOST_BARS)
        .map(({ key, importance }) => ({
          id: key,
          // The sign by a word: the bar is as long as the correlation is strong.
          name: importance.kind === 'ranked' ? `${key} ${importance.rho < 0 ? '(−)' : '(+)'}` : key,
          slot: importance.kind === 'ranked' && importance.rho < 0 ? 1 : 0,
          value: strengthOf(importance),
        })),
    [ranked],
  );
  if (bars.length === 0) return null;
  return (
    <BarChart
      name={t('Importance for {0}', metric)}
      bars={bars}
      valueTitle={t('rank correlation, absolute')}
      onOpen={(x) => onView({ ...view, parameters: { ...view.parameters, x } })}
      host={panel.host}
    />
  );
}
