/** The Pipeline page: runs at the left, the chosen one as graph, timeline, list or outline, a step at the right. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { VNode } from 'preact';
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import { type Panel, type PanelState, usePanel } from '../shared/panel';
import { t } from '../shared/texts';
import { Splitter } from '../shared/ui/splitter';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { Toaster, Toasts } from '../shared/ui/toast';
import { PipelineData } from './data';
import type { Layouter } from './layouter';
import { RunHeader } from './runHeader';
import { RunList } from './runList';
import { RunViews } from './runViews';
import { SidePanel } from './sidePanel';
import { whyNot } from './stepActions';
import { NEWEST, type PipelineView, RUNS_WIDTH, SIDE_WIDTH, shownTab, type Tab } from './view';

export interface AppProps {
  readonly panel: Panel<PipelineView>;
  readonly layouter: Layouter;
}

export function App({ panel, layouter }: AppProps) {
  const state = usePanel(panel);
  const { start, problem } = state;
  if (!start) {
    return problem === undefined ? (
      <Loading name={t('Opening the pipeline')} />
    ) : (
      <Problem message={problem} />
    );
  }
  if (start.subject.kind !== 'pipeline') {
    return <Problem message={t('This page shows pipelines; it was opened for something else.')} />;
  }
  const { pipeline, pipelineRunId } = start.subject;
  return (
    <PipelinePage
      key={pipeline}
      panel={panel}
      layouter={layouter}
      state={state}
      pipeline={pipeline}
      subjectRun={pipelineRunId}
    />
  );
}

interface PageProps extends AppProps {
  readonly state: PanelState<PipelineView>;
  readonly pipeline: string;
  readonly subjectRun: string | undefined;
}

/** Below this the runs are a dropdown, and the step covers the graph. */
const NARROW = 720;

function PipelinePage({ panel, layouter, state, pipeline, subjectRun }: PageProps) {
  const { view, status } = state;
  const data = useData(panel, pipeline);
  const width = usePageWidth();
  const [toaster] = useState(() => new Toaster());
  const wanted = view.runId ?? subjectRun ?? NEWEST;
  useEffect(() => data.show(wanted, view.isCompared), [data, wanted, view.isCompared]);
  const change = (part: Partial<PipelineView>) => panel.setView({ ...panel.state.view, ...part });
  const run = useCallback(
    (command: PageCommand, target: PageTarget) => {
      panel.host
        .run(command, target)
        .catch((error: unknown) => toaster.show({ kind: 'error', text: textOf(error) }));
    },
    [panel, toaster],
  );
  const { rows } = data.runs;
  const failure = data.runsLive.state.problem ?? data.detailLive.state.problem;
  const down = status.kind === 'down' ? status.message : undefined;
  const problem = down ?? failure ?? data.factsLive.state.problem;
  const bar = problem !== undefined && (
    <Problem
      isBar
      message={problem}
      onRetry={() => data.again()}
      onLog={() => run('runlens.showLog', {})}
    />
  );
  if (!rows) return bar || <Loading name={t('Reading the runs of {0}', pipeline)} />;
  if (rows.length === 0) {
    return (
      <>
        {bar}
        <Empty
          title={t('{0} has not run yet', pipeline)}
          actions={[
            ...(whyNot(state.start?.place) === undefined
              ? [{ label: t('Run'), onClick: () => run('runlens.runPipeline', { pipeline }) }]
              : []),
            { label: t('Go to Source'), onClick: () => run('runlens.goToSource', { pipeline }) },
          ]}
        >
          <p>{t('Run it from its code lens, or by a call in Python. Its graph appears here.')}</p>
        </Empty>
        <Toasts toaster={toaster} />
      </>
    );
  }
  const list = {
    rows,
    shown: data.runId,
    isNewest: wanted === NEWEST,
    onShow: (runId: string) => change({ runId }),
    onMore: data.canLoadMore ? () => data.loadMore() : undefined,
  };
  const isNarrow = width < NARROW;
  const tab = shownTab(view, isNarrow);
  const centre = (
    <RunPane
      key="run"
      {...{ panel, layouter, data, view, tab, change, run, isNarrow, width }}
      header={<RunHeader {...{ data, view, tab, change, run, list, panel, isNarrow }} />}
    />
  );
  // The same elements in every width: what is drawn keeps its place, zoom and focus.
  return (
    <div class="pl-page">
      {bar}
      <div class={isNarrow ? 'pl-split pl-only-second' : 'pl-split'}>
        <Splitter
          name={t('Width of the list of runs')}
          direction="row"
          size={view.runsWidth}
          {...RUNS_WIDTH}
          onSize={(runsWidth) => change({ runsWidth })}
        >
          {[isNarrow ? null : <RunList key="runs" {...list} />, centre]}
        </Splitter>
      </div>
      <Toasts toaster={toaster} />
    </div>
  );
}

