/** Which root a file belongs to. */

/** The longest root that holds the path; both are real paths with `/`. */
export function rootOf(path: string, roots: Iterable<string>): string | undefined {
  let best: string | undefined;
  for (const root of roots) {
    if (!isInside(path, root)) continue;
    if (best === undefined || root.length > best.length) best = root;
  }
  return best;
}

/** The path relative to its root. */
export const relativeTo = (root: string, path: string): string =>
  path.slice(root.length).replace(/^\/+/, '');

const isInside = (path: string, root: string): boolean =>
  path.startsWith(root.endsWith('/') ? root : `${root}/`);
