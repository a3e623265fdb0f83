/** Results that a cache policy says are too old. */
import { durationText } from '../../base/timeText';
import type { Reason, StepInvocation, StepRun } from '../../domain/pipeline';

/** Why a result is not used any more; undefined when it may be. */
export function expiry(
  { options: { cachePolicy } }: Pick<StepInvocation, 'options'>,
  result: Pick<StepRun, 'endedAt' | 'cachedFrom'>,
  now: number,
): Reason | undefined {
  const limit = cachePolicy?.expiresAfterMs;
  const madeAt = result.cachedFrom?.endedAt ?? result.endedAt ?? 0;
  if (limit === undefined || now - madeAt <= limit) return undefined;
  return { kind: 'expired', text: `the result is older than ${durationText(limit)}` };
}
