// Finds where artifacts lie: MLflow writes absolute addresses, which break when a folder is moved.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactPlace } from './source';

export interface ArtifactRoots {
  /** The folder that holds the data: what lies in it may be read, wherever an address leads. */
  readonly base: string;
  /** Folders that may hold `<experiment>/<run>/artifacts`, best first. */
  readonly roots: readonly string[];
}

export interface Wanted {
  /** The `artifacts` folder beside its description, if it has one. */
  readonly own: string | undefined;
  /** As MLflow wrote it. */
  readonly uri: string | undefined;
  /** The run or logged model. */
  readonly id: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const LOCAL_SCHEMES = new Set(['file', 'mlflow-artifacts']);
const MOVED = 'Name the folder that holds the artifacts to take them too.';

/**
 * What lies beside the description comes first, then the address, then the end of the address below
 * the roots. An address outside `base` counts only if its path names the run or model: a foreign
 * file must not make other folders of this machine be read.
 */
export function placeOf({ base, roots }: ArtifactRoots, { own, uri, id }: Wanted): ArtifactPlace {
  if (own !== undefined && hasEntries(own)) return { kind: 'folder', folder: own };
  if (uri === undefined || uri === '') return { kind: 'none' };
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase() ?? 'file';
  // One letter before the colon is a drive of Windows.
  if (scheme.length > 1 && !LOCAL_SCHEMES.has(scheme)) {
    return {
      kind: 'elsewhere',
      uri,
      why: `The artifacts are kept in ${scheme}:, not on this disk.`,
    };
  }
  const stated = scheme === 'mlflow-artifacts' ? undefined : localPath(uri, base);
  if (stated !== undefined && isFolder(stated)) {
    if (isInside(stated, base) || names(stated, id)) return { kind: 'folder', folder: stated };
    return { kind: 'elsewhere', uri, why: `They lie outside ${base}. ${MOVED}` };
  }
  const found = tailsOf(uri).flatMap((tail) => roots.map((root) => path.join(root, ...tail)));
  const folder = found.find((candidate) => isFolder(candidate));
  if (folder !== undefined) return { kind: 'folder', folder };
  if (own !== undefined || roots.some(isFolder)) return { kind: 'none' };
  return { kind: 'elsewhere', uri, why: `There is no such folder here. ${MOVED}` };
}

/** The ends of an address that say which run it is of, longest first. */
function tailsOf(uri: string): string[][] {
  const segments = decode(uri)
    .replace(SCHEME, '')
    .split(/[/\\]/)
    .filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return [];
  const lengths = uri.startsWith('mlflow-artifacts:') ? [segments.length, 4, 3, 2] : [4, 3, 2];
  return [...new Set(lengths)]
    .filter((length) => length <= segments.length)
    .map((length) => segments.slice(-length));
}

/** The path of an address; undefined when it is none on this system. */
export function localPath(uri: string, base: string): string | undefined {
  if (!/^file:/i.test(uri)) return path.resolve(base, uri);
  try {
    // `file:relative` is what MLflow writes for a relative root.
    return uri.startsWith('file://')
      ? fileURLToPath(uri)
      : path.resolve(base, decode(uri.slice('file:'.length)));
  } catch {
    // A host or characters that this system's paths do not have.
    return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const names = (folder: string, id: string): boolean => {
  const segments = folder.split(path.sep);
  return segments.at(-1) === 'artifacts' && segments.at(-2) === id;
};

export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

export const isFolder = (file: string): boolean =>
  fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

function hasEntries(folder: string): boolean {
  if (!isFolder(folder)) return false;
  const handle = fs.opendirSync(folder);
  try {
    return handle.readSync() !== null;
  } finally {
    handle.closeSync();
  }
}
