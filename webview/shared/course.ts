/** The course of a series in words: `fell from 2.3 to 0.41 over 900 steps`. */
import { formatMetric } from '../../src/domain/display';
import { t } from './texts';

export interface Course {
  /** The first and the last finite value. */
  readonly first: number;
  readonly last: number;
  /** From the first point to the last. */
  readonly steps: number;
  /** Finite values. */
  readonly count: number;
}

export function courseText({ first, last, steps, count }: Course): string {
  if (count === 0) return t('has no finite value');
  if (count === 1) return t('is {0}', formatMetric(last));
  const [from, to] = [formatMetric(first), formatMetric(last)];
  if (last < first) return t('fell from {0} to {1} over {2} steps', from, to, steps);
  if (last > first) return t('rose from {0} to {1} over {2} steps', from, to, steps);
  return t('stayed at {0} over {1} steps', to, steps);
}
