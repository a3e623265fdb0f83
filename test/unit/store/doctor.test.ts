// The doctor: each kind of damage is planted in a sound store and found by its name.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { TORN } from '../../../scripts/lib/storeContent.mjs';
import { FINDING_KINDS, type FindingKind, isHealthy } from '../../../src/domain/diagnosis';
import { examineStore } from '../../../src/store/doctor/doctor';
import { repairStore } from '../../../src/store/doctor/repair';
import { SCHEMA_VERSION } from '../../../src/store/migrations/migrate';
import {
  damaged,
  examine,
  FIRST,
  filesOf,
  flip,
  kinds,
  made,
  makeSound,
  newest,
  options,
  segmentOf,
  withDatabase,
} from './doctorSupport';
import { cleanUp, copyOf, createRun, open, tempFolder } from './support';

describe('doctor', () => {
  beforeEach(makeSound);
  afterEach(cleanUp);

  it('finds nothing wrong with a store whose server was killed, and changes nothing', async () => {
    const before = fs.readdirSync(path.join(made.sound, 'store'));
    const diagnosis = await examine(made.sound);
    assert.deepEqual(diagnosis.findings, []);
    assert.ok(isHealthy(diagnosis));
    assert.ok(diagnosis.checked.chunks >= 2 && diagnosis.checked.rows > 20);
    assert.equal(diagnosis.checked.snapshots, 2);
    assert.equal(diagnosis.checked.artifactFiles, 2);
    assert.deepEqual(fs.readdirSync(path.join(made.sound, 'store')), before);
  });

  it('finds only what its page explains', () => {
    const page = fs.readFileSync('docs/when-something-is-wrong.md', 'utf8');
    for (const kind of FINDING_KINDS) assert.ok(page.includes(`\`${kind}\``), kind);
  });

  it('says nothing about a folder without a store', async () => {
    assert.deepEqual((await examine(tempFolder())).findings, []);
  });

  interface Case {
    readonly name: string;
    readonly kind: FindingKind;
    readonly severity: 'damage' | 'warning';
    readonly where: RegExp;
    /** A word of what it says. */
    readonly says: RegExp;
    harm(store: string, folder: string): void;
  }
  const cases: Case[] = [
    {
      name: 'a flipped byte in the newest snapshot',
      kind: 'snapshot.corrupt',
      severity: 'warning',
      where: /snapshot-\d+\.sqlite$/,
      says: /checksum is wrong/,
      harm: (store) => flip(newest(store, /^snapshot.*sqlite$/), 5000),
    },
    {
      name: 'a snapshot that was cut',
      kind: 'snapshot.corrupt',
      severity: 'warning',
      where: /snapshot-\d+\.sqlite$/,
      says: /size is not/,
      harm: (store) => fs.truncateSync(newest(store, /^snapshot.*sqlite$/), 4096),
    },
    {
      name: 'a snapshot whose manifest is gone',
      kind: 'snapshot.orphan',
      severity: 'warning',
      where: /snapshot-\d+\.sqlite$/,
      says: /without the manifest/,
      harm: (store) => fs.rmSync(newest(store, /^snapshot.*json$/)),
    },
    {
      name: 'a torn record at the end of the journal',
      kind: 'journal.torn',
      severity: 'warning',
      where: /journal-\d+\.log$/,
      says: /10 bytes .* no whole record/,
      harm: (store) => fs.appendFileSync(newest(store, /^journal/), TORN),
    },
    {
      name: 'a flipped byte in the middle of the newest journal',
      kind: 'journal.damaged',
      severity: 'damage',
      where: /journal-\d+\.log$/,
      says: /whole changes up to \d+ follow/,
      harm: (store) => flip(newest(store, /^journal/), 40),
    },
    {
      name: 'a flipped byte in a journal that the snapshot holds',
      kind: 'journal.damaged',
      severity: 'warning',
      where: /journal-\d+\.log$/,
      says: /whole changes up to \d+ follow/,
      harm: (store) => flip(filesOf(store, /^journal/).at(-2)!, 40),
    },
    {
      name: 'the newest journal gone',
      kind: 'journal.gap',
      severity: 'damage',
      where: /store$/,
      says: /No journal goes on/,
      harm: (store) => fs.rmSync(newest(store, /^journal/)),
    },
    {
      name: 'a segment of points gone',
      kind: 'segment.missing',
      severity: 'damage',
      where: /00001\.points$/,
      says: /chunks of points were in it/,
      harm: (store) => fs.rmSync(segmentOf(store)),
    },
    {
      name: 'a segment of points cut',
      kind: 'segment.short',
      severity: 'damage',
      where: /00001\.points$/,
      says: /points of \w+ of run 0+\d/,
      harm: (store) => fs.truncateSync(segmentOf(store), 30_000),
    },
    {
      name: 'a flipped byte in the points',
      kind: 'chunk.damaged',
      severity: 'damage',
      where: /00001\.points$/,
      says: /4096 points of loss of run 0+1, steps 0 to 4095/,
      harm: (store) => flip(segmentOf(store), 30_000),
    },
    {
      name: 'an output of a step gone',
      kind: 'artifact.missing',
      severity: 'damage',
      where: /classifier\/1\/model\.json$/,
      says: /classifier v1 is missing/,
      harm: (_, folder) => fs.rmSync(path.join(folder, 'artifacts/_/classifier/1/model.json')),
    },
    {
      name: 'an output of a step cut',
      kind: 'artifact.size',
      severity: 'damage',
      where: /classifier\/2\/model\.json$/,
      says: /3 bytes instead of 12/,
      harm: (_, folder) =>
        fs.truncateSync(path.join(folder, 'artifacts/_/classifier/2/model.json'), 3),
    },
    {
      name: 'an output of a step changed',
      kind: 'artifact.changed',
      severity: 'damage',
      where: /classifier\/2\/model\.json$/,
      says: /SHA-256/,
      harm: (_, folder) => flip(path.join(folder, 'artifacts/_/classifier/2/model.json'), 5),
    },
    {
      name: 'files of a run that nothing knows',
      kind: 'files.orphaned',
      severity: 'warning',
      where: /artifacts\/1\/f{32}$/,
      says: /\(5 B\) that belong to nothing/,
      harm: (_, folder) => {
        const run = path.join(folder, 'artifacts/1', 'f'.repeat(32));
        fs.mkdirSync(run, { recursive: true });
        fs.writeFileSync(path.join(run, 'a.txt'), 'hello');
      },
    },
    {
      name: 'files of an experiment that nothing knows',
      kind: 'files.orphaned',
      severity: 'warning',
      where: /artifacts\/99$/,
      says: /belong to nothing/,
      harm: (_, folder) => fs.mkdirSync(path.join(folder, 'artifacts/99'), { recursive: true }),
    },
    {
      name: 'an output version that nothing knows',
      kind: 'files.orphaned',
      severity: 'warning',
      where: /artifacts\/_\/classifier\/3$/,
      says: /belong to nothing/,
      harm: (_, folder) => fs.mkdirSync(path.join(folder, 'artifacts/_/classifier/3')),
    },
    {
      name: 'both snapshots and the first journals gone',
      kind: 'store.unreadable',
      severity: 'damage',
      where: /store$/,
      says: /No snapshot .* can be read/,
      harm: (store) => {
        for (const file of filesOf(store, /^snapshot.*sqlite$/)) flip(file, 100);
      },
    },
  ];
  for (const { name, kind, severity, where, says, harm } of cases) {
    it(`finds ${name}: ${kind}`, async () => {
      const { findings } = await examine(damaged(harm));
      const found = findings.find((finding) => finding.kind === kind);
      assert.ok(found, JSON.stringify(findings, null, 1));
      assert.equal(found.severity, severity);
      assert.match(found.where, where);
      assert.match(found.what, says);
      assert.ok(found.action.length > 10);
      assert.equal(found.repaired, false);
    });
  }

  it('finds a gap between journals: journal.gap', async () => {
    const folder = damaged((store) => {
      for (const file of filesOf(store, /^snapshot/).slice(-2)) fs.rmSync(file);
      fs.rmSync(filesOf(store, /^journal/).at(-2)!);
    });
    const { findings } = await examine(folder);
    const gap = findings.find(({ kind }) => kind === 'journal.gap')!;
    assert.equal(gap.severity, 'damage');
    assert.match(gap.what, /Changes \d+ to \d+ are missing/);
  });

  it('finds rows that belong to nothing: rows.orphaned', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec("INSERT INTO params VALUES (1, 4711, 'lost')"),
    );
    const { findings } = await examine(folder);
    const rows = findings.find(({ kind }) => kind === 'rows.orphaned')!;
    assert.equal(rows.where, 'table params');
    assert.match(rows.what, /^1 of \d+ rows belong to runs/);
  });

  it('finds points that the index does not list any more: points.missing', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec('DELETE FROM chunks WHERE n = 0'),
    );
    const { findings } = await examine(folder);
    const lost = findings.filter(({ kind }) => kind === 'points.missing');
    assert.ok(lost.some(({ where }) => where === `metric acc of run ${FIRST}`));
  });

  it('finds points that are not those the index tells of: chunk.mismatch', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec('UPDATE chunks SET count = count - 1 WHERE count > 4000'),
    );
    assert.deepEqual(kinds(await examine(folder)), ['chunk.mismatch']);
  });

  it('finds a database that is not sound though its checksum is right: snapshot.tables', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec('CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END'),
    );
    const found = kinds(await examine(folder));
    assert.ok(found.includes('snapshot.tables'), found.join());
  });

  it('tells a store of a newer version from a damaged one: store.newer', async () => {
    const folder = copyOf(made.sound);
    await withDatabase(path.join(folder, 'store'), (sql) =>
      sql.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`),
    );
    const { findings } = await examine(folder);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['store.newer'],
    );
    const after = await repairStore(options(folder));
    assert.deepEqual(after.findings, findings);
  });

  it('names what is left of writes that were cut off: files.unfinished', async () => {
    const folder = damaged((store, data) => {
      fs.writeFileSync(path.join(store, 'snapshot-000000000099.sqlite.tmp'), 'x');
      fs.mkdirSync(path.join(data, 'artifacts/.staging/abc'), { recursive: true });
    });
    const { findings } = await examine(folder);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['files.unfinished', 'files.unfinished'],
    );
    const live = await examineStore({ ...options(folder), isLive: true });
    assert.deepEqual(live.findings, []);
  });

  it('names files of what was emptied from the trash: files.purged', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun(FIRST), {
      type: 'run.lifecycle',
      runId: FIRST,
      stage: 'deleted',
      time: 1,
    });
    const own = `artifacts/0/${FIRST}`;
    fs.mkdirSync(path.join(folder, own), { recursive: true });
    await store.commit({ type: 'run.purge', runIds: [FIRST], folders: [own], time: 2 });
    const { findings } = await examine(copyOf(folder));
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['files.purged'],
    );
  });
});
