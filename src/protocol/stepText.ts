/** A step's state in words, the same in trees, panels, messages and for screen readers. */
import { ageText, durationText } from '../base/timeText';
import type { StepStatus } from '../domain/pipeline';
import type { PipelineRunRow, StepRow } from './rows';
import type { StepProgress } from './worker';

const WORDS: Readonly<Record<StepStatus, string>> = {
  pending: 'waiting',
  running: 'running',
  ran: 'ran',
  cached: 'cached',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'stopped',
};

/** Its result was used as it was, without a look at its key: the run was not about this step. */
export const isTaken = ({ status, reasons }: StepRow): boolean =>
  status === 'cached' && reasons.some(({ kind }) => kind === 'taken');

/** Why a result that was taken is not what would be made now, as the engine says it: `stale: gamma 0.001 → 0.002`. */
export function takenStale(step: StepRow): string | undefined {
  const [text] = step.reasons.filter(({ kind }) => kind === 'taken').map((reason) => reason.text);
  return isTaken(step) ? /\((stale.*)\)$/s.exec(text ?? '')?.[1] : undefined;
}

/** `ran 1.3 s · gamma 0.001 → 0.002`, `running 45 %`, `cached 3 m ago`, `taken as made 3 m ago`, `failed: ValueError`. */
export function stepText(step: StepRow, now: number, progress?: StepProgress): string {
  const { status } = step;
  if (status === 'failed') return `failed: ${step.error?.type ?? 'unknown error'}`;
  if (status === 'cached') {
    const word = isTaken(step) ? 'taken' : 'cached';
    const age = step.cachedFrom === undefined ? undefined : ageText(step.cachedFrom, now);
    const made = word === 'taken' && age !== undefined ? 'as made' : undefined;
    const state = [word, made, age].filter(Boolean).join(' ');
    return [state, takenStale(step)].filter(Boolean).join(' · ');
  }
  const far = status === 'running' && progress ? ` ${progressText(progress)}` : '';
  const parts = [WORDS[status] + far + tookText(step)];
  if (status === 'ran' || status === 'running') {
    const [first, ...others] = step.reasons;
    if (first)
      parts.push(others.length === 0 ? first.text : `${first.text} and ${others.length} more`);
    if (step.notReusableReason) parts.push(step.notReusableReason);
  }
  return parts.join(' · ');
}

/** `45 %`, or `120 it` when the end is not known; with the text before the bar where there is one. */
export function progressText({ done, total, unit, text }: StepProgress): string {
  const far =
    total !== undefined && total > 0
      ? `${Math.min(100, Math.floor((100 * done) / total))} %`
      : `${done} ${unit ?? 'it'}`;
  return text ? `${text} ${far}` : far;
}

function tookText({ startedAt, endedAt, status }: StepRow): string {
  if (startedAt === undefined || endedAt === undefined || status === 'skipped') return '';
  return ` ${durationText(endedAt - startedAt)}`;
}

/** `finished 4.2 s · 2 of 5 cached · 3 m ago`. */
export function pipelineRunText(run: PipelineRunRow, now: number): string {
  const text = pipelineStateText(run);
  if (run.status === 'running') return text;
  return `${text} · ${ageText(run.endedAt ?? run.startedAt, now)}`;
}

/** The same where its time is told beside it: `finished 4.2 s · 2 of 5 cached`. */
export function pipelineStateText(run: PipelineRunRow): string {
  const cached = run.cached > 0 ? ` · ${run.cached} of ${run.steps} cached` : '';
  if (run.status === 'running') return `running ${run.done} of ${run.steps}${cached}`;
  const took = run.endedAt === undefined ? '' : ` ${durationText(run.endedAt - run.startedAt)}`;
  const word = run.status === 'cancelled' ? 'stopped' : run.status;
  return `${word}${took}${cached}`;
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
