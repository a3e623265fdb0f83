// Makes the data folder of a root, or finds out that it can only be read.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../base/errors';
import { dataFolder } from '../client/root';

export interface DataFolder {
  readonly folder: string;
  readonly readOnly: boolean;
}

/** @throws RunlensError `data.unwritable` when there is no store to read either. */
export function prepareDataFolder(root: string, options: { readOnly: boolean }): DataFolder {
  const folder = dataFolder(root);
  if (options.readOnly) return { folder, readOnly: true };
  try {
    fs.mkdirSync(folder, { recursive: true });
    // Fails on a disk that cannot be written even when the folder and this file are there.
    const probe = path.join(folder, `.probe-${process.pid}`);
    fs.writeFileSync(probe, '');
    fs.rmSync(probe);
    return { folder, readOnly: false };
  } catch (error) {
    if (hasStore(folder)) return { folder, readOnly: true };
    throw unwritable(folder, error);
  }
}

const hasStore = (folder: string): boolean => fs.existsSync(path.join(folder, 'store'));

const unwritable = (folder: string, error: unknown): RunlensError =>
  new RunlensError(
    'data.unwritable',
    `Runs cannot be stored: ${folder} cannot be written (${reason(error)}). ` +
      'Set the environment variable RUNLENS_DIR to a folder that can be.',
    { cause: error },
  );

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? messageOf(error);
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'the disk is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file is in its place',
};
