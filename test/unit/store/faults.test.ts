// A disk that refuses: callers hear of it, nothing half-written shows, and writing goes on later.
import * as assert from 'node:assert/strict';
import type { Committed } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import {
  cleanUp,
  copyOf,
  createRun,
  dump,
  FaultyFiles,
  log,
  metric,
  open,
  tempFolder,
  until,
} from './support';

const point = (step: number) => log('a', { metrics: [metric('loss', step / 2, step)] });

const steps = (store: Store) =>
  store.series.history('a', 'loss', { offset: 0, limit: 1000 }).map((each) => each.step);

/** At once or by a thread, as the disk is fast or slow. */
const syncsOf = (disk: FaultyFiles) =>
  (disk.counts['fdatasync'] ?? 0) + (disk.counts['fdatasyncLater'] ?? 0);

describe('store faults', () => {
  afterEach(cleanUp);

  for (const call of ['write', 'fdatasync'] as const) {
    it(`a failing ${call} rejects every caller, shows the old state and recovers`, async () => {
      const disk = new FaultyFiles();
      const folder = tempFolder();
      const store = await open(folder, { files: disk.layer, probeMs: 10 });
      const announced: Committed[] = [];
      store.onDidCommit((batch) => announced.push(...batch));
      await store.commit(createRun('a'), point(1));
      const before = dump(store);
      const modes: string[] = [];
      store.onDidChangeStatus((status) => modes.push(status.mode));

      // A slow disk is synced by the other call.
      disk.fault = (asked) => (asked.startsWith(call) ? 'fail' : undefined);
      const failed = [store.commit(point(2)), store.commit(point(3)), store.commit(createRun('b'))];
      for (const each of failed) await assert.rejects(each, { code: 'store.unavailable' });
      assert.equal(dump(store), before);
      assert.equal(store.status.mode, 'readonly');
      assert.match(store.status.reason ?? '', /disk is full.*Free some space/);
      await assert.rejects(store.commit(point(4)), { code: 'store.unavailable' });

      disk.fault = () => undefined;
      await until(() => store.status.mode === 'writable', 'the store writes again');
      assert.deepEqual(modes, ['readonly', 'writable']);
      const seq = await store.commit(point(5));
      assert.equal(seq, 4);
      assert.deepEqual(steps(store), [1, 5]);
      assert.deepEqual(steps(await open(copyOf(folder))), [1, 5]);
      assert.deepEqual(
        announced.map((each) => each.seq),
        [2, 3, 4],
      );
    });
  }

  it('a write that the system takes in parts is written whole', async () => {
    const disk = new FaultyFiles();
    const folder = tempFolder();
    const store = await open(folder, { files: disk.layer });
    disk.fault = (asked) => (asked === 'write' ? 'short' : undefined);
    await store.commit(createRun('a'), point(1));
    await store.checkpoint();
    await store.commit(point(2));
    const again = await open(copyOf(folder));
    assert.deepEqual(steps(again), [1, 2]);
    assert.deepEqual(again.status.reports, []);
  });

  it('at whichever call the disk fails: what was acknowledged is there, and writing recovers', async () => {
    const whole = new FaultyFiles();
    await scenario(whole, tempFolder());
    assert.ok(whole.total > 20);
    for (let at = 1; at <= whole.total; at++) {
      const disk = new FaultyFiles();
      const folder = tempFolder();
      disk.fault = () => (disk.total === at ? 'fail' : undefined);
      const { store, acknowledged } = await scenario(disk, folder);
      await until(() => store.status.mode === 'writable', `recovery after call ${at}`);
      if (!store.runs.info('a')) await store.commit(createRun('a'));
      await store.commit(point(100));
      const expected = [...acknowledged, 100];
      for (const each of [store, await open(copyOf(folder))]) {
        assert.deepEqual(steps(each), expected, `call ${at}`);
        assert.equal(each.experiments.get('0')?.name, 'Default');
      }
      await cleanUp();
    }
  }).timeout(60_000);

  it('a store on a read-only disk opens, says so, and writes nothing', async () => {
    const disk = new FaultyFiles();
    disk.code = 'EROFS';
    disk.fault = () => 'fail';
    const store = await open(tempFolder(), { files: disk.layer });
    assert.equal(store.status.mode, 'readonly');
    assert.match(store.status.reason ?? '', /disk is read-only/);
    assert.equal(store.experiments.get('0')?.name, 'Default');
    await assert.rejects(store.commit(createRun('a')), { code: 'store.unavailable' });
  });

  it('a failed checkpoint loses nothing and the next one succeeds', async () => {
    const disk = new FaultyFiles();
    const folder = tempFolder();
    const store = await open(folder, { files: disk.layer });
    await store.commit(createRun('a'), point(1), point(2));
    disk.fault = (asked) => (asked === 'later' ? 'fail' : undefined);
    await assert.rejects(store.checkpoint());
    disk.fault = () => undefined;
    await store.commit(point(3));
    assert.deepEqual(steps(await open(copyOf(folder))), [1, 2, 3]);
    await store.checkpoint();
    assert.deepEqual(steps(await open(copyOf(folder))), [1, 2, 3]);
  });

  it('an owner that lost the store stops without writing a byte, for good', async () => {
    const disk = new FaultyFiles();
    let owns = true;
    const folder = tempFolder();
    const store = await open(folder, { files: disk.layer, ownsStore: () => owns, probeMs: 5 });
    await store.commit(createRun('a'), point(1));
    owns = false;
    const calls = disk.total;
    await assert.rejects(store.commit(point(2)), /taken over/);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await assert.rejects(store.commit(point(3)), /taken over/);
    await store.close();
    assert.equal(disk.total, calls);
    assert.deepEqual(steps(await open(copyOf(folder))), [1]);
  });

  it('concurrent callers share one write and one sync', async () => {
    const disk = new FaultyFiles();
    const store = await open(tempFolder(), { files: disk.layer });
    await store.commit(createRun('a'));
    const [writes, syncs] = [disk.counts['write'] ?? 0, syncsOf(disk)];
    const seqs = await Promise.all(
      Array.from({ length: 50 }, (_, step) => store.commit(point(step))),
    );
    assert.deepEqual(
      seqs,
      Array.from({ length: 50 }, (_, i) => 3 + i),
    );
    assert.equal(disk.counts['write'], writes + 1);
    assert.equal(syncsOf(disk), syncs + 1);
  });

  it('answers only after the sync, and announces in order after the answer is safe', async () => {
    const disk = new FaultyFiles();
    const store = await open(tempFolder(), { files: disk.layer });
    const syncsAt: number[] = [];
    store.onDidCommit(() => syncsAt.push(syncsOf(disk)));
    const before = syncsOf(disk);
    const pending = store.commit(createRun('a'));
    assert.equal(store.runs.info('a')?.runName, 'name of a');
    assert.equal(store.status.seq, 1);
    await pending;
    assert.equal(syncsOf(disk), before + 1);
    assert.deepEqual(syncsAt, [before + 1]);
    assert.equal(store.status.seq, 2);
  });

  it('leaves slow syncs to a thread, and callers of the meantime share the next one', async () => {
    const disk = new FaultyFiles();
    const slow = { ...disk.layer };
    slow.fdatasync = (fd) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
      disk.layer.fdatasync(fd);
    };
    slow.fdatasyncLater = async (fd) => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      await disk.layer.fdatasyncLater(fd);
    };
    const folder = tempFolder();
    const store = await open(folder, { files: slow, probeMs: 10 });
    await store.commit(createRun('a'));
    await store.commit(point(0));
    const first = store.commit(point(1));
    await new Promise((resolve) => setImmediate(resolve));
    const others = [store.commit(point(2)), store.commit(point(3))];
    await Promise.all([first, ...others]);
    assert.equal(disk.counts['fdatasyncLater'], 3);
    disk.fault = (asked) => (asked === 'fdatasyncLater' ? 'fail' : undefined);
    const failing = store.commit(point(4));
    await new Promise((resolve) => setImmediate(resolve));
    const behind = store.commit(point(5));
    for (const each of [failing, behind]) {
      await assert.rejects(each, { code: 'store.unavailable' });
    }
    disk.fault = () => undefined;
    await until(() => store.status.mode === 'writable', 'the store writes again');
    assert.deepEqual(steps(await open(copyOf(folder))), [0, 1, 2, 3]);
  });

  it('a mutation that does not fit changes nothing of its commit, nor of others', async () => {
    const store = await open(tempFolder());
    const before = dump(store);
    const wrong = store.commit(createRun('a'), point(1), log('nobody', { tags: { x: 'y' } }));
    const right = store.commit(createRun('b'));
    await assert.rejects(wrong, { code: 'store.invalid' });
    await right;
    assert.notEqual(dump(store), before);
    assert.equal(store.runs.info('a'), undefined);
    assert.equal(store.runs.info('b')?.runId, 'b');
    await store.commit(createRun('a'), point(7));
    assert.deepEqual(steps(store), [7]);
  });
});

/** Commits and checkpoints that go on after failures. */
async function scenario(
  disk: FaultyFiles,
  folder: string,
): Promise<{ store: Store; acknowledged: number[] }> {
  const store = await open(folder, { files: disk.layer, probeMs: 3 });
  const acknowledged: number[] = [];
  for (let step = 1; step <= 6; step++) {
    await until(() => store.status.mode === 'writable', 'a disk that works');
    if (!store.runs.info('a')) await store.commit(createRun('a')).catch(ignoreInjected);
    await store.commit(point(step)).then(() => acknowledged.push(step), ignoreInjected);
    if (step % 2 === 0) await store.checkpoint().catch(ignoreInjected);
  }
  return { store, acknowledged };
}

function ignoreInjected(error: Error & { code?: string }): void {
  const expected = ['ENOSPC', 'store.unavailable', 'store.invalid'];
  assert.ok(expected.includes(error.code ?? ''), error);
}
