/** The metrics of a run, its own or those of the machine: a table, and a chart of each. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MetricRow } from '../../src/protocol/rows';
import { ChartPage } from '../shared/charts/chartPage';
import { MetricCard } from '../shared/charts/metricCard';
import { type ChartView, INITIAL_CHART_VIEW, type XChoice } from '../shared/charts/types';
import { LocalTable } from '../shared/table/localTable';
import { countText, t } from '../shared/texts';
import { Dropdown, TextField } from '../shared/ui/controls';
import { Empty } from '../shared/ui/states';
import { chosenMetrics, metricColumns, metricRows } from './metricRows';
import { isSystemMetric, type RunPage } from './page';

/** More cards are found by a search. */
const MOST_CARDS = 200;

export interface MetricsProps {
  readonly page: RunPage;
  /** Those of the machine: `system/…`. */
  readonly isSystem: boolean;
}

export function Metrics({ page, isSystem }: MetricsProps) {
  const { run, view, setView } = page;
  const search = view.search.metrics;
  const all = run.metrics.filter(({ key }) => isSystemMetric(key) === isSystem);
  const chosen = useMemo(
    () => chosenMetrics(run.metrics, { search, isSystem }),
    [run.metrics, search, isSystem],
  );
  if (all.length === 0) return <NoMetrics isSystem={isSystem} />;
  return (
    <>
      <div class="run-bar">
        <TextField
          name={t('Search metrics')}
          placeholder={t('Search, or /pattern/')}
          value={search}
          onInput={(metrics) => setView({ search: { ...view.search, metrics } })}
        />
        {search !== '' && (
          <span class="rl-faint" role="status">
            {t('{0} of {1}', countText(chosen.length), countText(all.length))}
          </span>
        )}
      </div>
      <Found page={page} isSystem={isSystem} chosen={chosen} />
    </>
  );
}

function NoMetrics({ isSystem }: Pick<MetricsProps, 'isSystem'>) {
  if (!isSystem) {
    return (
      <Empty title={t('This run has no metrics yet')}>
        <p>{t('mlflow.log_metric("loss", 0.42, step=1) logs one.')}</p>
      </Empty>
    );
  }
  return (
    <Empty title={t('No load of the machine was logged')}>
      <p>{t('mlflow.enable_system_metrics_logging() logs processor, memory and graphics.')}</p>
    </Empty>
  );
}

function Found({ page, chosen }: MetricsProps & { readonly chosen: readonly MetricRow[] }) {
  const { changes } = page;
  const cards = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => metricRows(chosen), [chosen]);
  const columns = useMemo(() => metricColumns(), []);
  const reveal = (key: string) => {
    const found = [...(cards.current?.querySelectorAll<HTMLElement>('[data-card]') ?? [])].find(
      (card) => card.dataset['card'] === key,
    );
    found?.scrollIntoView({ block: 'center' });
    found?.querySelector<HTMLElement>('button, [tabindex="0"]')?.focus({ preventScroll: true });
  };
  return (
    <>
      <LocalTable<MetricRow>
        name={t('Metrics')}
        columns={columns}
        rows={rows}
        mostRows={10}
        onOpen={({ id }) => reveal(id)}
        onCopy={(text) => void changes.copy(text)}
        empty={<p class="rl-faint">{t('No metric has this in its name.')}</p>}
      />
      <div ref={cards}>
        <Cards page={page} metrics={chosen} />
      </div>
    </>
  );
}

const X_CHOICES: readonly { readonly value: XChoice; readonly label: string }[] = [
  { value: 'step', label: 'Step' },
  { value: 'relative', label: 'Time Since Start' },
  { value: 'time', label: 'Time' },
];

function Cards({ page, metrics }: { page: RunPage; metrics: readonly MetricRow[] }) {
  const { run, shown } = page;
  const [view, setView] = useState<ChartView>(INITIAL_CHART_VIEW);
  const charts = useCharts(page);
  const slot = shown.find(({ runId }) => runId === run.runId)?.slot ?? 0;
  const { runId, name, startTime } = run;
  const runs = useMemo(() => [{ runId, name, slot, startTime }], [runId, name, slot, startTime]);
  if (metrics.length === 0) return null;
  return (
    <>
      <h2>{t('Charts')}</h2>
      <div class="run-bar">
        <Dropdown
          name={t('X axis')}
          isNameShown
          choices={X_CHOICES.map(({ value, label }) => ({
            value,
            label: t(/* X_CHOICES.label */ label),
          }))}
          value={view.x}
          onChange={(x) => setView({ ...view, x })}
        />
      </div>
      <div class="run-cards">
        {metrics.slice(0, MOST_CARDS).map(({ key }) => (
          <MetricCard
            key={key}
            page={charts}
            metric={key}
            runs={runs}
            view={view}
            onView={setView}
          />
        ))}
      </div>
      {metrics.length > MOST_CARDS && (
        <p class="rl-faint">
          {t('{0} more charts: search for them by name.', countText(metrics.length - MOST_CARDS))}
        </p>
      )}
    </>
  );
}

/** Charts of this page, told of new points for as long as they are there. */
function useCharts({ panel, place }: RunPage): ChartPage {
  const charts = useMemo(() => new ChartPage(panel.host, place.source), [panel, place.id]);
  useEffect(() => {
    const subscription = panel.onEvents((events) => charts.take(events));
    return () => subscription.dispose();
  }, [panel, charts]);
  return charts;
}
