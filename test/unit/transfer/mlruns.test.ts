// The traps of mlruns folders: what versions of MLflow, and people, have left in them.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Run } from '../../../src/domain/run';
import type { Store } from '../../../src/store/store';
import { cleanUp, open, tempFolder } from '../store/support';
import { counted, dump, importFrom, RUN, write, writeExperiment, writeRun } from './support';

describe('importing an mlruns folder', () => {
  let store: Store;
  let mlruns: string;
  let experiment: string;

  beforeEach(async () => {
    store = await open(tempFolder());
    mlruns = path.join(tempFolder(), 'mlruns');
    experiment = writeExperiment(mlruns, '5');
  });
  afterEach(cleanUp);

  const theRun = (id = RUN): Run => {
    const run = store.runs.get(id);
    assert.ok(run, `run ${id}`);
    return run;
  };
  const history = (key: string, id = RUN) =>
    store.series
      .history(id, key, { offset: 0, limit: 1000 })
      .map(({ step, timestamp, value }) => [step, timestamp, value]);

  it('takes lines of 2, 3 and 5 fields, each point once, and tells of lines that are none', async () => {
    const lines = [
      '1 0.5',
      '2 0.25 1',
      '2 0.25 1',
      '3 nan 2',
      '4 -inf 3 wine abc',
      'x',
      '5 1e-3 9 9',
    ];
    writeRun(experiment, { files: { 'metrics/deep/loss': `${lines.join('\n')}\n` } });
    const progress = await importFrom(store, mlruns);
    assert.deepEqual(history('deep/loss'), [
      [0, 1, 0.5],
      [1, 2, 0.25],
      [2, 3, Number.NaN],
      [3, 4, Number.NEGATIVE_INFINITY],
    ]);
    assert.equal(store.runs.summary(RUN, 'deep/loss')?.count, 4);
    assert.equal(progress.notes.length, 1);
    assert.match(progress.notes[0]?.where ?? '', /metrics\/deep\/loss:6$/);
    assert.match(progress.notes[0]?.what ?? '', /and 1 more/);
  });

  it('leaves a line that is still being written for the next time', async () => {
    const files = { 'metrics/m': '1 0.5 1\n2 0.25 1' };
    writeRun(experiment, { meta: { status: 1, end_time: 'null' }, files });
    await importFrom(store, mlruns);
    assert.deepEqual(history('m'), [[1, 1, 0.5]]);
    fs.appendFileSync(path.join(experiment, RUN, 'metrics/m'), '2\n');
    assert.deepEqual(counted(await importFrom(store, mlruns)), { seen: 1, points: 1 });
    assert.deepEqual(history('m'), [
      [1, 1, 0.5],
      [12, 2, 0.25],
    ]);
  });

  it('reads descriptions of old versions: run_uuid, ids as numbers, no stage, names in tags', async () => {
    fs.rmSync(experiment, { recursive: true });
    experiment = writeExperiment(mlruns, '629234567890123456', {
      experiment_id: '629234567890123456',
      creation_time: undefined,
      last_update_time: undefined,
      lifecycle_stage: undefined,
    });
    writeRun(experiment, {
      meta: {
        run_id: undefined,
        run_uuid: RUN,
        run_name: "''",
        experiment_id: 629,
        lifecycle_stage: undefined,
        status: 5,
        source_name: 'train.py',
        source_version: 'abc',
      },
      files: { 'tags/mlflow.runName': 'from the tag' },
    });
    await importFrom(store, mlruns);
    const { info, tags } = theRun();
    assert.equal(info.experimentId, '629234567890123456');
    assert.deepEqual([info.runName, info.status], ['from the tag', 'KILLED']);
    assert.ok(tags.some(({ key, value }) => key === 'mlflow.source.git.commit' && value === 'abc'));
    assert.ok((store.experiments.get('629234567890123456')?.creationTime ?? 0) > 0);
  });

  it('keeps values with line ends, of nested keys, and empty ones', async () => {
    const files = { 'params/opt/lr': 'one\ntwo\n', 'tags/empty': '', 'tags/ä': 'ü' };
    writeRun(experiment, { files });
    await importFrom(store, mlruns);
    assert.equal(store.runs.param(RUN, 'opt/lr'), 'one\ntwo\n');
    assert.equal(store.runs.tag(RUN, 'empty'), '');
    assert.equal(store.runs.tag(RUN, 'ä'), 'ü');
  });

  it('finds artifacts of a moved folder, of another place, and says when they are nowhere', async () => {
    const [other, far, lost] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [
      string,
      string,
      string,
    ];
    const elsewhere = tempFolder();
    write(path.join(elsewhere, '5', other, 'artifacts', 'm.txt'), 'moved');
    writeRun(experiment, { files: { 'artifacts/sub/a.txt': 'here' } });
    const uri = pathToFileURL(path.join(elsewhere, '5', other, 'artifacts')).href;
    writeRun(experiment, { id: other, meta: { artifact_uri: uri } });
    writeRun(experiment, { id: far, meta: { artifact_uri: 's3://bucket/x' } });
    const secret = tempFolder();
    write(path.join(secret, 'key'), 'private');
    writeRun(experiment, { id: lost, meta: { artifact_uri: pathToFileURL(secret).href } });
    const progress = await importFrom(store, mlruns);
    const contents = dump(store) as { runs: { info: { runId: string }; files: object }[] };
    const files = new Map(contents.runs.map((run) => [run.info.runId, Object.keys(run.files)]));
    assert.deepEqual(files.get(RUN), ['sub/a.txt']);
    assert.deepEqual(files.get(other), ['m.txt']);
    assert.deepEqual([files.get(far), files.get(lost)], [[], []]);
    const notes = progress.notes.map(({ what }) => what).join('\n');
    assert.match(notes, /s3:, not on this disk/);
    assert.match(notes, /They lie outside/);
    assert.equal(progress.notes.length, 2);
  });

  it('takes no files through links that lead out of the artifacts', async function () {
    if (process.platform === 'win32') this.skip();
    const secret = tempFolder();
    write(path.join(secret, 'key'), 'private');
    const folder = writeRun(experiment, { files: { 'artifacts/a': 'x' } });
    fs.symlinkSync(path.join(secret, 'key'), path.join(folder, 'artifacts', 'stolen'));
    fs.symlinkSync(secret, path.join(folder, 'artifacts', 'all'));
    fs.symlinkSync(path.join(folder, 'artifacts', 'a'), path.join(folder, 'artifacts', 'b'));
    const progress = await importFrom(store, mlruns);
    assert.deepEqual(counted(progress)['files'], 2);
    assert.equal(progress.notes.length, 2);
  });

  it('leaves out copies of runs, damaged descriptions and stray folders, and says so', async () => {
    writeRun(experiment);
    fs.cpSync(path.join(experiment, RUN), path.join(experiment, `${RUN} copy`), {
      recursive: true,
    });
    write(path.join(experiment, 'broken', 'meta.yaml'), 'a: [b');
    write(path.join(experiment, 'notes', 'todo.txt'), 'x');
    const progress = await importFrom(store, mlruns);
    assert.equal(counted(progress)['runs'], 1);
    const where = progress.notes.map((note) => path.relative(experiment, note.where)).sort();
    assert.deepEqual(where, [`${RUN} copy`, 'broken/meta.yaml', 'notes/meta.yaml']);
  });

  it('keeps what is deleted deleted: runs, and experiments in the trash', async () => {
    writeRun(experiment, { meta: { lifecycle_stage: 'deleted', deleted_time: 555 } });
    const gone = writeExperiment(path.join(mlruns, '.trash'), '6', { lifecycle_stage: 'deleted' });
    const kept = 'd'.repeat(32);
    writeRun(gone, { id: kept });
    await importFrom(store, mlruns);
    assert.equal(theRun().info.lifecycleStage, 'deleted');
    assert.equal(store.experiments.get('6')?.lifecycleStage, 'deleted');
    assert.equal(theRun(kept).info.lifecycleStage, 'active');
  });

  it('gives another id to an experiment whose id is taken, and joins one of the same name', async () => {
    const name = 'taken';
    await store.commit(
      ...(['5', '9'] as const).map((experimentId) => ({
        type: 'experiment.create' as const,
        experimentId,
        name: experimentId === '9' ? 'exp 7' : name,
        artifactLocation: 'x',
        time: 1,
        tags: [],
      })),
    );
    writeRun(experiment);
    const other = 'e'.repeat(32);
    writeRun(writeExperiment(mlruns, '7'), { id: other });
    const progress = await importFrom(store, mlruns);
    assert.equal(theRun(other).info.experimentId, '9');
    assert.equal(store.experiments.byName('exp 5')?.experimentId, '10');
    assert.equal(theRun().info.experimentId, '10');
    assert.equal(theRun().info.artifactUri, `mlflow-artifacts:/10/${RUN}/artifacts`);
    assert.match(progress.notes[0]?.what ?? '', /The id 5 is taken/);
    // Also after both were given other names here.
    await store.commit({ type: 'experiment.rename', experimentId: '10', name: 'exp 5', time: 3 });
    assert.deepEqual(counted(await importFrom(store, mlruns)), { seen: 2 });
  });

  it('finds an imported experiment again after it was renamed here', async () => {
    writeRun(experiment);
    await importFrom(store, mlruns);
    await store.commit({ type: 'experiment.rename', experimentId: '5', name: 'mine', time: 3 });
    assert.deepEqual(counted(await importFrom(store, mlruns)), { seen: 1 });
    assert.equal(store.experiments.byName('exp 5'), undefined);
  });

  it('adds at a second time what is new, and keeps what was changed here', async () => {
    const files = { 'tags/a': '1', 'params/p': '1', 'metrics/m': '1 1 1\n', 'artifacts/f': 'x' };
    const folder = writeRun(experiment, { files });
    await importFrom(store, mlruns);
    await store.commit({
      type: 'run.log',
      runId: RUN,
      metrics: [],
      params: [],
      tags: [{ key: 'a', value: 'mine' }],
    });
    write(path.join(folder, 'tags/b'), 'new');
    write(path.join(folder, 'metrics/m'), '1 1 1\n0 5 0\n2 2 2\n1 1 1\n');
    write(path.join(folder, 'artifacts/g'), 'y');
    const progress = await importFrom(store, mlruns);
    assert.deepEqual(counted(progress), { seen: 1, points: 2, files: 1, bytes: 1 });
    assert.deepEqual([store.runs.tag(RUN, 'a'), store.runs.tag(RUN, 'b')], ['mine', 'new']);
    assert.match(progress.notes[0]?.what ?? '', /The tag a has another value here/);
    assert.deepEqual(history('m'), [
      [0, 0, 5],
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });

  it('brings a run that was still going on up to date', async () => {
    const meta = { status: 1, end_time: 'null' };
    const folder = writeRun(experiment, { meta, files: { 'tags/a': '1' } });
    await importFrom(store, mlruns);
    assert.deepEqual([theRun().info.status, theRun().info.endTime], ['RUNNING', undefined]);
    writeRun(experiment, { meta: { status: 4, end_time: 99 } });
    write(path.join(folder, 'tags/a'), '2');
    await importFrom(store, mlruns);
    assert.deepEqual([theRun().info.status, theRun().info.endTime], ['FAILED', 99]);
    assert.equal(store.runs.tag(RUN, 'a'), '2');
  });

  it('says how many traces there are that it does not take', async () => {
    writeRun(experiment);
    write(path.join(experiment, 'traces', 'tr-1', 'trace_info.yaml'), 'request_id: tr-1');
    const { notes } = await importFrom(store, mlruns);
    assert.match(notes[0]?.what ?? '', /^1 trace left out/);
  });

  it('takes only the experiments that are named', async () => {
    writeRun(experiment);
    writeRun(writeExperiment(mlruns, '6'), { id: 'f'.repeat(32) });
    const progress = await importFrom(store, mlruns, { experiments: ['exp 6', 'none'] });
    assert.deepEqual(counted(progress), { experiments: 1, runs: 1, seen: 1 });
    assert.match(progress.notes[0]?.what ?? '', /Not all of these experiments are there/);
  });

  it('leads the files of model versions to where they are now', async () => {
    writeRun(experiment, { files: { 'artifacts/model/MLmodel': 'x' } });
    const old = `file:///gone/mlruns/5/${RUN}/artifacts/model`;
    const model = path.join(mlruns, 'models', 'wine');
    write(
      path.join(model, 'meta.yaml'),
      'name: wine\ncreation_timestamp: 1\nlast_updated_timestamp: 9\n',
    );
    write(path.join(model, 'aliases', 'best'), '2');
    const stages = [undefined, 'Production', 'Deleted_Internal'];
    stages.forEach((stage, i) => {
      const meta = `name: wine\nversion: ${i + 1}\nsource: ${old}\nrun_id: ${RUN}\ncreation_timestamp: ${i}\n`;
      const stageLine = stage === undefined ? '' : `current_stage: ${stage}\n`;
      write(path.join(model, `version-${i + 1}`, 'meta.yaml'), meta + stageLine);
    });
    await importFrom(store, mlruns);
    const version = store.registry.aliased('wine', 'best');
    assert.deepEqual([version?.version, version?.stage], [2, 'Production']);
    assert.equal(version?.source, `mlflow-artifacts:/5/${RUN}/artifacts/model`);
    assert.deepEqual(store.registry.versions('wine'), [1, 2]);
    assert.equal(store.registry.nextVersion('wine'), 4);
    assert.equal(store.registry.get('wine')?.lastUpdateTime, 9);
    const again = dump(store);
    assert.deepEqual(counted(await importFrom(store, mlruns)), { seen: 1 });
    assert.deepEqual(dump(store), again);
  });

  it('says what to choose when a path holds no MLflow data, two kinds, or one experiment', async () => {
    const fails = async (place: string, text: RegExp) =>
      assert.rejects(importFrom(store, place), (error: Error) => text.test(error.message));
    await fails(path.join(mlruns, 'nowhere'), /There is no/);
    await fails(tempFolder(), /holds no MLflow data/);
    writeRun(experiment);
    await fails(experiment, /is one experiment/);
    write(path.join(path.dirname(mlruns), 'mlflow.db'), 'SQLite format 3\0 and more');
    await fails(path.dirname(mlruns), /holds more than one/);
  });
});
