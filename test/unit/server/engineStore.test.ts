// The engine over a real store: what it records of growing graphs, names and results comes back.
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import { from, graph, registration, start, step, TestWorker } from '../../support/pipelines';
import { openStored, type Stored, writeOutputs } from '../../support/storedEngine';

describe('engine over a store', () => {
  let stored: Stored;
  beforeEach(async () => {
    stored = await openStored();
  });
  afterEach(() => stored.close());

  const EMPTY = graph([], { dynamic: true });
  const steps = [step('a'), step('b', { inputs: { x: from('a') } })];

  it('keeps a growing graph over a restart, and goes on', async () => {
    const worker = await start(stored.engine, EMPTY);
    const { workerId, pipelineRunId } = worker.registered;
    await stored.engine.extend({ workerId, pipelineRunId, steps });
    const a = await worker.task();
    const b = await worker.task(writeOutputs(a, 1));
    stored = await stored.restart();
    await stored.engine.start();
    const same = new TestWorker(stored.engine, worker.registered);
    const more = [step('c', { inputs: { x: from('b') } })];
    await stored.engine.extend({ workerId, pipelineRunId, steps: more, closed: true });
    const c = await same.task(writeOutputs(b, 2));
    strictEqual(c.stepId, 'c');
    strictEqual((await same.next(writeOutputs(c, 3))).done?.status, 'finished');
    stored = await stored.restart();
    const run = stored.store.pipelines.run(pipelineRunId)!;
    deepStrictEqual(
      [run.status, run.closed, run.graph.steps.map(({ id }) => id)],
      ['finished', true, ['a', 'b', 'c']],
    );
    deepStrictEqual(
      run.steps.map(({ status }) => status),
      ['ran', 'ran', 'ran'],
    );
    strictEqual(stored.store.pipelines.touching('train.py')[0]?.id, pipelineRunId);
  });

  it('keeps what a pipeline itself raised', async () => {
    const { registered } = await start(stored.engine, EMPTY);
    const { workerId, pipelineRunId } = registered;
    const error = { type: 'ValueError', message: 'it’s "no"', traceback: 'a\nb' };
    await stored.engine.extend({ workerId, pipelineRunId, steps, error });
    stored = await stored.restart();
    const run = stored.store.pipelines.run(pipelineRunId)!;
    deepStrictEqual([run.status, run.error, run.closed], ['failed', error, true]);
  });

  it('finds the newest result of a step, not its newest failure', async () => {
    const worker = await start(stored.engine, graph([...steps]));
    await worker.run((task) => writeOutputs(task, task.stepId));
    const again = await start(stored.engine, graph([...steps], { enableCache: false }));
    await again.task();
    await stored.engine.cancel(again.registered.pipelineRunId);
    const found = stored.store.pipelines.latestResult('training', 'a');
    strictEqual(found?.pipelineRunId, worker.registered.pipelineRunId);
    strictEqual(stored.store.pipelines.latestStep('training', 'a')?.status, 'running');
    strictEqual(stored.store.pipelines.latestResult('training', 'z'), undefined);
  });

  it('refuses a name that a pipeline run has, and no other', async () => {
    await start(stored.engine, graph([...steps], { runName: 'mine' }));
    const again = registration(graph([...steps, step('z')], { runName: 'mine' }));
    await rejects(stored.engine.register(again), { code: 'graph.nameTaken' });
    const other = registration(graph([...steps], { runName: 'min' }));
    strictEqual((await stored.engine.register(other)).name, 'min');
  });

  it('records the artifact as its output declares it', async () => {
    const outputs = [
      {
        name: 'output',
        annotation: 'dict',
        artifactName: 'clean_2026',
        artifactVersion: 'first',
        tags: ['x'],
        metadata: { unit: 'm' },
        artifactType: 'statistics',
      },
    ];
    const worker = await start(stored.engine, graph([step('a', { outputs })]));
    await worker.run((task) => writeOutputs(task, 1));
    const [artifact] = stored.store.pipelines.artifactVersions('clean_2026');
    deepStrictEqual(
      [artifact?.version, artifact?.tags, artifact?.metadata, artifact?.artifactType],
      ['first', ['x'], { unit: 'm' }, 'statistics'],
    );
  });
});
