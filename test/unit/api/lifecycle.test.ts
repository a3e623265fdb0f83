// The control routes for edits, moves, experiments and the trash, over a real store with real files.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Changes } from '../../../src/api/eventChanges';
import { removeFolders } from '../../../src/api/trash';
import type { Edit } from '../../../src/domain/edit';
import type { ServerEvent } from '../../../src/protocol/events';
import type { EmptiedTrash, Trash } from '../../../src/protocol/trash';
import type { Committed, Mutation } from '../../../src/store/mutation';
import { FaultyFiles } from '../store/support';
import { lifecycleCaller, point, StoreFixture } from './fixture';

const fixture = new StoreFixture();
let now = 1000;

const call = lifecycleCaller(fixture, () => ++now);

const fileOf = (relative: string) => path.join(fixture.store.blobs.folder, relative);

function writeFile(relative: string, bytes: number): void {
  fs.mkdirSync(path.dirname(fileOf(relative)), { recursive: true });
  fs.writeFileSync(fileOf(relative), Buffer.alloc(bytes, 'x'));
}

const commit = (...mutations: Mutation[]) => fixture.store.commit(...mutations);
const deleteRun = (runId: string) =>
  commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: ++now });
const showTrash = async () => (await call<Trash>('GET /api/trash')).body;
const empty = async (asOf = now + 10) =>
  (await call<EmptiedTrash>('POST /api/trash/empty', { asOf })).body;

/** The events that these changes make. */
function eventsOf(work: () => Promise<unknown>): Promise<ServerEvent[]> {
  const changes = new Changes(fixture.store);
  const subscription = fixture.store.onDidCommit((batch: readonly Committed[]) => {
    for (const { mutation } of batch) changes.add(mutation);
  });
  return work()
    .then(() => changes.take())
    .finally(() => subscription.dispose());
}

