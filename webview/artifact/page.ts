/** What every part of the Artifact page is given, and how it comes by the bytes of images. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../src/base/errors';
import type { Event } from '../../src/base/event';
import type { FilePlace } from '../../src/protocol/files';
import type { ArtifactHost } from '../../src/protocol/webview/artifact';
import type { PageTarget } from '../../src/protocol/webview/panel';
import type { Changes } from '../shared/changes';
import type { LiveState } from '../shared/live';
import type { Panel } from '../shared/panel';
import { t } from '../shared/texts';
import type { Toaster } from '../shared/ui/toast';
import { type ArtifactView, samePlace } from './view';

export type ArtifactPanel = Panel<ArtifactView, ArtifactHost>;

export interface Fetched {
  readonly place: FilePlace;
  readonly problem: string | undefined;
}

export interface ArtifactPage {
  readonly panel: ArtifactPanel;
  readonly changes: Changes;
  readonly toaster: Toaster;
  /** A file of another server is here, or was not brought. */
  readonly onFetched: Event<Fetched>;
}

/** What goes wrong is said at the bottom of the page. */
export function act({ toaster }: Pick<ArtifactPage, 'toaster'>, what: Promise<unknown>): void {
  what.catch((error: unknown) => toaster.show({ text: messageOf(error), kind: 'error' }));
}

export function setView(page: ArtifactPage, part: Partial<ArtifactView>): void {
  page.panel.setView({ ...page.panel.state.view, ...part });
}

/** A file as commands take it. */
export const targetOf = (place: FilePlace): PageTarget =>
  'artifactId' in place
    ? { artifactId: place.artifactId, path: place.path }
    : { runIds: [place.runId], path: place.path };

/** Why a question has no answer: the newest failure, or that it was not accepted. */
export const problemOf = ({ problem, refusal }: LiveState<unknown>): string | undefined =>
  problem ?? refusal?.message;

/** Pixels of a column that takes what a narrow panel leaves beside the others. */
export const roomFor = (wanted: number, others: number): number =>
  Math.max(120, Math.min(wanted, window.innerWidth - others));

export type ImageState =
  | { readonly is: 'waiting' }
  /** It is brought from another server. */
  | { readonly is: 'fetching' }
  | { readonly is: 'ready'; readonly uri: string }
  | { readonly is: 'failed'; readonly problem: string };

/** Where the bytes of an image are; asked again when it has been fetched. */
export function useImageUri(page: ArtifactPage, place: FilePlace): ImageState {
  const [state, setState] = useState<ImageState>({ is: 'waiting' });
  const { panel, onFetched } = page;
  useEffect(() => {
    let isGone = false;
    const show = (next: ImageState) => {
      if (!isGone) setState(next);
    };
    const ask = () =>
      panel.host.uriOf(place).then(
        (found) =>
          show(found.kind === 'ready' ? { is: 'ready', uri: found.uri } : { is: 'fetching' }),
        (error: unknown) => show({ is: 'failed', problem: messageOf(error) }),
      );
    show({ is: 'waiting' });
    void ask();
    const subscription = onFetched((fetched) => {
      if (!samePlace(fetched.place, place)) return;
      if (fetched.problem === undefined) void ask();
      else show({ is: 'failed', problem: fetched.problem });
    });
    return () => {
      isGone = true;
      subscription.dispose();
    };
  }, [panel, onFetched, JSON.stringify(place)]);
  return state;
}

export const imageProblem = (): string =>
  t(
    'The picture cannot be shown: its bytes are not what its name says, or it is too big. Open the file instead.',
  );
