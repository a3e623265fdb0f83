// When checkpoints happen, and that work goes on meanwhile.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { nodeFiles } from '../../../src/store/files';
import { listSnapshots } from '../../../src/store/snapshot';
import { cleanUp, copyOf, createRun, dump, log, metric, open, tempFolder, until } from './support';

const snapshots = (folder: string) => listSnapshots(nodeFiles, path.join(folder, 'store'));

const manyPoints = (from: number) =>
  log('a', {
    metrics: Array.from({ length: 5000 }, (_, i) => metric('loss', Math.random(), from + i)),
  });

describe('store checkpoints', () => {
  afterEach(cleanUp);

  it('happens by itself when the journal has grown large', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('a'));
    let commits = 0;
    while (snapshots(folder).length === 0) {
      assert.ok(commits++ < 1000, 'no checkpoint after 50 MB');
      await store.commit(manyPoints(commits * 5000));
    }
    assert.ok(commits > 100, `a checkpoint after only ${commits} commits`);
    const count = store.runs.summary('a', 'loss')?.count;
    const again = await open(copyOf(folder));
    assert.equal(again.runs.summary('a', 'loss')?.count, count);
    const tail = again.series.history('a', 'loss', { offset: (count ?? 0) - 1, limit: 9 });
    assert.equal(tail.length, 1);
  }).timeout(60_000);

  it('happens by itself when the store is idle with changes', async () => {
    const folder = tempFolder();
    const store = await open(folder, { idleMs: 20 });
    await store.commit(createRun('a'));
    await until(() => snapshots(folder).length === 1, 'a snapshot');
    assert.equal(snapshots(folder)[0]?.seq, 2);
  });

  it('does nothing without changes, and at close only with changes', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.checkpoint();
    await store.checkpoint();
    assert.equal(snapshots(folder).length, 1);
    await store.commit(createRun('a'));
    await store.close();
    assert.deepEqual(
      snapshots(folder).map((each) => each.seq),
      [2, 1],
    );
    const before = fs.readdirSync(path.join(folder, 'store'));
    await (await open(folder)).close();
    assert.deepEqual(fs.readdirSync(path.join(folder, 'store')), before);
  });

  it('commits during a checkpoint are in one journal or the other, never lost', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('a'));
    for (let round = 0; round < 5; round++) {
      const checkpoint = store.checkpoint();
      for (let i = 0; i < 20; i++) {
        await store.commit(log('a', { metrics: [metric('loss', i, round * 20 + i)] }));
      }
      assert.equal(dump(await open(copyOf(folder))), dump(store));
      await checkpoint;
    }
    assert.equal(store.runs.summary('a', 'loss')?.count, 100);
    assert.equal(dump(await open(copyOf(folder))), dump(store));
  });

  it('a commit made by a listener is durable too', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    let followed: Promise<number> | undefined;
    store.onDidCommit((batch) => {
      if (batch.some(({ mutation }) => mutation.type === 'run.create')) {
        followed = store.commit(log('a', { tags: { seen: 'yes' } }));
      }
    });
    await Promise.all([store.commit(createRun('a')), store.checkpoint()]);
    await followed;
    assert.equal((await open(copyOf(folder))).runs.tag('a', 'seen'), 'yes');
  });

  it('refuses commits after close, and closes twice', async () => {
    const store = await open(tempFolder());
    const last = store.commit(createRun('a'));
    await store.close();
    assert.equal(await last, 2);
    await store.close();
    await assert.rejects(store.commit(createRun('b')), { code: 'store.unavailable' });
  });
});
