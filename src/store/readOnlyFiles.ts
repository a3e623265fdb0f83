// The disk for who may only read: nothing can be changed, and files can be hidden.
import type { FileLayer } from './files';

const refuse = (): never => {
  throw new Error('The store is only read.');
};

/** `hidden` are names that no listing shows. */
export function readOnlyFiles(
  files: FileLayer,
  hidden: ReadonlySet<string> = new Set(),
): FileLayer {
  return {
    ...files,
    list: (folder) => files.list(folder).filter((name) => !hidden.has(name)),
    open: (path, flags) => (flags === 'r' ? files.open(path, flags) : refuse()),
    mkdir: refuse,
    write: refuse,
    truncate: refuse,
    rename: refuse,
    unlink: refuse,
  };
}
