// The doctor mends what can be derived, says what is gone, and leaves alone what it cannot explain.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { contentOf, TORN } from '../../../scripts/lib/storeContent.mjs';
import type { FindingKind } from '../../../src/domain/diagnosis';
import { repairStore } from '../../../src/store/doctor/repair';
import {
  type Content,
  damaged,
  examine,
  FIRST,
  filesOf,
  flip,
  type History,
  kinds,
  made,
  makeSound,
  newest,
  options,
  segmentOf,
  withDatabase,
} from './doctorSupport';
import { cleanUp, copyOf, createRun, log, metric, open, tempFolder } from './support';

describe('doctor --repair', () => {
  beforeEach(makeSound);
  afterEach(cleanUp);

  const repair = (folder: string) => repairStore(options(folder));

  /** Repairs, and checks that the next look finds nothing and that nothing was lost. */
  async function mends(harm: (store: string) => void, kind: FindingKind): Promise<string> {
    const folder = damaged(harm);
    const diagnosis = await repair(folder);
    const found = diagnosis.findings.find((finding) => finding.kind === kind);
    assert.equal(found?.repaired, true, JSON.stringify(diagnosis.findings, null, 1));
    assert.deepEqual(kinds(await examine(folder)), []);
    return folder;
  }
  const contentIn = async (folder: string) => contentOf(await open(folder));

  it('makes a corrupt newest snapshot anew, and keeps the corrupt one', async () => {
    const folder = await mends(
      (store) => flip(newest(store, /^snapshot.*sqlite$/), 5000),
      'snapshot.corrupt',
    );
    assert.equal(filesOf(path.join(folder, 'store'), /\.corrupt$/).length, 2);
    assert.deepEqual(await contentIn(folder), made.content);
  });

  it('cuts a torn end of the journal, and keeps the bytes', async () => {
    const folder = await mends(
      (store) => fs.appendFileSync(newest(store, /^journal/), TORN),
      'journal.torn',
    );
    assert.deepEqual(await contentIn(folder), made.content);
  });

  it('writes points anew that the journals still have', async () => {
    // The second snapshot's chunks: the journal after the first has their points.
    const folder = await mends((store) => {
      const manifest = filesOf(store, /^snapshot.*json$/)[0]!;
      const [[, length]] = JSON.parse(fs.readFileSync(manifest, 'utf8')).segments;
      flip(segmentOf(store), length + 12);
    }, 'chunk.damaged');
    assert.deepEqual(await contentIn(folder), made.content);
  });

  it('drops chunks that cannot be read, says which points are gone, keeps all others', async () => {
    const folder = damaged((store) => flip(segmentOf(store), 30_000));
    const diagnosis = await repair(folder);
    const found = diagnosis.findings.find(({ kind }) => kind === 'chunk.damaged')!;
    assert.equal(found.repaired, true);
    assert.match(found.action, /Gone for good: 4096 points of loss of run 0+1, steps 0 to 4095/);
    const after = await contentIn(folder);
    const isHurt = ({ runId, key }: History) => runId === FIRST && key === 'loss';
    const others = (of: Content) => of.histories.filter((each) => !isHurt(each));
    assert.deepEqual(others(after), others(made.content));
    const left = after.histories.find(isHurt)!.points;
    assert.deepEqual(left, made.content.histories.find(isHurt)!.points.slice(4096));
    assert.deepEqual(kinds(await examine(folder)), []);
  });

  it('lets points be logged to a series that has lost all of its own', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(
      createRun('r'),
      log('r', { metrics: [0, 1, 2].map((i) => metric('m', i, i)) }),
    );
    await store.checkpoint();
    await store.commit(log('r', { tags: { a: 'b' } }));
    await store.checkpoint();
    await store.close();
    flip(segmentOf(path.join(folder, 'store')), 12);
    const { findings } = await repair(folder);
    assert.match(findings[0]!.action, /Gone for good: 3 points of m of run r/);
    const again = await open(folder);
    await again.commit(log('r', { metrics: [metric('m', 9, 9)] }));
    await again.checkpoint();
    const steps = again.series.history('r', 'm', { offset: 0, limit: 9 }).map(({ step }) => step);
    assert.deepEqual(steps, [2, 9]);
  });

  it('moves databases without a manifest and unfinished files aside', async () => {
    const folder = damaged((store) => {
      fs.writeFileSync(path.join(store, 'snapshot-000000000001.sqlite'), 'x');
      fs.writeFileSync(path.join(store, 'snapshot-000000000099.sqlite.tmp'), 'y');
    });
    const { findings } = await repair(folder);
    assert.ok(findings.find(({ kind }) => kind === 'snapshot.orphan')!.repaired);
    const aside = filesOf(path.join(folder, 'store'), /\.aside$/).map((file) =>
      fs.readFileSync(file, 'utf8'),
    );
    assert.deepEqual(aside, ['x', 'y']);
    assert.deepEqual(await contentIn(folder), made.content);
  });

  it('leaves alone what it cannot explain or derive', async () => {
    const folder = damaged((_, data) => {
      fs.mkdirSync(path.join(data, 'artifacts/99'), { recursive: true });
      fs.writeFileSync(path.join(data, 'artifacts/99/a'), 'mine');
      flip(path.join(data, 'artifacts/_/classifier/2/model.json'), 5);
    });
    const { findings } = await repair(folder);
    const open = findings.filter(({ repaired }) => !repaired).map(({ kind }) => kind);
    assert.deepEqual(open, ['artifact.changed', 'files.orphaned']);
    assert.equal(fs.readFileSync(path.join(folder, 'artifacts/99/a'), 'utf8'), 'mine');
  });

  it('drops no chunk that can be read, though it is not what the index tells of', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec('UPDATE chunks SET count = count - 1 WHERE count > 4000'),
    );
    const { findings } = await repair(folder);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'damage').map(({ repaired }) => repaired),
      [false],
    );
    const loss = ({ histories }: Content) => histories.find(({ key }) => key === 'loss');
    // The row says one fewer than there are.
    assert.equal(
      loss(await contentIn(folder))!.points.length,
      loss(made.content)!.points.length - 1,
    );
  });

  it('leaves a store that does not open as it is', async () => {
    const folder = damaged((store) => {
      for (const file of filesOf(store, /^snapshot.*sqlite$/)) flip(file, 100);
    });
    const before = fs.readdirSync(path.join(folder, 'store'));
    const { findings } = await repair(folder);
    assert.ok(findings.every(({ repaired }) => !repaired));
    assert.deepEqual(fs.readdirSync(path.join(folder, 'store')), before);
  });
});
