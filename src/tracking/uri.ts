/**
 * Addresses as Python's urllib.parse takes them apart, because MLflow decides by it what a source is.
 * Rules: RFC 3986, without a check of the parts.
 */
import path from 'node:path';

export interface UriParts {
  /** Lower case; empty for a path. */
  readonly scheme: string;
  /** What stands between `//` and the next `/`. */
  readonly authority: string;
  /** Without query and fragment, still encoded. */
  readonly path: string;
}

export function splitUri(uri: string): UriParts {
  const clean = uri.replace(/[\t\r\n]/g, '');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(clean)?.[1] ?? '';
  const rest = scheme === '' ? clean : clean.slice(scheme.length + 1);
  const authority = /^\/\/([^/?#]*)/.exec(rest)?.[1];
  const behind = authority === undefined ? rest : rest.slice(2 + authority.length);
  const end = behind.search(/[?#]/);
  return {
    scheme: scheme.toLowerCase(),
    authority: authority ?? '',
    path: end < 0 ? behind : behind.slice(0, end),
  };
}

/** The host of an authority, without user and port, in lower case. */
export function hostOf(authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return (/^\[([^\]]*)\]/.exec(host)?.[1] ?? host.replace(/:.*$/, '')).toLowerCase();
}

/** Undoes percent encoding once; what is no UTF-8 becomes the replacement character. */
export const unquote = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (encoded) =>
    Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8'),
  );

/** Applies `once` until nothing changes. Each application of a decoding shortens the text. */
export function untilStable(text: string, once: (text: string) => string): string {
  let before = text;
  for (let now = once(before); now !== before; now = once(before)) before = now;
  return before;
}

/** Whether an address is a path; on Windows the letter of a drive is no scheme. */
export function isPath(uri: string, system: path.PlatformPath = path): boolean {
  const { scheme } = splitUri(uri);
  return scheme === '' || (system === path.win32 && scheme.length === 1);
}

/** The folder that a local address names, absolute, with `..` resolved. */
export function localPath(uri: string, system: path.PlatformPath = path): string {
  const decoded = unquote(uri.startsWith('file:') ? splitUri(uri).path : uri);
  return system.resolve(system === path.win32 ? decoded.replace(/^\/(?=[A-Za-z]:)/, '') : decoded);
}

/** Whether a path is `folder` or lies in it; both absolute and resolved. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

/** Whether an address lies in another one: the same scheme and authority, and all its folders. */
export function isUriInside(root: string, uri: string): boolean {
  const [outer, inner] = [splitUri(root), splitUri(uri)];
  const [folders, parts] = [decodedSegments(outer.path), decodedSegments(inner.path)];
  return (
    inner.scheme === outer.scheme &&
    inner.authority.toLowerCase() === outer.authority.toLowerCase() &&
    folders.length > 0 &&
    folders.every((folder, i) => parts[i] === folder)
  );
}

export const decodedSegments = (uriPath: string): string[] =>
  uriPath
    .split('/')
    .filter((part) => part !== '')
    .map((part) => untilStable(part, unquote));
