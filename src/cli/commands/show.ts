/** `runlens show`: everything about a run, pipeline run, step or artifact, found by its id. */

import { assertNever } from '../../base/assertNever';
import { messageOf } from '../../base/errors';
import { canonicalJson } from '../../base/json';
import { ageText } from '../../base/timeText';
import { environmentFacts, readEnvironment } from '../../client/runEnvironment';
import { artifactLabel } from '../../domain/artifact';
import { formatBytes } from '../../domain/display';
import type { Edit } from '../../domain/edit';
import type { RunEnvironment } from '../../domain/environment';
import type { PipelineRunDetail } from '../../protocol/control';
import type { ArtifactRow, FileRow, PipelineRunRow, RunDetail, StepRow } from '../../protocol/rows';
import { type Command, type Context, EXIT } from '../command';
import { type Found, findById } from '../lookup';
import type { Server } from '../server';
import { metricsOf, stepTable } from '../stepTable';
import { tableLines } from '../table';
import { numberText, timeText, tookText, whyText } from '../texts';

export const showCommand: Command = {
  name: 'show',
  summary: 'Shows a run, pipeline run, step or artifact by its id or the first digits of it',
  usage: 'ID [options]',
  options: {},
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const server = await context.server();
    const found = await findById(server, args.positionals[0] ?? '');
    const { value, lines } = await shown(server, found, context);
    if (context.json) context.out.json(value);
    else for (const line of lines) context.out.line(line);
    return EXIT.ok;
  },
};

interface Shown {
  readonly value: object;
  readonly lines: readonly string[];
}

async function shown(server: Server, found: Found, context: Context): Promise<Shown> {
  switch (found.kind) {
    case 'pipelineRun': {
      const run = await server.call('GET /api/pipeline-runs/:id', { id: found.row.id });
      const tracking = await server.call('GET /api/runs/:runId', { runId: run.trackingRunId });
      const { lines: codeLines, ...code } = await environmentOf(server, tracking);
      const lines = await pipelineRunLines(server, run, context.now());
      return {
        value: { ...run, ...code },
        lines: [...lines, ...section('Code and environment', codeLines)],
      };
    }
    case 'run': {
      const { runId } = found.row;
      const run = await server.call('GET /api/runs/:runId', { runId });
      const files = await server.call('GET /api/runs/:runId/files', { runId });
      const edits = await server.call('GET /api/runs/:runId/edits', { runId });
      const { lines: codeLines, ...code } = await environmentOf(server, run);
      const value = { ...run, files: files.items, edits: edits.items, ...code };
      const lines = [
        ...runLines(run, files.items, context.now()),
        ...section('Code and environment', codeLines),
        ...section('History', historyLines(edits.items)),
      ];
      return { value, lines };
    }
    case 'step': {
      const value = { ...found.row, pipelineRunId: found.run.id };
      return { value, lines: stepLines(found.row, found.run, context.now()) };
    }
    case 'artifact':
      return { value: found.row, lines: artifactLines(found.row, context.now()) };
    default:
      return assertNever(found);
  }
}

async function pipelineRunLines(
  server: Server,
  run: PipelineRunDetail,
  now: number,
): Promise<string[]> {
  const metrics = await metricsOf(server, run.stepRows);
  const parameters = Object.entries(run.parameters).map(([k, v]) => [k, canonicalJson(v)] as const);
  return [
    `pipeline run ${run.name}`,
    ...facts([
      ['id', run.id],
      ['pipeline', `${run.pipeline} (${run.source.file}:${run.source.line})`],
      ...times(run, now),
      ['cached', `${run.cached} of ${run.steps} steps`],
    ]),
    ...section('Parameters', facts(parameters)),
    ...section('Steps', stepTable(run.stepRows, metrics, now)),
  ];
}

function runLines(run: RunDetail, files: readonly FileRow[], now: number): string[] {
  return [
    `run ${run.name}`,
    ...facts([
      ['id', run.runId],
      ['experiment', run.experimentId],
      ...times({ ...run, startedAt: run.startTime, endedAt: run.endTime }, now),
      ['parent', run.parentRunId ?? ''],
      ['artifacts', run.artifactUri],
    ]),
    ...section('Parameters', facts(run.params.map(({ key, value }) => [key, value]))),
    ...section('Metrics', metricLines(run)),
    ...section('Tags', facts(ownTags(run).map(({ key, value }) => [key, value]))),
    ...section(
      'Files',
      facts(files.map((f) => [f.path, f.isDirectory ? '' : formatBytes(f.size)])),
    ),
  ];
}

