/** What a person chose on the page; kept over reloads. */
import { isRecord } from '../../src/base/json';
import type { PanelWish } from '../../src/protocol/webview/panel';
import type { KeptView } from '../shared/kept';
import { EMPTY_LAYOUT, parseLayout } from '../shared/table/layout';
import type { TableLayout } from '../shared/table/types';
import { MAX_ZOOM, MIN_ZOOM, type Viewport } from './viewport';

export const TABS = ['graph', 'timeline', 'list', 'outline'] as const;
export type Tab = (typeof TABS)[number];

/** In the place of a run's id. */
export const NEWEST = 'newest';

export interface PipelineView {
  /** An id, or `newest` to follow runs as they come; undefined: what the panel was opened for. */
  readonly runId: string | undefined;
  /** The invocation whose panel is open. */
  readonly stepId: string | undefined;
  /** Undefined until one was chosen: then the width says it, see `shownTab`. */
  readonly tab: Tab | undefined;
  readonly isCompared: boolean;
  /** Of the timeline: steps that do not overlap share a line. */
  readonly isPacked: boolean;
  /** Pixels. */
  readonly runsWidth: number;
  readonly sideWidth: number;
  readonly list: TableLayout;
  /** Of the graph; undefined: as it is first seen. */
  readonly viewport: Viewport | undefined;
}

/** Where the graph would be a slit, the list of what needs what says more. */
export const shownTab = ({ tab }: Pick<PipelineView, 'tab'>, isNarrow: boolean): Tab =>
  tab ?? (isNarrow ? 'outline' : 'graph');

export const RUNS_WIDTH = { min: 140, max: 480 };
export const SIDE_WIDTH = { min: 260, max: 900 };

export const PIPELINE_VIEW: KeptView<PipelineView> = {
  version: 1,
  initial: {
    runId: undefined,
    stepId: undefined,
    tab: undefined,
    isCompared: false,
    isPacked: false,
    runsWidth: 220,
    sideWidth: 400,
    list: EMPTY_LAYOUT,
    viewport: undefined,
  },
  parse(raw) {
    if (!isRecord(raw)) return undefined;
    const { runId, stepId, tab, isCompared, isPacked, runsWidth, sideWidth, list, viewport } = raw;
    const found = TABS.find((each) => each === tab);
    if (tab !== undefined && !found) return undefined;
    return {
      runId: typeof runId === 'string' ? runId : undefined,
      stepId: typeof stepId === 'string' ? stepId : undefined,
      tab: found,
      isCompared: isCompared === true,
      isPacked: isPacked === true,
      runsWidth: within(runsWidth, RUNS_WIDTH, 220),
      sideWidth: within(sideWidth, SIDE_WIDTH, 400),
      list: parseLayout(list),
      viewport: parseViewport(viewport),
    };
  },
};

/** The step that is open stays when only a run is asked for. */
export const onWish = (view: PipelineView, wish: PanelWish): PipelineView =>
  wish.kind === 'pipelineRun'
    ? { ...view, runId: wish.pipelineRunId, stepId: wish.stepId ?? view.stepId }
    : view;

function parseViewport(raw: unknown): Viewport | undefined {
  if (!isRecord(raw)) return undefined;
  const { x, y, zoom } = raw;
  if (![x, y, zoom].every(Number.isFinite)) return undefined;
  return { x: Number(x), y: Number(y), zoom: Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, Number(zoom))) };
}

const within = (raw: unknown, { min, max }: typeof RUNS_WIDTH, fallback: number): number =>
  typeof raw === 'number' && Number.isFinite(raw) ? Math.min(max, Math.max(min, raw)) : fallback;
