// Folders opened in place: shown as they are, read again when they change, never written.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SourceRow } from '../../../src/protocol/control';
import { OpenedSources } from '../../../src/transfer/opened';
import { cleanUp, open, tempFolder } from '../store/support';
import { RUN, sqlite, write, writeExperiment, writeRun } from './support';

describe('an opened folder', function () {
  this.timeout(30_000);
  let sources: OpenedSources;
  let mlruns: string;
  let experiment: string;
  let disposed: number;
  let remembered: readonly string[];
  const waiting: ((row: SourceRow) => void)[] = [];

  beforeEach(() => {
    mlruns = path.join(tempFolder(), 'mlruns');
    experiment = writeExperiment(mlruns, '5');
    disposed = 0;
    sources = new OpenedSources({
      clock: { now: () => 7777 },
      sqlite,
      isWatched: () => true,
      remember: (paths) => {
        remembered = paths;
      },
      announce: (row) => {
        if (row.state !== 'reading') for (const tell of waiting.splice(0)) tell(row);
      },
      openScratch: async () => {
        const store = await open(tempFolder());
        return {
          store,
          dispose: async () => {
            disposed++;
            await store.close();
          },
        };
      },
    });
  });
  afterEach(async () => {
    await sources.dispose();
    await cleanUp();
  });

  const announced = (): Promise<SourceRow> => new Promise((resolve) => waiting.push(resolve));
  const opened = async (): Promise<SourceRow> => {
    const news = announced();
    await sources.open(mlruns);
    return news;
  };

  it('shows runs and files, follows every kind of change, and forgets what is removed', async () => {
    writeRun(experiment, {
      meta: { status: 1, end_time: 'null' },
      files: { 'metrics/m': '1 1 1\n', 'tags/a': '1', 'tags/b': '1', 'artifacts/x/f.txt': 'f' },
    });
    const other = 'e'.repeat(32);
    writeRun(experiment, { id: other });
    const row = await opened();
    assert.equal(row.state, 'ready');
    const store = () => {
      const found = sources.store(row.id);
      assert.ok(found);
      return found;
    };
    assert.deepEqual(
      store()
        .experiments.list({ stage: 'active', limit: 9, offset: 0 })
        .map(({ name }) => name),
      ['exp 5'],
    );
    const run = store().runs.get(RUN);
    assert.ok(run);
    const [folder] = await sources.files(run, '');
    assert.deepEqual([folder?.path, folder?.isDirectory], ['x', true]);
    const [file] = await sources.files(run, 'x');
    assert.equal(fs.readFileSync(file?.file ?? '', 'utf8'), 'f');
    await assert.rejects(sources.files(run, '../..'), /leaves the run/);

    let news = announced();
    fs.appendFileSync(path.join(experiment, RUN, 'metrics/m'), '2 2 2\n');
    write(path.join(experiment, RUN, 'tags/a'), '22');
    fs.rmSync(path.join(experiment, RUN, 'tags/b'));
    writeRun(experiment, { meta: { status: 3, end_time: 50, run_name: 'renamed' } });
    assert.ok((await news).version > row.version);
    const after = store().runs.get(RUN);
    assert.deepEqual([after?.info.status, after?.info.runName], ['FINISHED', 'renamed']);
    assert.equal(store().runs.summary(RUN, 'm')?.count, 2);
    assert.deepEqual([store().runs.tag(RUN, 'a'), store().runs.tag(RUN, 'b')], ['22', undefined]);

    news = announced();
    fs.rmSync(path.join(experiment, other), { recursive: true });
    await news;
    assert.equal(store().runs.get(other), undefined);
    assert.ok(store().runs.get(RUN));
    assert.equal(disposed, 1);
  });

  it('is opened once, and closed with everything that it needed', async () => {
    writeRun(experiment);
    const row = await opened();
    const again = await sources.open(path.dirname(mlruns));
    assert.equal(again.id, row.id);
    assert.equal(sources.list().length, 1);
    assert.deepEqual(remembered, [fs.realpathSync(mlruns)]);
    assert.equal(await sources.close(row.id), true);
    assert.deepEqual(remembered, []);
    assert.equal(await sources.close(row.id), false);
    assert.deepEqual([sources.store(row.id), disposed], [undefined, 1]);
  });

  it('says why it cannot be read, and is there when it can', async () => {
    const file = path.join(tempFolder(), 'mlflow.db');
    write(file, `SQLite format 3\0${'x'.repeat(600)}`);
    let news = announced();
    await sources.open(file);
    const failed = await news;
    assert.equal(failed.state, 'failed');
    assert.match(failed.message ?? '', /was not read/);
    news = announced();
    const db = new (await sqlite()).Database();
    db.exec(
      'CREATE TABLE experiments (experiment_id, name); CREATE TABLE runs (run_uuid, experiment_id);',
    );
    db.exec("INSERT INTO experiments VALUES (1, 'one')");
    fs.writeFileSync(file, db.export());
    db.close();
    assert.equal((await news).state, 'ready');
    assert.ok(sources.store(failed.id)?.experiments.byName('one'));
  });
});
