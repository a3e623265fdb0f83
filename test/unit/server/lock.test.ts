// One owner: races between real processes, also in separate pid namespaces, and lost ownership.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { findServer } from '../../../src/client/discovery';
import { hostIdentity } from '../../../src/client/identity';
import { SERVER_EXIT } from '../../../src/protocol/discovery';
import { acquireLock, type Lock, waitForNoHolder } from '../../../src/server/lock';
import { listLocks } from '../../../src/server/lockFile';
import { delay, eventually, exitOf, Harness, output } from './harness';

const QUICK = { renew: 40, stale: 300 };
/** Far beyond what exists: no such process. */
const GONE = 0x7ffffff0;

describe('the lock of a data folder', () => {
  let folder: string;
  const held: Lock[] = [];
  const acquire = async (times = QUICK): Promise<Lock> => {
    const lock = await acquireLock(folder, times);
    held.push(lock);
    return lock;
  };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-lock-'));
  });
  afterEach(() => {
    for (const lock of held.splice(0)) lock.release();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** Leaves a lock file as another process would. */
  const plant = (epoch: number, owner: object | string, age = 0): string => {
    const file = path.join(folder, `lock.${epoch}`);
    fs.writeFileSync(file, typeof owner === 'string' ? owner : JSON.stringify(owner));
    const at = new Date(Date.now() - age);
    fs.utimesSync(file, at, at);
    return file;
  };
  const here = hostIdentity();
  const elsewhere = { ...here, pidNamespace: 'pid:[1]' };

  it('epochs only grow, over releases too', async () => {
    const epochs: number[] = [];
    for (let round = 0; round < 4; round++) {
      const lock = await acquire();
      epochs.push(lock.epoch);
      lock.release();
    }
    assert.deepEqual(epochs, [1, 2, 3, 4]);
    assert.deepEqual(listLocks(folder), [{ epoch: 4, released: true }]);
  });

  it('of a process that is gone is taken at once', async () => {
    plant(7, { pid: GONE, host: here });
    const started = Date.now();
    assert.equal((await acquire({ renew: 2000, stale: 15_000 })).epoch, 8);
    assert.ok(Date.now() - started < 1000);
  });

  it('of a living process is refused, with who has it', async () => {
    plant(7, { pid: process.ppid, host: here });
    await assert.rejects(acquire(), { code: 'lock.owned', message: /process \d+ on / });
    await assert.rejects(waitForNoHolder(folder, QUICK), { code: 'lock.owned' });
  });

  it('that was not renewed for long is stale even when such a process lives', async () => {
    plant(7, { pid: process.ppid, host: here }, 1000);
    assert.equal((await acquire()).epoch, 8);
  });

  it('of another namespace is watched: renewed means owned', async () => {
    const file = plant(7, { pid: GONE, host: elsewhere });
    const renewing = setInterval(() => fs.utimesSync(file, new Date(), new Date()), 30);
    try {
      await assert.rejects(acquire(), { code: 'lock.owned' });
    } finally {
      clearInterval(renewing);
    }
  });

  it('of another namespace is taken when it is not renewed until stale', async () => {
    plant(7, { pid: process.ppid, host: elsewhere });
    const started = Date.now();
    assert.equal((await acquire()).epoch, 8);
    assert.ok(Date.now() - started >= QUICK.stale - 50);
  });

  it('of another machine whose clock is ahead or behind is watched all the same', async () => {
    for (const age of [3600_000, -3600_000]) {
      plant(20, { pid: GONE, host: { ...elsewhere, hostname: 'far' } }, age);
      const started = Date.now();
      const lock = await acquire();
      assert.ok(Date.now() - started >= QUICK.stale - 50);
      lock.release();
      for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
    }
  });

  it('of a machine that is gone does not keep readers out, and they leave no mark', async () => {
    plant(7, { pid: GONE, host: { ...elsewhere, hostname: 'far' } });
    const started = Date.now();
    await waitForNoHolder(folder, QUICK);
    assert.ok(Date.now() - started >= QUICK.stale - 50);
    assert.deepEqual(fs.readdirSync(folder), ['lock.7']);
  });

  it('that is half written is waited for', async () => {
    plant(7, '{"pid": 12');
    assert.equal((await acquire()).epoch, 8);
  });

  it('an owner that sees a higher epoch has lost it', async () => {
    const lock = await acquire();
    const lost = new Promise<string>((resolve) => lock.onLost(resolve));
    assert.equal(lock.owns(), true);
    plant(lock.epoch + 1, { pid: GONE, host: here });
    assert.match(await lost, /epoch 2/);
    assert.equal(lock.owns(), false);
  });

  it('an owner whose file was removed has lost it', async () => {
    const lock = await acquire();
    const lost = new Promise<string>((resolve) => lock.onLost(resolve));
    fs.rmSync(path.join(folder, 'lock.1'));
    assert.match(await lost, /removed/);
  });

  it('after a pause it looks again before it says that it owns', async () => {
    const lock = await acquire();
    plant(lock.epoch + 1, { pid: GONE, host: here });
    // The event loop stands still, as in a suspended machine: no timer can have looked.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * QUICK.renew);
    assert.equal(lock.owns(), false);
  });

  it('a lost lock is not released: the file is the new owner’s', async () => {
    const lock = await acquire();
    const other = plant(lock.epoch + 1, { pid: process.ppid, host: here });
    await delay(3 * QUICK.renew);
    lock.release();
    assert.deepEqual(
      listLocks(folder).filter(({ released }) => released),
      [],
    );
    assert.ok(fs.existsSync(other));
  });

  it('any number of starters at once end with one owner', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5 }), async (epoch) => {
        for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name));
        if (epoch > 0) plant(epoch, { pid: GONE, host: here });
        const place = { folder, script: path.join(__dirname, 'lockRace.ts') };
        const owners = await race(place, 4);
        assert.equal(owners, 1);
      }),
      { numRuns: 2 },
    );
  });
});

