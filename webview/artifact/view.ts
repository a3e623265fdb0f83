/** What the Artifact page shows of what it was opened for, and what of that is kept over reloads. */
import { isRecord } from '../../src/base/json';
import { isAside } from '../../src/domain/artifactPreview';
import type { FilePlace } from '../../src/protocol/files';
import type { PanelPlace, PanelSubject, PanelWish } from '../../src/protocol/webview/panel';
import type { KeptView } from '../shared/kept';

export const TABS = ['content', 'facts', 'versions', 'compare'] as const;
export type Tab = (typeof TABS)[number];

export interface ArtifactView {
  /** Another version that a person went on to; undefined: the one the panel was opened for. */
  readonly artifactId: string | undefined;
  /** The file that is shown; undefined: the first that a person would look at. */
  readonly path: string | undefined;
  readonly tab: Tab;
  /** The version that it is compared with. */
  readonly against: string | undefined;
}

export const KEPT: KeptView<ArtifactView> = {
  version: 1,
  initial: { artifactId: undefined, path: undefined, tab: 'content', against: undefined },
  parse(raw) {
    if (!isRecord(raw)) return undefined;
    const tab = TABS.find((each) => each === raw['tab']);
    if (tab === undefined) return undefined;
    return {
      artifactId: textOf(raw['artifactId']),
      path: textOf(raw['path']),
      tab,
      against: textOf(raw['against']),
    };
  },
};

/** The panel's own version beside another one that was chosen in a tree. */
export const onWish = (view: ArtifactView, wish: PanelWish): ArtifactView =>
  wish.kind === 'compare'
    ? { ...view, artifactId: undefined, tab: 'compare', against: wish.artifactId }
    : view;

const textOf = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);

/** What is shown: a version of an artifact, or a file of a run. */
export type Shown =
  | { readonly kind: 'artifact'; readonly artifactId: string; readonly path: string | undefined }
  | { readonly kind: 'file'; readonly runId: string; readonly path: string };

/** Undefined: the panel was opened for something that this page does not show. */
export function shownOf(subject: PanelSubject, view: ArtifactView): Shown | undefined {
  if (subject.kind === 'file') {
    return { kind: 'file', runId: subject.runId, path: view.path ?? subject.path };
  }
  if (subject.kind !== 'artifact') return undefined;
  const artifactId = view.artifactId ?? subject.artifactId;
  const isSame = artifactId === subject.artifactId;
  return { kind: 'artifact', artifactId, path: view.path ?? (isSame ? subject.path : undefined) };
}

export function placeOfRun(runId: string, path: string, { source }: PanelPlace): FilePlace {
  return source === undefined ? { runId, path } : { runId, path, source };
}

/** Two places of one panel are the same file: what the panel tells of one need not say which store it is of. */
export const samePlace = (a: FilePlace, b: FilePlace): boolean => fileOf(a) === fileOf(b);

const fileOf = (place: FilePlace): string =>
  'artifactId' in place ? keyOf(place) : `run ${place.runId} ${place.path}`;

export const keyOf = (place: FilePlace): string =>
  'artifactId' in place
    ? `artifact ${place.artifactId} ${place.path}`
    : `run ${place.source ?? ''} ${place.runId} ${place.path}`;

/** Marks that turn the order of what follows: with them a name pretends to end in `.png`. */
const TURNS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** A name as it is, on one line: line breaks are seen as such, and so is what would turn its letters around. */
export const oneLine = (text: string): string =>
  text
    .replace(/\r\n|[\r\n\u2028\u2029]/g, '↵')
    .replace(TURNS, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A file's name without its folders. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The file that is shown when nobody chose one: the biggest of the value's own, since it is what was saved. */
export function firstFile(
  files: readonly { readonly path: string; readonly size: number }[],
): string | undefined {
  const own = files.filter(({ path }) => !isAside(path));
  const model = own.find(({ path }) => nameOf(path) === 'MLmodel');
  if (model) return model.path;
  const [first, ...rest] = own.length > 0 ? own : files;
  if (!first) return undefined;
  return rest.reduce((best, file) => (file.size > best.size ? file : best), first).path;
}
