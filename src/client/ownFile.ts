// Reads files that are trusted only when they belong to this user.
import * as fs from 'node:fs';
import { RunlensError } from '../base/errors';

/**
 * The text of a file of this user; undefined when there is none. `forbidden` are the mode bits that
 * must not be set: what holds secrets must not be readable by others, what names a program to run
 * must not be writable by them.
 * @throws RunlensError `discovery.foreign`
 */
export function readOwnFile(file: string, forbidden: number): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    checkOwner(file, fs.fstatSync(fd), forbidden);
    return fs.readFileSync(fd, 'utf8');
  } finally {
    fs.closeSync(fd);
  }
}

function checkOwner(file: string, { uid, mode }: fs.Stats, forbidden: number): void {
  const own = process.getuid?.();
  if (own === undefined) return;
  if (uid !== own) {
    throw new RunlensError(
      'discovery.foreign',
      `${file} belongs to another user (uid ${uid}), so it is not trusted. ` +
        'Delete it, or set RUNLENS_STATE_DIR to a folder of your own.',
    );
  }
  if (mode & forbidden) {
    throw new RunlensError(
      'discovery.foreign',
      `${file} is open to other users (mode ${(mode & 0o777).toString(8)}), so it is not trusted. ` +
        'Delete it; it is written anew.',
    );
  }
}
