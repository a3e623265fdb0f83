// Finds a file below a folder, and never one that lies elsewhere.
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { RunlensError } from '../base/errors';

/**
 * The real path of a file of a run or artifact. `folder` is absolute; `wanted` is relative to it, with `/`.
 * @throws RunlensError `path.invalid` when it would leave the folder (also by a link), `file.notFound`,
 *   and `file.invalid` for what is no file.
 */
export async function fileInside(folder: string, wanted: string): Promise<string> {
  const named = path.resolve(folder, wanted);
  const isPlain = wanted !== '' && !/[\\\0]/.test(wanted) && !path.isAbsolute(wanted);
  if (!isPlain || /^[A-Za-z]:/.test(wanted) || !isBelow(named, folder)) throw leaves(wanted);
  const [real, root] = await Promise.all([realPath(named, wanted), realPath(folder, wanted)]);
  if (!isBelow(real, root)) throw leaves(wanted);
  if ((await fs.stat(real)).isFile()) return real;
  throw new RunlensError('file.invalid', `${JSON.stringify(wanted)} is no file.`);
}

async function realPath(file: string, wanted: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    const message = `There is no file ${JSON.stringify(wanted)}. It may have been deleted or moved.`;
    throw new RunlensError('file.notFound', message, { cause: error });
  }
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

const leaves = (wanted: string): RunlensError =>
  new RunlensError(
    'path.invalid',
    `The path ${JSON.stringify(wanted)} is not allowed: it leaves the folder that it belongs to.`,
  );
