/** The language server without its wire: documents in, lenses out, one service per root. */
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import type { ConfigureParams, ServerStateParams } from '../protocol/lsp';
import type { PythonParser } from '../syntax/parser';
import type { LensRow } from './features/codeLens';
import { OpenDocuments, slashed } from './openDocuments';
import { RootLenses } from './rootLenses';
import { rootOf } from './roots';
import type { Connect } from './storeLink';
import { StoreSession } from './storeSession';

/** An edit can change the lenses of other documents; typing goes on meanwhile. */
const EDIT_PAUSE_MS = 150;
/** Several reasons to draw anew within this time are one. */
const REFRESH_PAUSE_MS = 30;

export interface Surroundings {
  readonly parser: PythonParser;
  readonly connect: Connect;
  warn(message: string): void;
}

export class LanguageServer implements Disposable {
  private readonly documents: OpenDocuments;
  /** By real path with `/`. */
  private readonly roots = new Map<string, RootLenses>();
  private readonly refresh = new Emitter<void>();
  /** All lenses should be asked for again. */
  readonly onRefresh = this.refresh.event;
  private timer: { readonly at: number; readonly clear: () => void } | undefined;

  constructor(
    private readonly surroundings: Surroundings,
    private options: ConfigureParams,
  ) {
    this.documents = new OpenDocuments(surroundings.parser);
    this.configure(options);
  }

  configure(options: ConfigureParams): void {
    this.options = options;
    const wanted = new Map(options.folders.map(({ root }) => [slashed(root), root]));
    for (const [key, service] of this.roots) {
      if (wanted.has(key)) continue;
      service.dispose();
      this.roots.delete(key);
    }
    for (const [key, root] of wanted) {
      if (!this.roots.has(key)) this.roots.set(key, this.open(root));
    }
    this.refreshIn(REFRESH_PAUSE_MS);
  }

  setServer({ root, up }: ServerStateParams): void {
    this.roots.get(slashed(root))?.session.setServer(up);
  }

  setText(uri: string, version: number, text: string): void {
    this.documents.set(uri, version, text);
    if (this.documents.all().length > 1) this.refreshIn(EDIT_PAUSE_MS);
  }

  close(uri: string): void {
    this.documents.close(uri);
    this.refreshIn(EDIT_PAUSE_MS);
  }

  /** Files changed on the disk. */
  filesChanged(): void {
    this.refreshIn(EDIT_PAUSE_MS);
  }

  async lenses(uri: string): Promise<readonly LensRow[]> {
    const document = this.documents.get(uri);
    if (!document) return [];
    const root = rootOf(document.path, this.roots.keys());
    const service = root === undefined ? undefined : this.roots.get(root);
    return service ? await service.lenses(document, this.options) : [];
  }

  dispose(): void {
    this.timer?.clear();
    for (const service of this.roots.values()) service.dispose();
    this.roots.clear();
    for (const { uri } of this.documents.all()) this.documents.close(uri);
    this.refresh.dispose();
  }

  private open(root: string): RootLenses {
    const { parser, connect, warn } = this.surroundings;
    const session = new StoreSession(root, connect, warn);
    const service = new RootLenses(root, parser, this.documents, session);
    service.onRefresh(() => this.refreshIn(REFRESH_PAUSE_MS));
    // It may be running already; otherwise the extension starts it and says so.
    session.setServer(true);
    return service;
  }

  /** The earliest of several wishes counts, so that typing without a pause starves none. */
  private refreshIn(ms: number): void {
    const at = Date.now() + ms;
    if (this.timer && this.timer.at <= at) return;
    this.timer?.clear();
    const timer = setTimeout(() => {
      this.timer = undefined;
      this.refresh.fire();
    }, ms);
    this.timer = { at, clear: () => clearTimeout(timer) };
  }
}
