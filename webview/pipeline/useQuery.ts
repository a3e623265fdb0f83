/** A route that is asked as long as a component is there; the component is keyed by what it asks for. */
import { useEffect, useState } from 'preact/hooks';
import type { ReplyOf, RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { PageRoute } from '../../src/protocol/webview/panel';
import { type LiveState, useLive } from '../shared/live';
import type { Panel } from '../shared/panel';
import type { PipelineView } from './view';

export interface UsedQuery<T> extends LiveState<T> {
  again(): void;
}

export function useQuery<R extends PageRoute>(
  panel: Panel<PipelineView>,
  options: {
    readonly route: R;
    readonly request: RequestOf<R>;
    touches(event: ServerEvent): boolean;
  },
): UsedQuery<ReplyOf<R>> {
  const [live] = useState(() => panel.live<R>(options));
  useEffect(() => () => live.dispose(), [live]);
  const state = useLive<ReplyOf<R>>(live);
  return { ...state, again: () => live.again() };
}
