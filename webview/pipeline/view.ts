/** What a person chose on the page; kept over reloads. */
import { isRecord } from '../../src/base/json';
import type { KeptView } from '../shared/kept';
import { EMPTY_LAYOUT, parseLayout } from '../shared/table/layout';
import type { TableLayout } from '../shared/table/types';

export const TABS = ['graph', 'timeline', 'list', 'outline'] as const;
export type Tab = (typeof TABS)[number];

/** In the place of a run's id. */
export const NEWEST = 'newest';

export interface PipelineView {
  /** An id, or `newest` to follow runs as they come; undefined: what the panel was opened for. */
  readonly runId: string | undefined;
  /** The invocation whose panel is open. */
  readonly stepId: string | undefined;
  readonly tab: Tab;
  readonly isCompared: boolean;
  /** Of the timeline: steps that do not overlap share a line. */
  readonly isPacked: boolean;
  /** Pixels. */
  readonly runsWidth: number;
  readonly sideWidth: number;
  readonly list: TableLayout;
}

export const RUNS_WIDTH = { min: 140, max: 480 };
export const SIDE_WIDTH = { min: 260, max: 900 };

export const PIPELINE_VIEW: KeptView<PipelineView> = {
  version: 1,
  initial: {
    runId: undefined,
    stepId: undefined,
    tab: 'graph',
    isCompared: false,
    isPacked: false,
    runsWidth: 220,
    sideWidth: 400,
    list: EMPTY_LAYOUT,
  },
  parse(raw) {
    if (!isRecord(raw)) return undefined;
    const { runId, stepId, tab, isCompared, isPacked, runsWidth, sideWidth, list } = raw;
    const found = TABS.find((each) => each === tab);
    if (!found) return undefined;
    return {
      runId: typeof runId === 'string' ? runId : undefined,
      stepId: typeof stepId === 'string' ? stepId : undefined,
      tab: found,
      isCompared: isCompared === true,
      isPacked: isPacked === true,
      runsWidth: within(runsWidth, RUNS_WIDTH, 220),
      sideWidth: within(sideWidth, SIDE_WIDTH, 400),
      list: parseLayout(list),
    };
  },
};

const within = (raw: unknown, { min, max }: typeof RUNS_WIDTH, fallback: number): number =>
  typeof raw === 'number' && Number.isFinite(raw) ? Math.min(max, Math.max(min, raw)) : fallback;
