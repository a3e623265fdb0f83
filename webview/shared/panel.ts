/** Joins a page to its panel: the channel, what it is told, kept view state, queries that stay up to date. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import { Emitter, type Event } from '../../src/base/event';
import { isRecord } from '../../src/base/json';
import type { Methods } from '../../src/protocol/channel';
import type { ReplyOf, RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type {
  PageRoute,
  PanelHost,
  PanelMemory,
  PanelPage,
  PanelStart,
  PanelWish,
  PlaceStatus,
  ShownSlot,
} from '../../src/protocol/webview/panel';
import { type Host, openHost } from './host';
import { type KeptView, readKept, writeKept } from './kept';
import { Live, wait } from './live';
import { setTexts } from './texts';

/** What a page knows of its panel. */
export interface PanelState<V> {
  /** Undefined until the panel has answered for the first time. */
  readonly start: PanelStart | undefined;
  readonly status: PlaceStatus;
  readonly shown: readonly ShownSlot[];
  readonly view: V;
  /** Why the panel did not answer; it is asked again. */
  readonly problem: string | undefined;
}

export interface LiveOptions<R extends PageRoute> {
  readonly route: R;
  /** Undefined: nothing is asked yet; see `Live.ask`. */
  readonly request: RequestOf<R> | undefined;
  /** Whether an event may change the answer. `reset` and a server's return always do. */
  touches(event: ServerEvent, value: ReplyOf<R> | undefined): boolean;
}

export interface PanelOptions<V, Page> {
  readonly view: KeptView<V>;
  /** The view after something was asked of the panel from outside. */
  readonly onWish?: OnWish<V>;
  /** Methods of the surface's own interface beside those of `PanelPage`. */
  readonly local?: Omit<Page, keyof PanelPage>;
  /** Milliseconds until a panel that did not answer is asked again. */
  readonly retryMs?: number;
}

export type OnWish<V> = (view: V, wish: PanelWish) => V;

const RETRY_MS = 1000;

export class Panel<V, Remote extends PanelHost & Methods<Remote> = PanelHost> {
  private current: PanelState<V>;
  private readonly changed = new Emitter<void>();
  private readonly received = new Emitter<readonly ServerEvent[]>();
  /** Of `live`: without the panel nobody would end them. */
  private readonly lives = new Set<{ dispose(): void }>();
  private readonly queries = new Set<{ again(): void; events(e: readonly ServerEvent[]): void }>();
  private isDisposed = false;

  readonly onDidChange: Event<void> = this.changed.event;
  readonly onEvents: Event<readonly ServerEvent[]> = this.received.event;

  constructor(
    private readonly channel: Host<Remote>,
    private readonly keptView: KeptView<V>,
    private readonly retryMs: number = RETRY_MS,
    private readonly onWish: OnWish<V> = (view) => view,
  ) {
    this.current = {
      start: undefined,
      status: { kind: 'starting' },
      shown: [],
      view: readKept(channel.kept, keptView),
      problem: undefined,
    };
  }

  get host(): Remote {
    return this.channel.remote;
  }

  get state(): PanelState<V> {
    return this.current;
  }

  /** Keeps it, too: it is there after a reload of the window. */
  setView(view: V): void {
    this.keep(view, this.current.start);
    this.set({ view });
  }

  /** Tells the panel that the page listens; asks again until it answers. Never rejects. */
  async begin(): Promise<void> {
    try {
      const start = await this.channel.remote.ready();
      setTexts(start.texts, start.locale);
      const view = start.wish ? this.onWish(this.current.view, start.wish) : this.current.view;
      this.keep(view, start);
      this.set({ start, status: start.status, shown: start.shown, view, problem: undefined });
    } catch (error) {
      if (this.isDisposed) return;
      this.set({ problem: messageOf(error) });
      setTimeout(() => void this.begin(), this.retryMs);
    }
  }

  /** A query of a route that follows events until it or the panel is disposed. */
  live<R extends PageRoute>(options: LiveOptions<R>): Live<RequestOf<R>, ReplyOf<R>> {
    const live = new Live<RequestOf<R>, ReplyOf<R>>({
      ask: (request) => this.channel.remote.ask(options.route, request),
      now: Date.now,
      after: wait,
    });
    this.follow(live, (event) => options.touches(event, live.state.value));
    this.lives.add(live);
    live.onDispose(() => this.lives.delete(live));
    live.ask(options.request);
    return live;
  }

  /** Has a query of the page's own asked again as `live` does; `dispose` of the query ends that. */
  follow(
    live: Pick<Live<never, unknown>, 'again' | 'touch' | 'onDispose'>,
    touches: (event: ServerEvent) => boolean,
  ): void {
    const entry = {
      again: () => live.again(),
      events: (events: readonly ServerEvent[]) => {
        if (events.some((event) => event.type === 'reset' || touches(event))) live.touch();
      },
    };
    this.queries.add(entry);
    live.onDispose(() => this.queries.delete(entry));
  }

  /** What the panel calls. */
  readonly page: PanelPage = {
    status: async (status) => {
      const isBack = this.current.status.kind !== 'up' && status.kind === 'up';
      this.set({ status });
      if (isBack) for (const query of this.queries) query.again();
    },
    events: async (events) => {
      for (const query of [...this.queries]) query.events(events);
      this.received.fire(events);
    },
    shown: async (shown) => this.set({ shown }),
    wish: async (wish) => this.setView(this.onWish(this.current.view, wish)),
  };

  dispose(): void {
    this.isDisposed = true;
    for (const live of [...this.lives]) live.dispose();
    this.channel.dispose();
    this.changed.dispose();
    this.received.dispose();
  }

  /** With what the extension needs to open the panel again. */
  private keep(view: V, start: PanelStart | undefined): void {
    const panel: PanelMemory | undefined = start && {
      place: start.place.id,
      subject: start.subject,
    };
    const held = isRecord(this.channel.kept) ? this.channel.kept['panel'] : undefined;
    this.channel.keep({ ...writeKept(view, this.keptView), panel: panel ?? held });
  }

  private set(part: Partial<PanelState<V>>): void {
    this.current = { ...this.current, ...part };
    this.changed.fire();
  }
}

/** May be called once per page; the page is drawn by who calls, see `usePanel`. */
export function openPanel<
  V,
  Remote extends PanelHost & Methods<Remote> = PanelHost,
  Page extends PanelPage & Methods<Page> = PanelPage,
>(options: PanelOptions<V, Page>): Panel<V, Remote> {
  // The channel wants its methods at once; the panel that has them wants the channel.
  const own: { panel?: Panel<V, Remote> } = {};
  const local: PanelPage = {
    status: async (status) => own.panel?.page.status(status),
    events: async (events) => own.panel?.page.events(events),
    shown: async (shown) => own.panel?.page.shown(shown),
    wish: async (wish) => own.panel?.page.wish(wish),
  };
  const channel = openHost<Remote, PanelPage>({ ...options.local, ...local });
  const panel = new Panel<V, Remote>(channel, options.view, options.retryMs, options.onWish);
  own.panel = panel;
  void panel.begin();
  return panel;
}

/** The state of a panel, drawn anew as it changes. */
export function usePanel<V>(panel: {
  readonly state: PanelState<V>;
  readonly onDidChange: Event<void>;
}): PanelState<V> {
  const [state, setState] = useState(panel.state);
  useEffect(() => {
    setState(panel.state);
    const subscription = panel.onDidChange(() => setState(panel.state));
    return () => subscription.dispose();
  }, [panel]);
  return state;
}
