/** `runlens ls`: experiments, runs, pipelines or artifacts as a table. */
import { RunlensError } from '../../base/errors';
import { ageText } from '../../base/timeText';
import { formatBytes } from '../../domain/display';
import { SearchError } from '../../domain/search/error';
import type { ExperimentRow, PipelineRow, RunRow } from '../../protocol/rows';
import { caretLines } from '../caret';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import type { Server } from '../server';
import { tableLines } from '../table';
import { numberText, shortId, tookText } from '../texts';

const KINDS = ['experiments', 'runs', 'pipelines', 'artifacts'] as const;
type Kind = (typeof KINDS)[number];
const DEFAULT_LIMIT = 20;
const MOST = 1000;

export const lsCommand: Command = {
  name: 'ls',
  summary: 'Lists experiments, runs (the default), pipelines or artifacts',
  usage: `[${KINDS.join('|')}] [options]`,
  options: {
    experiment: {
      type: 'string',
      value: 'NAME',
      help: 'runs of this experiment only (name or id)',
    },
    filter: {
      type: 'string',
      short: 'f',
      value: 'TEXT',
      help: 'runs that match, such as "metrics.loss < 0.1 AND status = \'finished\'"',
    },
    'order-by': {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'runs in this order, such as "metrics.loss DESC"; may be repeated',
    },
    limit: {
      type: 'string',
      short: 'n',
      value: 'N',
      help: `at most this many (default ${DEFAULT_LIMIT})`,
    },
  },
  positionals: { min: 0, max: 1 },
  async run(args, context) {
    const kind = parseKind(args.positionals[0] ?? 'runs');
    const limit = parseLimit(args.text('limit'));
    const server = await context.server();
    const list = { experiments, runs, pipelines, artifacts }[kind];
    const { rows, lines } = await list({ server, context, args, limit });
    if (context.json) context.out.json(rows);
    else if (rows.length === 0) context.out.line(`no ${kind} yet`);
    else for (const line of lines) context.out.line(line);
    return EXIT.ok;
  },
};

interface Listing {
  readonly server: Server;
  readonly context: Context;
  readonly args: Args;
  readonly limit: number;
}
interface Listed {
  readonly rows: readonly object[];
  readonly lines: readonly string[];
}

async function experiments({ server, context, limit }: Listing): Promise<Listed> {
  const { items } = await server.call('GET /api/experiments', { limit });
  const lines = tableLines(
    [
      { title: 'ID' },
      { title: 'NAME' },
      { title: 'RUNS', align: 'right' },
      { title: 'RUNNING', align: 'right' },
      { title: 'CHANGED' },
    ],
    items.map((row) => [
      row.experimentId,
      row.name,
      String(row.runs),
      row.running > 0 ? String(row.running) : '',
      ageText(row.lastUpdateTime, context.now()),
    ]),
  );
  return { rows: items, lines };
}

async function runs({ server, context, args, limit }: Listing): Promise<Listed> {
  const chosen = await chosenExperiments(server, args.text('experiment'));
  const rows = await chosenRuns(server, chosen, { args, limit });
  const names = new Map(chosen.map(({ experimentId, name }) => [experimentId, name]));
  return { rows, lines: runLines(rows, names, context.now()) };
}

/** A search finds children, too; without one they stand below their parents only. */
async function chosenRuns(
  server: Server,
  chosen: readonly ExperimentRow[],
  { args, limit }: Pick<Listing, 'args' | 'limit'>,
): Promise<readonly RunRow[]> {
  const filter = args.text('filter');
  const orderBy = args.texts('order-by');
  if (filter !== undefined || orderBy.length > 0) {
    const experimentIds = chosen.map(({ experimentId }) => experimentId);
    const search = { experimentIds, orderBy, limit, ...(filter !== undefined && { filter }) };
    return (await server.call('POST /api/search', search).catch(showPlace)).items;
  }
  const lists = await Promise.all(
    chosen.map(({ experimentId }) =>
      server.call('GET /api/experiments/:experimentId/runs', { experimentId, limit }),
    ),
  );
  return lists
    .flatMap(({ items }) => items)
    .sort((a, b) => b.startTime - a.startTime)
    .slice(0, limit);
}

