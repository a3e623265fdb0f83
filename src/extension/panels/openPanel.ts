/** One open panel: its channel to the page, what the page is told, and the name on its tab. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { type Methods, openChannel } from '../../protocol/channel';
import type { ServerEvent } from '../../protocol/events';
import type {
  PageCommand,
  PageTarget,
  PanelPage,
  PanelStart,
  PanelSubject,
  PanelWish,
  PlaceStatus,
  ShownSlot,
} from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import { sourceOf } from '../sources/runIds';
import { isSource } from '../sources/sourceSession';
import type { Sources } from '../sources/sources';
import { t } from '../texts';
import { Asking } from './asking';
import { Feed } from './feed';
import { argumentsOf } from './pageCommands';
import { type EditorPort, panelHost } from './panelHost';
import { NOT_OPEN, type Places, placeId } from './places';
import { type PanelOf, surfaceMethods } from './surfaceMethods';
import { SURFACE_TOPICS, surfaceOf } from './surfaces';
import { renames, titleOf } from './titles';

export interface PanelParts {
  readonly places: Places;
  readonly sessions: Sessions;
  readonly sources: Sources;
  readonly shown: ShownRuns;
  readonly editor: EditorPort;
  /** Texts of the pages in the editor's language. */
  readonly texts: () => Readonly<Record<string, string>>;
  readonly log: (message: string) => void;
}

export interface OpenOptions extends PanelOf {
  /** Has the page made anew. */
  readonly draw: () => void;
}

let opened = 0;
function nextWatcher(): string {
  opened += 1;
  return `panel ${opened}`;
}

export class OpenPanel implements Disposable {
  readonly place: string;
  readonly subject: PanelSubject;
  private readonly own = new DisposableStore();
  private readonly feed: Feed;
  /** Who looks at a source. */
  private readonly watcher = nextWatcher();
  private readonly page: PanelPage;
  /** Asked of the panel and not told to a page yet. */
  private wished: PanelWish | undefined;
  /** What the page was told of its place. */
  private described = '';
  private readonly draw: () => void;

  constructor(
    readonly panel: vscode.WebviewPanel,
    of: OpenOptions,
    private readonly parts: PanelParts,
  ) {
    this.place = of.place;
    this.subject = of.subject;
    this.draw = of.draw;
    const log = (message: string) => parts.log(`${panel.title}: ${message}`);
    const asking = new Asking({
      places: parts.places,
      place: () => this.session,
      onLate: (events) => {
        for (const event of events) this.feed.event(event);
      },
      log,
    });
    const host = panelHost({
      begin: () => this.begin(),
      asking,
      run: ({ command, target }) => this.run(command, target),
      show: (runIds, shown) => this.show(runIds, shown),
      editor: parts.editor,
      log,
    });
    const extra = surfaceMethods({ panel, of, session: () => this.session, places: parts.places });
    const page = this.connect({ ...host, ...extra.local });
    this.page = page;
    extra.connect(page);
    this.feed = this.own.add(
      new Feed({
        page,
        topics: SURFACE_TOPICS[surfaceOf(of.subject)],
        status: () => this.status(),
        shown: () => this.slots(),
        log,
      }),
    );
    this.follow();
  }

  /** The place; @throws RunlensError when it is not open */
  get session(): FolderSession {
    return this.parts.places.need(this.place);
  }

