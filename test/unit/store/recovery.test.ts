// Opening again: after a kill, a corrupt snapshot, a newer version.
import * as assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import initSqlJs from 'sql.js';
import { decodeCommit, encodeCommit } from '../../../src/store/codec';
import { nodeFiles } from '../../../src/store/files';
import { frameRecord, listJournals } from '../../../src/store/journal';
import type { Mutation } from '../../../src/store/mutation';
import { listSnapshots } from '../../../src/store/snapshot';
import {
  cleanUp,
  copyOf,
  createExperiment,
  createRun,
  dump,
  log,
  metric,
  open,
  pipelineRun,
  stepRun,
  tempFolder,
} from './support';

const RUNS = ['a', 'b', 'c'];
const run = fc.constantFrom(...RUNS);
const key = fc.constantFrom('loss', 'acc', 'mlflow.runName', 'mlflow.parentRunId');
const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -1));
const point = fc.record({
  key: fc.constantFrom('loss', 'acc'),
  step: fc.integer({ min: -3, max: 40 }),
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_009 }),
  value,
});
const pair = fc.record({ key, value: fc.string({ maxLength: 5 }) });
const stage = fc.constantFrom<'active' | 'deleted'>('active', 'deleted');

/** Mutations that fit the runs and experiments that `begin` makes. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    type: fc.constant('run.log' as const),
    runId: run,
    metrics: fc.array(point, { maxLength: 8 }),
    params: fc.array(pair, { maxLength: 2 }),
    tags: fc.array(pair, { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('run.update' as const),
    runId: run,
    status: fc.constantFrom('FINISHED' as const, 'RUNNING' as const, undefined),
    endTime: fc.option(fc.nat(), { nil: undefined }),
    name: fc.option(fc.string(), { nil: undefined }),
  }),
  fc.record({ type: fc.constant('run.lifecycle' as const), runId: run, stage, time: fc.nat() }),
  fc.record({ type: fc.constant('run.tag.delete' as const), runId: run, key }),
  fc.record({
    type: fc.constant('experiment.lifecycle' as const),
    experimentId: fc.constantFrom('0', '1'),
    stage,
    time: fc.nat(),
  }),
  fc.record({
    type: fc.constant('experiment.tag' as const),
    experimentId: fc.constantFrom('0', '1'),
    key,
    value: fc.option(fc.string()),
    time: fc.nat(),
  }),
  fc.record({
    type: fc.constant('run.inputs' as const),
    runId: run,
    datasets: fc.array(
      fc.record({
        tags: fc.constant([{ key: 'mlflow.data.context', value: 'train' }]),
        name: fc.constantFrom('d1', 'd2'),
        digest: fc.constantFrom('x', 'y'),
        sourceType: fc.constant('local'),
        source: fc.constant('{}'),
        schema: fc.constant(undefined),
        profile: fc.option(fc.string(), { nil: undefined }),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.nat(3).map((n): Mutation => ({ type: 'step.put', step: stepRun(`s${n}`, 'p') })),
);

const begin: readonly Mutation[] = [
  createExperiment('1'),
  createRun('a'),
  createRun('b', { experimentId: '1' }),
  createRun('c'),
  { type: 'pipeline.create', run: pipelineRun('p') },
];
type Action = { kind: 'commit'; mutations: Mutation[] } | { kind: 'checkpoint' };
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const) }) },
);

const storeFolder = (folder: string) => path.join(folder, 'store');

/** A store with two snapshots and records after each. */
async function withTwoSnapshots(): Promise<string> {
  const folder = tempFolder();
  const store = await open(folder);
  await store.commit(createRun('a'));
  for (let i = 0; i < 3; i++) {
    await store.commit(log('a', { metrics: [metric('loss', i, i), metric('acc', -i, i)] }));
    if (i < 2) await store.checkpoint();
  }
  return folder;
}

