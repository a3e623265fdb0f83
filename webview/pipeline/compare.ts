/** A run beside an earlier one: durations and states of each step, and of all together. */
import { durationText } from '../../src/base/timeText';
import type { PipelineRunRow, StepRow } from '../../src/protocol/rows';
import { tookOf } from './state';

export interface Compared {
  readonly before: StepRow | undefined;
  /** Milliseconds. */
  readonly took: number | undefined;
  readonly tookBefore: number | undefined;
  /** Undefined unless it ran in both: a cached step's time says nothing of its work. */
  readonly delta: number | undefined;
}

export function compareStep(
  row: StepRow | undefined,
  before: StepRow | undefined,
  now: number,
): Compared {
  const took = tookOf(row, now);
  const tookBefore = tookOf(before, now);
  const isDone = row?.endedAt !== undefined && before?.endedAt !== undefined;
  const ranInBoth = isDone && hasWorked(row) && hasWorked(before);
  const isKnown = ranInBoth && took !== undefined && tookBefore !== undefined;
  return { before, took, tookBefore, delta: isKnown ? took - tookBefore : undefined };
}

const hasWorked = ({ status }: StepRow): boolean => status === 'ran' || status === 'failed';

/** `+1.2 s`, `−40 ms`, `±0 ms`. */
export function deltaText(milliseconds: number): string {
  if (Math.round(milliseconds) === 0) return '±0 ms';
  const sign = milliseconds > 0 ? '+' : '−';
  return `${sign}${durationText(Math.abs(milliseconds))}`;
}

/** The newest run that began before another; rows in any order. */
export function previousRun(
  runs: readonly PipelineRunRow[],
  of: PipelineRunRow | undefined,
): PipelineRunRow | undefined {
  if (!of) return undefined;
  return runs
    .filter(({ id, startedAt }) => id !== of.id && startedAt < of.startedAt)
    .reduce<PipelineRunRow | undefined>(
      (best, run) => (best && best.startedAt >= run.startedAt ? best : run),
      undefined,
    );
}
