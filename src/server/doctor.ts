// `runlens doctor`: what the store's checks find, and what lies around it: lock and discovery files.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../base/errors';
import { readDiscovery } from '../client/discovery';
import { hostIdentity, isAlive, sharesPids } from '../client/identity';
import { dataFolder } from '../client/root';
import { discoveryFile } from '../client/state';
import type { Diagnosis, Finding } from '../domain/diagnosis';
import { type DoctorOptions, examineStore } from '../store/doctor/doctor';
import { repairStore } from '../store/doctor/repair';
import { blobPathUnder } from '../tracking/artifactPath';
import { sqliteWasm } from './files';
import { acquireLock, waitForNoHolder } from './lock';
import { listLocks, lockPath, readHolder } from './lockFile';

/** Under a running server, from within it. */
export async function diagnoseLive(root: string): Promise<Diagnosis> {
  const diagnosis = await examineStore({ ...optionsOf(root), isLive: true });
  return withSurroundings(diagnosis, root, []);
}

/**
 * Without a server: also a store that does not open is looked at.
 * @throws RunlensError `lock.owned` when `repair` is asked for and another process has the store,
 *   `doctor.none` when there is no store.
 */
export async function diagnose(root: string, { repair }: { repair: boolean }): Promise<Diagnosis> {
  const options = optionsOf(root);
  if (!fs.existsSync(options.folder)) {
    throw new RunlensError('doctor.none', `There is no store in ${root}.`);
  }
  const locks = checkLocks(options.folder);
  const diagnosis = repair
    ? await repairLocked(options)
    : await examineStore({ ...options, isLive: await isInUse(options.folder) });
  return withSurroundings(diagnosis, root, locks);
}

async function repairLocked(options: DoctorOptions): Promise<Diagnosis> {
  const lock = await acquireLock(options.folder);
  try {
    return await repairStore(options);
  } finally {
    lock.release();
  }
}

/** By a server on another machine, or one that does not answer. */
async function isInUse(folder: string): Promise<boolean> {
  try {
    await waitForNoHolder(folder);
    return false;
  } catch (error) {
    if (error instanceof RunlensError && error.code === 'lock.owned') return true;
    throw error;
  }
}

function optionsOf(root: string): DoctorOptions {
  const folder = dataFolder(root);
  return { folder, wasm: sqliteWasm(), folderOf };
}

/** The folder of a run's files, one above which is the experiment's. */
export function folderOf(artifactUri: string): string | undefined {
  try {
    return blobPathUnder(artifactUri, '')?.replace(/\/artifacts$/, '');
  } catch {
    // A location that no route serves: nothing of it is in the data folder.
    return undefined;
  }
}

function withSurroundings(
  diagnosis: Diagnosis,
  root: string,
  locks: readonly Finding[],
): Diagnosis {
  const findings = [...diagnosis.findings, ...locks, ...checkDiscovery(root), ...checkDisk(root)];
  return { ...diagnosis, findings };
}

/** Locks whose process has gone: the next server takes them over. */
function checkLocks(folder: string): Finding[] {
  return listLocks(folder).flatMap((lock): Finding[] => {
    const where = lockPath(folder, lock);
    const holder = lock.released ? undefined : readHolder(where);
    if (!holder) return [];
    const { owner } = holder;
    if (owner && sharesPids(owner.host, hostIdentity()) && isAlive(owner.pid)) return [];
    const who = owner ? `process ${owner.pid} on ${owner.host.hostname}` : 'nobody that it names';
    const what = `A lock of ${who}, which ended without giving it up or cannot be seen from here.`;
    const action = 'The next server takes it over, at once or when it was not renewed for 15 s.';
    return [finding('info', { kind: 'lock.left', where, what, action })];
  });
}

function checkDiscovery(root: string): Finding[] {
  const where = discoveryFile(root);
  if (!fs.existsSync(where)) return [];
  const left = (what: string, action: string) => [
    finding('warning', { kind: 'discovery.left', where, what, action }),
  ];
  try {
    if (readDiscovery(root)) return [];
    return left('It cannot be read as what a server wrote.', 'The next server writes it anew.');
  } catch (error) {
    return left(messageOf(error), 'Delete it; the next server writes it anew.');
  }
}

function checkDisk(root: string): Finding[] {
  const where = dataFolder(root);
  for (const folder of [where, path.join(where, 'store')]) {
    try {
      if (fs.existsSync(folder)) fs.accessSync(folder, fs.constants.W_OK);
    } catch (error) {
      const what = `It cannot be written: ${messageOf(error)}.`;
      const action = 'Make it writable; until then the store is only read.';
      return [finding('warning', { kind: 'disk.unwritable', where: folder, what, action })];
    }
  }
  return [];
}

const finding = (
  severity: Finding['severity'],
  what: Omit<Finding, 'severity' | 'repaired'>,
): Finding => ({ ...what, severity, repaired: false });
