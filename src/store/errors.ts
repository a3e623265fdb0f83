// The store's errors: a code, what happened, and what to do.
import { messageOf, RunlensError } from '../base/errors';
import { systemCode } from './files';

/** No write is possible now, but perhaps soon: answered as 503, so that clients try again. */
export const unavailable = (reason: string, cause?: unknown): RunlensError =>
  new RunlensError('store.unavailable', reason, { cause });

/** No write will be possible: answered as 403, so that clients show the reason at once. */
export const readonly = (reason: string): RunlensError =>
  new RunlensError('store.readonly', reason);

/** The store was written by a newer version: as `readonly`. */
export const newer = (reason: string): RunlensError => new RunlensError('store.newer', reason);

/** A mutation that does not fit the state, e.g. of an unknown run: an error of the caller. */
export const invalidMutation = (message: string, cause?: unknown): RunlensError =>
  new RunlensError('store.invalid', message, { cause });

/** Stored bytes are not what was written, and nothing older can stand in. */
export const damaged = (message: string, cause?: unknown): RunlensError =>
  new RunlensError('store.damaged', message, { cause });

export const invalidPath = (path: string, why: string): RunlensError =>
  new RunlensError('path.invalid', `The path ${JSON.stringify(path)} is not allowed: ${why}.`);

/** Says in words why a disk refused, and what to do. */
export function diskReason(error: unknown, folder: string): string {
  const code = systemCode(error);
  const advice = code === undefined ? undefined : ADVICE[code];
  const what = advice ?? `${messageOf(error)}. Check the disk that holds ${folder}.`;
  return `Nothing can be written to ${folder}: ${what}`;
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space; writing goes on by itself.',
  EDQUOT: 'the disk quota is used up. Free some space; writing goes on by itself.',
  EROFS: 'the disk is read-only. Open the folder from a disk that can be written.',
  EACCES: 'permission denied. Give this user the right to write there.',
  EPERM: 'not permitted. Give this user the right to write there.',
};
