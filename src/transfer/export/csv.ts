// Runs as a table: one row each, a column for every parameter, metric and tag that any of them has.
import type { Run } from '../../domain/run';
import type { ExportContext, Selected } from './selection';

const FIXED = [
  'run_id',
  'run_name',
  'experiment_id',
  'experiment',
  'status',
  'user',
  'start_time',
  'end_time',
  'duration_seconds',
] as const;
/** Rows given at once. */
const ROWS = 100;

/** Runs are read twice: first for the columns. Metrics show MLflow's latest value. */
export async function* writeCsv(
  { progress }: ExportContext,
  { experiments, runs }: Selected,
): AsyncGenerator<string> {
  const names = new Map(experiments.map(({ experimentId, name }) => [experimentId, name]));
  const columns = await columnsOf(runs());
  const heads = columns.map(({ kind, key }) => `${kind}.${key}`);
  yield csvLine([...FIXED, ...heads]);
  let lines: string[] = [];
  progress.counts.seen = 0;
  for await (const run of runs()) {
    const cells = cellsOf(run);
    const experiment = names.get(run.info.experimentId) ?? '';
    const rest = columns.map(({ kind, key }) => cells.get(cellName(kind, key)) ?? '');
    lines.push(csvLine([...fixedCells(run, experiment), ...rest]));
    progress.add('runs');
    if (lines.length < ROWS) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

type Kind = 'params' | 'metrics' | 'tags';
interface Column {
  readonly kind: Kind;
  readonly key: string;
}

async function columnsOf(runs: AsyncIterable<Run>): Promise<Column[]> {
  const keys = { params: new Set<string>(), metrics: new Set<string>(), tags: new Set<string>() };
  for await (const run of runs) {
    for (const { key } of run.params) keys.params.add(key);
    for (const { key } of run.metrics) keys.metrics.add(key);
    for (const { key } of run.tags) keys.tags.add(key);
  }
  return (['params', 'metrics', 'tags'] as const).flatMap((kind) =>
    [...keys[kind]].sort().map((key) => ({ kind, key })),
  );
}

const cellName = (kind: Kind, key: string): string => `${kind} ${key}`;

function cellsOf({ params, metrics, tags }: Run): Map<string, string> {
  return new Map([
    ...params.map(({ key, value }) => [cellName('params', key), value] as const),
    ...metrics.map(({ key, last }) => [cellName('metrics', key), String(last.value)] as const),
    ...tags.map(({ key, value }) => [cellName('tags', key), value] as const),
  ]);
}

function fixedCells({ info }: Run, experiment: string): string[] {
  const { startTime, endTime } = info;
  return [
    info.runId,
    info.runName,
    info.experimentId,
    experiment,
    info.status,
    info.userId,
    timeText(startTime),
    endTime === undefined ? '' : timeText(endTime),
    endTime === undefined ? '' : String((endTime - startTime) / 1000),
  ];
}

/** ISO 8601 in UTC; the number where no calendar has such a time. */
function timeText(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/** A line as RFC 4180 has it. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
