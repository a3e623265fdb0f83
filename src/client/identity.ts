// Which machine and which world of process numbers this is, and whether a process of it is alive.
import * as fs from 'node:fs';
import * as os from 'node:os';
import type { HostIdentity } from '../protocol/discovery';

export function hostIdentity(): HostIdentity {
  return {
    hostname: os.hostname(),
    bootId: readText('/proc/sys/kernel/random/boot_id'),
    pidNamespace: readLink('/proc/self/ns/pid'),
  };
}

/** Whether a pid of `other` means something here: same machine since the same boot, same namespace. */
export function sharesPids(other: HostIdentity, own: HostIdentity = hostIdentity()): boolean {
  return (
    other.hostname === own.hostname &&
    other.bootId === own.bootId &&
    other.pidNamespace === own.pidNamespace
  );
}

/** Whether a process with this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process that ended and was not waited for (in a container without an init) counts as gone. */
function isZombie(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  return /^ Z /.test(stat.slice(stat.lastIndexOf(')') + 1));
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    // Not Linux, or no such process: not known.
    return '';
  }
}

function readLink(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return '';
  }
}
