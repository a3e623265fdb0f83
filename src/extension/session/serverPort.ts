/** What a folder's session needs of its server; `linkServer` provides it over `client/`. */
import type { Disposable } from '../../base/disposable';
import type { Event } from '../../base/event';
import type { ControlRoute, ReplyOf, RequestOf } from '../../protocol/control';
import type { Discovery } from '../../protocol/discovery';
import type { ServerEvent } from '../../protocol/events';

export type ServerState =
  | { readonly kind: 'starting' }
  /** `discovery` is undefined for a source that is not a folder's own server. */
  | { readonly kind: 'up'; readonly discovery: Discovery | undefined }
  /** With why, and what to do. */
  | { readonly kind: 'down'; readonly message: string };

export interface ServerPort extends Disposable {
  readonly state: ServerState;
  readonly onDidChangeState: Event<ServerState>;
  /** In order; `reset` after a gap. */
  readonly onEvent: Event<ServerEvent>;
  /** @throws RunlensError with the server's code and words, or why it cannot be reached. */
  call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>>;
  /** Starts the server when it is not there; several callers share one start. */
  start(): Promise<void>;
  /** Ends the server, whoever uses it, and starts it again. */
  restart(): Promise<void>;
}
