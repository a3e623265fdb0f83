/** The run of a pipeline that a run is of, and the step that it is of it. */
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { RunDetail, StepRow } from '../../src/protocol/rows';
import { type Query, useQuery } from '../shared/useQuery';
import type { RunPage } from './page';

export function usePipelineRun({ panel, run }: RunPage): Query<PipelineRunDetail> {
  const { pipelineRunId } = run;
  return useQuery(panel, {
    route: 'GET /api/pipeline-runs/:id',
    request: pipelineRunId === undefined ? undefined : { id: pipelineRunId },
    touches: (event) => event.type === 'step' && event.pipelineRunId === pipelineRunId,
  });
}

/** The one of a step's run; all that have begun of a pipeline's. */
export function stepsOf(run: RunDetail, rows: readonly StepRow[]): readonly StepRow[] {
  const own = rows.filter(
    ({ trackingRunId, stepId }) => trackingRunId === run.runId || stepId === run.stepId,
  );
  if (own.length > 0 && run.stepId !== undefined) return own;
  return rows.filter(({ startedAt }) => startedAt !== undefined);
}
