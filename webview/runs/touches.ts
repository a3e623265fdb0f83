/** Which events change what the page of runs shows. */
import type { ServerEvent } from '../../src/protocol/events';

/** Points are told often: what they change is read again at its own pace. */
export function touchesRows(
  event: ServerEvent,
  experimentIds: readonly string[] | undefined,
): boolean {
  const isOurs = (id: string) => experimentIds === undefined || experimentIds.includes(id);
  switch (event.type) {
    case 'edited':
    case 'gone':
      return true;
    case 'run':
      return isOurs(event.run.experimentId);
    // With a deleted one its runs go, and those of a restored one come back: nobody tells of each.
    case 'experiment':
      return isOurs(event.experiment.experimentId);
    default:
      return false;
  }
}

export function touchesPinned(event: ServerEvent, runIds: readonly string[]): boolean {
  if (event.type === 'gone' || event.type === 'experiment') return runIds.length > 0;
  if (event.type === 'run') return runIds.includes(event.run.runId);
  return event.type === 'edited' && runIds.includes(event.runId);
}

/** Runs that were deleted, for good or into the trash. */
export const deletedRuns = (events: readonly ServerEvent[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.type === 'gone') return event.what === 'run' ? [event.id] : [];
    const isDeleted = event.type === 'run' && event.run.lifecycleStage === 'deleted';
    return isDeleted ? [event.run.runId] : [];
  });
