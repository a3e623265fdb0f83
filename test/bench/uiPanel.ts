// The extension's side of a panel without the editor: border, feed and channel to a page, over a running server.
import { EventStream } from '../../src/client/events';
import { ServerClient } from '../../src/client/http';
import { Asking } from '../../src/extension/panels/asking';
import { Feed } from '../../src/extension/panels/feed';
import { panelHost } from '../../src/extension/panels/panelHost';
import { SURFACE_TOPICS, surfaceOf } from '../../src/extension/panels/surfaces';
import type { FolderSession } from '../../src/extension/session/folderSession';
import { openChannel } from '../../src/protocol/channel';
import type { Discovery } from '../../src/protocol/discovery';
import type { PanelPage, PanelSubject, ShownSlot } from '../../src/protocol/webview/panel';

export interface SideOptions {
  readonly server: Pick<Discovery, 'port' | 'tokens'>;
  readonly subject: PanelSubject;
  readonly shown?: readonly ShownSlot[];
  /** Sends a message, as text, to the page. */
  readonly post: (text: string) => void;
}

export interface Side {
  /** A message of the page, as text. */
  receive(text: string): void;
  /** What went wrong so far. */
  readonly problems: readonly string[];
  dispose(): void;
}

export function openSide({ server, subject, shown = [], post }: SideOptions): Side {
  const problems: string[] = [];
  const log = (message: string) => void problems.push(message);
  const client = new ServerClient(server);
  const session = {
    folder: { root: '/bench', name: 'bench' },
    call: client.call.bind(client),
  } as unknown as FolderSession;
  const asking = new Asking({
    places: { ofRun: () => session },
    place: () => session,
    onLate: () => undefined,
    log,
  });
  const status = { kind: 'up', storeBytes: undefined } as const;
  const host = panelHost({
    begin: async () => {
      feed.begin();
      return { ...START, subject, status, shown };
    },
    asking,
    run: async () => undefined,
    show: async () => undefined,
    editor: { copy: async () => undefined, save: async () => true },
    log,
  });
  let receive: (message: unknown) => void = () => undefined;
  const endpoint = {
    post: (message: unknown) => post(JSON.stringify(message)),
    onMessage: (listener: (message: unknown) => void) => {
      receive = listener;
      return { dispose: () => undefined };
    },
  };
  const timers = {
    set: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
    clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
  };
  const local = { ...host, listViews: async () => ({ views: [], problems: [] }) };
  const channel = openChannel<PanelPage, typeof local>(endpoint, local, { timers });
  const topics = SURFACE_TOPICS[surfaceOf(subject)];
  const feed = new Feed({
    page: channel.remote,
    topics,
    status: async () => status,
    shown: () => shown,
    log,
  });
  const events = new EventStream({ topics });
  events.onEvent((event) => feed.event(event));
  events.connect(server);
  return {
    receive: (text) => receive(JSON.parse(text)),
    problems,
    dispose() {
      for (const each of [events, feed, channel, client]) each.dispose();
    },
  };
}

const START = {
  place: { id: 'bench', name: 'bench', source: undefined, canWrite: true, canRun: true },
  locale: 'en-GB',
  texts: {},
};