describe('store recovery', () => {
  afterEach(cleanUp);

  it('is after a kill what it was before, with checkpoints at any time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 14 }), async (actions) => {
        const folder = tempFolder();
        const store = await open(folder);
        await store.commit(...begin);
        for (const step of actions) {
          if (step.kind === 'checkpoint') await store.checkpoint();
          else await store.commit(...step.mutations);
        }
        const before = dump(store);
        const killed = await open(copyOf(folder));
        assert.equal(dump(killed), before);
        assert.equal(killed.status.seq, store.status.seq);
        assert.deepEqual(killed.status.reports, []);
        await store.close();
        assert.equal(dump(await open(folder)), before);
        await cleanUp();
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('replays to the same tables, whatever was read in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 20 }), async (mutations) => {
        const [quiet, asked] = [await open(tempFolder()), await open(tempFolder())];
        for (const store of [quiet, asked]) await store.commit(...begin);
        for (const each of mutations) {
          await quiet.commit(each);
          await asked.commit(each);
          dump(asked);
        }
        assert.equal(dump(asked), dump(quiet));
        await cleanUp();
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('writes every mutation so that it reads back the same', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1 }), fc.nat(), (mutations, seq) => {
        // A clone has plain prototypes, as what is read has.
        const expected = { seq, mutations: structuredClone(mutations) };
        assert.deepEqual(decodeCommit(encodeCommit(seq, mutations)), expected);
      }),
    );
  });

  it('lifts a mutation of an older version to the current form', () => {
    const bytes = encodeCommit(7, [{ type: 'run.tag.delete', runId: 'a', key: 'old' }]);
    const { mutations } = decodeCommit(bytes, {
      'run.tag.delete': [(payload) => ({ ...payload, key: 'new' })],
    });
    assert.deepEqual(mutations, [{ type: 'run.tag.delete', runId: 'a', key: 'new' }]);
  });

  for (const harm of ['flipped', 'cut', 'missing', 'manifest'] as const) {
    it(`a corrupt newest snapshot (${harm}) costs nothing and is reported`, async () => {
      const folder = await withTwoSnapshots();
      const before = dump(await open(copyOf(folder)));
      const [newest] = listSnapshots(nodeFiles, storeFolder(folder));
      const bytes = fs.readFileSync(newest!.path);
      bytes[5000] = (bytes[5000] ?? 0) ^ 1;
      if (harm === 'flipped') fs.writeFileSync(newest!.path, bytes);
      if (harm === 'cut') fs.truncateSync(newest!.path, 4096);
      if (harm === 'missing') fs.rmSync(newest!.path);
      if (harm === 'manifest') fs.writeFileSync(newest!.manifestPath, '{"seq":');
      const store = await open(folder);
      assert.equal(dump(store), before);
      assert.match(store.status.reports.join('\n'), /snapshot .* is corrupt/);
      assert.equal(store.status.mode, 'writable');
      await store.commit(log('a', { metrics: [metric('loss', 9, 9)] }));
      await store.checkpoint();
      const after = dump(store);
      const again = await open(copyOf(folder));
      assert.equal(dump(again), after);
      assert.deepEqual(again.status.reports, []);
    });
  }

  it('keeps two snapshots and no journal that neither needs', async () => {
    const folder = await withTwoSnapshots();
    const store = await open(folder);
    for (let i = 0; i < 4; i++) {
      await store.commit(log('a', { tags: { i: String(i) } }));
      await store.checkpoint();
    }
    const snapshots = listSnapshots(nodeFiles, storeFolder(folder));
    const journals = listJournals(nodeFiles, storeFolder(folder));
    assert.equal(snapshots.length, 2);
    assert.deepEqual(
      journals.map((journal) => journal.base),
      snapshots.map((snapshot) => snapshot.seq).reverse(),
    );
  });

  it('writes snapshots that any SQLite opens', async () => {
    const folder = await withTwoSnapshots();
    const [newest] = listSnapshots(nodeFiles, storeFolder(folder));
    const sqlite = await initSqlJs();
    const db = new sqlite.Database(fs.readFileSync(newest!.path));
    assert.deepEqual(db.exec('PRAGMA quick_check')[0]?.values, [['ok']]);
    assert.deepEqual(db.exec('SELECT run_id FROM runs')[0]?.values, [['a']]);
    assert.deepEqual(db.exec("SELECT value FROM meta WHERE name = 'seq'")[0]?.values, [
      [String(newest?.seq)],
    ]);
    db.close();
  });

  it('refuses to start anew when all snapshots are corrupt and the journals do not go back', async () => {
    const folder = await withTwoSnapshots();
    const store = await open(folder);
    await store.commit(log('a', { tags: { x: 'y' } }));
    await store.close();
    for (const { path } of listSnapshots(nodeFiles, storeFolder(folder))) fs.truncateSync(path, 9);
    const before = contentOf(folder);
    await assert.rejects(open(folder), { code: 'store.damaged' });
    assert.equal(contentOf(folder), before);
  });

  it('two faults: what comes before the damage is there, what comes after is set aside', async () => {
    const folder = await withTwoSnapshots();
    const [newest] = listSnapshots(nodeFiles, storeFolder(folder));
    fs.truncateSync(newest!.path, 100);
    const [older, last] = listJournals(nodeFiles, storeFolder(folder));
    fs.truncateSync(older!.path, fs.statSync(older!.path).size - 1);
    const store = await open(folder);
    assert.equal(store.status.reports.length, 3);
    const history = () => store.series.history('a', 'loss', { offset: 0, limit: 9 });
    assert.deepEqual(
      history().map((point) => point.step),
      [0],
    );
    assert.ok(fs.statSync(`${last!.path}.orphan`).size > 0);
    assert.ok(fs.statSync(`${older!.path}.cut`).size > 0);
    await store.commit(log('a', { metrics: [metric('loss', 7, 7)] }));
    const again = await open(copyOf(folder));
    assert.equal(dump(again), dump(store));
    assert.deepEqual(again.status.reports, []);
  });

  it('refuses a snapshot with a trigger', async () => {
    const folder = await withTwoSnapshots();
    await rewriteSnapshot(folder, 'CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END');
    await assert.rejects(open(folder), { code: 'store.damaged' });
  });

  for (const change of [
    'PRAGMA user_version = 99',
    'PRAGMA user_version = 99; ALTER TABLE runs RENAME COLUMN name TO title',
  ]) {
    it(`a store of a newer schema opens read-only and stays as it is (${change})`, async () => {
      const folder = await withTwoSnapshots();
      await rewriteSnapshot(folder, change);
      const before = contentOf(folder);
      const store = await open(folder);
      assert.equal(store.status.mode, 'readonly');
      assert.match(store.status.reason ?? '', /newer version of Runlens/);
      await assert.rejects(store.commit(createRun('z')), { code: 'store.newer' });
      assert.equal(store.runs.info('a') !== undefined, !change.includes('RENAME'));
      await store.close();
      assert.equal(contentOf(folder), before);
    });
  }

  it('a journal with a mutation of a newer version opens read-only and stays as it is', async () => {
    const folder = await withTwoSnapshots();
    const store = await open(copyOf(folder));
    const journal = listJournals(nodeFiles, storeFolder(folder)).at(-1);
    const next = encodeCommit(store.status.seq + 1, [createRun('z')]);
    const text = Buffer.from(next).toString('latin1').replace('run.create', 'run.levita');
    fs.appendFileSync(journal!.path, frameRecord(Buffer.from(text, 'latin1')));
    const before = contentOf(folder);
    const newer = await open(folder);
    assert.equal(newer.status.mode, 'readonly');
    await assert.rejects(newer.commit(createRun('y')), { code: 'store.newer' });
    assert.equal(dump(newer), dump(store));
    await newer.close();
    assert.equal(contentOf(folder), before);
  });

  it('read-only by request writes nothing, not even for a new store', async () => {
    const folder = tempFolder();
    const store = await open(folder, { readOnly: true });
    assert.equal(store.experiments.get('0')?.name, 'Default');
    await assert.rejects(store.commit(createRun('a')), { code: 'store.readonly' });
    await store.close();
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('makes a folder that git ignores, except views', async () => {
    const folder = path.join(tempFolder(), '.runlens');
    await open(folder);
    const lines = fs.readFileSync(path.join(folder, '.gitignore'), 'utf8').split('\n');
    assert.ok(lines.includes('*') && lines.includes('!views/'));
  });

  it('says that SQLite is missing', async () => {
    await assert.rejects(open(tempFolder(), { wasm: '/nowhere/sql-wasm.wasm' }), {
      code: 'store.wasm',
    });
  });
});

function contentOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    hash.update(`\0${name}\0`);
    const file = path.join(folder, name);
    if (fs.statSync(file).isFile()) hash.update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

/** Changes the newest snapshot as another program would, with a right checksum. */
async function rewriteSnapshot(folder: string, sql: string): Promise<void> {
  const { crc32 } = await import('../../../src/store/crc32');
  const [newest] = listSnapshots(nodeFiles, storeFolder(folder));
  const sqlite = await initSqlJs();
  const db = new sqlite.Database(fs.readFileSync(newest!.path));
  db.exec(sql);
  const bytes = db.export();
  db.close();
  fs.writeFileSync(newest!.path, bytes);
  const manifest = JSON.parse(fs.readFileSync(newest!.manifestPath, 'utf8')) as object;
  const fresh = { ...manifest, size: bytes.length, crc32: crc32(bytes) };
  fs.writeFileSync(newest!.manifestPath, JSON.stringify(fresh));
}
