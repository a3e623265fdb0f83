// What becomes of an execution that failed: once more after a while, or the step has failed.
import type { StepError, StepOptions } from '../domain/pipeline';
import type { ActiveRun } from './activeRun';

/** Longer than any run: timers cannot be set for more. */
const MOST_MS = 2 ** 31 - 1;

/** Steps at breakpoints have no second attempt: the first one was looked at. */
export function failOrRetry(run: ActiveRun, stepId: string, error: StepError, now: number): void {
  const { state } = run;
  const { options } = state.invocation(stepId);
  const attempt = state.attempts(stepId);
  if (state.isCancelling) state.cancelStep(stepId, now);
  else if (attempt > options.retries || run.isDebugging) state.fail(stepId, error, now);
  else if (state.isStopping) state.fail(stepId, error, now);
  else state.retry(stepId, error, { now, retryAt: now + backOff(options, attempt) });
}

/** `delay` before the second execution, `delay × backoff` before the third … */
export function backOff(
  { retryDelayMs = 0, retryBackoff = 1 }: StepOptions,
  attempt: number,
): number {
  return Math.min(retryDelayMs * retryBackoff ** (attempt - 1), MOST_MS);
}

/** The execution has taken longer than its step may. */
export const timeOutError = (timeoutMs: number): StepError => ({
  type: 'StepTimeout',
  message: `It was stopped: it took longer than ${duration(timeoutMs)}.`,
  traceback: '',
});

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const minutes = seconds / 60;
  return minutes < 60
    ? `${Number(minutes.toFixed(1))} min`
    : `${Number((minutes / 60).toFixed(1))} h`;
}
