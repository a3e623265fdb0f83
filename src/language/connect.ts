/** Connects to the running server of a root; the language server never starts one. */
import { toDisposable } from '../base/disposable';
import { findServer } from '../client/discovery';
import { EventStream } from '../client/events';
import { ServerClient } from '../client/http';
import { PROTOCOL } from '../protocol/discovery';
import type { StoreLink } from './storeLink';

export async function connectToStore(root: string): Promise<StoreLink | undefined> {
  const discovery = await findServer(root);
  if (!discovery || discovery.protocol.major !== PROTOCOL.major) return undefined;
  const client = new ServerClient(discovery);
  const stream = new EventStream({ topics: ['pipelines', 'experiments'] });
  const link = toDisposable(() => {
    stream.dispose();
    client.dispose();
  });
  await opened(stream, discovery, link.dispose);
  return {
    call: (route, request) => client.call(route, request),
    onEvent: stream.onEvent,
    onDidEnd: stream.onDidEnd,
    dispose: link.dispose,
  };
}

/** Resolves when events from now on arrive. */
function opened(
  stream: EventStream,
  discovery: Parameters<EventStream['connect']>[0],
  giveUp: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiting = [
      stream.onDidOpen(() => {
        for (const listener of waiting) listener.dispose();
        resolve();
      }),
      stream.onDidEnd((error) => {
        giveUp();
        reject(error);
      }),
    ];
    stream.connect(discovery);
  });
}
