// Stores that earlier versions wrote, each with a crash journal: migrated, and checked value by value.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { contentOf, PHASES, TORN } from '../../../scripts/lib/storeContent.mjs';
import { loadSqlite, Sql } from '../../../src/store/database';
import { nodeFiles } from '../../../src/store/files';
import { migrate, SCHEMA_VERSION, schemaVersion } from '../../../src/store/migrations/migrate';
import { isReadable } from '../../../src/store/migrations/readable';
import { listSnapshots } from '../../../src/store/snapshot';
import { cleanUp, FaultyFiles, open, tempFolder } from './support';

const FIXTURES = path.resolve('test/fixtures/stores');
const versions = fs.readdirSync(FIXTURES).map((name) => Number(name.slice(1)));

const fixture = (version: number) => path.join(FIXTURES, `v${version}`);
const expectedOf = (version: number): Content =>
  JSON.parse(fs.readFileSync(path.join(fixture(version), 'expected.json'), 'utf8'));

function copyOf(version: number): string {
  const folder = tempFolder();
  fs.cpSync(path.join(fixture(version), 'data'), folder, { recursive: true });
  return folder;
}

const bytesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, 'base64')]),
  );

/** Of `INDEXED BY`. */
const NAMED_INDEXES = [
  ...['params_by_run', 'tags_by_run', 'metrics_by_run', 'inputs_by_dataset'],
  ...['runs_by_parent', 'runs_running'],
];

/** What `contentOf` tells. */
interface Content {
  readonly runs: readonly object[];
}

/** What a later version tells beside what the fixture's own version told. */
const LATER = { inputModels: [], outputModels: [] };

/** Both as plain JSON, so that a lost value is a difference and a new empty member is none. */
function assertSame(actual: Content, expected: Content): void {
  const runs = expected.runs.map((run) => ({ ...LATER, ...run }));
  assert.deepEqual(actual, { ...expected, runs });
}

describe('migrations', () => {
  afterEach(cleanUp);

  it('have a fixture of every schema that was released before this one', () => {
    const released = Array.from({ length: SCHEMA_VERSION - 1 }, (_, i) => i + 1);
    assert.deepEqual(
      released.filter((version) => !versions.includes(version)),
      [],
    );
  });

  it('use fixtures that hold every kind of change that version 1 knew', () => {
    const types = new Set(PHASES.flat().map(({ type }: { type: string }) => type));
    assert.deepEqual([...types].sort(), [
      'artifact.create',
      'experiment.create',
      'experiment.lifecycle',
      'experiment.rename',
      'experiment.tag',
      'pipeline.create',
      'pipeline.update',
      'run.create',
      'run.inputs',
      'run.lifecycle',
      'run.log',
      'run.tag.delete',
      'run.update',
      'step.put',
    ]);
  });

  it('tell a database whose tables or columns have changed from one that can be read', async () => {
    const sqlite = await loadSqlite(fs.readFileSync('node_modules/sql.js/dist/sql-wasm.wasm'));
    const fresh = () => {
      const sql = Sql.open(sqlite);
      migrate(sql);
      return sql;
    };
    const columns = fresh().all(
      `SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'`,
    );
    assert.ok(columns.length > 100 && isReadable(fresh()));
    const unnoticed = columns.filter(([table, column]) => {
      const sql = fresh();
      sql.exec(`ALTER TABLE ${table} RENAME COLUMN ${column} TO other`);
      const isUnnoticed = isReadable(sql);
      sql.close();
      return isUnnoticed;
    });
    assert.deepEqual(unnoticed, []);
  });

  it('tell a database without an index that a query names from one that can be read', async () => {
    const sqlite = await loadSqlite(fs.readFileSync('node_modules/sql.js/dist/sql-wasm.wasm'));
    for (const index of NAMED_INDEXES) {
      const sql = Sql.open(sqlite);
      migrate(sql);
      sql.exec(`DROP INDEX ${index}`);
      assert.equal(isReadable(sql), false, index);
      sql.close();
    }
  });

  for (const version of versions) {
    describe(`from schema ${version}`, () => {
      it('keep every value of the snapshot and of the crash journal', async () => {
        const folder = copyOf(version);
        const store = await open(folder);
        assert.equal(store.status.mode, 'writable');
        assertSame(contentOf(store, version), expectedOf(version));
        assert.match(
          store.status.reports.join(),
          new RegExp(`${TORN.length} bytes that are no whole`),
        );
        await store.close();
        assertSame(contentOf(await open(folder), version), expectedOf(version));
      });

      it('keep a copy of the file as it was', async () => {
        const folder = copyOf(version);
        const [newest] = listSnapshots(nodeFiles, `${folder}/store`);
        const before = fs.readFileSync(newest!.path);
        await (await open(folder)).close();
        const copy = fs.readFileSync(`${newest!.path}.v${version}`);
        assert.ok(copy.equals(before));
      });

      it('write a snapshot of the new schema, and all of it', async () => {
        const folder = copyOf(version);
        await (await open(folder)).close();
        const [newest] = listSnapshots(nodeFiles, `${folder}/store`);
        const sqlite = await loadSqlite(fs.readFileSync('node_modules/sql.js/dist/sql-wasm.wasm'));
        const sql = Sql.open(sqlite, fs.readFileSync(newest!.path));
        assert.equal(schemaVersion(sql), SCHEMA_VERSION);
        assert.ok(isReadable(sql));
        const empty = Sql.open(sqlite);
        migrate(empty);
        const tables = 'SELECT type, name FROM sqlite_master ORDER BY name';
        const named = (of: Sql) =>
          of.all(tables).filter(([, name]) => !/^sqlite_/.test(String(name)));
        assert.deepEqual(named(sql), named(empty));
      });

      it('show everything and change nothing when the store is only read', async () => {
        const folder = copyOf(version);
        const before = bytesIn(folder);
        const store = await open(folder, { readOnly: true });
        assertSame(contentOf(store, version), expectedOf(version));
        await store.close();
        assert.deepEqual(bytesIn(folder), before);
      });

      it('lose nothing when any of their writes fails', async () => {
        const counting = new FaultyFiles();
        await (await open(copyOf(version), { files: counting.layer })).close();
        assert.ok(counting.total > 5);
        for (let fails = 1; fails <= counting.total; fails++) {
          const folder = copyOf(version);
          const disk = new FaultyFiles();
          // From this call on, as when a process dies.
          disk.fault = () => (disk.total >= fails ? 'fail' : undefined);
          const broken = await open(folder, { files: disk.layer, probeMs: 1e6 });
          assertSame(contentOf(broken, version), expectedOf(version));
          await broken.close();
          assertSame(contentOf(await open(folder), version), expectedOf(version));
        }
      });
    });
  }
});
