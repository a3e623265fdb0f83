/** Quantiles, and the range of values without those that lie far outside. */

/**
 * The quantile by linear interpolation between order statistics: Hyndman and Fan, "Sample quantiles in
 * statistical packages", The American Statistician 50 (1996), definition 7.
 * @param sorted ascending and finite; @param p 0 … 1. NaN when there are no values.
 */
export function quantile(sorted: readonly number[], p: number): number {
  const place = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) return Number.NaN;
  if (low === high) return low;
  const share = place - Math.floor(place);
  return low * (1 - share) + high * share;
}

export interface Fences {
  readonly low: number;
  readonly high: number;
  /** Values beyond them. */
  readonly outside: number;
}

const FENCE = 1.5;

/**
 * The inner fences of Tukey, "Exploratory Data Analysis" (1977), drawn in to the values that lie within:
 * quartiles ∓ 1.5 × their distance. Undefined when nothing lies outside, or half of the values are equal.
 */
export function fencesOf(values: readonly number[]): Fences | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const [q1, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const spread = q3 - q1;
  if (!(spread > 0) || !Number.isFinite(spread)) return undefined;
  const inside = sorted.filter((v) => v >= q1 - FENCE * spread && v <= q3 + FENCE * spread);
  const [low, high] = [inside[0], inside.at(-1)];
  if (low === undefined || high === undefined || inside.length === sorted.length) return undefined;
  return { low, high, outside: sorted.length - inside.length };
}
