// What cases of the Artifact page have in common: the page with its answers, a file of a run, waiting for what it shows.
/** @jsxRuntime automatic @jsxImportSource preact */
import type { FileFacts, FilePlace, FileView } from '../../src/protocol/files';
import type { ImageUri } from '../../src/protocol/webview/artifact';
import type { PanelStart, PanelSubject } from '../../src/protocol/webview/panel';
import { App } from '../../webview/artifact/app';
import type { ArtifactView } from '../../webview/artifact/view';
import { NowContext } from '../../webview/shared/table/clock';
import type { RouteAnswers } from './answeringPanel';
import { ARTIFACT, answersFor, openArtifactPage, PICTURE } from './artifactHost';
import { appears, type GalleryCase } from './galleryCase';
import '../../webview/artifact/artifact.css';

const SUBJECT: PanelSubject = { kind: 'artifact', artifactId: ARTIFACT.id };
const NOW = ARTIFACT.createdAt + 2 * 3_600_000;

export const TABLE: FileView = { kind: 'table', format: 'parquet' };
export const IMAGE: FileView = { kind: 'image', mediaType: 'image/png', width: 8, height: 8 };

export interface Shown {
  readonly view?: FileView;
  readonly facts?: Partial<FileFacts>;
  readonly answers?: RouteAnswers;
  readonly kept?: Partial<ArtifactView>;
  readonly subject?: PanelSubject;
  readonly start?: Partial<PanelStart>;
  /** Undefined: it is on its way. */
  readonly uriOf?: (place: FilePlace) => string | undefined;
}

function draw({ view = TABLE, facts, answers, kept = {}, subject = SUBJECT, uriOf, start }: Shown) {
  const uri = (place: FilePlace): ImageUri => {
    const found = uriOf ? uriOf(place) : PICTURE;
    return found === undefined ? { kind: 'pending' } : { kind: 'ready', uri: found };
  };
  const { page } = openArtifactPage({
    subject,
    answers: answersFor(view, answers, facts),
    view: kept,
    uriOf: async (place) => uri(place),
    ...(start && { start }),
  });
  return (
    <NowContext.Provider value={NOW}>
      <App page={page} />
    </NowContext.Provider>
  );
}

/** A file of a run, with others beside it. */
export const runFile = (
  path: string,
  beside: readonly string[] = [],
): Required<Pick<Shown, 'subject' | 'answers'>> => ({
  subject: { kind: 'file', runId: 'run1', path },
  answers: {
    'GET /api/runs/:runId/files': () => ({
      items: [path, ...beside].map((each) => ({
        path: each,
        isDirectory: false,
        size: 1,
        file: `/store/${each}`,
      })),
      total: 1 + beside.length,
    }),
  },
});

/** A file of a run whose text is this. */
export const runText = (
  path: string,
  text: string,
  size = text.length,
): Required<Pick<Shown, 'subject' | 'answers' | 'facts'>> => ({
  ...runFile(path),
  facts: { size, file: `/home/ada/digits/.runlens/artifacts/run1/${path}` },
  answers: {
    ...runFile(path).answers,
    'POST /api/file-text': () => ({ text, next: text.length, size }),
  },
});

export const settle = (root: HTMLElement, selector: string) =>
  appears(root, selector).then(() => new Promise<void>((resolve) => setTimeout(resolve, 120)));

/** @param more `act`, or what it waits for. */
export const kindCase = (
  name: string,
  shown: Shown,
  { waits, ...more }: Omit<GalleryCase, 'name' | 'draw'> & { readonly waits?: string },
): GalleryCase => ({
  name: `artifact: ${name}`,
  draw: () => draw(shown),
  ...(waits !== undefined && { act: (root: HTMLElement) => settle(root, waits) }),
  ...more,
});
