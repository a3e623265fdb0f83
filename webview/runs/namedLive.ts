/** A query whose answer is columns in the order of the question: it comes with the names that were asked for. */
import type { ReplyOf, RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { RunsHost } from '../../src/protocol/webview/views';
import { Live, wait } from '../shared/live';
import type { Panel } from '../shared/panel';
import type { PageView } from './pageView';

type ColumnRoute = 'POST /api/run-table' | 'POST /api/run-groups';

export interface NamedQuery<R extends ColumnRoute> {
  readonly request: RequestOf<R>;
  /** Ids of the columns that the question asks for. */
  readonly ids: readonly string[];
}

export interface NamedReply<R extends ColumnRoute> {
  readonly reply: ReplyOf<R>;
  readonly ids: readonly string[];
}

export type NamedLive<R extends ColumnRoute> = Live<NamedQuery<R>, NamedReply<R>>;

/** An older answer keeps its own names while a question with other columns is on its way. */
export function namedLive<R extends ColumnRoute>(
  panel: Panel<PageView, RunsHost>,
  route: R,
  touches: (event: ServerEvent) => boolean,
): NamedLive<R> {
  const live = new Live<NamedQuery<R>, NamedReply<R>>({
    ask: async ({ request, ids }) => {
      const answer = await panel.host.ask(route, request);
      return answer.ok ? { ok: true, value: { reply: answer.value, ids } } : answer;
    },
    now: Date.now,
    after: wait,
  });
  panel.follow(live, touches);
  return live;
}
