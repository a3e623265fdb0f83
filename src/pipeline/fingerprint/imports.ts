/** Finds the workspace files behind import statements. */
import type { ImportTarget } from '../../syntax/scopes';

/** A module or namespace package: where its file could be, without `.py`, in Python's order. */
export interface ModulePlace {
  readonly bases: readonly string[];
  /** Its dotted name as imported, for people. */
  readonly name: string;
}

/** Where the module of an import may lie. Relative imports are counted from `file`. */
export function moduleOf(
  target: Pick<ImportTarget, 'level' | 'module'>,
  file: string,
  roots: readonly string[],
): ModulePlace {
  const path = target.module === '' ? [] : target.module.split('.');
  const name = '.'.repeat(target.level) + target.module;
  if (target.level === 0) return { bases: roots.map((root) => joined(root, path)), name };
  const folder = file.split('/').slice(0, -1);
  const up = folder.length - (target.level - 1);
  return { bases: up < 0 ? [] : [joined(folder.slice(0, up).join('/'), path)], name };
}

export const submodule = (place: ModulePlace, name: string): ModulePlace => ({
  bases: place.bases.map((base) => joined(base, [name])),
  name: `${place.name}.${name}`,
});

/** The candidates of one base; a package wins over a module of the same name. */
export const filesOf = (base: string): string[] =>
  base === '' ? ['__init__.py'] : [`${base}/__init__.py`, `${base}.py`];

const joined = (folder: string, path: readonly string[]): string =>
  [folder, ...path].filter((part) => part !== '').join('/');

/**
 * The folder in which a file's own module name starts: `src` for `src/pkg/steps.py` imported as
 * `pkg.steps`, the file's folder when it was run as a script.
 */
export function ownRoot(file: string, module: string): string {
  const parts = file
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '')
    .split('/');
  const names = module.split('.');
  const tail = parts.slice(-names.length);
  if (tail.join('.') === module) return parts.slice(0, -names.length).join('/');
  return file.split('/').slice(0, -1).join('/');
}

/** A stable dotted name for a file, whichever way it was imported: `features.clean`. */
export function moduleName(file: string): string {
  const path = file.replace(/\.py$/, '').replace(/(^|\/)__init__$/, '');
  return path.replace(/^src\//, '').replaceAll('/', '.');
}
