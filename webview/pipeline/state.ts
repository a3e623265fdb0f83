/** A step's state as a sign, a word and a look: the same in graph, timeline, list and minimap. */
import type { PipelineStatus, StepStatus } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';
import type { IconName } from '../shared/ui/icon';

export interface StateSign {
  readonly icon: IconName;
  /** Class `rl-<look>` colours it; it never says alone what it means. */
  readonly look: 'good' | 'bad' | 'warn' | 'active' | 'faint';
}

export const STEP_SIGNS: Readonly<Record<StepStatus, StateSign>> = {
  pending: { icon: 'clock', look: 'faint' },
  running: { icon: 'running', look: 'active' },
  ran: { icon: 'check', look: 'good' },
  cached: { icon: 'history', look: 'good' },
  failed: { icon: 'error', look: 'bad' },
  skipped: { icon: 'skip', look: 'faint' },
  cancelled: { icon: 'stop', look: 'warn' },
};
/** A step that no plan has asked for has no row. */
export const NO_SIGN: StateSign = { icon: 'minus', look: 'faint' };

export const signOf = (row: StepRow | undefined): StateSign =>
  row ? STEP_SIGNS[row.status] : NO_SIGN;

export const RUN_SIGNS: Readonly<Record<PipelineStatus, StateSign>> = {
  running: { icon: 'running', look: 'active' },
  finished: { icon: 'check', look: 'good' },
  failed: { icon: 'error', look: 'bad' },
  cancelled: { icon: 'stop', look: 'warn' },
};

/** Milliseconds that it took, or has taken until `now`; undefined when it has not begun. */
export function tookOf(row: StepRow | undefined, now: number): number | undefined {
  if (row?.startedAt === undefined || row.status === 'skipped') return undefined;
  if (row.endedAt !== undefined) return Math.max(0, row.endedAt - row.startedAt);
  return row.status === 'running' ? Math.max(0, now - row.startedAt) : undefined;
}
