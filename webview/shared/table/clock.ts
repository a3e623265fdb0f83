/** Times that are told relative to now, renewed when they read differently. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { untilTextChanges } from '../../../src/base/timeText';

/** A fixed now for pictures; undefined: the clock's. */
export const NowContext = createContext<number | undefined>(undefined);

/** Now, again as soon as the age of `since` is told in other words; at most once a second. */
export function useNow(since: number): number {
  const fixed = useContext(NowContext);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (fixed !== undefined || !Number.isFinite(since)) return undefined;
    const wait = Math.max(1000, untilTextChanges(since, now));
    const timer = setTimeout(() => setNow(Date.now()), Math.min(wait, MAX_WAIT));
    return () => clearTimeout(timer);
  }, [fixed, since, now]);
  return fixed ?? now;
}

/** Timers of more than 2³¹ ms fire at once. */
const MAX_WAIT = 86_400_000;
