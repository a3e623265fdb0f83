/** The Charts page: tabs over the runs that are shown, or were chosen to be compared. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo } from 'preact/hooks';
import { assertNever } from '../../src/base/assertNever';
import type { Event } from '../../src/base/event';
import type { ChartsTab, PanelStart } from '../../src/protocol/webview/panel';
import { openCharts } from '../shared/charts/chartPage';
import { type PanelState, usePanel } from '../shared/panel';
import { t } from '../shared/texts';
import { Tabs } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { ChartsTabView } from './chartsTab';
import { CompareTab } from './compareTab';
import { OverTimeTab } from './overTimeTab';
import { ParametersTab } from './parametersTab';
import { type ChartsPanel, useRuns } from './runBook';
import type { Fetched, TabProps } from './tabProps';
import type { ChartsPageView } from './view';

export interface AppProps {
  readonly panel: ChartsPanel;
  readonly onFetched: Event<Fetched>;
}

export function App({ panel, onFetched }: AppProps) {
  const state = usePanel(panel);
  const { start, problem } = state;
  if (start) return <Page panel={panel} onFetched={onFetched} state={state} start={start} />;
  if (problem === undefined) return <Loading name={t('Reading runs')} />;
  return <Problem message={problem} onRetry={() => void panel.begin()} />;
}

interface PageProps extends AppProps {
  readonly state: PanelState<ChartsPageView>;
  readonly start: PanelStart;
}

function Page({ panel, onFetched, state, start }: PageProps) {
  const { view, shown, status } = state;
  const { source } = start.place;
  useSubject(panel, start);
  const charts = useMemo(() => openCharts(panel, source), [panel, source]);
  const shownIds = useMemo(() => shown.map(({ runId }) => runId), [shown]);
  const isCompared = view.tab === 'compare' && view.runIds !== undefined;
  const runIds = isCompared ? (view.runIds ?? []) : shownIds;
  const { runs, book } = useRuns(panel, runIds, { shown, source });
  const tabs: { id: ChartsTab; label: string; count?: number }[] = [
    { id: 'charts', label: t('Charts'), count: shown.length },
    { id: 'compare', label: t('Compare') },
    { id: 'parameters', label: t('Parameters') },
    { id: 'over-time', label: t('Over Time') },
  ];
  const onView = (next: ChartsPageView) => panel.setView(next);
  return (
    <div class="charts">
      <h1 class="rl-sr-only">{t('Charts')}</h1>
      {status.kind === 'down' && (
        <Problem
          isBar
          message={status.message}
          onLog={() => void panel.host.run('runlens.showLog', {}).catch(reportError)}
        />
      )}
      <Tabs
        name={t('Charts')}
        tabs={tabs}
        active={view.tab}
        onChange={(tab) => onView({ ...view, tab })}
      >
        <Tab {...{ panel, start, view, onView, runs, book, charts, onFetched }} />
      </Tabs>
    </div>
  );
}

function Tab(props: TabProps) {
  const { tab } = props.view;
  switch (tab) {
    case 'charts':
      return <ChartsTabView {...props} />;
    case 'compare':
      return <CompareTab {...props} />;
    case 'parameters':
      return <ParametersTab {...props} />;
    case 'over-time':
      return <OverTimeTab {...props} />;
    default:
      return assertNever(tab);
  }
}

/** What the panel was opened for wins once; what is chosen afterwards stays over reloads. */
function useSubject(panel: ChartsPanel, { subject }: PanelStart): void {
  useEffect(() => {
    const text = JSON.stringify(subject);
    const { view } = panel.state;
    if (subject.kind !== 'charts' || text === view.subject) return;
    const { runIds = view.runIds, tab = view.tab } = subject;
    panel.setView({ ...view, subject: text, runIds, tab });
  }, [panel, subject]);
}
