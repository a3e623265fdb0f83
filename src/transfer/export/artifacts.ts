// Copies the files of a run or logged model out of the data folder.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf } from '../../base/errors';
import { filesOf } from '../import/files';
import type { ExportContext } from './selection';

/** @returns false when the files are kept elsewhere and stay there. */
export async function copyArtifacts(
  { store, progress, runFolder }: ExportContext,
  artifactUri: string,
  to: string,
): Promise<boolean> {
  const blobs = runFolder(artifactUri, '');
  if (blobs === undefined) return false;
  const from = store.blobs.resolve(blobs);
  if (!fs.existsSync(from)) return true;
  for await (const file of filesOf(from, from, progress.note)) {
    const target = path.join(to, path.relative(from, file));
    try {
      await fs.promises.mkdir(path.dirname(target), { recursive: true });
      await fs.promises.copyFile(file, target, fs.constants.COPYFILE_FICLONE);
      // Outputs of pipelines are read-only here; the copy is the user's own.
      await fs.promises.chmod(target, 0o644);
      progress.add('files');
      progress.add('bytes', (await fs.promises.stat(target)).size);
    } catch (error) {
      if (isFull(error)) throw error;
      progress.note(file, `It was not copied: ${messageOf(error)}`);
    }
    await progress.turn();
  }
  return true;
}

const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String(error.code));
