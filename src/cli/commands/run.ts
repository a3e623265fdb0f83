/** `runlens run`: runs a pipeline of a file, or a part of it, on the server and follows it. */
import { durationText } from '../../base/timeText';
import type { PipelineRunDetail } from '../../protocol/control';
import { type Command, type Context, EXIT } from '../command';
import { followLaunch, type LaunchEnd } from '../launchFollower';
import { previewLines } from '../previewTable';
import { launchRequest, RUN_OPTIONS } from '../runPlan';
import type { Server } from '../server';
import { metricsOf, type StepMetrics, stepTable } from '../stepTable';
import { paintStatus } from '../texts';

export const runCommand: Command = {
  name: 'run',
  summary: 'Runs a pipeline of a Python file, or some of its steps with what they need',
  usage: 'FILE [options] | --replay RUN [options] | --resume RUN [options]',
  options: RUN_OPTIONS,
  positionals: { min: 0, max: 1 },
  async run(args, context) {
    const server = await context.server();
    const request = await launchRequest(args, context, server);
    const end = await followLaunch(server, request, context);
    if (end.kind === 'previewed') return await preview(server, end.launchId, context);
    return await report(server, end, context);
  },
};

async function preview(server: Server, launchId: string, { out, json, now }: Context) {
  const found = await server.call('GET /api/launches/:launchId/preview', { launchId });
  if (json) out.json(found);
  else for (const line of previewLines(found.steps, now())) out.line(line);
  return EXIT.ok;
}

async function report(
  server: Server,
  end: Exclude<LaunchEnd, { kind: 'previewed' }>,
  context: Context,
): Promise<number> {
  if (end.kind === 'failed') throw new Error(end.message);
  const run = await server.call('GET /api/pipeline-runs/:id', { id: end.pipelineRunId });
  const metrics = await metricsOf(server, run.stepRows);
  if (context.json) context.out.json(withMetrics(run, metrics));
  else for (const line of reportLines(run, metrics, context)) context.out.line(line);
  if (end.interrupted) return EXIT.interrupted;
  return run.status === 'finished' ? EXIT.ok : EXIT.failed;
}

function withMetrics(run: PipelineRunDetail, metrics: StepMetrics): object {
  return {
    ...run,
    stepRows: run.stepRows.map((step) => ({ ...step, metrics: metrics.get(step.id) ?? [] })),
  };
}

function reportLines(run: PipelineRunDetail, metrics: StepMetrics, context: Context): string[] {
  const now = context.now();
  const { paint } = context.out;
  const took = durationText((run.endedAt ?? now) - run.startedAt);
  const cached = run.cached > 0 ? `, ${run.cached} of ${run.steps} steps cached` : '';
  return [
    '',
    ...stepTable(run.stepRows, metrics, now),
    '',
    `${run.name} ${paintStatus(paint, run.status, run.status)} in ${took}${cached}`,
  ];
}
