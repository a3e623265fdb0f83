// Makes the data folder of a root, or finds out that it can only be read.
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../base/errors';
import { dataFolder } from '../client/root';

export interface DataFolder {
  readonly folder: string;
  /** Why the store is only read, and what to do; undefined when it can be written. */
  readonly readOnly: string | undefined;
  /** Whether that has changed since: asked of a disk that refused. */
  isWritableNow(): boolean;
}

/** @throws RunlensError `data.unwritable` when there is no store to read either. */
export function prepareDataFolder(root: string, options: { readOnly: boolean }): DataFolder {
  const folder = dataFolder(root);
  if (options.readOnly) return { folder, readOnly: ASKED, isWritableNow: () => false };
  try {
    makeFolder(folder);
    probe(folder);
    return { folder, readOnly: undefined, isWritableNow: () => true };
  } catch (error) {
    if (!hasStore(folder)) throw unwritable(folder, error);
    const why = readOnlyBecause(folder, error);
    return { folder, readOnly: why, isWritableNow: () => isWritable(folder) };
  }
}

/** Fails on a disk that cannot be written even when the folder and this file are there. */
function probe(folder: string): void {
  // Not by process id: two starters in two namespaces can have the same.
  const file = path.join(folder, `.probe-${randomUUID()}`);
  fs.writeFileSync(file, '');
  fs.rmSync(file);
}

function isWritable(folder: string): boolean {
  try {
    probe(folder);
    return true;
  } catch {
    // As before: the reason has been told.
    return false;
  }
}

/** Not recursively where that is not needed: node says ENOENT then, whatever the disk said. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  try {
    fs.mkdirSync(folder, { recursive: !fs.existsSync(path.dirname(folder)) });
  } catch (error) {
    // Another starter may have made it just now.
    if (!isFolder(folder)) throw error;
  }
}

const isFolder = (folder: string): boolean =>
  fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;

const hasStore = (folder: string): boolean => fs.existsSync(path.join(folder, 'store'));

const ASKED =
  'The store was opened read-only, as was asked for. Start the server without --read-only to ' +
  'write to it.';

const readOnlyBecause = (folder: string, error: unknown): string =>
  `The store is opened read-only: ${folder} cannot be written (${reason(error)}). ` +
  'Make it writable, which is noticed within seconds, or set the environment variable ' +
  'RUNLENS_DIR to another folder.';

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
