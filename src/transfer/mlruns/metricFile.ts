// Streams the lines of a metric file: one point each, in the forms that versions of MLflow wrote.
import * as fs from 'node:fs';
import type { MetricPoint } from '../../domain/metric';
import type { Notes, SourceModelMetric } from '../source';

const BLOCK = 256 * 1024;

/**
 * A line of a run's metric: `time value`, `time value step`, or with the name and digest of a
 * dataset behind. MLflow reads the last form with step 0; the step that is written counts here.
 * Undefined when it is none of these.
 */
export function parseRunPoint(line: string): MetricPoint | undefined {
  const fields = line.trim().split(' ');
  if (![2, 3, 5].includes(fields.length)) return undefined;
  return parsePoint(fields);
}

/** A line of a logged model's metric: `time value step run`, or with a dataset behind. */
export function parseModelPoint(key: string, line: string): SourceModelMetric | undefined {
  const fields = line.trim().split(' ');
  if (![4, 6].includes(fields.length)) return undefined;
  const point = parsePoint(fields);
  const [, , , runId = '', datasetName, datasetDigest] = fields;
  return point && { key, ...point, runId, datasetName, datasetDigest };
}

function parsePoint([time = '', value = '', step = '0']: readonly string[]):
  | MetricPoint
  | undefined {
  const point = { step: Number(step), timestamp: Number(time), value: parseValue(value) };
  const isWhole = /^-?\d+$/.test(time) && /^-?\d+$/.test(step);
  return isWhole && point.value !== undefined ? { ...point, value: point.value } : undefined;
}

/** What Python's `str` makes of a float, and what its `float` takes. */
function parseValue(text: string): number | undefined {
  const named = /^([+-]?)(nan|inf|infinity)$/i.exec(text);
  if (named) {
    if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

export interface PointReading<T> {
  parse(line: string): T | undefined;
  /** Points given at once. */
  readonly most: number;
  /** Whether nothing is being written any more: then a last line without end counts. */
  readonly isOver: boolean;
  readonly notes: Notes;
}

/**
 * The points of a file, some at once. Lines that are none are told to `notes`, by the number of the
 * first of them.
 */
export async function* pointsOf<T>(
  file: string,
  { parse, most, isOver, notes }: PointReading<T>,
): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let [number, bad, firstBad] = [0, 0, 0];
  for await (const lines of linesOf(file, isOver)) {
    for (const line of lines) {
      number++;
      if (line === '') continue;
      const point = parse(line);
      if (point !== undefined) batch.push(point);
      else if (bad++ === 0) firstBad = number;
      if (batch.length < most) continue;
      yield batch;
      batch = [];
    }
  }
  if (bad > 0) notes(`${file}:${firstBad}`, badLines(bad));
  if (batch.length > 0) yield batch;
}

const badLines = (count: number): string =>
  count === 1
    ? 'This line is no point of a metric and was left out.'
    : `This line and ${count - 1} more are no points of a metric and were left out.`;

async function* linesOf(file: string, withLast: boolean): AsyncGenerator<string[]> {
  let rest = '';
  for await (const part of fs.createReadStream(file, { encoding: 'utf8', highWaterMark: BLOCK })) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (withLast && rest !== '') yield [rest];
}
