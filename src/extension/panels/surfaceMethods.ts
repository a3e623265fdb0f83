/** What single pages may ask beside what every page may: saved views, and the bytes of images. */
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { dataFolder } from '../../client/root';
import type { ArtifactHost, ArtifactLocal } from '../../protocol/webview/artifact';
import type { PanelHost, PanelPage, PanelSubject } from '../../protocol/webview/panel';
import type { RunsHost } from '../../protocol/webview/views';
import type { FolderSession } from '../session/folderSession';
import { isSource } from '../sources/sourceSession';
import { checkPlace, checkText } from './border';
import { PageFiles } from './pageFiles';
import type { Places } from './places';
import { SavedViews } from './savedViews';
import { surfaceOf } from './surfaces';

type Own<Host extends PanelHost> = Omit<Host, keyof PanelHost>;
export interface SurfaceMethods {
  readonly local: Partial<Own<RunsHost> & Own<ArtifactHost>>;
  /** Hands over the page once there is a channel to it. */
  connect(page: PanelPage): void;
}

export interface PanelOf {
  readonly place: string;
  readonly subject: PanelSubject;
  /** Folders whose files the page may show now: a source may be opened after its panel is back. */
  readonly roots: () => readonly vscode.Uri[];
}

export interface MethodParts {
  readonly panel: vscode.WebviewPanel;
  readonly of: PanelOf;
  readonly session: () => FolderSession;
  readonly places: Places;
}

export function surfaceMethods(parts: MethodParts): SurfaceMethods {
  switch (surfaceOf(parts.of.subject)) {
    case 'runs':
      return { local: runsMethods(parts), connect: () => undefined };
    case 'artifact':
    case 'charts':
      return fileMethods(parts);
    default:
      return { local: {}, connect: () => undefined };
  }
}

function runsMethods({ session, places }: MethodParts): Own<RunsHost> {
  const views = () => new SavedViews(dataFolder(homeOf(session(), places).folder.root));
  return {
    listViews: () => views().list(),
    saveView: (view) => views().save({ name: view?.name, view: view?.view }),
    deleteView: (name) => views().remove(checkText(name, 'a name of a view')),
  };
}

/** A source has no folder of its own: its views are kept with the first folder of the window. */
function homeOf(session: FolderSession, places: Places): FolderSession {
  if (!isSource(session)) return session;
  const [home] = places.folders;
  if (home) return home;
  throw new RunlensError('view.homeless', 'Open a folder first: views are kept with it.');
}

function fileMethods({ panel, of, session, places }: MethodParts): SurfaceMethods {
  let page: ArtifactLocal | undefined;
  const files = new PageFiles({
    // Charts show files of runs of all places.
    session: (place) => ('runId' in place ? places.ofRun(place.runId, session()) : session()),
    roots: () => of.roots().map(({ fsPath }) => fsPath),
    onFetched: async (place, problem) => page?.fetched(place, problem),
  });
  return {
    local: {
      uriOf: async (place) => {
        const file = await files.find(checkPlace(place));
        return file === undefined
          ? { kind: 'pending' }
          : { kind: 'ready', uri: panel.webview.asWebviewUri(vscode.Uri.file(file)).toString() };
      },
      openExternally: async (place) => {
        const file = await files.bring(checkPlace(place));
        if (file !== undefined) await vscode.env.openExternal(vscode.Uri.file(file));
      },
    },
    connect: (connected) => {
      // The page of files has these methods beside those of every page.
      page = connected as PanelPage & ArtifactLocal;
    },
  };
}
