/** A step's state in words, the same in tree, messages and for screen readers. */
import { ageText, durationText } from '../../base/timeText';
import type { StepStatus } from '../../domain/pipeline';
import type { PipelineRunRow, StepRow } from '../../protocol/rows';

const WORDS: Readonly<Record<StepStatus, string>> = {
  pending: 'waiting',
  running: 'running',
  ran: 'ran',
  cached: 'cached',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'stopped',
};

/** `ran 1.3 s · gamma 0.001 → 0.002`, `cached 3 m ago`, `failed: ValueError`. */
export function stepText(step: StepRow, now: number): string {
  const { status } = step;
  if (status === 'failed') return `failed: ${step.error?.type ?? 'unknown error'}`;
  if (status === 'cached') {
    return step.cachedFrom === undefined ? 'cached' : `cached ${ageText(step.cachedFrom, now)}`;
  }
  const parts = [WORDS[status] + tookText(step)];
  if (status === 'ran' || status === 'running') {
    const [first, ...others] = step.reasons;
    if (first)
      parts.push(others.length === 0 ? first.text : `${first.text} and ${others.length} more`);
    if (step.notReusableReason) parts.push(step.notReusableReason);
  }
  return parts.join(' · ');
}

function tookText({ startedAt, endedAt, status }: StepRow): string {
  if (startedAt === undefined || endedAt === undefined || status === 'skipped') return '';
  return ` ${durationText(endedAt - startedAt)}`;
}

/** `finished 4.2 s · 2 of 5 cached · 3 m ago`. */
export function pipelineRunText(run: PipelineRunRow, now: number): string {
  const cached = run.cached > 0 ? `${run.cached} of ${run.steps} cached` : undefined;
  if (run.status === 'running') {
    return [`running ${run.done} of ${run.steps}`, cached].filter(Boolean).join(' · ');
  }
  const took = run.endedAt === undefined ? '' : ` ${durationText(run.endedAt - run.startedAt)}`;
  const word = run.status === 'cancelled' ? 'stopped' : run.status;
  const parts = [`${word}${took}`, cached, ageText(run.endedAt ?? run.startedAt, now)];
  return parts.filter(Boolean).join(' · ');
}

/** When a run began, in local time: `03:05:13`, with its date when that is not today. */
export function startText(startedAt: number, now: number): string {
  const start = new Date(startedAt);
  const time = [start.getHours(), start.getMinutes(), start.getSeconds()].map(twoDigits).join(':');
  if (start.toDateString() === new Date(now).toDateString()) return time;
  const date = [start.getFullYear(), ...[start.getMonth() + 1, start.getDate()].map(twoDigits)];
  return `${date.join('-')} ${time}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
