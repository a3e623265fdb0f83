/** A query of a panel as a hook: asked while the component is there, kept up to date by events. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ReplyOf } from '../../src/protocol/control';
import type { PageRoute } from '../../src/protocol/webview/panel';
import type { LiveState } from './live';
import { useLive } from './live';
import type { LiveOptions, Panel } from './panel';

export interface Query<T> extends LiveState<T> {
  /** Asks once more at once: *Try Again*. */
  again(): void;
  /** Something of it has changed: asks again soon. */
  touch(): void;
}

/** A request that differs as JSON is asked anew; the old answer stays until the new one is here. */
export function useQuery<R extends PageRoute>(
  panel: Pick<Panel<never>, 'live'>,
  options: LiveOptions<R>,
): Query<ReplyOf<R>> {
  const { route, request } = options;
  const newest = useRef(options);
  newest.current = options;
  const live = useMemo(
    () =>
      panel.live<R>({
        route,
        request: undefined,
        touches: (event, value) => newest.current.touches(event, value),
      }),
    [panel, route],
  );
  const asked = JSON.stringify(request);
  useEffect(() => live.ask(request), [live, asked]);
  useEffect(() => () => live.dispose(), [live]);
  const state = useLive<ReplyOf<R>>(live);
  // The same functions as long as the query is the same: effects may depend on them.
  const acts = useMemo(() => ({ again: () => live.again(), touch: () => live.touch() }), [live]);
  return useMemo(() => ({ ...state, ...acts }), [state, acts]);
}
