// How values lie: their number, mean, standard deviation and extremes, computed without cancellation.

export interface Spread {
  /** Finite values. */
  readonly n: number;
  /** NaN and infinities. */
  readonly left: number;
  /** This and the extremes are undefined when n is 0. */
  readonly mean?: number;
  /** Of the sample (n − 1); undefined when n is below 2, or when it is beyond all numbers. */
  readonly sd?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Beyond these, squares would overflow or vanish. */
const LARGE = 2 ** 500;
const SMALL = 2 ** -500;

/**
 * Two passes, the second with the correction for the rounding of the mean: Chan, Golub and LeVeque,
 * "Algorithms for computing the sample variance", The American Statistician 37 (1983), formula 1.7.
 * Very large and very small values are scaled by a power of two, which rounds nothing.
 */
export function spreadOf(values: readonly number[]): Spread {
  const finite = values.filter(Number.isFinite);
  const [n, left] = [finite.length, values.length - finite.length];
  if (n === 0) return { n, left };
  const { min, max } = extremesOf(finite);
  // Exactly, whatever the rounding: equal values are what seeds without effect look like.
  if (min === max) return { n, left, mean: min, min, max, ...(n > 1 && { sd: 0 }) };
  const scale = scaleOf(Math.max(Math.abs(min), Math.abs(max)));
  let sum = 0;
  for (const value of finite) sum += value * scale;
  const guess = sum / n;
  let squares = 0;
  let rest = 0;
  for (const value of finite) {
    const off = value * scale - guess;
    squares += off * off;
    rest += off;
  }
  const mean = Math.min(max, Math.max(min, (guess + rest / n) / scale));
  const sd = Math.sqrt(Math.max(0, squares - (rest * rest) / n) / (n - 1)) / scale;
  return { n, left, mean, min, max, ...(Number.isFinite(sd) && { sd }) };
}

function extremesOf(values: readonly number[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

function scaleOf(largest: number): number {
  if (largest > LARGE) return 2 ** -600;
  return largest < SMALL ? 2 ** 600 : 1;
}
