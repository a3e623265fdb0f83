// Looks at worker processes of this machine, interrupts and ends them.
import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import type { ProcessRef } from '../ports';
import { systemCode } from './systemCode';

/** Where this process runs, in the words in which workers describe themselves. */
export function ownPlace(): { hostname: string; pidNamespace: string } {
  return { hostname: hostname(), pidNamespace: ownNamespace() };
}

function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // Only Linux has them.
  }
}

/** @param since when the process was known to be there, in milliseconds since 1970. */
export function processState(worker: ProcessRef, since: number): 'alive' | 'gone' | 'unknown' {
  const own = ownPlace();
  if (worker.hostname !== own.hostname || worker.pidNamespace !== own.pidNamespace) {
    return 'unknown';
  }
  // After a restart of the machine the number belongs to another process.
  const bootedAt = Date.now() - uptime() * 1000;
  if (since < bootedAt) return 'gone';
  return isThere(worker.pid) && !isZombie(worker.pid) ? 'alive' : 'gone';
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** One that has ended while nobody has asked how still has its number. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false; // Not Linux, or just gone: the next look tells.
  }
}

/** Ctrl+C. Windows has it for one's own console only, where sending it would end the process. */
export function interruptProcess(worker: ProcessRef): void {
  if (process.platform !== 'win32') signal(worker, 'SIGINT');
}

export function killProcess(worker: ProcessRef): void {
  if (!worker.owned) return;
  if (process.platform !== 'win32') signal(worker, 'SIGKILL');
  else endTree(worker.pid);
}

function endTree(pid: number): void {
  const command = spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true });
  command.once('error', () => process.kill(pid));
}

/** Owned workers lead a process group, so their children get it too. */
function signal(worker: ProcessRef, name: 'SIGINT' | 'SIGKILL'): void {
  if (processState(worker, Date.now()) !== 'alive') return;
  try {
    process.kill(worker.owned ? -worker.pid : worker.pid, name);
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
