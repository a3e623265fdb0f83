/** The straight line through points. */
import type { XY } from './series';

export interface Trend {
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance of y that the line explains, 0 … 1. */
  readonly r2: number;
}

/**
 * Ordinary least squares about the means; undefined with fewer than three finite points or when all x are
 * equal: two points always lie on a line.
 */
export function trendOf(points: readonly XY[]): Trend | undefined {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const n = finite.length;
  if (n < 3) return undefined;
  const meanX = finite.reduce((sum, { x }) => sum + x / n, 0);
  const meanY = finite.reduce((sum, { y }) => sum + y / n, 0);
  let [xy, xx, yy] = [0, 0, 0];
  for (const { x, y } of finite) {
    xy += (x - meanX) * (y - meanY);
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
  }
  // The largest numbers have squares beyond all numbers.
  if (!(xx > 0) || !Number.isFinite(xx * yy) || !Number.isFinite(xy)) return undefined;
  const slope = xy / xx;
  const r2 = yy === 0 ? 1 : Math.min(1, (xy * xy) / (xx * yy));
  return { slope, intercept: meanY - slope * meanX, r2 };
}
