// The root rule: which folder a store belongs to. test/fixtures/root-cases.json is its table of cases.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Environment } from './state';

const PROJECT_MARKS = ['.git', 'pyproject.toml'];

/**
 * RUNLENS_DIR, else the nearest ancestor of `start` (or itself) with a folder `.runlens`, else the
 * nearest with `.git` or `pyproject.toml`, else `start`; always the real path.
 */
export function findRoot(start: string, env: Environment = process.env): string {
  const given = env['RUNLENS_DIR'];
  if (given) return realPath(path.resolve(start, given));
  const folder = realPath(start);
  const ancestors = [...ancestorsOf(folder)];
  return (
    ancestors.find((candidate) => isFolder(path.join(candidate, '.runlens'))) ??
    ancestors.find((candidate) =>
      PROJECT_MARKS.some((mark) => fs.existsSync(path.join(candidate, mark))),
    ) ??
    folder
  );
}

/** The folder that holds a root's data. */
export const dataFolder = (root: string): string => path.join(root, '.runlens');

/** The real path, also of a folder that does not exist yet: then that of its nearest ancestor. */
export function realPath(folder: string): string {
  const absolute = path.resolve(folder);
  try {
    return fs.realpathSync.native(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute));
  }
}

function* ancestorsOf(folder: string): Iterable<string> {
  yield folder;
  const parent = path.dirname(folder);
  if (parent !== folder) yield* ancestorsOf(parent);
}

function isFolder(candidate: string): boolean {
  return fs.statSync(candidate, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
