// Each page as its entry joins it, and the extension's side of its panel: border, feed and channel, without the editor.
/** @jsxRuntime automatic @jsxImportSource preact */
import type { VNode } from 'preact';
import { render } from 'preact';
import { Emitter } from '../../src/base/event';
import { Asking } from '../../src/extension/panels/asking';
import { Feed } from '../../src/extension/panels/feed';
import { panelHost } from '../../src/extension/panels/panelHost';
import { SURFACE_TOPICS, surfaceOf } from '../../src/extension/panels/surfaces';
import type { FolderSession } from '../../src/extension/session/folderSession';
import { type Channel, openChannel } from '../../src/protocol/channel';
import type { ControlRoute, RequestOf } from '../../src/protocol/control';
import type { ArtifactHost } from '../../src/protocol/webview/artifact';
import type {
  PanelPage,
  PanelSubject,
  PlaceStatus,
  ShownSlot,
} from '../../src/protocol/webview/panel';
import type { RunsHost } from '../../src/protocol/webview/views';
import { App as ArtifactApp } from '../../webview/artifact/app';
import { KEPT as ARTIFACT_VIEW } from '../../webview/artifact/view';
import { App as ChartsApp } from '../../webview/charts/app';
import { KEPT_VIEW as CHARTS_VIEW } from '../../webview/charts/view';
import { App as ModelsApp } from '../../webview/models/app';
import { MODELS_VIEW } from '../../webview/models/view';
import { App as PipelineApp } from '../../webview/pipeline/app';
import { layoutGraph } from '../../webview/pipeline/dagreLayout';
import type { Layouter } from '../../webview/pipeline/layouter';
import { PIPELINE_VIEW } from '../../webview/pipeline/view';
import { App as RunApp } from '../../webview/run/app';
import { RUN_VIEW } from '../../webview/run/view';
import { App as RunsApp } from '../../webview/runs/app';
import { RunsModel } from '../../webview/runs/model';
import { PAGE_VIEW } from '../../webview/runs/pageView';
import { Changes } from '../../webview/shared/changes';
import { type KeptView, writeKept } from '../../webview/shared/kept';
import { openPanel } from '../../webview/shared/panel';
import { NowContext } from '../../webview/shared/table/clock';
import { Toaster } from '../../webview/shared/ui/toast';
import type { openPage } from './dom';
import { OTHER_RUN, RUN } from './happenings';
import { NOW, type World } from './world';

interface Joined {
  readonly node: VNode;
  dispose(): void;
}

/** What the worker does, on this thread. */
const layouter: Layouter = {
  layout: async (graph) => layoutGraph(graph),
  refusal: undefined,
  dispose: () => undefined,
};

type PageId = ReturnType<typeof surfaceOf>;

/** As `main.tsx` of each page does it. */
const JOIN: Readonly<Record<PageId, () => Joined>> = {
  runs() {
    const panel = openPanel<typeof PAGE_VIEW.initial, RunsHost, PanelPage>({ view: PAGE_VIEW });
    const node = <RunsApp model={new RunsModel(panel)} toaster={new Toaster()} now={NOW} />;
    return { node, dispose: () => panel.dispose() };
  },
  charts() {
    const panel = openPanel<typeof CHARTS_VIEW.initial, ArtifactHost>({ view: CHARTS_VIEW });
    const node = <ChartsApp panel={panel} onFetched={new Emitter<never>().event} />;
    return { node, dispose: () => panel.dispose() };
  },
  run() {
    const panel = openPanel({ view: RUN_VIEW });
    return { node: <RunApp panel={panel} />, dispose: () => panel.dispose() };
  },
  pipeline() {
    const panel = openPanel({ view: PIPELINE_VIEW });
    const node = <PipelineApp panel={panel} layouter={layouter} />;
    return { node, dispose: () => panel.dispose() };
  },
  artifact() {
    const panel = openPanel<typeof ARTIFACT_VIEW.initial, ArtifactHost>({ view: ARTIFACT_VIEW });
    const toaster = new Toaster();
    const changes = new Changes(panel.host, toaster);
    const page = { panel, changes, toaster, onFetched: new Emitter<never>().event };
    return { node: <ArtifactApp page={page} />, dispose: () => panel.dispose() };
  },
  models() {
    const panel = openPanel({ view: MODELS_VIEW });
    return { node: <ModelsApp panel={panel} />, dispose: () => panel.dispose() };
  },
};

const VIEWS: Readonly<Record<PageId, KeptView<never>>> = {
  runs: PAGE_VIEW as KeptView<never>,
  charts: CHARTS_VIEW as KeptView<never>,
  run: RUN_VIEW as KeptView<never>,
  pipeline: PIPELINE_VIEW as KeptView<never>,
  artifact: ARTIFACT_VIEW as KeptView<never>,
  models: MODELS_VIEW as KeptView<never>,
};

const SHOWN: readonly ShownSlot[] = [
  { runId: RUN, slot: 0 },
  { runId: OTHER_RUN, slot: 11 },
];

