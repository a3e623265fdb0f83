/** Our own search for an interpreter, for when no Python extension names one. */
import { messageOf } from '../../base/errors';
import { findPython, isSupported, probePython } from '../../client/python';
import type { PythonSearch } from './interpreter';

/** @param warn is told why an interpreter cannot be used. */
export const pythonSearch = (warn: (message: string) => void): PythonSearch => ({
  async probe(path) {
    try {
      const found = await probePython(path);
      return isSupported(found) ? found : undefined;
    } catch (error) {
      warn(messageOf(error));
      return undefined;
    }
  },
  async search(folder) {
    try {
      const { executable, version } = await findPython({ folder });
      return { path: executable, version, source: 'found by Runlens' };
    } catch (error) {
      warn(messageOf(error));
      return undefined;
    }
  },
});
