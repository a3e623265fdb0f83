/** The Run page: waits for the run, then draws its head and the chosen tab; stays up to date. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo } from 'preact/hooks';
import { assertNever } from '../../src/base/assertNever';
import type { RunDetail } from '../../src/protocol/rows';
import type { PanelStart } from '../../src/protocol/webview/panel';
import { Changes } from '../shared/changes';
import { usePanel } from '../shared/panel';
import { t } from '../shared/texts';
import { touchesRun } from '../shared/touches';
import { Button, Tabs } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { Toaster, Toasts } from '../shared/ui/toast';
import { useQuery } from '../shared/useQuery';
import { restore } from './acts';
import { Artifacts } from './artifacts';
import { Children } from './children';
import { Code } from './code';
import { Datasets } from './datasets';
import { Edits } from './edits';
import { Head } from './head';
import { Logs } from './logs';
import { Metrics } from './metrics';
import { RunModels } from './models';
import { Overview } from './overview';
import { isSystemMetric, ofPlace, type RunPage, type RunPanel } from './page';
import { Parameters } from './parameters';
import { Recreate } from './recreate';
import type { RunTab } from './view';

export function App({ panel }: { readonly panel: RunPanel }) {
  const { start, problem } = usePanel(panel);
  if (!start) {
    return problem === undefined ? (
      <Loading name={t('Reading the run')} />
    ) : (
      <Problem message={problem} />
    );
  }
  if (start.subject.kind !== 'run') {
    return (
      <Problem message={t('This panel shows one run. Open a run from the tree or the table.')} />
    );
  }
  const { runId } = start.subject;
  return <Body key={runId} panel={panel} start={start} runId={runId} />;
}

interface BodyProps {
  readonly panel: RunPanel;
  readonly start: PanelStart;
  readonly runId: string;
}

function Body({ panel, start, runId }: BodyProps) {
  const { status, shown, view } = usePanel(panel);
  const toaster = useMemo(() => new Toaster(), []);
  const changes = useMemo(() => new Changes(panel.host, toaster), [panel, toaster]);
  const request = { runId, ...ofPlace(start.place) };
  const run = useQuery(panel, {
    route: 'GET /api/runs/:runId',
    request,
    touches: (event) => touchesRun(event, runId),
  });
  const lineage = useQuery(panel, {
    route: 'GET /api/runs/:runId/lineage',
    request,
    touches: (event) => touchesRun(event, runId) || event.type === 'model',
  });
  useGrowing(panel, runId, run.touch);
  const showLog = () => void changes.run('runlens.showLog', {});
  const isDown = status.kind === 'down';
  return (
    <div class="run rl-digests">
      {isDown && <Problem isBar message={status.message} onLog={showLog} />}
      {run.problem !== undefined && !isDown && (
        <Problem
          isBar={run.value !== undefined}
          message={run.problem}
          onRetry={run.again}
          onLog={showLog}
        />
      )}
      {run.value === undefined && run.problem === undefined && (
        <Loading name={t('Reading the run')} />
      )}
      {run.value && (
        <Content
          page={{
            panel,
            place: start.place,
            run: run.value,
            lineage,
            shown,
            changes,
            view,
            // Of the panel's own view: two changes in one turn must not undo each other.
            setView: (part) => panel.setView({ ...panel.state.view, ...part }),
          }}
        />
      )}
      <Toasts toaster={toaster} />
    </div>
  );
}

/** New points are read once a second: a run may log thousands of them. */
const GROWING_MS = 1000;

function useGrowing(panel: RunPanel, runId: string, touch: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const subscription = panel.onEvents((events) => {
      if (timer !== undefined) return;
      if (!events.some((event) => event.type === 'points' && event.runId === runId)) return;
      timer = setTimeout(() => {
        timer = undefined;
        touch();
      }, GROWING_MS);
    });
    return () => {
      clearTimeout(timer);
      subscription.dispose();
    };
  }, [panel, runId, touch]);
}

function Content({ page }: { readonly page: RunPage }) {
  const { run, view, setView, changes, place } = page;
  return (
    <>
      <Head page={page} />
      {run.lifecycleStage === 'deleted' && (
        <div class="run-deleted" role="status">
          {t('This run was deleted.')}
          {place.canWrite && (
            <Button onClick={() => void restore(run, changes)}>{t('Restore')}</Button>
          )}
        </div>
      )}
      <Tabs
        name={t('Parts of the run')}
        tabs={tabsOf(page)}
        active={view.tab}
        onChange={(tab) => setView({ tab })}
      >
        <div class="run-tab">
          <Tab page={page} />
        </div>
      </Tabs>
    </>
  );
}

function tabsOf({ run, lineage }: RunPage): { id: RunTab; label: string; count?: number }[] {
  const system = systemCount(run);
  return [
    { id: 'overview', label: t('Overview') },
    { id: 'parameters', label: t('Parameters'), count: run.params.length },
    { id: 'metrics', label: t('Metrics'), count: run.metrics.length - system },
    { id: 'system', label: t('System Metrics'), count: system },
    { id: 'artifacts', label: t('Artifacts') },
    { id: 'models', label: t('Models'), ...countOf(lineage.value?.models) },
    { id: 'datasets', label: t('Datasets'), ...countOf(lineage.value?.datasets) },
    { id: 'code', label: t('Code') },
    { id: 'logs', label: t('Logs') },
    { id: 'children', label: t('Child Runs'), count: run.children },
    { id: 'edits', label: t('Edits') },
    { id: 'recreate', label: t('Recreate') },
  ];
}

const systemCount = ({ metrics }: RunDetail): number =>
  metrics.filter(({ key }) => isSystemMetric(key)).length;

/** Not told until it is known. */
const countOf = (list: readonly unknown[] | undefined): { count?: number } =>
  list === undefined ? {} : { count: list.length };

function Tab({ page }: { readonly page: RunPage }) {
  const { tab } = page.view;
  switch (tab) {
    case 'overview':
      return <Overview page={page} />;
    case 'parameters':
      return <Parameters page={page} />;
    case 'metrics':
      return <Metrics key="metrics" page={page} isSystem={false} />;
    case 'system':
      return <Metrics key="system" page={page} isSystem />;
    case 'artifacts':
      return <Artifacts page={page} />;
    case 'models':
      return <RunModels page={page} />;
    case 'datasets':
      return <Datasets page={page} />;
    case 'code':
      return <Code page={page} />;
    case 'logs':
      return <Logs page={page} />;
    case 'children':
      return <Children page={page} />;
    case 'edits':
      return <Edits page={page} />;
    case 'recreate':
      return <Recreate page={page} />;
    default:
      return assertNever(tab);
  }
}
