// The database frozen at a moment: its bytes stay what they were, whatever is written meanwhile.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { loadSqlite, Sql } from '../../../src/store/database';
import { DatabaseFile, type Frozen } from '../../../src/store/databaseFile';
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

const MB = 1 << 20;
const sqlite = () => loadSqlite(fs.readFileSync('node_modules/sql.js/dist/sql-wasm.wasm'));

function rest(frozen: Frozen, slice = 4096 * 3): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < frozen.size; at += slice) parts.push(frozen.next(new Uint8Array(slice)));
  frozen.release();
  return Buffer.concat(parts);
}

/** The rows of the file in another database; the file must be sound. */
async function rowsOf(bytes: Uint8Array): Promise<unknown> {
  const db = new (await sqlite()).Database(bytes);
  try {
    assert.equal(db.exec('PRAGMA integrity_check')[0]?.values[0]?.[0], 'ok');
    return db.exec('SELECT a, b FROM t ORDER BY a')[0]?.values ?? [];
  } finally {
    db.close();
  }
}

const filled = async (rows: number) => {
  const sql = Sql.open(await sqlite());
  sql.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE mark (n INTEGER);');
  for (let i = 0; i < rows; i++) sql.run('INSERT INTO t VALUES (?, ?)', i, 'x'.repeat(i % 900));
  return sql;
};
const stamp = (sql: Sql) => () => sql.run('INSERT INTO mark VALUES (1)');

