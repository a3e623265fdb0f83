/** The Pipeline page: runs at the left, the chosen one as graph, timeline, list or outline, a step at the right. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { VNode } from 'preact';
import { useCallback, useEffect, useReducer, useState } from 'preact/hooks';
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
import { NEWEST, type PipelineView, RUNS_WIDTH, SIDE_WIDTH } from './view';

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
  const centre = (
    <RunPane
      {...{ panel, layouter, data, view, change, run, isNarrow, width }}
      header={<RunHeader {...{ data, view, change, run, list, panel, isNarrow }} />}
    />
  );
  return (
    <div class="pl-page">
      {bar}
      {isNarrow ? (
        centre
      ) : (
        <Splitter
          name={t('Width of the list of runs')}
          direction="row"
          size={view.runsWidth}
          {...RUNS_WIDTH}
          onSize={(runsWidth) => change({ runsWidth })}
        >
          {[<RunList key="runs" {...list} />, centre]}
        </Splitter>
      )}
      <Toasts toaster={toaster} />
    </div>
  );
}

interface RunPaneProps extends AppProps {
  readonly data: PipelineData;
  readonly view: PipelineView;
  readonly change: (part: Partial<PipelineView>) => void;
  readonly run: (command: PageCommand, target: PageTarget) => void;
  readonly isNarrow: boolean;
  readonly width: number;
  readonly header: VNode;
}

function RunPane(props: RunPaneProps) {
  const { panel, data, view, change, run, header } = props;
  const { runId, graph } = data;
  const { stepId } = view;
  const isThere = stepId !== undefined && graph?.nodes.some(({ id }) => id === stepId);
  const select = (id: string | undefined) => change({ stepId: id });
  const views = (
    <div class="pl-centre" key="centre">
      {header}
      <RunViews
        layouter={props.layouter}
        data={data}
        view={view}
        change={change}
        onSelect={select}
        run={run}
        onCopy={(text) => panel.host.copy(text)}
      />
    </div>
  );
  if (!isThere || runId === undefined) return views;
  const row = data.steps.rows?.get(stepId);
  const side = (
    <SidePanel
      key={row?.id ?? stepId}
      panel={panel}
      pipeline={data.pipeline}
      pipelineRunId={runId}
      stepId={stepId}
      row={row}
      progress={row && data.steps.progress(row.id)}
      run={run}
      onClose={() => select(undefined)}
    />
  );
  if (props.isNarrow) return side;
  const space = props.width - view.runsWidth;
  const most = Math.max(SIDE_WIDTH.min, space - 240);
  return (
    <Splitter
      name={t('Width of the graph')}
      direction="row"
      size={Math.max(200, space - Math.min(view.sideWidth, most))}
      min={200}
      max={Math.max(200, space - SIDE_WIDTH.min)}
      onSize={(size) => change({ sideWidth: Math.max(SIDE_WIDTH.min, space - size) })}
    >
      {[views, side]}
    </Splitter>
  );
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
