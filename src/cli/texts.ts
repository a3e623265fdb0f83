/** How the command line words what the server tells: ids, sizes, values, states and reasons. */
import { ageText, durationText } from '../base/timeText';
import { formatMetric } from '../domain/display';
import type { PipelineStatus, StepStatus } from '../domain/pipeline';
import type { RunStatus } from '../domain/run';
import type { StepRow } from '../protocol/rows';
import { fromWire, type WireNumber } from '../protocol/wire';
import type { Colour, Paint } from './output';

const SHORT_ID = 8;
export const shortId = (id: string): string => id.slice(0, SHORT_ID);

export const numberText = (value: WireNumber): string => formatMetric(fromWire(value));

export const timeText = (time: number): string =>
  new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** `0.3 s`; for what is still going on the time so far; empty before it began. */
export function tookText(
  startedAt: number | undefined,
  endedAt: number | undefined,
  now: number,
): string {
  return startedAt === undefined ? '' : durationText((endedAt ?? now) - startedAt);
}

/** Why a step ran, what its result comes from, or what went wrong: one line. */
export function whyText(step: StepRow, now: number): string {
  if (step.status === 'cached' && step.cachedFrom !== undefined) {
    return `from ${ageText(step.cachedFrom, now)}`;
  }
  if (step.status === 'failed' && step.error) return `${step.error.type}: ${step.error.message}`;
  return [...step.reasons.map(({ text }) => text), step.notReusableReason]
    .filter(Boolean)
    .join('; ');
}

const COLOUR_OF: Readonly<Record<StepStatus | PipelineStatus | RunStatus, Colour>> = {
  pending: 'dim',
  running: 'cyan',
  ran: 'green',
  cached: 'green',
  failed: 'red',
  skipped: 'dim',
  cancelled: 'yellow',
  finished: 'green',
  RUNNING: 'cyan',
  SCHEDULED: 'dim',
  FINISHED: 'green',
  FAILED: 'red',
  KILLED: 'yellow',
};
export const paintStatus = (paint: Paint, status: keyof typeof COLOUR_OF, text: string): string =>
  paint(COLOUR_OF[status], text);