/** Several processes that take the lock and keep it for a while; returns how many got it. */
async function race(place: { folder: string; script: string }, count: number): Promise<number> {
  const { spawn } = await import('node:child_process');
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', place.script, place.folder], { stdio: 'ignore' }),
  );
  const codes = await Promise.all(children.map(exitOf));
  assert.ok(
    codes.every((code) => code === 0 || code === 3),
    codes.join(),
  );
  return codes.filter((code) => code === 0).length;
}

describe('two servers for one root', () => {
  const harness = new Harness();
  afterEach(() => harness.clean());

  it('end with one owner; the other says who it is', async () => {
    const place = harness.place();
    const children = [harness.spawn(place), harness.spawn(place)];
    const said = children.map(output);
    const loser = await Promise.race(
      children.map(async (child) => {
        await exitOf(child);
        return child;
      }),
    );
    assert.equal(loser.exitCode, SERVER_EXIT.owned);
    const index = children.indexOf(loser);
    assert.match(await said[index]!, /in use by process/);
    const winner = children[1 - index]!;
    await eventually(async () => (await findServer(place.root, place.env))?.pid === winner.pid);
  });

  it('a server that was stopped and overtaken ends without writing', async function () {
    this.timeout(40_000);
    const place = harness.place();
    const first = await harness.start(place);
    const paused = harness.children.at(-1)!;
    await harness.createRun(first, 'before');
    paused.kill('SIGSTOP');
    // As if the pause had been long: its lock looks old.
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(path.join(place.data, 'lock.1'), old, old);
    const second = await harness.start(place);
    assert.notEqual(second.pid, first.pid);
    await harness.createRun(second, 'after');
    const before = storeBytes(place.data);
    paused.kill('SIGCONT');
    assert.equal(await exitOf(paused), SERVER_EXIT.replaced);
    assert.deepEqual(storeBytes(place.data), before);
    const page = await harness
      .client(second)
      .call('GET /api/experiments/:experimentId/runs', { experimentId: '0' });
    assert.deepEqual(page.items.map((run) => run.name).sort(), ['after', 'before']);
  });

  it('in two pid namespaces end with one owner', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(60_000);
    const namespace = [
      'unshare',
      ...unshareUser(),
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
    ];
    const place = harness.place();
    const children = [harness.spawn(place, [], namespace), harness.spawn(place, [], namespace)];
    const said = children.map(output);
    const ended = children.map(async (child) => ({ child, code: await exitOf(child) }));
    const { child: loser, code } = await Promise.race(ended);
    assert.equal(code, SERVER_EXIT.owned, await said[children.indexOf(loser)]);
    const winner = children.find((child) => child !== loser)!;
    assert.equal(winner.exitCode, null);
    const server = (await findServer(place.root, place.env))!;
    await harness.createRun(server);
    assert.equal(listLocks(place.data).filter(({ released }) => !released).length, 1);

    // The winner dies; from a third namespace nobody can see that, only that it renews no more.
    winner.kill('SIGKILL');
    await exitOf(winner);
    await eventually(async () => !(await findServer(place.root, place.env)));
    harness.spawn(place, [], namespace);
    await eventually(async () => (await findServer(place.root, place.env)) !== undefined, 30_000);
    const next = (await findServer(place.root, place.env))!;
    assert.equal((await harness.client(next).call('GET /api/info', {})).epoch, 2);
  });
});

/** A user namespace is needed when this is not root; a machine without either fails the test. */
function unshareUser(): string[] {
  const flags = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const tried = spawnSync('unshare', [...flags, '--pid', '--fork', '--mount-proc', 'true']);
  assert.equal(tried.status, 0, `pid namespaces are not available here: ${tried.stderr}`);
  return flags;
}

function storeBytes(data: string): Record<string, string> {
  const folder = path.join(data, 'store');
  return Object.fromEntries(
    fs
      .readdirSync(folder)
      .map((name) => [name, fs.readFileSync(path.join(folder, name)).toString('base64')]),
  );
}
