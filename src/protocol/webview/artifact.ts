/** What the Artifact page asks beside what every page may: bytes of images, and programs for other files. */
import type { FilePlace } from '../files';
import type { PanelHost } from './panel';

export interface ArtifactHost extends PanelHost {
  /**
   * Where the page's `img` elements find the bytes of an image: `webview.asWebviewUri` of the file that
   * `POST /api/file-facts` names for the place. The panel's `localResourceRoots` are, beside `dist`, the folders of
   * artifacts of its place's store (never the store's own files), set before the page's HTML: setting the options
   * later reloads the page, and two versions that are compared lie in two folders of it.
   *
   * Of a server that is elsewhere the file is fetched first, into the extension's storage (a root, too), with
   * progress in the window that can be cancelled. A call would not be answered in time meanwhile: it is answered at
   * once with `pending`, and `fetched` follows.
   *
   * The page draws these images on a canvas to compare them, with `crossorigin="anonymous"`: the editor serves
   * resources of a webview with `Access-Control-Allow-Origin: *`. Where it does not, differences are shown but not
   * counted.
   *
   * Rejects with what happened when there is no such file or it leaves its folder.
   */
  uriOf(place: FilePlace): Promise<ImageUri>;
  /** Opens the file with the program that the machine has for it; a remote one is fetched first. */
  openExternally(place: FilePlace): Promise<void>;
}

export type ImageUri =
  | { readonly kind: 'ready'; readonly uri: string }
  /** It is on its way: the page asks again when it has been told. */
  | { readonly kind: 'pending' };

/** What the extension tells the Artifact page beside what every page is told. */
export interface ArtifactLocal {
  /** A file that was `pending` is here, or was not brought: then why. */
  fetched(place: FilePlace, problem: string | undefined): Promise<void>;
}
