/** Whether what a page asked for is touched by an event. */
import type { ServerEvent } from '../../src/protocol/events';
import type { OverTime } from '../../src/protocol/models';

/** Whether one of the runs changed, its points apart: those come many times a second. */
export function touchesRun(
  event: ServerEvent,
  ...runIds: readonly (string | undefined)[]
): boolean {
  switch (event.type) {
    case 'run':
      return runIds.includes(event.run.runId);
    case 'edited':
      return runIds.includes(event.runId);
    case 'gone':
      return event.what === 'run' && runIds.includes(event.id);
    default:
      return false;
  }
}

/** Whether one of the runs changed, the last values of its metrics included. */
export const touchesValues = (
  event: ServerEvent,
  ...runIds: readonly (string | undefined)[]
): boolean =>
  touchesRun(event, ...runIds) || (event.type === 'points' && runIds.includes(event.runId));

/** Whether one of the runs that results over time were measured in changed. */
export const touchesOverTime = (event: ServerEvent, known: OverTime | undefined): boolean =>
  known?.points.some(({ measured }) => touchesValues(event, ...measured)) ?? false;
