// Queries of experiments, runs, pipelines and artifacts.
import * as assert from 'node:assert/strict';
import type { ArtifactVersion } from '../../../src/domain/artifact';
import type { StepInvocation } from '../../../src/domain/pipeline';
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

const artifact = (id: string, more: Partial<ArtifactVersion> = {}): ArtifactVersion => ({
  id,
  name: 'model',
  version: '1',
  type: 'dict',
  materializer: 'json',
  path: 'artifacts/_/model/1',
  files: [{ path: 'data.json', size: 2, sha256: 'aa', mtimeMs: 1.5, ino: 3 }],
  contentDigest: 'c1',
  metadata: { length: 2 },
  createdAt: 1,
  producer: undefined,
  ...more,
});

const invocation = (id: string, file: string): StepInvocation => ({
  id,
  step: id,
  source: { file, module: 'm', qualname: id, line: 1 },
  inputs: {},
  outputs: [],
  after: [],
  options: { enableCache: true, environment: {}, retries: 0 },
  captured: {},
});

const child = (runId: string, parent: string, more = {}) =>
  createRun(runId, { tags: [{ key: 'mlflow.parentRunId', value: parent }], ...more });

describe('store queries', () => {
  afterEach(cleanUp);

  it('has the experiment Default from the start', async () => {
    const store = await open(tempFolder());
    assert.deepEqual(store.experiments.get('0'), {
      experimentId: '0',
      name: 'Default',
      artifactLocation: 'mlflow-artifacts:/0',
      lifecycleStage: 'active',
      creationTime: 1000,
      lastUpdateTime: 1000,
      tags: [],
    });
    assert.equal(store.experiments.byName('Default')?.experimentId, '0');
    assert.equal(store.experiments.nextId(), '1');
  });

  it('experiments: rename, tag, delete with their runs, restore, count, next id', async () => {
    const store = await open(tempFolder());
    const time = 4000;
    await store.commit(
      createExperiment('7', 'seven'),
      createExperiment('612345678901234567', 'imported'),
      createRun('a', { experimentId: '7' }),
      createRun('b', { experimentId: '7' }),
      { type: 'run.update', runId: 'b', status: 'FINISHED', endTime: 6000 },
      { type: 'experiment.rename', experimentId: '7', name: 'sept', time },
      { type: 'experiment.tag', experimentId: '7', key: 'k', value: 'v', time },
      { type: 'experiment.tag', experimentId: '7', key: 'gone', value: 'v', time },
      { type: 'experiment.tag', experimentId: '7', key: 'gone', value: null, time },
    );
    assert.equal(store.experiments.nextId(), '8');
    assert.equal(store.experiments.byName('seven'), undefined);
    const found = store.experiments.byName('sept');
    assert.deepEqual([found?.tags, found?.lastUpdateTime], [[{ key: 'k', value: 'v' }], 4000]);
    assert.deepEqual(store.experiments.counts('7'), { runs: 2, running: 1 });
    await store.commit(createRun('c', { experimentId: '7' }));
    assert.deepEqual(store.experiments.counts('7'), { runs: 3, running: 2 });
    const lifecycle = { type: 'experiment.lifecycle', experimentId: '7', time } as const;
    await store.commit({ ...lifecycle, stage: 'deleted' });
    assert.deepEqual(store.experiments.counts('7'), { runs: 0, running: 0 });
    assert.equal(store.runs.info('a')?.lifecycleStage, 'deleted');
    const names = (stage: 'active' | 'deleted' | 'all') =>
      store.experiments.list({ stage, limit: 9, offset: 0 }).map((each) => each.name);
    assert.deepEqual(names('deleted'), ['sept']);
    assert.deepEqual(names('active'), ['imported', 'Default']);
    assert.deepEqual(names('all'), ['imported', 'sept', 'Default']);
    await store.commit({ ...lifecycle, stage: 'active' });
    assert.deepEqual(store.experiments.counts('7'), { runs: 3, running: 2 });
    assert.equal(store.runs.get('a')?.info.lifecycleStage, 'active');
    await assert.rejects(store.commit(createExperiment('9', 'sept')), { code: 'store.invalid' });
  });

  it('experiments: nested runs do not count, whatever nests them', async () => {
    const store = await open(tempFolder());
    const under = (parent: string) => [{ key: 'mlflow.parentRunId', value: parent }];
    const counts = () => store.experiments.counts('0');
    await store.commit(createRun('a'), createRun('b', { tags: under('a') }));
    assert.deepEqual(counts(), { runs: 1, running: 1 });
    await store.commit(createRun('c'));
    assert.deepEqual(counts(), { runs: 2, running: 2 });
    await store.commit(log('c', { tags: { 'mlflow.parentRunId': 'a' } }));
    assert.deepEqual(counts(), { runs: 1, running: 1 });
    await store.commit({ type: 'run.tag.delete', runId: 'b', key: 'mlflow.parentRunId' });
    assert.deepEqual(counts(), { runs: 2, running: 2 });
    await store.commit(createRun('d', { tags: under('gone') }));
    assert.deepEqual(counts(), { runs: 3, running: 3 });
    await store.commit({ type: 'run.lifecycle', runId: 'a', stage: 'deleted', time: 1 });
    assert.deepEqual(counts(), { runs: 3, running: 3 }, 'c has lost its parent');
  });

  it('runs: values, names and tags that go together, a parameter written once', async () => {
    const store = await open(tempFolder());
    await store.commit(createRun('a', { tags: [{ key: 'x', value: '1' }] }));
    assert.equal(store.runs.tag('a', 'mlflow.runName'), 'name of a');
    await store.commit({ type: 'run.update', runId: 'a', name: 'renamed' });
    assert.equal(store.runs.tag('a', 'mlflow.runName'), 'renamed');
    await store.commit(log('a', { tags: { 'mlflow.runName': 'by tag' }, params: { lr: '1' } }));
    assert.equal(store.runs.info('a')?.runName, 'by tag');
    await store.commit(log('a', { params: { lr: '2' } }));
    assert.equal(store.runs.param('a', 'lr'), '1');
    assert.equal(store.runs.param('a', 'no'), undefined);
    await store.commit({ type: 'run.tag.delete', runId: 'a', key: 'x' });
    assert.equal(store.runs.tag('a', 'x'), undefined);
    assert.equal(store.runs.get('nobody'), undefined);
    const time = 1_700_000_000_123;
    await store.commit(
      log('a', { metrics: [metric('m', 2, 5, time), metric('m', 3, 4, time + 1)] }),
    );
    const run = store.runs.get('a');
    assert.deepEqual(run?.params, [{ key: 'lr', value: '1' }]);
    assert.deepEqual(run?.metrics[0]?.last, { step: 5, timestamp: time, value: 2 });
    assert.deepEqual(run?.metrics[0]?.first, { step: 4, timestamp: time + 1, value: 3 });
    assert.deepEqual(store.runs.summary('a', 'm'), run?.metrics[0]);
  });

  it('pages of runs: running on top, newest first, children apart, orphans shown', async () => {
    const store = await open(tempFolder());
    await store.commit(
      createExperiment('1'),
      createRun('old', { startTime: 1 }),
      createRun('new', { startTime: 9 }),
      createRun('done', { startTime: 99 }),
      { type: 'run.update', runId: 'done', status: 'FINISHED', endTime: 100 },
      child('kid1', 'new', { startTime: 20 }),
      child('kid2', 'new', { startTime: 30 }),
      child('orphan', 'nobody', { startTime: 5 }),
      child('late', 'gone', { startTime: 4 }),
      createRun('gone'),
      { type: 'run.lifecycle', runId: 'gone', stage: 'deleted', time: 1 },
      child('abroad', 'new', { experimentId: '1' }),
    );
    const page = (parent: string | undefined, limit = 10, offset = 0, experimentId = '0') => {
      const { runs, total } = store.runs.page({ experimentId, parent, limit, offset });
      return [runs.map((run) => run.info.runId), total];
    };
    assert.deepEqual(page(undefined), [['new', 'orphan', 'late', 'old', 'done'], 5]);
    assert.deepEqual(page(undefined, 2, 1), [['orphan', 'late'], 5]);
    assert.deepEqual(page('new'), [['kid2', 'kid1'], 2]);
    assert.deepEqual(page(undefined, 10, 0, '1'), [['abroad'], 1]);
    assert.deepEqual([...store.runs.childCounts(['new', 'old', 'nobody'])], [['new', 2]]);
    await store.commit({ type: 'run.tag.delete', runId: 'kid1', key: 'mlflow.parentRunId' });
    assert.deepEqual(page('new'), [['kid2'], 1]);
  });

  it('datasets: one per name and digest, with the tags of their use', async () => {
    const store = await open(tempFolder());
    const used = {
      tags: [{ key: 'mlflow.data.context', value: 'train' }],
      name: 'd',
      digest: 'x',
      sourceType: 'local',
      source: '{"uri":"a"}',
      schema: '{}',
      profile: undefined,
    };
    await store.commit(createRun('a'), createRun('b'));
    await store.commit({ type: 'run.inputs', runId: 'a', datasets: [used, used] });
    await store.commit({ type: 'run.inputs', runId: 'b', datasets: [{ ...used, tags: [] }] });
    assert.deepEqual(store.runs.get('a')?.datasets, [used]);
    assert.deepEqual(store.runs.get('b')?.datasets, [{ ...used, tags: [] }]);
  });

  it('pipelines: names of runs, also of one that was committed a moment ago', async () => {
    const store = await open(tempFolder());
    const { pipelines } = store;
    const commit = (name: string) =>
      store.commit({ type: 'pipeline.create', run: pipelineRun(name, { name }) });
    assert.equal(pipelines.isNamed('a'), false);
    await commit('a');
    const committed = commit('b');
    assert.deepEqual(['a', 'b', 'c'].map(pipelines.isNamed), [true, true, false]);
    await committed;
    assert.deepEqual(['a', 'b', 'c'].map(pipelines.isNamed), [true, true, false]);
  });

  it('pipelines: runs and steps as they were put, newest first', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    const other = pipelineRun('p2');
    await store.commit(
      { type: 'pipeline.create', run: pipelineRun('p1', { steps: [stepRun('s1', 'p1')] }) },
      {
        type: 'pipeline.create',
        run: { ...other, graph: { ...other.graph, pipeline: 'inference' } },
      },
      { type: 'pipeline.create', run: pipelineRun('p3') },
      { type: 'step.put', step: stepRun('s3', 'p3', { status: 'running', endedAt: undefined }) },
      { type: 'pipeline.update', pipelineRunId: 'p1', status: 'finished', endedAt: 9999 },
    );
    await store.commit({ type: 'step.put', step: stepRun('s3', 'p3', { status: 'failed' }) });
    for (const each of [store, await open(copyOf(folder))]) {
      const { pipelines } = each;
      const list = pipelines.runs({ limit: 9, offset: 0 });
      assert.deepEqual(
        list.map((run) => run.id),
        ['p3', 'p2', 'p1'],
      );
      assert.equal(pipelines.runs({ pipeline: 'training', limit: 1, offset: 1 })[0]?.id, 'p1');
      assert.deepEqual(
        pipelines.active().map((run) => run.id),
        ['p3', 'p2'],
      );
      assert.deepEqual(pipelines.names(), ['training', 'inference']);
      const first = pipelines.run('p1');
      assert.deepEqual([first?.status, first?.endedAt], ['finished', 9999]);
      assert.equal(first?.steps[0]?.id, 's1');
      assert.equal(pipelines.step('s3')?.status, 'failed');
      assert.deepEqual(
        pipelines.run('p3')?.steps.map((step) => step.status),
        ['failed'],
      );
    }
  });

  it('cached: the newest that ran to its end and may be reused, nothing else', async () => {
    const store = await open(tempFolder());
    const put = (id: string, more: Parameters<typeof stepRun>[2]) =>
      store.commit({ type: 'step.put', step: stepRun(id, 'p', more) });
    await store.commit({ type: 'pipeline.create', run: pipelineRun('p') });
    await put('not reusable', { reusable: false, endedAt: 90 });
    for (const status of [
      'pending',
      'running',
      'cached',
      'failed',
      'skipped',
      'cancelled',
    ] as const) {
      await put(status, { status, endedAt: 95 });
    }
    assert.equal(store.pipelines.cached('k1'), undefined);
    await put('older', { endedAt: 50 });
    await put('newer', { endedAt: 60 });
    await put('oldest', { endedAt: 40 });
    await put('other key', {
      endedAt: 99,
      fingerprint: { key: 'k2', components: [], notTracked: [] },
    });
    assert.equal(store.pipelines.cached('k1')?.id, 'newer');
    await put('newer', { endedAt: 60, reusable: false, notReusableReason: 'source changed' });
    assert.equal(store.pipelines.cached('k1')?.id, 'older');
    assert.equal(store.pipelines.cached('nobody'), undefined);
  });

  it('latest and touching: the newest run that holds the step', async () => {
    const store = await open(tempFolder());
    const run = (id: string, steps: StepInvocation[]) =>
      pipelineRun(id, { graph: { ...pipelineRun(id).graph, steps } });
    const both = [invocation('load', 'data.py'), invocation('train_model', 'train.py')];
    await store.commit(
      { type: 'pipeline.create', run: run('p1', both) },
      { type: 'step.put', step: stepRun('s1', 'p1') },
      { type: 'pipeline.create', run: run('p2', both) },
      { type: 'step.put', step: stepRun('s2', 'p2', { fingerprint: undefined }) },
    );
    assert.equal(store.pipelines.latest('training', 'train_model')?.step.id, 's1');
    assert.equal(store.pipelines.latest('training', 'train_model')?.run.id, 'p1');
    assert.equal(store.pipelines.latest('inference', 'train_model'), undefined);
    const touching = (file: string) => store.pipelines.touching(file).map((each) => each.id);
    assert.deepEqual(touching('data.py'), ['p2']);
    assert.deepEqual(touching('none.py'), []);
    await store.commit({ type: 'step.put', step: stepRun('s2', 'p2') });
    assert.equal(store.pipelines.latest('training', 'train_model')?.step.id, 's2');
  });

  it('artifacts: versions per name, shared content', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    assert.equal(store.pipelines.nextVersion('model'), '1');
    const versions = Array.from({ length: 11 }, (_, i) =>
      artifact(`a${i + 1}`, { version: String(i + 1), contentDigest: `c${i % 2}` }),
    );
    for (const each of versions) await store.commit({ type: 'artifact.create', artifact: each });
    await store.commit({ type: 'artifact.create', artifact: artifact('b', { name: 'data' }) });
    assert.equal(store.pipelines.nextVersion('model'), '12');
    assert.deepEqual(store.pipelines.artifactNames(), [
      { name: 'data', versions: 1, latest: '1' },
      { name: 'model', versions: 11, latest: '11' },
    ]);
    assert.equal(store.pipelines.artifactVersions('model')[0]?.version, '11');
    assert.equal(store.pipelines.sameContent('model', 'c1')?.id, 'a10');
    assert.equal(store.pipelines.sameContent('data', 'c0'), undefined);
    const stored = store.pipelines.artifact('a1');
    assert.deepEqual({ ...stored, producer: stored?.producer }, versions[0]);
    const again = { type: 'artifact.create', artifact: artifact('z') } as const;
    await assert.rejects(store.commit(again), { code: 'store.invalid' });
    assert.equal(dump(await open(copyOf(folder))), dump(store));
  });
});