export interface LiveOptions {
  readonly subject: PanelSubject;
  /** Over the page's first view. */
  readonly view: object;
  readonly world: World;
  readonly dom: ReturnType<typeof openPage>;
}

/** A panel in an editor: its page comes and goes, what is sent to a page that is gone is lost. */
export class LivePage {
  private readonly feed: Feed;
  private readonly channel: Channel<PanelPage>;
  private readonly surface: PageId;
  private toExtension: ((message: unknown) => void) | undefined;
  private joined: Joined | undefined;
  /** Counts the pages. */
  private lives = 0;
  private kept: unknown;
  readonly logged: string[] = [];

  constructor(private readonly options: LiveOptions) {
    const { subject, view, world } = options;
    this.surface = surfaceOf(subject);
    const first = VIEWS[this.surface];
    this.kept = structuredClone(
      writeKept({ ...(first.initial as object), ...view } as never, first),
    );
    const log = (message: string) => void this.logged.push(message);
    const session = {
      folder: { root: '/digits', name: 'digits' },
      call: <R extends ControlRoute>(route: R, request: RequestOf<R>) => world.call(route, request),
    } as unknown as FolderSession;
    const asking = new Asking({
      places: { ofRun: () => session },
      place: () => session,
      onLate: () => undefined,
      log,
    });
    const host = panelHost({
      begin: async () => this.begin(),
      asking,
      run: async () => undefined,
      show: async () => undefined,
      editor: { copy: async () => undefined, save: async () => true },
      log,
    });
    this.channel = this.connect({
      ...host,
      listViews: async () => ({ views: [], problems: [] }),
      uriOf: async () => ({ kind: 'pending' }),
    });
    this.feed = new Feed({
      page: this.channel.remote,
      topics: SURFACE_TOPICS[this.surface],
      status: async () => this.status,
      shown: () => SHOWN,
      log,
    });
    world.listener = {
      event: (event) => this.feed.event(event),
      status: () => this.feed.statusChanged(),
    };
  }

  get isShown(): boolean {
    return this.joined !== undefined;
  }

  /** The editor makes the page anew. */
  show(): void {
    if (this.joined) return;
    this.lives += 1;
    this.joined = JOIN[this.surface]();
    render(
      <NowContext.Provider value={NOW}>{this.joined.node}</NowContext.Provider>,
      this.options.dom.root,
    );
  }

  /** The editor destroys the page. */
  hide(): void {
    this.feed.end();
    this.leave();
  }

  /** As when the window is loaded again: the page is another one, and nobody said that it went. */
  reload(): void {
    this.leave();
    this.show();
  }

  dispose(): void {
    this.leave();
    this.feed.dispose();
    this.channel.dispose();
  }

  /** All text and names. */
  get text(): string {
    return textOf(this.options.dom.root as unknown as ParentNode & Node).replace(/\s+/g, ' ');
  }

  private leave(): void {
    this.lives += 1;
    this.joined?.dispose();
    this.joined = undefined;
    render(null, this.options.dom.root);
  }

  private begin() {
    this.feed.begin();
    return {
      place: { id: 'p', name: 'digits', source: undefined, canWrite: true, canRun: true },
      subject: this.options.subject,
      status: this.status,
      ...{ shown: SHOWN, locale: 'en-GB', texts: {} },
    };
  }

  private get status(): PlaceStatus {
    const isUp = this.options.world.isUp;
    return isUp ? { kind: 'up', storeBytes: undefined } : { kind: 'down', message: 'It ended.' };
  }

  /** Messages take a turn, arrive in order, and go to whatever page is there. */
  private connect(local: object): Channel<PanelPage> {
    const { window } = this.options.dom;
    (globalThis as Record<string, unknown>)['acquireVsCodeApi'] = () => {
      const life = this.lives;
      return {
        postMessage: (message: unknown) => {
          const copy: unknown = structuredClone(message);
          queueMicrotask(() => life === this.lives && this.toExtension?.(copy));
        },
        getState: () => this.kept,
        setState: (state: unknown) => {
          if (life === this.lives) this.kept = structuredClone(state);
        },
      };
    };
    const timers = {
      set: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
      clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
    };
    const endpoint = {
      post: (message: unknown) => {
        const data: unknown = structuredClone(message);
        queueMicrotask(() => {
          if (this.joined) window.dispatchEvent(new window.MessageEvent('message', { data }));
        });
      },
      onMessage: (listener: (message: unknown) => void) => {
        this.toExtension = listener;
        return { dispose: () => undefined };
      },
    };
    return openChannel<PanelPage, never>(endpoint, local as never, { timers });
  }
}

const NAMED = ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext'];

function textOf(node: Node): string {
  if (node.nodeType === 3) return node.textContent ?? '';
  const parts = [...node.childNodes].map(textOf);
  if ('getAttribute' in node) {
    const element = node as Element;
    parts.push(...NAMED.map((name) => element.getAttribute(name) ?? ''));
  }
  return parts.filter((part) => part !== '').join(' ');
}