  /** Reads the name of the subject and puts it on the tab. */
  async entitle(): Promise<void> {
    const session = this.parts.places.byId(this.place);
    if (!session || (await session.ready()).kind !== 'up') return;
    const isOnly = this.parts.sessions.all.length < 2;
    const title = await titleOf(this.subject, session, { isOnly, t });
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** Now when a page is there, else as soon as one is. */
  wish(wish: PanelWish): void {
    this.wished = wish;
    if (!this.feed.listening) return;
    this.page.wish(wish).then(
      () => {
        if (this.wished === wish) this.wished = undefined;
      },
      // Its page was hidden meanwhile: the next one gets it.
      (error: unknown) => this.parts.log(messageOf(error)),
    );
  }

  dispose(): void {
    this.own.dispose();
    for (const session of this.parts.sources.all) session.watch(this.watcher, false);
  }

  private connect<Local extends Methods<Local>>(local: Local): PanelPage {
    const endpoint = {
      // A hidden page is gone; it asks for everything when it comes back.
      post: (message: unknown) => void this.panel.webview.postMessage(message),
      onMessage: (listener: (message: unknown) => void) =>
        this.panel.webview.onDidReceiveMessage(listener),
    };
    const timers = {
      set: (callback: () => void, ms: number): unknown => setTimeout(callback, ms),
      clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
    };
    const channel = openChannel<PanelPage, Local>(endpoint, local, { timers });
    this.own.add(channel);
    return channel.remote;
  }

  /** From here on the page is told what changes; what it asks now is whole. */
  private async begin(): Promise<PanelStart> {
    const { places, texts } = this.parts;
    const { session } = this;
    this.feed.begin();
    const place = places.describe(session);
    this.described = JSON.stringify(place);
    this.watchSources();
    this.findTicked();
    const status = await places.status(session);
    const { wished } = this;
    this.wished = undefined;
    return {
      place,
      subject: this.subject,
      status,
      shown: this.slots(),
      locale: vscode.env.language,
      texts: texts(),
      ...(wished && { wish: wished }),
    };
  }

  private async status(): Promise<PlaceStatus> {
    const { places } = this.parts;
    const session = places.byId(this.place);
    return session ? places.status(session) : { kind: 'down', message: NOT_OPEN };
  }

  private slots(): readonly ShownSlot[] {
    return this.parts.shown.runs.map(({ row, slot }) => ({ runId: row.runId, slot }));
  }

  private async show(runIds: readonly string[], shown: boolean): Promise<void> {
    await this.parts.shown.chooseAll(runIds, shown);
    this.findTicked();
  }

  /** A failure is told by the command itself, as when it is called from a menu. */
  private async run(command: PageCommand, target: PageTarget): Promise<void> {
    const args = await argumentsOf(command, target, this.session);
    await vscode.commands.executeCommand(command, ...args);
  }

  private follow(): void {
    const { sessions, sources, shown, log } = this.parts;
    const entitle = () => {
      this.entitle().catch((error: unknown) => log(messageOf(error)));
    };
    const told = (session: FolderSession, event: ServerEvent) => {
      // Charts show runs of all places, the other pages those of their own.
      if (this.subject.kind !== 'charts' && placeId(session) !== this.place) return;
      this.feed.event(event);
      if (renames(event, this.subject)) entitle();
      if (event.type === 'status') this.redescribe();
    };
    const state = (session: FolderSession) => {
      if (placeId(session) !== this.place) return;
      this.feed.statusChanged();
      entitle();
    };
    const moved = this.whenMoved(entitle);
    const { own } = this;
    own.add(sessions.onEvent(({ session, event }) => told(session, event)));
    own.add(sessions.onDidChangeState(({ session }) => state(session)));
    own.add(sources.onEvent(({ session, event }) => told(session, event)));
    own.add(sources.onDidChangeState((session) => state(session)));
    own.add(shown.onDidChange(() => this.feed.shownChanged()));
    own.add(shown.onDidChange(() => this.watchSources()));
    own.add(sources.onDidChange(() => this.findTicked()));
    own.add(sources.onDidChange(moved));
    own.add(sessions.onDidChange(moved));
    own.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.redescribe()));
    own.add(
      sessions.onDidChangeExperiments(({ session }) => {
        // Whether it can be written is known only when it was asked.
        if (placeId(session) === this.place) this.redescribe();
      }),
    );
    own.add(
      this.panel.onDidChangeViewState(() => {
        if (!this.panel.visible) this.feed.end();
        this.watchSources();
      }),
    );
  }

  /** A page knows from its beginning what its place allows: when that changes it begins anew. */
  private redescribe(): void {
    const { places } = this.parts;
    const session = places.byId(this.place);
    if (!session || !this.feed.listening) return;
    const now = JSON.stringify(places.describe(session));
    if (now === this.described) return;
    this.described = now;
    this.feed.end();
    this.draw();
  }

  /** A place that was closed and opened again may hold something else, and nobody tells what. */
  private whenMoved(entitle: () => void): () => void {
    const { places } = this.parts;
    let held = places.byId(this.place);
    return () => {
      const now = places.byId(this.place);
      if (now === held) return;
      held = now;
      this.feed.event({ type: 'reset', reason: 'place' });
      this.feed.statusChanged();
      entitle();
    };
  }

  /** Sources whose runs the page shows are asked for news while it can be seen. */
  private watchSources(): void {
    const { sources, shown } = this.parts;
    const used = new Set([
      this.place.replace(/^source:/, ''),
      ...(this.subject.kind === 'charts'
        ? shown.runs.map(({ row }) => sourceOf(row.runId) ?? '')
        : []),
    ]);
    for (const session of sources.all) {
      session.watch(this.watcher, this.panel.visible && used.has(session.info.id));
    }
  }

  /** Ticked runs that no tree has read are read, so that they show. */
  private findTicked(): void {
    const { shown, places, log } = this.parts;
    const usual = places.byId(this.place);
    if (!usual) return;
    for (const runId of shown.missing) {
      const session = places.ofRun(runId, usual);
      // A source that was taken away has runs that are ticked still.
      if (sourceOf(runId) !== undefined && !isSource(session)) continue;
      const found = session.ready().then(() => session.ensureDetail(runId));
      found.then(
        () => shown.schedule(),
        (error: unknown) => {
          // A folder that was closed may have it: that is no failure of this one.
          if (isSource(session)) log(`${session.info.name}: ${messageOf(error)}`);
        },
      );
    }
  }
}
