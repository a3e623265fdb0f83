/** How many runs came on top while someone looks further down. */
import { useEffect, useRef } from 'preact/hooks';
import type { RunsModel } from './model';

/** 0 unless the newest come first and the top is out of view. */
export function useNewRuns(model: RunsModel): number {
  const { view, state, feed } = model;
  const count = feed.top?.count;
  const isAway = (state.view.place?.index ?? 0) > 0;
  const [first] = view.sort;
  const isByStart = view.sort.length === 0 || (first?.id === 'started' && first.desc);
  const isTold = isAway && isByStart && view.groupBy.length === 0;
  // Another filter finds other runs, which are not new.
  const of = `${view.filter} ${view.isNested}`;
  const seen = useRef({ of, count });
  useEffect(() => {
    if (!isTold || seen.current.of !== of) seen.current = { of, count };
    else seen.current.count ??= count;
  }, [isTold, of, count]);
  const { current } = seen;
  if (!isTold || current.of !== of || count === undefined) return 0;
  return Math.max(0, count - (current.count ?? count));
}
