/** The chosen run in the chosen view. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { assertNever } from '../../src/base/assertNever';
import type { StepRow } from '../../src/protocol/rows';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import { countText, t } from '../shared/texts';
import { Button } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { Empty, Loading, Problem } from '../shared/ui/states';
import type { PipelineData } from './data';
import type { StepGraph } from './graph';
import { GraphView } from './graphView';
import type { Layouter } from './layouter';
import { ListView } from './listView';
import { OutlineView } from './outlineView';
import { TimelineView } from './timelineView';
import { type UsedLayout, useLayout } from './useLayout';
import type { PipelineView, Tab } from './view';

export interface RunViewsProps {
  readonly layouter: Layouter;
  readonly data: PipelineData;
  readonly view: PipelineView;
  readonly tab: Tab;
  readonly change: (part: Partial<PipelineView>) => void;
  readonly onSelect: (id: string | undefined) => void;
  readonly run: (command: PageCommand, target: PageTarget) => void;
  readonly onCopy: (text: string) => void;
}

/** More steps than this are not drawn as a graph, whose layout would take many seconds. */
export const VERY_BIG = 3000;

const NO_ROWS: ReadonlyMap<string, StepRow> = new Map();

export function RunViews(props: RunViewsProps) {
  const { data, tab } = props;
  const { graph } = data;
  const isBig = graph !== undefined && graph.nodes.length > VERY_BIG;
  const isGraph = tab === 'graph' && !isBig;
  const used = useLayout(props.layouter, isGraph ? graph : undefined, data.runId);
  if (!graph) return <Loading name={t('Reading the graph')} />;
  if (graph.nodes.length === 0) return <NoSteps data={data} />;
  return (
    <div class="pl-view">
      <Chosen {...props} graph={graph} used={used} isBig={isBig} />
    </div>
  );
}

function NoSteps({ data }: { readonly data: PipelineData }) {
  const isRunning = data.steps.row?.status === 'running';
  return (
    <Empty title={isRunning ? t('No step yet') : t('The run has no steps')}>
      {isRunning && <p>{t('Steps appear as the pipeline calls them.')}</p>}
    </Empty>
  );
}

interface ChosenProps extends RunViewsProps {
  readonly graph: StepGraph;
  readonly used: UsedLayout;
  readonly isBig: boolean;
}

function Chosen(props: ChosenProps) {
  const { data, view, change, graph, onSelect } = props;
  const rows = data.steps.rows ?? NO_ROWS;
  const { tab } = props;
  switch (tab) {
    case 'graph':
      return props.isBig ? <BigGraph {...props} /> : <LaidGraph {...props} />;
    case 'timeline': {
      const { row } = data.steps;
      if (!row) return <Loading name={t('Reading the run')} />;
      return (
        <TimelineView
          graph={graph}
          rows={rows}
          run={row}
          selected={view.stepId}
          onSelect={onSelect}
          isPacked={view.isPacked}
          onPacked={(isPacked) => change({ isPacked })}
        />
      );
    }
    case 'list':
      return (
        <ListView
          graph={graph}
          rows={rows}
          before={data.before?.rows}
          layout={view.list}
          onLayout={(list) => change({ list })}
          onSelect={onSelect}
          onCopy={props.onCopy}
        />
      );
    case 'outline':
      return <Outline {...props} />;
    default:
      return assertNever(tab);
  }
}

const Outline = ({ data, graph, view, onSelect }: ChosenProps) => (
  <OutlineView
    name={data.pipeline}
    graph={graph}
    rows={data.steps.rows}
    progress={(id) => data.steps.progress(id)}
    selected={view.stepId}
    onSelect={onSelect}
  />
);

function LaidGraph(props: ChosenProps) {
  const { data, graph, used, run } = props;
  if (used.problem !== undefined) {
    return (
      <>
        <Problem isBar message={t('The graph could not be laid out: {0}', used.problem)} />
        <Outline {...props} />
      </>
    );
  }
  if (!used.laid) {
    return <Loading name={t('Laying out {0} steps', countText(graph.nodes.length))} />;
  }
  const { refusal } = props.layouter;
  return (
    <>
      {refusal !== undefined && <Plainly why={refusal} run={run} />}
      <GraphView
        name={data.pipeline}
        laid={used.laid}
        rows={data.steps.rows}
        progress={(id) => data.steps.progress(id)}
        before={data.before?.rows}
        selected={props.view.stepId}
        onSelect={props.onSelect}
        onOpen={(id) => {
          const first = data.steps.rows?.get(id)?.outputs[0];
          if (first) run('runlens.openArtifact', { artifactId: first.artifact.id });
        }}
        onArrange={used.arrange}
        kept={props.view.viewport}
        onViewport={(viewport) => props.change({ viewport })}
      />
    </>
  );
}

const Plainly = ({ why, run }: { readonly why: string; readonly run: RunViewsProps['run'] }) => (
  <p class="pl-note" role="status">
    <span class="rl-warn">
      <Icon name="warning" />
    </span>
    <span>
      {t(
        'The steps are arranged plainly, with more crossings than need be: {0}. Reload the window to try again.',
        why,
      )}{' '}
      <button type="button" class="rl-link" onClick={() => run('runlens.showLog', {})}>
        {t('Show Log')}
      </button>
    </span>
  </p>
);

function BigGraph(props: ChosenProps) {
  return (
    <>
      <p class="pl-big">
        {t(
          '{0} steps are more than a graph can show well; this is the same as an indented list.',
          countText(props.graph.nodes.length),
        )}{' '}
        <Button onClick={() => props.change({ tab: 'list' })}>{t('Show as List')}</Button>
      </p>
      <Outline {...props} />
    </>
  );
}
