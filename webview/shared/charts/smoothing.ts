/** Smoothing of a noisy series by an exponential moving average without the bias of its start. */

/** Below so many points a line shows its own shape; beyond, noise hides it. */
const SHORT = 60;
const DEFAULT_WEIGHT = 0.6;

/** @param count points of the whole series, not only those that were fetched. */
export function weightOf(smoothing: number | 'auto', count: number): number {
  if (smoothing !== 'auto') return smoothing;
  return count < SHORT ? 0 : DEFAULT_WEIGHT;
}

/**
 * The debiased average of Kingma and Ba (Adam, 2014, section 3): `m ← w·m + (1−w)·v`, shown as
 * `m / (1 − wⁿ)` with n the number of finite values so far. A value that is not finite gives NaN, a gap
 * in the line, and counts neither in m nor in n.
 * @param weight 0 (the values themselves) up to but not including 1.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let mean = 0;
  let bias = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    mean = weight * mean + (1 - weight) * value;
    bias *= weight;
    return mean / (1 - bias);
  });
}
