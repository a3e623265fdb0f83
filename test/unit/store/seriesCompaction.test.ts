// Compaction: bytes that nobody needs leave the disk, every point stays, whenever the process dies.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
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

const points = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => metric('loss', Math.sin(from + i), from + i, 9000 + i));

const segmentsOf = (folder: string) => fs.readdirSync(path.join(folder, 'store/series')).sort();

const isSnapshot = (file: string): boolean => file.endsWith('.sqlite');

async function purge(store: Store, runId: string): Promise<void> {
  await store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 });
  await store.commit({ type: 'run.purge', runIds: [runId], folders: [], time: 2 });
}

/** Two runs with chunks side by side in one segment. */
async function twoRuns(files = new FaultyFiles()): Promise<{ store: Store; folder: string }> {
  const folder = tempFolder();
  const store = await open(folder, { files: files.layer, probeMs: 5 });
  await store.commit(createRun('a'), createRun('b'));
  for (const from of [0, 5000]) {
    await store.commit(
      log('a', { metrics: points(from, 5000) }),
      log('b', { metrics: points(from, 5000) }),
    );
    await store.checkpoint();
  }
  return { store, folder };
}

describe('store series compaction', () => {
  afterEach(cleanUp);

  it('frees the bytes of a purged run, and leaves the others as they are', async () => {
    const { store, folder } = await twoRuns();
    const before = store.segmentUse();
    assert.ok(before.live > 0 && before.live <= before.total);
    await purge(store, 'a');
    const purged = store.segmentUse();
    assert.equal(purged.total, before.total);
    assert.ok(purged.live <= before.live / 2 + 1000, `${purged.live} of ${before.live}`);
    const dumped = dump(store);
    await store.compact();
    assert.equal(dump(store), dumped);
    const [segment, ...others] = segmentsOf(folder);
    assert.ok(segment !== undefined && segment > '00001.points');
    assert.deepEqual(others, []);
    const { total, live } = store.segmentUse();
    assert.equal(total, live);
    assert.equal(total, fs.statSync(path.join(folder, 'store/series', segment)).size);
    assert.equal(dump(await open(copyOf(folder))), dumped);
  });

  it('an old segment stays while a kept snapshot needs it', async () => {
    const disk = new FaultyFiles();
    const { store, folder } = await twoRuns(disk);
    await purge(store, 'a');
    const kept = dump(store);
    // Each change of the disk is a moment at which the newest snapshot may turn out to be damaged.
    const copies: string[] = [];
    disk.fault = () => {
      copies.push(copyOf(folder));
      return undefined;
    };
    await store.compact();
    disk.fault = () => undefined;
    copies.push(copyOf(folder));
    for (const copy of copies) {
      const snapshots = fs.readdirSync(path.join(copy, 'store')).filter(isSnapshot).sort();
      assert.ok(snapshots.length >= 2, snapshots.join());
      fs.writeFileSync(path.join(copy, 'store', snapshots.at(-1) ?? ''), 'damaged');
      assert.equal(dump(await open(copy)), kept);
    }
  }).timeout(60_000);

  it('whenever the process dies, every point is there', async () => {
    const probe = await twoRuns();
    await purge(probe.store, 'a');
    const expected = dump(probe.store);
    // Each change of the disk is a moment at which a process may die.
    const disk = new FaultyFiles();
    const { store, folder } = await twoRuns(disk);
    await purge(store, 'a');
    const copies: string[] = [];
    disk.fault = () => {
      copies.push(copyOf(folder));
      return undefined;
    };
    await store.compact();
    disk.fault = () => undefined;
    assert.ok(copies.length > 15, `${copies.length} moments`);
    for (const copy of copies) assert.equal(dump(await open(copy)), expected);
  }).timeout(60_000);

  it('a disk that fails on the way costs nothing, and compaction works again', async () => {
    for (const call of ['write', 'fdatasyncLater', 'later', 'rename', 'open'] as const) {
      const disk = new FaultyFiles();
      const { store, folder } = await twoRuns(disk);
      await purge(store, 'a');
      const expected = dump(store);
      let failures = 0;
      disk.fault = (asked) => (asked === call && failures++ === 1 ? 'fail' : undefined);
      await store.compact().catch(() => undefined);
      disk.fault = () => undefined;
      await until(() => store.status.mode === 'writable', `recovery after ${call}`);
      assert.equal(dump(store), expected, call);
      await store.compact();
      assert.equal(dump(store), expected, call);
      assert.equal(store.segmentUse().total, store.segmentUse().live, call);
      assert.equal(dump(await open(copyOf(folder))), expected, call);
      await cleanUp();
    }
  }).timeout(60_000);

  it('goes on while points are logged and snapshots are written', async () => {
    const { store, folder } = await twoRuns();
    await purge(store, 'a');
    let isOver = false;
    const compacting = store.compact().finally(() => {
      isOver = true;
    });
    let step = 10_000;
    for (; !isOver || step < 10_300; step += 10) {
      await store.commit(log('b', { metrics: points(step, 10) }));
      if (step % 100 === 0) await store.checkpoint();
    }
    await compacting;
    assert.equal(store.runs.summary('b', 'loss')?.count, step);
    const read = store.series.history('b', 'loss', { offset: 0, limit: 1e6 });
    assert.deepEqual(
      read.map((point) => point.step),
      Array.from({ length: step }, (_, i) => i),
    );
    assert.equal(dump(await open(copyOf(folder))), dump(store));
  });

  it('happens by itself when most of the bytes are dead', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('a'), createRun('b'));
    await store.commit(log('b', { metrics: points(0, 2000) }));
    for (let from = 0; from < 1_000_000; from += 20_000) {
      await store.commit(log('a', { metrics: points(from, 20_000) }));
    }
    await store.checkpoint();
    assert.ok(store.segmentUse().total > 8e6);
    await purge(store, 'a');
    await store.checkpoint();
    await until(() => segmentsOf(folder).length > 1, 'a compacted segment');
    // Two more snapshots, and none knows the old segment.
    for (const tag of ['x', 'y']) {
      await store.commit(log('b', { tags: { tag } }));
      await store.checkpoint();
    }
    assert.ok(!segmentsOf(folder).includes('00001.points'));
    assert.equal(store.segmentUse().total, store.segmentUse().live);
  }).timeout(60_000);

  it('drops points that an older version stored twice', async () => {
    const { store, folder } = await twoRuns();
    await purge(store, 'a');
    await store.close();
    // What version 1 left when batches were tried again across a snapshot: two equal chunks.
    await repeatChunk(folder);
    const again = await open(folder);
    assert.equal(again.runs.summary('b', 'loss')?.count, 14_096);
    const before = again.series.history('b', 'loss', { offset: 0, limit: 1e6 });
    assert.equal(before.length, 10_000);
    await again.compact();
    assert.equal(again.runs.summary('b', 'loss')?.count, 10_000);
    assert.deepEqual(again.series.history('b', 'loss', { offset: 0, limit: 1e6 }), before);
  });
});

/** Enters a chunk of a closed store twice into its newest snapshot, and counts its points twice. */
async function repeatChunk(folder: string): Promise<void> {
  const { loadSqlite } = await import('../../../src/store/database');
  const { crc32 } = await import('../../../src/store/crc32');
  const sqlite = await loadSqlite(fs.readFileSync('node_modules/sql.js/dist/sql-wasm.wasm'));
  const manifests = fs.readdirSync(path.join(folder, 'store')).filter((f) => f.endsWith('.json'));
  const manifest = path.join(folder, 'store', manifests.sort().at(-1) ?? '');
  const file = manifest.replace('.json', '.sqlite');
  const db = new sqlite.Database(fs.readFileSync(file));
  db.exec(
    'INSERT INTO chunks SELECT run, key, n + 100, segment, offset, length, count, digest FROM chunks WHERE n = 0',
  );
  db.exec('UPDATE metrics SET count = count + 4096');
  const bytes = db.export();
  db.close();
  fs.writeFileSync(file, bytes);
  const known = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  const mended = { ...known, size: bytes.length, crc32: crc32(bytes) };
  fs.writeFileSync(manifest, JSON.stringify(mended));
}
