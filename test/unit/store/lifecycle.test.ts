// What changes after the fact: edits with their history, moves, and purging; live and after a replay.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import {
  cleanUp,
  copyOf,
  createExperiment,
  createRun,
  log,
  metric,
  open,
  tempFolder,
} from './support';

const edit = (
  runId: string,
  what: 'param' | 'tag',
  key: string,
  value: string | null,
  time = 9000,
): Mutation => ({ type: 'run.edit', runId, what, key, value, userId: 'ada', time });

const move = (runId: string, from: string, experimentId: string): Mutation => ({
  type: 'run.move',
  runId,
  from,
  experimentId,
  userId: 'ada',
  time: 9100,
});

const remove = (runId: string, time = 9200): Mutation => ({
  type: 'run.lifecycle',
  runId,
  stage: 'deleted',
  time,
});

const purge = (runIds: string[], folders: string[] = []): Mutation => ({
  type: 'run.purge',
  runIds,
  folders,
  time: 9300,
});

const points = (key: string, count: number) =>
  Array.from({ length: count }, (_, step) => metric(key, step / 2, step));

const history = (store: Store, runId: string, key: string) =>
  store.series.history(runId, key, { offset: 0, limit: 1e6 });

/** Checks the store, the store after a crash, and the store after a clean end. */
async function everyWay(
  folder: string,
  store: Store,
  check: (store: Store) => void,
): Promise<void> {
  check(store);
  check(await open(copyOf(folder)));
  await store.close();
  check(await open(folder));
}