interface RunPaneProps extends AppProps {
  readonly data: PipelineData;
  readonly view: PipelineView;
  readonly tab: Tab;
  readonly change: (part: Partial<PipelineView>) => void;
  readonly run: (command: PageCommand, target: PageTarget) => void;
  readonly isNarrow: boolean;
  readonly width: number;
  readonly header: VNode;
}

function RunPane(props: RunPaneProps) {
  const { panel, data, view, change, run, header, isNarrow } = props;
  const { runId, graph } = data;
  const { stepId } = view;
  const isThere = stepId !== undefined && graph?.nodes.some(({ id }) => id === stepId);
  const select = (id: string | undefined) => change({ stepId: id });
  const pane = useRef<HTMLDivElement>(null);
  useFocusBack(pane, isThere ? stepId : undefined);
  const row = stepId === undefined ? undefined : data.steps.rows?.get(stepId);
  const side = isThere && runId !== undefined && (
    <SidePanel
      key={row?.id ?? stepId}
      panel={panel}
      pipeline={data.pipeline}
      pipelineRunId={runId}
      stepId={stepId}
      row={row}
      isRead={data.steps.rows !== undefined}
      progress={row && data.steps.progress(row.id)}
      run={run}
      isAlone={isNarrow}
      onClose={() => select(undefined)}
    />
  );
  const space = props.width - (isNarrow ? 0 : view.runsWidth);
  const most = Math.max(SIDE_WIDTH.min, space - 240);
  const open = isNarrow ? 'pl-only-second' : '';
  return (
    <div ref={pane} class={`pl-split ${side ? open : 'pl-only-first'}`}>
      <Splitter
        name={t('Width of the graph')}
        direction="row"
        size={Math.max(200, space - Math.min(view.sideWidth, most))}
        min={200}
        max={Math.max(200, space - SIDE_WIDTH.min)}
        onSize={(size) => change({ sideWidth: Math.max(SIDE_WIDTH.min, space - size) })}
      >
        {[
          <div class="pl-centre" key="centre">
            {header}
            <RunViews
              layouter={props.layouter}
              data={data}
              view={view}
              tab={props.tab}
              change={change}
              onSelect={select}
              run={run}
              onCopy={(text) => panel.host.copy(text)}
            />
          </div>,
          side,
        ]}
      </Splitter>
    </div>
  );
}

/** When the panel of a step is closed from within, the focus goes back to the step. */
function useFocusBack(
  pane: { readonly current: HTMLElement | null },
  stepId: string | undefined,
): void {
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const closed = stepId === undefined ? before.current : undefined;
    before.current = stepId;
    const { activeElement } = document;
    if (closed === undefined || (activeElement && activeElement !== document.body)) return;
    const steps = pane.current?.querySelectorAll<HTMLElement>('[data-step]') ?? [];
    const step = [...steps].find(({ dataset }) => dataset['step'] === closed);
    // Rows of the list are the table's.
    const target = step ?? pane.current?.querySelector<HTMLElement>('.pl-view [tabindex="0"]');
    target?.focus({ preventScroll: true });
  }, [stepId]);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Drawn anew as it changes; one drawing for many changes. */
function useData(panel: Panel<PipelineView>, pipeline: string): PipelineData {
  const [data] = useState(() => new PipelineData(panel, pipeline));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let isPending = false;
    const subscription = data.onDidChange(() => {
      if (isPending) return;
      isPending = true;
      requestAnimationFrame(() => {
        isPending = false;
        redraw(undefined);
      });
    });
    redraw(undefined);
    return () => {
      subscription.dispose();
      data.dispose();
    };
  }, [data]);
  return data;
}

function usePageWidth(): number {
  const [width, setWidth] = useState(window.innerWidth);
  useEffect(() => {
    const read = () => setWidth(window.innerWidth);
    const page = window;
    page.addEventListener('resize', read);
    return () => page.removeEventListener('resize', read);
  }, []);
  return width;
}
