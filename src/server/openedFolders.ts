// Remembers which MLflow folders of a root are open, in the user's state folder: a cloned project
// cannot have any opened.
import { messageOf } from '../base/errors';
import { readOwnFile } from '../client/ownFile';
import { discoveryFile, ensureStateFolder, writePrivateFile } from '../client/state';

const OTHERS = 0o077;

export interface OpenedFolders {
  /** Absolute paths. */
  read(): string[];
  write(paths: readonly string[]): void;
}

/** A list that cannot be kept is reported and costs nothing but itself. */
export function openedFolders(root: string, warn: (message: string) => void): OpenedFolders {
  const file = discoveryFile(root).replace(/\.json$/, '.opened');
  return {
    read() {
      try {
        const paths: unknown = JSON.parse(readOwnFile(file, OTHERS) ?? '[]');
        return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
      } catch (error) {
        warn(`the list of opened folders cannot be read: ${messageOf(error)}`);
        return [];
      }
    },
    write(paths) {
      try {
        ensureStateFolder();
        writePrivateFile(file, JSON.stringify(paths));
      } catch (error) {
        warn(`the list of opened folders cannot be kept: ${messageOf(error)}`);
      }
    },
  };
}