describe('routes of the lifecycle', () => {
  beforeEach(async () => {
    now = 1000;
    await fixture.open();
  });
  afterEach(() => fixture.close());

  describe('edits', () => {
    it('change a parameter, tell views to read it anew, and keep who changed what', async () => {
      const runId = await fixture.createRun();
      await commit({
        type: 'run.log',
        runId,
        metrics: [],
        params: [{ key: 'lr', value: '0.1' }],
        tags: [],
      });
      const events = await eventsOf(() =>
        call(`POST /api/runs/${runId}/edit`, { what: 'param', key: 'lr', value: '0.2' }),
      );
      assert.ok(events.some((event) => event.type === 'edited' && event.runId === runId));
      assert.equal(fixture.store.runs.param(runId, 'lr'), '0.2');
      const { body } = await call<{ items: Edit[]; total: number }>(`GET /api/runs/${runId}/edits`);
      assert.equal(body.total, 1);
      const [{ time, ...entry }] = body.items as [Edit];
      assert.ok(time > 1000);
      const change = { what: 'param', key: 'lr', before: '0.1', after: '0.2' };
      assert.deepEqual(entry, { ...change, userId: 'ada' });
    });

    const refused: [string, unknown, number, RegExp][] = [
      ['a key that no client can log', { what: 'tag', key: '../x', value: 'v' }, 400, /no name/],
      [
        'a value beyond the limit',
        { what: 'param', key: 'k', value: 'x'.repeat(6001) },
        400,
        /6000/,
      ],
      ['another kind', { what: 'metric', key: 'k', value: '1' }, 400, /what/],
      ['a number as value', { what: 'param', key: 'k', value: 1 }, 400, /value/],
      ['no key', { what: 'param', value: 'v' }, 400, /key/],
      ['the deletion of what is not there', { what: 'tag', key: 'k', value: null }, 404, /no tag/],
    ];
    for (const [name, body, status, message] of refused) {
      it(`refuse ${name}`, async () => {
        const runId = await fixture.createRun();
        const answer = await call(`POST /api/runs/${runId}/edit`, body);
        assert.equal(answer.status, status);
        assert.match(answer.body.message ?? '', message);
        assert.deepEqual(fixture.store.edits.ofRun(runId), []);
      });
    }

    it('refuse a run that is unknown or deleted', async () => {
      const runId = await fixture.createRun();
      await deleteRun(runId);
      const change = { what: 'tag', key: 'k', value: 'v' };
      assert.equal((await call(`POST /api/runs/${runId}/edit`, change)).status, 409);
      assert.equal((await call(`POST /api/runs/${'0'.repeat(32)}/edit`, change)).status, 404);
    });
  });

  describe('a move', () => {
    it('takes nested runs along and tells of both experiments', async () => {
      const to = await fixture.createExperiment('target');
      const parent = await fixture.createRun();
      const child = await fixture.createRun({ 'mlflow.parentRunId': parent });
      const grandchild = await fixture.createRun({ 'mlflow.parentRunId': child });
      const other = await fixture.createRun();
      const events = await eventsOf(async () => {
        const { body } = await call(`POST /api/runs/${parent}/move`, { experimentId: to });
        assert.deepEqual(body, { moved: 3 });
      });
      for (const runId of [parent, child, grandchild]) {
        assert.equal(fixture.store.runs.info(runId)!.experimentId, to);
      }
      assert.equal(fixture.store.runs.info(other)!.experimentId, '0');
      const experiments = events.flatMap((event) =>
        event.type === 'experiment' ? [event.experiment] : [],
      );
      assert.deepEqual(experiments.map(({ experimentId, runs }) => [experimentId, runs]).sort(), [
        ['0', 1],
        [to, 1],
      ]);
    });

    it('ends although runs are nested in a circle', async () => {
      const to = await fixture.createExperiment('target');
      const a = await fixture.createRun();
      const b = await fixture.createRun({ 'mlflow.parentRunId': a });
      await commit({
        type: 'run.log',
        runId: a,
        metrics: [],
        params: [],
        tags: [{ key: 'mlflow.parentRunId', value: b }],
      });
      const { body } = await call(`POST /api/runs/${a}/move`, { experimentId: to });
      assert.deepEqual(body, { moved: 2 });
    });

    it('refuses a deleted or unknown experiment, and does nothing within one', async () => {
      const to = await fixture.createExperiment('target');
      const runId = await fixture.createRun();
      await call(`POST /api/experiments/${to}/delete`);
      assert.equal((await call(`POST /api/runs/${runId}/move`, { experimentId: to })).status, 409);
      assert.equal(
        (await call(`POST /api/runs/${runId}/move`, { experimentId: '77' })).status,
        404,
      );
      const same = await call(`POST /api/runs/${runId}/move`, { experimentId: '0' });
      assert.deepEqual(same.body, { moved: 0 });
    });
  });

  describe('experiments', () => {
    it('are renamed, deleted and restored', async () => {
      const id = await fixture.createExperiment('a');
      const runId = await fixture.createRun({}, id);
      await call(`POST /api/experiments/${id}/rename`, { name: ' b ' });
      assert.equal(fixture.store.experiments.get(id)!.name, 'b');
      await call(`POST /api/experiments/${id}/delete`);
      assert.equal(fixture.store.runs.info(runId)!.lifecycleStage, 'deleted');
      await call(`POST /api/experiments/${id}/restore`);
      assert.equal(fixture.store.runs.info(runId)!.lifecycleStage, 'active');
    });

    it('get no name that is taken, also in the trash, and none that is empty', async () => {
      const a = await fixture.createExperiment('a');
      const b = await fixture.createExperiment('b');
      await call(`POST /api/experiments/${b}/delete`);
      const taken = await call(`POST /api/experiments/${a}/rename`, { name: 'b' });
      assert.equal(taken.status, 409);
      assert.match(taken.body.message ?? '', /in the trash/);
      assert.equal((await call(`POST /api/experiments/${a}/rename`, { name: ' ' })).status, 400);
      assert.equal((await call(`POST /api/experiments/${b}/rename`, { name: 'c' })).status, 409);
    });
  });

  describe('the trash', () => {
    it('shows what it holds and about what that takes', async () => {
      const kept = await fixture.createRun();
      const gone = await fixture.createRun();
      for (const runId of [kept, gone]) {
        writeFile(`artifacts/0/${runId}/model/weights.bin`, 5000);
        await fixture.log(
          runId,
          Array.from({ length: 3000 }, (_, i) => point('loss', i, i / 7)),
        );
      }
      await fixture.store.checkpoint();
      await deleteRun(gone);
      const trash = await showTrash();
      assert.deepEqual(
        trash.runs.items.map(({ id }) => id),
        [gone],
      );
      assert.equal(trash.bytes.artifacts, 5000);
      assert.ok(trash.bytes.series > 24_000 && trash.bytes.series < 60_000);
      assert.ok(trash.bytes.rows > 100);
    });

    it('is emptied: rows, points and files are gone, those of others are not', async () => {
      const kept = await fixture.createRun();
      const gone = await fixture.createRun();
      for (const runId of [kept, gone]) {
        writeFile(`artifacts/0/${runId}/a.txt`, 10);
        await fixture.log(
          runId,
          Array.from({ length: 3000 }, (_, i) => point('loss', i, i / 7)),
        );
      }
      await fixture.store.checkpoint();
      await deleteRun(gone);
      const events = await eventsOf(async () => {
        const emptied = await empty();
        assert.equal(emptied.runs, 1);
        assert.deepEqual(emptied.left, []);
        assert.equal(emptied.bytes.artifacts, 10);
      });
      assert.ok(events.some((event) => event.type === 'gone' && event.id === gone));
      assert.equal(fs.existsSync(fileOf(`artifacts/0/${gone}`)), false);
      assert.equal(fs.existsSync(fileOf(`artifacts/0/${kept}/a.txt`)), true);
      assert.deepEqual(fixture.store.trash.removals(), []);
      await fixture.reopen();
      assert.equal(fixture.store.runs.get(gone), undefined);
      assert.equal(fixture.store.runs.get(kept)!.metrics[0]!.count, 3000);
      const { live, total } = fixture.store.segmentUse();
      assert.ok(total - live < 1000, `${total - live} bytes of segments are still garbage`);
    });

    it('keeps what was deleted after it was shown', async () => {
      const [early, late] = [await fixture.createRun(), await fixture.createRun()];
      await deleteRun(early);
      const { asOf } = await showTrash();
      await deleteRun(late);
      assert.equal((await empty(asOf)).runs, 1);
      assert.equal(fixture.store.runs.info(late)!.lifecycleStage, 'deleted');
      assert.equal(fixture.store.runs.info(early), undefined);
    });

    it('takes a deleted experiment with its runs, logged models and folder', async () => {
      const id = await fixture.createExperiment('gone');
      const runId = await fixture.createRun({}, id);
      await commit({
        type: 'model.create',
        modelId: 'm-1',
        experimentId: id,
        name: 'model',
        modelType: undefined,
        sourceRunId: runId,
        artifactUri: `mlflow-artifacts:/${id}/models/m-1/artifacts`,
        params: [],
        tags: [],
        time: 1,
      });
      writeFile(`artifacts/${id}/${runId}/a.txt`, 10);
      writeFile(`artifacts/${id}/models/m-1/MLmodel`, 20);
      await call(`POST /api/experiments/${id}/delete`);
      const emptied = await empty();
      assert.deepEqual([emptied.experiments, emptied.runs, emptied.models], [1, 1, 1]);
      assert.equal(emptied.bytes.artifacts, 30);
      assert.equal(fs.existsSync(fileOf(`artifacts/${id}`)), false);
      assert.equal(fixture.store.experiments.get(id), undefined);
      assert.equal(fixture.store.models.get('m-1'), undefined);
      assert.equal(fixture.store.experiments.nextId(), String(Number(id) + 1));
    });

    it('keeps the folder of a run that was moved out of the deleted experiment', async () => {
      const id = await fixture.createExperiment('gone');
      const moved = await fixture.createRun({}, id);
      const gone = await fixture.createRun({}, id);
      for (const runId of [moved, gone]) writeFile(`artifacts/${id}/${runId}/a.txt`, 10);
      await call(`POST /api/runs/${moved}/move`, { experimentId: '0' });
      await call(`POST /api/experiments/${id}/delete`);
      assert.equal((await empty()).experiments, 1);
      assert.equal(fs.existsSync(fileOf(`artifacts/${id}/${gone}`)), false);
      assert.equal(fs.existsSync(fileOf(`artifacts/${id}/${moved}/a.txt`)), true);
    });

    it('never removes files of a place that others share, or that is not ours', async () => {
      const other = fs.mkdtempSync(path.join(fixture.store.blobs.folder, 'elsewhere-'));
      const runs = await Promise.all([fixture.createRun(), fixture.createRun()]);
      const shared = await Promise.all(
        [
          `mlflow-artifacts:/shared/place`,
          `mlflow-artifacts:/shared/place`,
          `file://${other}`,
          's3://b/k',
          'mlflow-artifacts:/',
        ].map(async (artifactUri, i) => {
          const runId = `${i}`.padStart(32, 'a');
          await commit({
            type: 'run.create',
            runId,
            experimentId: '0',
            name: 'r',
            userId: '',
            startTime: 1,
            artifactUri,
            tags: [],
          });
          return runId;
        }),
      );
      writeFile('artifacts/shared/place/a.txt', 10);
      writeFile(`artifacts/0/${runs[0]}/a.txt`, 10);
      for (const runId of shared.slice(1)) await deleteRun(runId);
      const { runs: count } = await empty();
      assert.equal(count, 4);
      assert.ok(fs.existsSync(fileOf('artifacts/shared/place/a.txt')));
      assert.ok(fs.existsSync(fileOf(`artifacts/0/${runs[0]}/a.txt`)));
      assert.ok(fs.existsSync(other));
    });

    it('holds runs in which a registered model has its files', async () => {
      const runId = await fixture.createRun();
      writeFile(`artifacts/0/${runId}/model/MLmodel`, 10);
      await commit(
        { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
        {
          type: 'version.create',
          name: 'm',
          version: 1,
          source: `runs:/${runId}/model`,
          storageLocation: undefined,
          runId,
          runLink: undefined,
          modelId: undefined,
          description: undefined,
          userId: undefined,
          status: 'READY',
          tags: [],
          time: 1,
        },
      );
      await deleteRun(runId);
      assert.deepEqual(
        (await showTrash()).held.map(({ id }) => id),
        [runId],
      );
      assert.equal((await empty()).runs, 0);
      assert.ok(fs.existsSync(fileOf(`artifacts/0/${runId}/model/MLmodel`)));
    });

    it('leaves a deleted experiment in which a run was restored', async () => {
      const id = await fixture.createExperiment('half');
      const [back, gone] = [await fixture.createRun({}, id), await fixture.createRun({}, id)];
      writeFile(`artifacts/${id}/${back}/a.txt`, 10);
      await call(`POST /api/experiments/${id}/delete`);
      await commit({ type: 'run.lifecycle', runId: back, stage: 'active', time: 1 });
      const emptied = await empty();
      assert.deepEqual([emptied.experiments, emptied.runs], [0, 1]);
      assert.ok(fs.existsSync(fileOf(`artifacts/${id}/${back}/a.txt`)));
      assert.equal(fixture.store.runs.info(gone), undefined);
      assert.ok(fixture.store.experiments.get(id));
    });

    it('leaves the default experiment, and takes its runs', async () => {
      const runId = await fixture.createRun();
      await call('POST /api/experiments/0/delete');
      const emptied = await empty();
      assert.deepEqual([emptied.experiments, emptied.runs], [0, 1]);
      assert.equal(fixture.store.experiments.get('0')!.lifecycleStage, 'deleted');
      assert.equal(fixture.store.runs.info(runId), undefined);
    });

    it('empties more runs than fit into one commit', async () => {
      const runs = await Promise.all(Array.from({ length: 250 }, () => fixture.createRun()));
      for (const runId of runs) void deleteRun(runId);
      assert.equal((await empty()).runs, 250);
      assert.equal(fixture.store.trash.runCount(), 0);
    });

    it('removes no file before the purge is durable, and finds the files after a crash', async () => {
      const runId = await fixture.createRun();
      const file = `artifacts/0/${runId}/a.txt`;
      writeFile(file, 10);
      await deleteRun(runId);
      const seen: boolean[] = [];
      fixture.store.onDidCommit((batch) => {
        for (const { mutation } of batch) {
          if (mutation.type === 'run.purge') seen.push(fs.existsSync(fileOf(file)));
        }
      });
      await empty();
      assert.deepEqual(seen, [true]);
    });

    it('goes on at the next start with files that a crash left', async () => {
      const runId = await fixture.createRun();
      const own = `artifacts/0/${runId}`;
      writeFile(`${own}/a.txt`, 10);
      await deleteRun(runId);
      // The server dies after the commit and before the files are removed.
      await commit({ type: 'run.purge', runIds: [runId], folders: [own], time: 1 });
      await fixture.reopen();
      assert.equal(fixture.store.runs.info(runId), undefined);
      assert.ok(fs.existsSync(fileOf(own)));
      assert.deepEqual(await removeFolders(fixture.store), []);
      assert.equal(fs.existsSync(fileOf(own)), false);
      assert.deepEqual(fixture.store.trash.removals(), []);
    });

    it('loses nothing when the disk refuses the purge', async () => {
      const disk = new FaultyFiles();
      const files = disk.layer;
      const runId = await fixture.createRun();
      const file = fileOf(`artifacts/0/${runId}/a.txt`);
      writeFile(`artifacts/0/${runId}/a.txt`, 10);
      await deleteRun(runId);
      await fixture.reopen({ files, probeMs: 1e6 });
      disk.fault = () => 'fail';
      const answer = await call('POST /api/trash/empty', { asOf: now + 10 });
      assert.equal(answer.status, 503);
      assert.ok(fs.existsSync(file));
      disk.fault = () => undefined;
      await fixture.reopen();
      assert.equal(fixture.store.runs.info(runId)!.lifecycleStage, 'deleted');
      assert.ok(fs.existsSync(file));
    });

    it('loses sight of nothing, at whichever write the disk dies', async () => {
      for (let fails = 1, isDone = false; !isDone; fails++) {
        const runs = [await fixture.createRun(), await fixture.createRun()];
        for (const runId of runs) {
          writeFile(`artifacts/0/${runId}/a.txt`, 10);
          await deleteRun(runId);
        }
        const disk = new FaultyFiles();
        await fixture.reopen({ files: disk.layer, probeMs: 1e6 });
        const { total } = disk;
        disk.fault = () => (disk.total - total >= fails ? 'fail' : undefined);
        await call('POST /api/trash/empty', { asOf: now + 10 });
        isDone = disk.total - total < fails;
        disk.fault = () => undefined;
        await fixture.reopen();
        for (const runId of runs) {
          const isThere = fixture.store.runs.info(runId) !== undefined;
          const hasFiles = fs.existsSync(fileOf(`artifacts/0/${runId}`));
          const isRemembered = fixture.store.trash.removals().includes(`artifacts/0/${runId}`);
          // A run has its files; files without a run are going to be removed.
          assert.ok(isThere ? hasFiles : !hasFiles || isRemembered, `at write ${fails}`);
        }
        await removeFolders(fixture.store);
        await empty();
        for (const runId of runs)
          assert.equal(fs.existsSync(fileOf(`artifacts/0/${runId}`)), false);
        assert.deepEqual(fixture.store.trash.removals(), []);
      }
    });

    it('says which files it could not remove, and remembers them', async () => {
      const runId = await fixture.createRun();
      await deleteRun(runId);
      // The folder of all artifacts is never removed, whoever asks.
      await commit({ type: 'run.purge', runIds: [runId], folders: ['artifacts'], time: 1 });
      const left = await removeFolders(fixture.store);
      assert.equal(left[0]?.folder, 'artifacts');
      assert.match(left[0]?.reason ?? '', /the artifact folder itself/);
      assert.deepEqual(fixture.store.trash.removals(), ['artifacts']);
    });
  });
});
