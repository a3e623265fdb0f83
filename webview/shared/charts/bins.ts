/** Values put into a few bins, and a metric's mean over the bins of two parameters. */
import { formatMetric } from '../../../src/domain/display';
import { numberOf } from './correlation';

export interface Bins {
  /** One per bin, in order: `adam`, `0.001`, `0.01 … 0.1`. */
  readonly labels: readonly string[];
  /** The bin of a value; undefined when it has none. */
  indexOf(text: string): number | undefined;
}

/** Up to so many different values each have a bin of their own. */
const MOST_BINS = 10;

/**
 * Few different values are a bin each: numbers in order, then texts by how often they come. Many numbers are put into ten
 * bins of equal width, of equal ratio where they are positive and span more than two decades (learning rates); many
 * texts beyond the nine most frequent share the last bin.
 */
export function binsOf(texts: readonly string[], rest: string = 'other'): Bins {
  const numbers = texts.map(numberOf);
  const isNumeric = texts.length > 0 && numbers.every(Number.isFinite);
  if (isNumeric && new Set(numbers).size > MOST_BINS) return ranges(numbers);
  if (isNumeric) return ofNumbers([...new Set(numbers)].sort((a, b) => a - b));
  return ofTexts(texts, rest);
}

function ofNumbers(values: readonly number[]): Bins {
  const index = new Map(values.map((value, i) => [value, i]));
  return { labels: values.map(formatMetric), indexOf: (text) => index.get(numberOf(text)) };
}

function ofTexts(texts: readonly string[], rest: string): Bins {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const all = byCount.map(([text]) => text);
  if (all.length <= MOST_BINS) {
    const index = new Map(all.map((text, i) => [text, i]));
    return { labels: all, indexOf: (text) => index.get(text) };
  }
  const named = all.slice(0, MOST_BINS - 1);
  const index = new Map(named.map((text, i) => [text, i]));
  const indexOf = (text: string) =>
    counts.has(text) ? (index.get(text) ?? MOST_BINS - 1) : undefined;
  return { labels: [...named, rest], indexOf };
}

const DECADES = 100;

function ranges(numbers: readonly number[]): Bins {
  const [low, high] = [least(numbers), greatest(numbers)];
  const isRatio = low > 0 && high / low > DECADES;
  const into = (value: number) => (isRatio ? Math.log(value) : value);
  const out = (value: number) => (isRatio ? Math.exp(value) : value);
  // Divided first: the distance of the largest numbers is beyond all numbers.
  const width = into(high) / MOST_BINS - into(low) / MOST_BINS;
  const edge = (i: number) => (i === MOST_BINS ? high : out(into(low) + i * width));
  return {
    labels: Array.from(
      { length: MOST_BINS },
      (_, i) => `${formatMetric(edge(i))} … ${formatMetric(edge(i + 1))}`,
    ),
    indexOf: (text) => {
      const value = numberOf(text);
      if (!(value >= low && value <= high)) return undefined;
      return Math.min(MOST_BINS - 1, Math.floor(into(value) / width - into(low) / width));
    },
  };
}

export interface BinnedCell {
  readonly x: number;
  readonly y: number;
  readonly mean: number;
  readonly runs: number;
}

export interface BinnedRun {
  readonly x: string | null;
  readonly y: string | null;
  readonly value: number | null;
}

/** The mean of the runs' finite values in each cell that has any; every such run is in one cell. */
export function binned(runs: readonly BinnedRun[], xBins: Bins, yBins: Bins): BinnedCell[] {
  const cells = new Map<string, { x: number; y: number; sum: number; runs: number }>();
  for (const { x, y, value } of runs) {
    const column = x === null ? undefined : xBins.indexOf(x);
    const row = y === null ? undefined : yBins.indexOf(y);
    if (column === undefined || row === undefined) continue;
    if (value === null || !Number.isFinite(value)) continue;
    const key = `${column} ${row}`;
    const cell = cells.get(key) ?? { x: column, y: row, sum: 0, runs: 0 };
    cells.set(key, { ...cell, sum: cell.sum + value, runs: cell.runs + 1 });
  }
  return [...cells.values()].map(({ x, y, sum, runs: n }) => ({ x, y, mean: sum / n, runs: n }));
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