describe('lifecycle', () => {
  afterEach(cleanUp);

  describe('edits', () => {
    it('change parameters and tags and keep what was before', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(createRun('r'), log('r', { params: { lr: '0.1' }, tags: { note: 'a' } }));
      await store.commit(edit('r', 'param', 'lr', '0.2', 1));
      await store.commit(edit('r', 'tag', 'note', null, 2));
      await store.commit(edit('r', 'param', 'new', 'x', 3));
      await everyWay(folder, store, (now) => {
        assert.equal(now.runs.param('r', 'lr'), '0.2');
        assert.equal(now.runs.tag('r', 'note'), undefined);
        assert.equal(now.runs.get('r')!.params.find(({ key }) => key === 'new')?.value, 'x');
        const of = { userId: 'ada' };
        assert.deepEqual(now.edits.ofRun('r'), [
          { ...of, time: 1, what: 'param', key: 'lr', before: '0.1', after: '0.2' },
          { ...of, time: 2, what: 'tag', key: 'note', before: 'a', after: undefined },
          { ...of, time: 3, what: 'param', key: 'new', before: undefined, after: 'x' },
        ]);
      });
    });

    it('that change nothing leave no entry', async () => {
      const store = await open(tempFolder());
      await store.commit(createRun('r'), log('r', { params: { lr: '0.1' } }));
      await store.commit(edit('r', 'param', 'lr', '0.1'), edit('r', 'tag', 'none', null));
      assert.deepEqual(store.edits.ofRun('r'), []);
    });

    it('of the tags that name a run and its parent change those too', async () => {
      const store = await open(tempFolder());
      await store.commit(createRun('p'), createRun('r'));
      await store.commit(edit('r', 'tag', 'mlflow.runName', 'better'));
      await store.commit(edit('r', 'tag', 'mlflow.parentRunId', 'p'));
      assert.equal(store.runs.info('r')!.runName, 'better');
      assert.equal(store.runs.childCounts(['p']).get('p'), 1);
      assert.equal(store.experiments.counts('0').runs, 1);
      await store.commit(edit('r', 'tag', 'mlflow.parentRunId', null));
      assert.equal(store.runs.childCounts(['p']).get('p'), undefined);
      assert.equal(store.experiments.counts('0').runs, 2);
    });
  });

  describe('a move', () => {
    const dataset = {
      name: 'train',
      digest: 'd',
      sourceType: 'local',
      source: '{}',
      schema: undefined,
      profile: undefined,
      tags: [],
    };

    it('takes the run with its files, points, datasets and logged models', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(createExperiment('1'), createRun('r'), createRun('stays'));
      await store.commit(
        log('r', { metrics: points('loss', 5000) }),
        { type: 'run.inputs', runId: 'r', datasets: [dataset] },
        { type: 'run.inputs', runId: 'stays', datasets: [dataset] },
        {
          type: 'model.create',
          modelId: 'm-1',
          experimentId: '0',
          name: 'model',
          modelType: undefined,
          sourceRunId: 'r',
          artifactUri: 'mlflow-artifacts:/0/models/m-1/artifacts',
          params: [],
          tags: [],
          time: 1,
        },
      );
      await store.commit(move('r', '0', '1'));
      await everyWay(folder, store, (now) => {
        const run = now.runs.get('r')!;
        assert.equal(run.info.experimentId, '1');
        assert.equal(run.info.artifactUri, 'mlflow-artifacts:/0/r/artifacts');
        assert.equal(history(now, 'r', 'loss').length, 5000);
        assert.deepEqual(run.datasets, [dataset]);
        assert.deepEqual(now.runs.get('stays')!.datasets, [dataset]);
        assert.equal(now.models.get('m-1')!.experimentId, '1');
        assert.equal(now.experiments.counts('0').runs, 1);
        assert.equal(now.experiments.counts('1').runs, 1);
        const [entry] = now.edits.ofRun('r');
        assert.deepEqual(entry, {
          time: 9100,
          what: 'experiment',
          key: '',
          before: '0',
          after: '1',
          userId: 'ada',
        });
      });
    });
  });

  describe('the trash', () => {
    it('knows when each was deleted, newest first, and forgets it when restored', async () => {
      const store = await open(tempFolder());
      await store.commit(createExperiment('1'), createRun('a'), createRun('b'));
      await store.commit(createRun('c', { experimentId: '1' }));
      await store.commit(remove('a', 10), remove('b', 30));
      await store.commit({
        type: 'experiment.lifecycle',
        experimentId: '1',
        stage: 'deleted',
        time: 20,
      });
      const ids = () =>
        store.trash.runs({ limit: 9, offset: 0 }).map(({ id, deletedTime }) => [id, deletedTime]);
      assert.deepEqual(ids(), [
        ['b', 30],
        ['c', 20],
        ['a', 10],
      ]);
      assert.deepEqual(
        store.trash.experiments().map(({ id, deletedTime }) => [id, deletedTime]),
        [['1', 20]],
      );
      await store.commit({ type: 'run.lifecycle', runId: 'b', stage: 'active', time: 40 });
      assert.deepEqual(
        ids().map(([id]) => id),
        ['c', 'a'],
      );
      assert.equal(store.trash.runCount(), 2);
    });

    it('keeps the time of a run that was deleted before its experiment', async () => {
      const store = await open(tempFolder());
      await store.commit(createExperiment('1'), createRun('c', { experimentId: '1' }));
      const stage = 'deleted';
      await store.commit(remove('c', 10));
      await store.commit({ type: 'experiment.lifecycle', experimentId: '1', stage, time: 20 });
      assert.equal(store.trash.runs({ limit: 1, offset: 0 })[0]?.deletedTime, 10);
    });

    it('says what deleted runs take on disk and in the database', async () => {
      const store = await open(tempFolder());
      await store.commit(createRun('a'), createRun('b'));
      await store.commit(
        log('a', { metrics: points('loss', 5000), params: { p: 'x'.repeat(900) } }),
      );
      await store.checkpoint();
      assert.deepEqual(store.trash.size(), { seriesBytes: 0, rowBytes: 0 });
      await store.commit(remove('a'));
      const { seriesBytes, rowBytes } = store.trash.size();
      assert.ok(seriesBytes > 40_000 && seriesBytes < 200_000, String(seriesBytes));
      assert.ok(rowBytes > 900 && rowBytes < 3000, String(rowBytes));
    });
  });

  describe('purging', () => {
    it('takes everything of the run and nothing of another', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(createRun('a'), createRun('b'));
      for (const id of ['a', 'b']) {
        await store.commit(
          log(id, { metrics: points('loss', 5000), params: { p: id }, tags: { t: id } }),
          edit(id, 'param', 'p', `${id}2`),
        );
      }
      await store.checkpoint();
      await store.commit(log('a', { metrics: points('tail', 9) }), remove('a'));
      await store.commit(purge(['a'], ['artifacts/0/a']));
      await everyWay(folder, store, (now) => {
        assert.equal(now.runs.get('a'), undefined);
        assert.deepEqual(history(now, 'a', 'loss'), []);
        assert.deepEqual(history(now, 'a', 'tail'), []);
        assert.deepEqual(now.edits.ofRun('a'), []);
        assert.equal(now.trash.runCount(), 0);
        assert.deepEqual(now.trash.size(), { seriesBytes: 0, rowBytes: 0 });
        assert.equal(history(now, 'b', 'loss').length, 5000);
        assert.equal(now.runs.param('b', 'p'), 'b2');
        assert.equal(now.edits.ofRun('b').length, 1);
        assert.deepEqual(now.trash.removals(), ['artifacts/0/a']);
      });
    });

    it('gives the next run nothing of the purged one, whose row it takes', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(createRun('a'), log('a', { metrics: points('loss', 9) }));
      await store.commit(
        log('a', { metrics: [metric('one', 1)], params: { p: '1' } }),
        remove('a'),
      );
      await store.commit(purge(['a']));
      await store.commit(createRun('b'), log('b', { metrics: [metric('loss', 42, 100)] }));
      await everyWay(folder, store, (now) => {
        const run = now.runs.get('b')!;
        assert.deepEqual(run.params, []);
        assert.deepEqual(
          run.metrics.map(({ key, count, last }) => [key, count, last.value]),
          [['loss', 1, 42]],
        );
        assert.equal(history(now, 'b', 'loss').length, 1);
        assert.deepEqual(now.edits.ofRun('b'), []);
      });
    });

    it('refuses what is not deleted, wholly', async () => {
      const store = await open(tempFolder());
      await store.commit(createRun('a'), createRun('b'), remove('a'));
      await assert.rejects(store.commit(purge(['a', 'b'], ['artifacts/0/a'])), {
        code: 'store.invalid',
      });
      assert.equal(store.trash.runCount(), 1);
      assert.deepEqual(store.trash.removals(), []);
    });

    it('of an experiment needs it to be deleted and empty, and never gives its id away', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(createExperiment('1'), createExperiment('2'));
      await store.commit(createRun('a', { experimentId: '2' }));
      const purgeIt = {
        type: 'experiment.purge',
        experimentId: '2',
        folders: [],
        time: 1,
      } as const;
      await assert.rejects(store.commit(purgeIt), /is not deleted/);
      await store.commit({
        type: 'experiment.lifecycle',
        experimentId: '2',
        stage: 'deleted',
        time: 1,
      });
      await assert.rejects(store.commit(purgeIt), /still has runs/);
      await store.commit(purge(['a']), purgeIt);
      await everyWay(folder, store, (now) => {
        assert.equal(now.experiments.get('2'), undefined);
        assert.equal(now.experiments.nextId(), '3');
        assert.equal(now.experiments.byName('e2'), undefined);
      });
    });

    it('and compaction make the snapshot and the segments smaller', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      const ids = Array.from({ length: 40 }, (_, i) => `r${i}`);
      const params = Object.fromEntries(ids.map((id) => [id, 'x'.repeat(2000)]));
      for (const id of ids) {
        await store.commit(createRun(id), log(id, { params, metrics: points('loss', 1000) }));
      }
      await store.checkpoint();
      const bytesOf = (pattern: RegExp) =>
        fs
          .readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter(({ name }) => pattern.test(name))
          .reduce(
            (sum, { name, parentPath }) => sum + fs.statSync(`${parentPath}/${name}`).size,
            0,
          );
      const before = { database: bytesOf(/sqlite$/), points: bytesOf(/points$/) };
      for (const id of ids.slice(1)) await store.commit(remove(id));
      await store.commit(purge(ids.slice(1)));
      await store.compact();
      assert.ok(bytesOf(/sqlite$/) < before.database / 4, `${bytesOf(/sqlite$/)} bytes are left`);
      assert.ok(bytesOf(/points$/) < before.points / 20, `${bytesOf(/points$/)} bytes are left`);
      await everyWay(folder, store, (now) => {
        assert.equal(now.runs.get('r0')!.params.length, 40);
        assert.equal(history(now, 'r0', 'loss').length, 1000);
        assert.equal(now.runs.get('r1'), undefined);
      });
    });

    it('remembers folders until they are removed', async () => {
      const folder = tempFolder();
      const store = await open(folder);
      await store.commit(
        createRun('a'),
        remove('a'),
        purge(['a'], ['artifacts/0/a', 'artifacts/0/b']),
      );
      await store.commit({ type: 'folders.removed', folders: ['artifacts/0/a'] });
      await everyWay(folder, store, (now) =>
        assert.deepEqual(now.trash.removals(), ['artifacts/0/b']),
      );
    });
  });
});

describe('a store that is only read', () => {
  afterEach(cleanUp);

  it('writes nothing, though its journal has more points than are kept in memory', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('r'));
    for (let batch = 0; batch < 30; batch++) {
      const first = batch * 10_000;
      const metrics = Array.from({ length: 10_000 }, (_, i) => metric('m', i, first + i));
      await store.commit(log('r', { metrics }));
    }
    const crashed = copyOf(folder);
    fs.rmSync(`${crashed}/store/series`, { recursive: true, force: true });
    const before = fs.readdirSync(`${crashed}/store`);
    const reader = await open(crashed, { readOnly: true });
    assert.equal(reader.runs.get('r')!.metrics[0]!.count, 300_000);
    assert.equal(reader.series.history('r', 'm', { offset: 299_999, limit: 9 }).length, 1);
    await reader.close();
    assert.deepEqual(fs.readdirSync(`${crashed}/store`), before);
  });
});