describe('store checkpoints: a frozen database', () => {
  afterEach(cleanUp);

  it('keeps every byte while others are written, in any order', () => {
    const write = fc.record({ at: fc.nat(3 * MB), length: fc.nat(9000), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 20 }),
        fc.array(write, { maxLength: 40 }),
        fc.integer({ min: 1000, max: MB }),
        (before, meanwhile, slice) => {
          const file = new DatabaseFile(new Uint8Array(2 * MB + 5).fill(7));
          for (const { at, length, byte } of before)
            file.set(new Uint8Array(length).fill(byte), at);
          const expected = file.copy(0, file.size);
          const frozen = file.freeze();
          const parts: Uint8Array[] = [];
          const writes = meanwhile.values();
          for (let at = 0; at < frozen.size; at += slice) {
            const next = writes.next().value;
            if (next) file.set(new Uint8Array(next.length).fill(next.byte), next.at);
            parts.push(frozen.next(new Uint8Array(slice)));
          }
          frozen.release();
          assert.ok(Buffer.concat(parts).equals(expected));
        },
      ),
      { numRuns: 40 },
    );
  }).timeout(30_000);

  it('is a sound database with the rows of that moment', async () => {
    const sql = await filled(3000);
    const frozen = sql.freeze(stamp(sql));
    const before = sql.all('SELECT a, b FROM t ORDER BY a');
    const parts = [frozen.next(new Uint8Array(MB / 2))];
    for (let i = 0; i < 3000; i += 2) sql.run('UPDATE t SET b = ? WHERE a = ?', 'changed', i);
    for (let i = 3000; i < 6000; i++) sql.run('INSERT INTO t VALUES (?, ?)', i, 'new');
    sql.run('DELETE FROM t WHERE a % 7 = 0');
    const bytes = Buffer.concat([...parts, rest(Object.assign(frozen, {}), MB)]);
    assert.deepEqual(await rowsOf(bytes.subarray(0, frozen.size)), before);
    const again = rest(sql.freeze(stamp(sql)));
    assert.deepEqual(await rowsOf(again), sql.all('SELECT a, b FROM t ORDER BY a'));
    sql.close();
  });

  it('is whole also after SQLite has cut its file', async () => {
    const sql = await filled(3000);
    sql.run('DELETE FROM t WHERE a > 100');
    sql.end();
    sql.exec('VACUUM');
    sql.run('INSERT INTO t VALUES (?, ?)', 5000, 'after');
    const bytes = rest(sql.freeze(stamp(sql)));
    assert.deepEqual(await rowsOf(bytes), sql.all('SELECT a, b FROM t ORDER BY a'));
    sql.close();
  });

  it('a snapshot that takes long holds nobody up, and what comes meanwhile is not in it', async () => {
    const slow = new FaultyFiles();
    let writes = 0;
    const folder = tempFolder();
    const later = { ...slow.layer.later };
    later.open = (async (...given: Parameters<typeof fs.promises.open>) => {
      const file = await fs.promises.open(...given);
      return Object.assign(Object.create(file), {
        write: async (bytes: Uint8Array, from: number, length: number, at: number) => {
          writes++;
          await new Promise((resolve) => setTimeout(resolve, 3));
          return file.write(bytes, from, length, at);
        },
        datasync: () => file.datasync(),
        close: () => file.close(),
      });
    }) as typeof later.open;
    const store = await open(folder, { files: { ...slow.layer, later } });
    await store.commit(createRun('a'));
    for (let i = 0; i < 40; i++) {
      await store.commit(log('a', { tags: { [`t${i}`]: 'x'.repeat(100_000) } }));
    }
    let isOver = false;
    const checkpoint = store.checkpoint().finally(() => {
      isOver = true;
    });
    let commits = 0;
    const copies: string[] = [];
    while (!isOver) {
      await store.commit(log('a', { tags: { [`t${commits % 40}`]: `new ${commits}` } }));
      if (commits++ % 10 === 0) copies.push(copyOf(folder));
    }
    await checkpoint;
    assert.ok(writes > 3, `${writes} slices`);
    assert.ok(commits > 3, `${commits} commits`);
    assert.equal(dump(await open(copyOf(folder))), dump(store));
    for (const copy of copies) {
      const again = await open(copy);
      assert.deepEqual(again.status.reports, []);
      assert.equal(again.runs.get('a')?.tags.length, 41);
    }
  }).timeout(30_000);

  it('the points that a snapshot needs are on disk before it counts', async () => {
    const disk = new FaultyFiles();
    const store = await open(tempFolder(), { files: disk.layer });
    const points = Array.from({ length: 500 }, (_, i) => metric('loss', i, i));
    await store.commit(createRun('a'), log('a', { metrics: points }));
    const calls: string[] = [];
    disk.fault = (call) => {
      calls.push(call);
      return undefined;
    };
    await store.checkpoint();
    const synced = calls.indexOf('fdatasyncLater');
    assert.ok(synced >= 0 && synced < calls.indexOf('rename'), calls.join(' '));
    assert.ok(calls.indexOf('write') < synced, calls.join(' '));
  });

  it('at whichever write of a snapshot the disk fails, the one before and the journals lead on', async () => {
    for (let at = 1; at <= 8; at++) {
      const disk = new FaultyFiles();
      const folder = tempFolder();
      const store = await open(folder, { files: disk.layer, probeMs: 3 });
      await store.commit(createRun('a'));
      await store.checkpoint();
      await store.commit(log('a', { metrics: [metric('loss', 1, 1), metric('loss', 2, 2)] }));
      const start = disk.total;
      disk.fault = () => (disk.total === start + at ? 'fail' : undefined);
      await store.checkpoint().catch(() => undefined);
      const killed = await open(copyOf(folder));
      assert.equal(killed.runs.summary('a', 'loss')?.count, 2, `call ${at}`);
      disk.fault = () => undefined;
      await until(() => store.status.mode === 'writable', 'a disk that works');
      await store.commit(log('a', { metrics: [metric('loss', 3, 3)] }));
      await store.checkpoint();
      const snapshots = fs.readdirSync(path.join(folder, 'store'));
      assert.ok(!snapshots.some((name) => name.endsWith('.corrupt')));
      assert.equal((await open(copyOf(folder))).runs.summary('a', 'loss')?.count, 3, `call ${at}`);
      await cleanUp();
    }
  }).timeout(60_000);
});