/** What was changed after the fact, oldest first. */
function historyLines(edits: readonly Edit[]): string[] {
  return facts(
    edits.map(({ time, what, key, before, after, userId }) => {
      const change = `${before ?? 'not set'} → ${after ?? 'deleted'}`;
      const of = what === 'experiment' ? 'moved to another experiment' : `${what} ${key}`;
      return [`${timeText(time)} UTC`, `${of}: ${change}${userId ? ` (${userId})` : ''}`] as const;
    }),
  );
}

interface EnvironmentShown {
  readonly environment?: RunEnvironment;
  readonly lines: readonly string[];
}

async function environmentOf(server: Server, run: RunDetail): Promise<EnvironmentShown> {
  try {
    const environment = await readEnvironment(server, run);
    return environment ? { environment, lines: facts(environmentFacts(environment)) } : NOTHING;
  } catch (error) {
    // A record that never arrived must not hide the rest of the run.
    return { lines: [`  not readable: ${messageOf(error)}`] };
  }
}

const NOTHING: EnvironmentShown = { lines: [] };

/** MLflow's and our own system tags say what the other lines say. */
const ownTags = ({ tags }: RunDetail) => tags.filter(({ key }) => !/^(mlflow|runlens)\./.test(key));

function metricLines({ metrics }: RunDetail): string[] {
  if (metrics.length === 0) return [];
  return tableLines(
    [
      { title: 'METRIC' },
      { title: 'LAST', align: 'right' },
      { title: 'MIN', align: 'right' },
      { title: 'MAX', align: 'right' },
      { title: 'POINTS', align: 'right' },
    ],
    metrics.map(({ key, count, last, min, max }) => [
      key,
      ...[last, min, max].map((point) => (point ? numberText(point.value) : '')),
      String(count ?? ''),
    ]),
  );
}

function stepLines(step: StepRow, run: PipelineRunDetail, now: number): string[] {
  return [
    `step ${step.stepId}`,
    ...facts([
      ['id', step.id],
      ['of', `${run.name} ${run.id}`],
      ['source', `${step.source.file}:${step.source.line}`],
      ...times(step, now),
      ['why', whyText(step, now)],
    ]),
    ...section(
      'Outputs',
      facts(
        step.outputs.map(({ name, artifact }) => [
          name,
          `${artifactLabel(artifact)}  ${artifact.id}`,
        ]),
      ),
    ),
    ...section('Traceback', step.error?.traceback.trimEnd().split('\n') ?? []),
  ];
}

function artifactLines(artifact: ArtifactRow, now: number): string[] {
  return [
    `artifact ${artifactLabel(artifact)}`,
    ...facts([
      ['id', artifact.id],
      ['type', artifact.type],
      ['materializer', artifact.materializer],
      ['size', formatBytes(artifact.size)],
      ['created', `${timeText(artifact.createdAt)} UTC (${ageText(artifact.createdAt, now)})`],
      ['made by', [artifact.pipeline, artifact.stepId].filter(Boolean).join(' / ')],
      ['folder', artifact.folder],
      ...Object.entries(artifact.metadata).map(([k, v]) => [k, plain(v)] as const),
    ]),
    ...section('Files', facts(artifact.files.map((f) => [f.path, formatBytes(f.size)]))),
  ];
}

const plain = (value: Parameters<typeof canonicalJson>[0]): string =>
  typeof value === 'string' ? value : canonicalJson(value);

type Fact = readonly [name: string, value: string];
type Timed = Pick<PipelineRunRow, 'startedAt' | 'endedAt'> | Pick<StepRow, 'startedAt' | 'endedAt'>;

function times(of: Timed & { readonly status: string }, now: number): Fact[] {
  const { startedAt } = of;
  return [
    ['status', of.status],
    ['started', startedAt ? `${timeText(startedAt)} UTC (${ageText(startedAt, now)})` : ''],
    ['time', tookText(startedAt, of.endedAt, now)],
  ];
}

/** Indented lines `name  value`; those without a value are left out. */
function facts(list: readonly Fact[]): string[] {
  const shownFacts = list.filter(([, value]) => value !== '');
  return tableLines([{ title: '' }, { title: '' }], shownFacts)
    .slice(1)
    .map((line) => `  ${line}`);
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', title, ...lines] : [];
