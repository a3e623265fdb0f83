/** The server of a root as the commands see it: found or started, and brought back when it dies. */
import { type Disposable, DisposableStore } from '../base/disposable';
import { RunlensError } from '../base/errors';
import { type Connection, ensureServer } from '../client/connection';
import { serverUrl } from '../client/discovery';
import type { ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { Launcher } from '../protocol/discovery';
import type { ServerEvent, Topic } from '../protocol/events';

export interface Server extends Disposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly trackingToken: string;
  call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>>;
  /** Begins to listen; resolves when events from now on arrive. `onFail`: nobody answers any more. */
  events(
    topics: readonly Topic[],
    listener: (event: ServerEvent) => void,
    onFail: (error: Error) => void,
  ): Promise<Disposable>;
}

/** @throws RunlensError when none can be started, or the running one is of another version. */
export async function openServer(root: string, launcher: Launcher): Promise<Server> {
  const connection = await ensureServer({ root, launcher });
  const { state } = connection;
  if (state.kind !== 'up') throw new RunlensError('server.down', 'The server ended at once.');
  return {
    url: serverUrl(state.discovery),
    trackingToken: state.discovery.tokens.tracking,
    call: (route, request) => connection.call(route, request),
    events: (topics, listener, onFail) => listen(connection, { topics, listener, onFail }),
    dispose: () => connection.dispose(),
  };
}

interface Listening {
  readonly topics: readonly Topic[];
  readonly listener: (event: ServerEvent) => void;
  readonly onFail: (error: Error) => void;
}

async function listen(
  connection: Connection,
  { topics, listener, onFail }: Listening,
): Promise<Disposable> {
  const subscriptions = new DisposableStore();
  subscriptions.add(
    connection.onDidChangeState((state) => {
      if (state.kind === 'down') onFail(new RunlensError(state.code, state.message));
    }),
  );
  subscriptions.add(await connection.subscribe(topics, listener));
  return subscriptions;
}
