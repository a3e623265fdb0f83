/** What the language server needs of a connection to a root's runlens server. */
import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import type { ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { ServerEvent } from '../protocol/events';

export interface StoreLink extends Disposable {
  call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>>;
  /** Changes of pipelines, steps, artifacts, experiments and runs, and progress. */
  readonly onEvent: Event<ServerEvent>;
  /** The server is gone, or cannot be heard any more. */
  readonly onDidEnd: Event<Error>;
}

/** Finds the running server of a root and connects; undefined when there is none. Starts nothing. */
export type Connect = (root: string) => Promise<StoreLink | undefined>;
