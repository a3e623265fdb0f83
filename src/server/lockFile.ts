// The lock files of a data folder: `lock.<epoch>`, renamed to `lock.<epoch>.released` at the end.
// The file of the highest epoch stays, so that epochs only ever grow.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isRecord } from '../base/json';
import type { HostIdentity } from '../protocol/discovery';

export interface LockName {
  readonly epoch: number;
  readonly released: boolean;
}

/** Who holds a lock, and when it was last renewed (its file's time). */
export interface LockHolder {
  /** Undefined while the file is being written, or when it is damaged. */
  readonly owner: { readonly pid: number; readonly host: HostIdentity } | undefined;
  /** Milliseconds since 1970. */
  readonly renewedAt: number;
}

/** The lock files of a folder, the highest epoch first. */
export function listLocks(folder: string): LockName[] {
  return fs
    .readdirSync(folder)
    .flatMap((name) => {
      const match = /^lock\.(\d+)(\.released)?$/.exec(name);
      return match ? [{ epoch: Number(match[1]), released: match[2] !== undefined }] : [];
    })
    .sort((a, b) => b.epoch - a.epoch || Number(b.released) - Number(a.released));
}

export function lockPath(folder: string, { epoch, released }: LockName): string {
  return path.join(folder, released ? `lock.${epoch}.released` : `lock.${epoch}`);
}

/** Undefined when the file has gone meanwhile. */
export function readHolder(file: string): LockHolder | undefined {
  try {
    const renewedAt = fs.statSync(file).mtimeMs;
    return { owner: parseOwner(fs.readFileSync(file, 'utf8')), renewedAt };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Creates a lock file exclusively. @returns false when there is one already. */
export function createLock(file: string, owner: NonNullable<LockHolder['owner']>): boolean {
  try {
    fs.writeFileSync(file, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes lock files of earlier epochs. */
export function removeOlder(folder: string, epoch: number): void {
  for (const lock of listLocks(folder)) {
    if (lock.epoch < epoch) fs.rmSync(lockPath(folder, lock), { force: true });
  }
}

export const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ENOENT';

function parseOwner(text: string): LockHolder['owner'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Being written at this moment: its age decides.
    return undefined;
  }
  if (!isRecord(value) || typeof value['pid'] !== 'number') return undefined;
  const { pid, host } = value;
  if (!isRecord(host)) return undefined;
  const member = (key: string) => (typeof host[key] === 'string' ? (host[key] as string) : '');
  return {
    pid,
    host: {
      hostname: member('hostname'),
      bootId: member('bootId'),
      pidNamespace: member('pidNamespace'),
    },
  };
}
