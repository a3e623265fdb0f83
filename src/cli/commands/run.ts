/** `runlens run`: runs a pipeline of a file, or one step, on the server and follows it. */
import fs from 'node:fs';
import path from 'node:path';
import type { Json } from '../../base/json';
import { durationText } from '../../base/timeText';
import type { LaunchRequest, PipelineRunDetail } from '../../protocol/control';
import { parseParameter } from '../args';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import { followLaunch, type LaunchEnd } from '../launchFollower';
import type { Server } from '../server';
import { metricsOf, type StepMetrics, stepTable } from '../stepTable';
import { paintStatus } from '../texts';

export const runCommand: Command = {
  name: 'run',
  summary: 'Runs a pipeline of a Python file, or one of its steps with what that step needs',
  usage: 'FILE [options]',
  options: {
    pipeline: { type: 'string', short: 'p', value: 'NAME', help: 'which pipeline of the file' },
    step: { type: 'string', short: 's', value: 'NAME', help: 'run only as far as this step needs' },
    param: {
      type: 'string',
      multiple: true,
      value: 'K=V',
      help: 'a pipeline parameter; may be given again',
    },
    force: {
      type: 'boolean',
      short: 'f',
      help: 'ignore the cache (with --step: for that step only)',
    },
    python: {
      type: 'string',
      value: 'PATH',
      help: 'interpreter (default: the venv’s, or python3)',
    },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const request = await launchRequest(args, context);
    const server = await context.server();
    const end = await followLaunch(server, request, context);
    return await report(server, end, context);
  },
};

async function launchRequest(args: Args, context: Context): Promise<LaunchRequest> {
  const file = existingFile(args.positionals[0] ?? '', context.cwd);
  const step = args.text('step');
  const pipeline = args.text('pipeline');
  const force = args.flag('force') ? (step ? 'target' : 'all') : 'none';
  const given = args.texts('param').map(parseParameter);
  return {
    file,
    ...(pipeline ? { pipeline } : {}),
    plan: { target: step ? { step } : 'all', force },
    parameters: Object.fromEntries(given.map(({ name, value }): [string, Json] => [name, value])),
    interpreter: await context.interpreter(args.text('python')),
    cwd: context.root,
  };
}

function existingFile(given: string, cwd: string): string {
  const file = path.resolve(cwd, given);
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`there is no file ${given}`);
  }
  return fs.realpathSync(file);
}

async function report(server: Server, end: LaunchEnd, context: Context): Promise<number> {
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
