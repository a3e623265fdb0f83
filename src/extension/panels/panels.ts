/** The panels: opens one per subject, brings them back after a reload, and lets go of them. */
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import type { PanelSubject } from '../../protocol/webview/panel';
import { PANELS, type SurfaceId } from '../contributions';
import { t } from '../texts';
import { parseMemory } from './border';
import { OpenPanel, type PanelParts } from './openPanel';
import { pageHtml } from './pageHtml';
import { placeId } from './places';
import { defaultSubject, firstTitle, panelKey, SURFACES, surfaceOf, tabTitle } from './surfaces';

export interface PanelsOptions extends PanelParts {
  readonly extensionUri: vscode.Uri;
  /** Folders whose files pages may show, beside their own: of a place, for the artifact viewer. */
  readonly fileRoots: (place: string) => readonly vscode.Uri[];
}

export class Panels implements Disposable {
  private readonly open = new Map<string, OpenPanel>();
  /** Has a panel allow the folders of files that it may show now. */
  private readonly allowing = new Map<OpenPanel, () => void>();
  private readonly store = new DisposableStore();

  constructor(private readonly options: PanelsOptions) {
    for (const surface of SURFACES) {
      this.store.add(
        vscode.window.registerWebviewPanelSerializer(PANELS[surface], {
          deserializeWebviewPanel: async (panel, state) => this.restore(surface, panel, state),
        }),
      );
    }
    const allow = () => {
      for (const again of this.allowing.values()) again();
    };
    this.store.add(options.sources.onDidChange(allow));
    this.store.add(options.sessions.onDidChange(allow));
  }

  /** Those that are open, in the order in which they were opened. */
  get all(): readonly OpenPanel[] {
    return [...this.open.values()];
  }

  /** Shows the panel of the subject; a new one opens in the active editor group, or beside it. */
  show(
    place: string,
    subject: PanelSubject,
    column: vscode.ViewColumn = vscode.ViewColumn.Active,
  ): OpenPanel {
    const held = this.open.get(panelKey(place, subject));
    if (held) {
      held.panel.reveal();
      return held;
    }
    const surface = surfaceOf(subject);
    const panel = vscode.window.createWebviewPanel(
      PANELS[surface],
      tabTitle(firstTitle(subject, t)),
      { viewColumn: column },
      {},
    );
    return this.adopt(panel, place, subject);
  }

  dispose(): void {
    for (const { panel } of this.open.values()) panel.dispose();
    this.store.dispose();
  }

  /** A panel whose subject was not kept shows what its kind shows first, or goes. */
  private restore(surface: SurfaceId, panel: vscode.WebviewPanel, state: unknown): void {
    const { places, log } = this.options;
    const kept = parseMemory(state);
    const subject = kept?.subject ?? defaultSubject(surface);
    const place = kept?.place ?? (places.first && placeId(places.first));
    if (subject && place !== undefined && surfaceOf(subject) === surface) {
      this.adopt(panel, place, subject);
      return;
    }
    log(`A panel of the kind ${surface} could not be opened again: what it showed was not kept.`);
    panel.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, place: string, subject: PanelSubject): OpenPanel {
    const { extensionUri } = this.options;
    const key = panelKey(place, subject);
    this.open.get(key)?.panel.dispose();
    const surface = surfaceOf(subject);
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const roots = () => this.rootsOf(surface, place);
    const allow = allower(panel.webview, () => [dist, ...roots()]);
    allow();
    const icon = (theme: string) =>
      vscode.Uri.joinPath(extensionUri, 'media', `${surface}-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const draw = () => {
      panel.webview.html = pageHtml(panel.webview, dist, surface);
    };
    const opened = new OpenPanel(panel, { place, subject, roots, draw }, this.options);
    this.open.set(key, opened);
    this.allowing.set(opened, allow);
    panel.onDidDispose(() => {
      opened.dispose();
      this.allowing.delete(opened);
      if (this.open.get(key) === opened) this.open.delete(key);
    });
    opened.entitle().catch((error: unknown) => this.options.log(messageOf(error)));
    draw();
    return opened;
  }

  private rootsOf(surface: SurfaceId, place: string): readonly vscode.Uri[] {
    const { places, fileRoots } = this.options;
    if (surface === 'artifact') return fileRoots(place);
    // Charts show pictures of runs of all places.
    return surface === 'charts' ? places.all.flatMap((each) => fileRoots(placeId(each))) : [];
  }
}

/** Sets the folders that a page may read when they are other ones: the editor reloads the page then. */
function allower(webview: vscode.Webview, roots: () => readonly vscode.Uri[]): () => void {
  let before: string | undefined;
  return () => {
    const localResourceRoots = roots();
    const now = localResourceRoots.map(String).join('\n');
    if (now === before) return;
    before = now;
    webview.options = { enableScripts: true, localResourceRoots };
  };
}
