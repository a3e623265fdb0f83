/** The table of a pipeline run's steps: what ran or was cached, why, how long, metrics, outputs. */
import { artifactLabel } from '../domain/artifact';
import type { RunDetail, StepRow } from '../protocol/rows';
import type { Server } from './server';
import { tableLines } from './table';
import { numberText, shortId, tookText, whyText } from './texts';

/** Last values of the metrics of each step's tracking run, by step run id. */
export type StepMetrics = ReadonlyMap<string, RunDetail['metrics']>;

/** Metrics shown for a step before `+n`. */
const SHOWN_METRICS = 3;

export async function metricsOf(server: Server, steps: readonly StepRow[]): Promise<StepMetrics> {
  const read = async ({ id, trackingRunId }: StepRow) => {
    if (!trackingRunId) return [];
    const { metrics } = await server.call('GET /api/runs/:runId', { runId: trackingRunId });
    return [[id, metrics] as const];
  };
  return new Map((await Promise.all(steps.map(read))).flat());
}

export function stepTable(steps: readonly StepRow[], metrics: StepMetrics, now: number): string[] {
  return tableLines(
    [
      { title: 'STEP' },
      { title: 'STATUS' },
      { title: 'TIME', align: 'right' },
      { title: 'WHY' },
      { title: 'METRICS' },
      { title: 'OUTPUTS' },
      { title: 'ID' },
    ],
    steps.map((step) => [
      step.stepId,
      step.status,
      step.status === 'cached' ? '' : tookText(step.startedAt, step.endedAt, now),
      whyText(step, now),
      metricsText(metrics.get(step.id) ?? []),
      step.outputs.map(({ artifact }) => artifactLabel(artifact)).join(', '),
      shortId(step.id),
    ]),
  );
}

function metricsText(metrics: RunDetail['metrics']): string {
  // Those of the machine are no results.
  const own = metrics.filter(({ key }) => !key.startsWith('system/'));
  const shown = own.slice(0, SHOWN_METRICS);
  const texts = shown.map(({ key, last }) => `${key} ${numberText(last.value)}`);
  const more = own.length - shown.length;
  return [...texts, ...(more > 0 ? [`+${more}`] : [])].join(', ');
}
