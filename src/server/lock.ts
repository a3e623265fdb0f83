// One owner per store: takes the lock of a data folder, renews it, and knows when it was taken over.
import * as fs from 'node:fs';
import { RunlensError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import { hostIdentity, isAlive, sharesPids } from '../client/identity';
import type { HostIdentity } from '../protocol/discovery';
import {
  createLock,
  isMissing,
  type LockHolder,
  type LockName,
  listLocks,
  lockPath,
  readHolder,
  removeOlder,
} from './lockFile';

export interface LockTimes {
  /** Milliseconds between two renewals. */
  readonly renew: number;
  /** Age after which a lock that is not renewed may be taken over. */
  readonly stale: number;
}
export const LOCK_TIMES: LockTimes = { renew: 2000, stale: 15_000 };

export interface Lock {
  readonly epoch: number;
  /** Fired once when another process has taken over; from then on nothing may be written. */
  readonly onLost: Event<string>;
  /**
   * Whether the store is still ours. Cheap, for use before every write: the files are looked at
   * again only when the last look is older than a renewal should be, as after a pause of the process.
   */
  owns(): boolean;
  /** Gives the lock up, so that the next owner need not wait. */
  release(): void;
}

/**
 * @throws RunlensError `lock.owned` when another server has the store. A lock whose owner cannot be
 * looked at from here is watched until it is renewed or stale, at most `times.stale`.
 */
export async function acquireLock(folder: string, times: LockTimes = LOCK_TIMES): Promise<Lock> {
  const self = { pid: process.pid, host: hostIdentity() };
  for (;;) {
    const [newest] = listLocks(folder);
    if (newest && !newest.released) await waitUntilStale(folder, newest, { times, own: self.host });
    const epoch = (newest?.epoch ?? 0) + 1;
    const file = lockPath(folder, { epoch, released: false });
    if (!createLock(file, self)) continue;
    // Somebody may have gone further while this process stood still between looking and creating.
    if (listLocks(folder)[0]?.epoch === epoch) {
      removeOlder(folder, epoch);
      return new HeldLock(folder, epoch, times);
    }
    fs.rmSync(file, { force: true });
  }
}

/** For a reader: makes nothing, and throws and waits like `acquireLock` when there is an owner. */
export async function waitForNoHolder(folder: string, times = LOCK_TIMES): Promise<void> {
  const [newest] = listLocks(folder);
  if (newest && !newest.released) {
    await waitUntilStale(folder, newest, { times, own: hostIdentity() });
  }
}

interface Judging {
  readonly times: LockTimes;
  readonly own: HostIdentity;
}

async function waitUntilStale(folder: string, lock: LockName, judging: Judging): Promise<void> {
  const file = lockPath(folder, lock);
  const first = readHolder(file);
  const until = Date.now() + judging.times.stale;
  for (let holder = first; holder && first; holder = readHolder(file)) {
    const verdict = judge(holder, judging);
    if (verdict === 'stale' || Date.now() >= until) return;
    if (verdict === 'held' || holder.renewedAt !== first.renewedAt) throw owned(holder);
    await new Promise((resolve) => setTimeout(resolve, Math.min(200, judging.times.renew / 4)));
  }
}

/** `unknown`: the owner cannot be seen from here; only time tells. */
function judge(holder: LockHolder, { times, own }: Judging): 'held' | 'stale' | 'unknown' {
  const age = Date.now() - holder.renewedAt;
  const { owner } = holder;
  if (!owner) return age > times.stale ? 'stale' : 'unknown';
  if (sharesPids(owner.host, own)) {
    if (owner.pid === process.pid || !isAlive(owner.pid)) return 'stale';
    return age > times.stale ? 'stale' : 'held';
  }
  // The clocks of two machines may differ: of another one only what is seen here counts.
  const sameClock = owner.host.hostname === own.hostname;
  return sameClock && age > times.stale ? 'stale' : 'unknown';
}

function describe({ owner }: LockHolder): string {
  return owner ? `process ${owner.pid} on ${owner.host.hostname}` : 'another process';
}

const owned = (holder: LockHolder): RunlensError =>
  new RunlensError(
    'lock.owned',
    `The store is in use by ${describe(holder)}. Use that server, or stop it first.`,
  );

class HeldLock implements Lock {
  private readonly lost = new Emitter<string>();
  readonly onLost = this.lost.event;
  private readonly timer: NodeJS.Timeout;
  private readonly file: string;
  private state: 'held' | 'lost' | 'released' = 'held';
  private checkedAt = Date.now();

  constructor(
    private readonly folder: string,
    readonly epoch: number,
    private readonly times: LockTimes,
  ) {
    this.file = lockPath(folder, { epoch, released: false });
    this.timer = setInterval(() => this.check(), times.renew);
  }

  owns(): boolean {
    // Wall-clock time, because the monotonic clock may stand still while the machine sleeps.
    const elapsed = Date.now() - this.checkedAt;
    if (this.state === 'held' && (elapsed < 0 || elapsed > 2 * this.times.renew)) this.check();
    return this.state === 'held';
  }

  release(): void {
    clearInterval(this.timer);
    if (!this.owns()) return;
    this.state = 'released';
    fs.renameSync(this.file, lockPath(this.folder, { epoch: this.epoch, released: true }));
  }

  private check(): void {
    const now = new Date();
    try {
      const higher = listLocks(this.folder).find((lock) => lock.epoch > this.epoch);
      if (higher) {
        this.lose(`another server took the store over (epoch ${higher.epoch})`);
      } else {
        fs.utimesSync(this.file, now, now);
        this.checkedAt = now.getTime();
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.lose('the lock file of this server was removed');
    }
  }

  private lose(why: string): void {
    clearInterval(this.timer);
    this.state = 'lost';
    this.lost.fire(why);
  }
}