/** As compilers do: the text that was typed, and a caret under what is wrong with it. */
function showPlace(error: unknown): never {
  if (!(error instanceof SearchError) || error.text === undefined) throw error;
  const lines = [error.message, ...caretLines(error.text, error.position)];
  throw new RunlensError(error.code, lines.join('\n'), { cause: error });
}

function runLines(
  rows: readonly RunRow[],
  experimentNames: ReadonlyMap<string, string>,
  now: number,
): string[] {
  return tableLines(
    [
      { title: 'ID' },
      { title: 'NAME' },
      { title: 'EXPERIMENT' },
      { title: 'STATUS' },
      { title: 'STARTED' },
      { title: 'TIME', align: 'right' },
      { title: 'METRIC' },
      { title: 'CHILDREN', align: 'right' },
    ],
    rows.map((row) => [
      shortId(row.runId),
      row.name,
      experimentNames.get(row.experimentId) ?? row.experimentId,
      row.status,
      ageText(row.startTime, now),
      tookText(row.startTime, row.endTime, now),
      row.primaryMetric ? `${row.primaryMetric.key} ${numberText(row.primaryMetric.value)}` : '',
      row.children > 0 ? String(row.children) : '',
    ]),
  );
}

async function chosenExperiments(
  server: Server,
  wanted: string | undefined,
): Promise<readonly ExperimentRow[]> {
  const { items } = await server.call('GET /api/experiments', { limit: MOST });
  if (wanted === undefined) return items;
  const found = items.filter((row) => row.name === wanted || row.experimentId === wanted);
  if (found.length === 0) throw new Error(`no experiment is called "${wanted}"`);
  return found;
}

async function pipelines({ server, context, limit }: Listing): Promise<Listed> {
  const { items } = await server.call('GET /api/pipelines', {});
  const rows = items.slice(0, limit);
  const lines = tableLines(
    [
      { title: 'NAME' },
      { title: 'LAST RUN' },
      { title: 'STATUS' },
      { title: 'STARTED' },
      { title: 'TIME', align: 'right' },
      { title: 'STEPS' },
      { title: 'SOURCE' },
      { title: 'ID' },
    ],
    rows.map((row) => pipelineCells(row, context.now())),
  );
  return { rows, lines };
}

function pipelineCells({ name, source, lastRun }: PipelineRow, now: number): string[] {
  const place = `${source.file}:${source.line}`;
  if (!lastRun) return [name, '', 'not run yet', '', '', '', place, ''];
  const cached = lastRun.cached > 0 ? `, ${lastRun.cached} cached` : '';
  return [
    name,
    lastRun.name,
    lastRun.status,
    ageText(lastRun.startedAt, now),
    tookText(lastRun.startedAt, lastRun.endedAt, now),
    `${lastRun.done} of ${lastRun.steps}${cached}`,
    place,
    shortId(lastRun.id),
  ];
}

async function artifacts({ server, context, limit }: Listing): Promise<Listed> {
  const { items } = await server.call('GET /api/artifacts', {});
  const rows = [...items].sort((a, b) => b.createdAt - a.createdAt).slice(0, limit);
  const lines = tableLines(
    [
      { title: 'NAME' },
      { title: 'VERSION', align: 'right' },
      { title: 'TYPE' },
      { title: 'SIZE', align: 'right' },
      { title: 'MADE BY' },
      { title: 'CREATED' },
      { title: 'ID' },
    ],
    rows.map((row) => [
      row.name,
      `v${row.version}`,
      row.type,
      formatBytes(row.size),
      [row.pipeline, row.stepId].filter(Boolean).join(' / '),
      ageText(row.createdAt, context.now()),
      shortId(row.id),
    ]),
  );
  return { rows, lines };
}

function parseKind(text: string): Kind {
  const kind = KINDS.find((name) => name === text || name === `${text}s`);
  if (!kind) throw new UsageError(`ls takes ${KINDS.join(', ')}, not "${text}"`);
  return kind;
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new UsageError(`--limit takes a number from 1 to ${MOST}, not "${text}"`);
  }
  return limit;
}
