// An mlflow.db of any schema, from anywhere: read by the columns it has, and without trust.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Store } from '../../../src/store/store';
import { cleanUp, open, tempFolder } from '../store/support';
import { counted, importFrom, RUN, sqlite, write } from './support';

/** As MLflow 1.0 made it: no times of experiments, no NaN, no deletion times, no registry. */
const OLD = `
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE,
  artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32));
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),
  user_id VARCHAR(256), status VARCHAR(20), start_time BIGINT, end_time BIGINT,
  lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER);
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
CREATE TABLE metrics (key VARCHAR(250), value FLOAT NOT NULL, timestamp BIGINT, run_uuid VARCHAR(32),
  PRIMARY KEY (key, timestamp, run_uuid, value));
CREATE TABLE params (key VARCHAR(250), value VARCHAR(250), run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
INSERT INTO experiments VALUES (629234567890123456, 'old', './mlruns/1', 'active');
INSERT INTO runs VALUES ('${RUN}', '', 'LOCAL', 'ada', 'FINISHED', 5, 9, 'active',
  './mlruns/1/${RUN}/artifacts', 629234567890123456);
INSERT INTO tags VALUES ('mlflow.runName', 'named', '${RUN}');
INSERT INTO params VALUES ('lr', '0.1', '${RUN}');
INSERT INTO metrics VALUES ('m', 0.5, 1, '${RUN}'), ('m', 0.25, 2, '${RUN}');`;

describe('importing an mlflow.db', () => {
  let store: Store;
  let file: string;

  const make = async (sql: string): Promise<void> => {
    const db = new (await sqlite()).Database();
    db.exec(sql);
    fs.writeFileSync(file, db.export());
    db.close();
  };
  const refuses = (text: RegExp) =>
    assert.rejects(importFrom(store, file), (error: Error) => text.test(error.message));

  beforeEach(async () => {
    store = await open(tempFolder());
    file = path.join(tempFolder(), 'mlflow.db');
  });
  afterEach(cleanUp);

  it('takes the first schema, with what it lacks filled in', async () => {
    await make(OLD);
    write(path.join(path.dirname(file), 'mlruns', '1', RUN, 'artifacts', 'a.txt'), 'x');
    const progress = await importFrom(store, file);
    assert.deepEqual(progress.notes, []);
    assert.equal(progress.counts.files, 1);
    const run = store.runs.get(RUN);
    assert.equal(run?.info.runName, 'named');
    assert.equal(run?.info.experimentId, '629234567890123456');
    assert.equal(store.experiments.get('629234567890123456')?.creationTime, 5);
    assert.deepEqual(store.series.history(RUN, 'm', { offset: 0, limit: 9 }), [
      { step: 0, timestamp: 1, value: 0.5 },
      { step: 0, timestamp: 2, value: 0.25 },
    ]);
    assert.deepEqual(counted(await importFrom(store, file)), { seen: 1 });
  });

  it('fires no trigger and reads no view', async () => {
    await make(
      `${OLD}
       CREATE TABLE more (x);
       CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM params; END;
       CREATE VIEW registered_models AS SELECT 'evil' AS name, 1 AS creation_time;
       CREATE VIEW logged_models AS SELECT load_extension('x') AS model_id, 1 AS experiment_id;`,
    );
    await importFrom(store, file);
    assert.deepEqual(store.registry.names(), []);
    assert.equal(store.runs.param(RUN, 'lr'), '0.1');
  });

  it('takes artifacts from a folder that is named', async () => {
    await make(OLD);
    const artifacts = tempFolder();
    write(path.join(artifacts, '1', RUN, 'artifacts', 'a.txt'), 'x');
    assert.equal((await importFrom(store, file, { artifacts })).counts.files, 1);
  });

  it('refuses one with changes beside it, and says how to end that', async () => {
    await make(OLD);
    fs.writeFileSync(`${file}-wal`, 'x');
    await refuses(/wal_checkpoint/);
    fs.rmSync(`${file}-wal`);
    fs.writeFileSync(`${file}-journal`, 'x');
    await refuses(/broken off/);
  });

  it('reads one that was in WAL mode', async () => {
    await make(OLD);
    const bytes = fs.readFileSync(file);
    bytes[18] = 2;
    bytes[19] = 2;
    fs.writeFileSync(file, bytes);
    assert.equal((await importFrom(store, file)).counts.runs, 1);
    assert.deepEqual(fs.readFileSync(file), bytes);
  });

  it('refuses what is too large, damaged, not of MLflow, or no database', async () => {
    await make('CREATE TABLE t (x)');
    await refuses(/no tables of MLflow/);
    fs.writeFileSync(file, `SQLite format 3\0${'x'.repeat(2000)}`);
    await refuses(/cannot be read as a database|damaged/);
    fs.truncateSync(file, 2 ** 31);
    await refuses(/at most 1(\.0)? GB/);
    fs.writeFileSync(file, 'id,name\n');
    await refuses(/no SQLite database/);
  });

  it('tells workspaces apart, and keeps the numbers of deleted versions', async () => {
    await make(`${OLD.replace(' UNIQUE', '')}
      ALTER TABLE experiments ADD COLUMN workspace TEXT;
      INSERT INTO experiments VALUES (2, 'old', '', 'active', 'team');
      CREATE TABLE registered_models (workspace TEXT, name TEXT, creation_time BIGINT, last_updated_time BIGINT);
      CREATE TABLE model_versions (workspace TEXT, name TEXT, version INTEGER, creation_time BIGINT,
        current_stage TEXT, source TEXT, status TEXT);
      INSERT INTO registered_models VALUES ('default', 'm', 1, 2), ('team', 'm', 3, 4);
      INSERT INTO model_versions VALUES ('default', 'm', 1, 1, 'Staging', 's3://x', 'READY'),
        ('default', 'm', 2, 1, 'Deleted_Internal', '', 'READY'), ('team', 'm', 1, 1, 'None', '', 'READY');`);
    await importFrom(store, file);
    assert.ok(store.experiments.byName('old (team)'));
    assert.deepEqual(store.registry.names(), ['m', 'm (team)']);
    assert.deepEqual(store.registry.versions('m'), [1]);
    assert.equal(store.registry.version('m', 1)?.stage, 'Staging');
    assert.equal(store.registry.nextVersion('m'), 3);
  });
});
