// Where the logs of steps and launches lie, and how their lines are written.
import type { StepRun } from '../domain/pipeline';
import { levelMark } from '../protocol/logText';
import type { LogLine } from '../protocol/worker';
import type { LogId } from './ports';

export const stepLog = (step: Pick<StepRun, 'id' | 'pipelineRunId' | 'stepId'>): LogId => ({
  id: step.id,
  path: `${step.pipelineRunId}/${step.stepId}.log`,
});

export const launchLog = (launchId: string): LogId => ({
  id: launchId,
  path: `launch-${launchId}.log`,
});

/** `12:41:04.576 text`, in local time, or `12:41:04.576 [warning] text`; see protocol/logText. */
export const logText = (lines: readonly LogLine[]): string =>
  lines.map(({ time, level, text }) => `${timeOfDay(time)} ${levelMark(level)}${text}\n`).join('');

function timeOfDay(time: number): string {
  const date = new Date(time);
  const part = (value: number, width = 2) => String(value).padStart(width, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => part(value));
  return `${clock.join(':')}.${part(date.getMilliseconds(), 3)}`;
}
