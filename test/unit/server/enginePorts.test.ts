// The engine over the real store: what is recorded, where files lie, and what survives a restart.
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { launchLog, stepLog } from '../../../src/pipeline/logs';
import type { StepReport, StepTask } from '../../../src/protocol/worker';
import { readLog } from '../../../src/server/engineLogs';
import { failed, from, graph, start, step, TestWorker, value } from '../../support/pipelines';
import { openStored, type Stored, writeOutputs } from '../../support/storedEngine';

const PIPELINE = graph(
  [
    step('load'),
    step('train', {
      inputs: { data: from('load'), gamma: value(0.5), verbose: value(true) },
      outputs: [{ name: 'classifier', annotation: 'Model' }],
    }),
  ],
  { parameters: { gamma: { value: 0.5, explicit: true } } },
);
const outputsOf = (task: StepTask): StepReport =>
  task.stepId === 'train'
    ? writeOutputs(task, { weights: [1] }, ['classifier'])
    : writeOutputs(task, { rows: 3 });

describe('engine over the store', () => {
  let stored: Stored;
  beforeEach(async () => {
    stored = await openStored();
  });
  afterEach(async () => {
    await stored.close();
  });

  const run = async (body: (task: StepTask) => StepReport = outputsOf) => {
    const worker = await start(stored.engine, PIPELINE);
    return { worker, done: await worker.run(body) };
  };

  it('tracks a run as a run of the pipeline’s experiment, with a child for each step', async () => {
    const { worker } = await run();
    const { store } = stored;
    const experiment = store.experiments.byName('training');
    strictEqual(experiment?.experimentId, worker.registered.experimentId);
    const { trackingRunId, pipelineRunId, name } = worker.registered;
    const parent = store.runs.get(trackingRunId);
    strictEqual(parent?.info.runName, name);
    strictEqual(parent?.info.status, 'FINISHED');
    strictEqual(parent?.info.userId, 'ada');
    deepStrictEqual(parent?.params, [{ key: 'gamma', value: '0.5' }]);
    const tags = Object.fromEntries(parent?.tags.map((tag) => [tag.key, tag.value]) ?? []);
    strictEqual(tags['runlens.pipelineRunId'], pipelineRunId);
    strictEqual(tags['mlflow.source.name'], 'train.py');
    const page = { experimentId: experiment?.experimentId ?? '', limit: 10, offset: 0 };
    const { runs } = store.runs.page({ ...page, parent: trackingRunId });
    deepStrictEqual(runs.map((child) => `${child.info.runName} ${child.info.status}`).sort(), [
      'load FINISHED',
      'train FINISHED',
    ]);
    const train = runs.find((child) => child.info.runName === 'train');
    deepStrictEqual(
      [...(train?.params ?? [])].sort((a, b) => a.key.localeCompare(b.key)),
      [
        { key: 'gamma', value: '0.5' },
        { key: 'verbose', value: 'True' },
      ],
    );
    strictEqual(train?.info.artifactUri.endsWith(`/${train.info.runId}/artifacts`), true);
  });

  it('puts outputs where a person finds them, read-only, and empties the staging folder', async () => {
    const { done } = await run();
    const folder = path.join(stored.data, 'artifacts', '_', 'classifier', '1');
    strictEqual(done.outputs.train?.classifier?.folder, folder);
    strictEqual(fs.readFileSync(path.join(folder, 'data.json'), 'utf8'), '{"weights":[1]}');
    strictEqual(fs.statSync(path.join(folder, 'data.json')).mode & 0o222, 0);
    ok(fs.existsSync(path.join(stored.data, 'artifacts', '_', 'training--load--output', '1')));
    await new Promise((resolve) => setTimeout(resolve, 50));
    deepStrictEqual(fs.readdirSync(path.join(stored.data, 'artifacts', '.staging')), []);
  });

  it('caches, also after a restart', async () => {
    await run();
    stored = await stored.restart();
    const { worker } = await run();
    deepStrictEqual(worker.printed, ['cached load', 'cached train']);
  });

  it('shares the files of identical outputs, as versions of their own', async () => {
    await run();
    const worker = await start(stored.engine, PIPELINE, { plan: { target: 'all', force: 'all' } });
    const done = await worker.run(outputsOf);
    strictEqual(done.outputs.train?.classifier?.version, '2');
    strictEqual(
      done.outputs.train?.classifier?.folder,
      path.join(stored.data, 'artifacts', '_', 'classifier', '1'),
    );
  });

  it('does not share files that were changed', async () => {
    const { done } = await run();
    tamper(done.outputs.train?.classifier?.folder ?? '', '{"weights":[9]}');
    const { worker, done: again } = await run();
    deepStrictEqual(worker.order, ['train']);
    const folder = again.outputs.train?.classifier?.folder ?? '';
    strictEqual(path.basename(folder), '2');
    strictEqual(fs.readFileSync(path.join(folder, 'data.json'), 'utf8'), '{"weights":[1]}');
    const started = worker.notices.find((notice) => notice.kind === 'started');
    deepStrictEqual(started?.kind === 'started' && started.reasons, [
      { kind: 'artifact-changed', text: 'classifier v1: data.json was changed' },
    ]);
  });

  it('reads the content when only the date differs, and says what is missing', async () => {
    const { done } = await run();
    const file = path.join(done.outputs.train?.classifier?.folder ?? '', 'data.json');
    fs.utimesSync(file, new Date(), new Date(0));
    strictEqual((await run()).worker.order.length, 0);
    fs.rmSync(file);
    const { worker } = await run();
    deepStrictEqual(worker.order, ['train']);
    const started = worker.notices.find((notice) => notice.kind === 'started');
    strictEqual(
      started?.kind === 'started' && started.reasons[0]?.text,
      'classifier v1: data.json is missing',
    );
  });

  it('refuses outputs that are not as reported', async () => {
    const { done } = await run((task) => {
      const report = outputsOf(task);
      fs.appendFileSync(path.join(task.staging, 'output', 'data.json'), ' ');
      return report;
    });
    deepStrictEqual(done.failed, ['load']);
  });

  it('goes on after a restart in the middle of a step', async () => {
    const worker = await start(stored.engine, PIPELINE);
    const task = await worker.task();
    const report = outputsOf(task);
    stored = await stored.restart();
    await stored.engine.start();
    strictEqual(stored.engine.activity, 1);
    const again = new TestWorker(stored.engine, worker.registered);
    const handed = await again.task();
    strictEqual(handed.staging, task.staging);
    const train = await again.task(report);
    strictEqual(train.stepId, 'train');
    strictEqual((await again.next(outputsOf(train))).done?.status, 'finished');
  });

  it('finds an output that was moved just before a crash', async () => {
    const worker = await start(stored.engine, PIPELINE);
    const task = await worker.task();
    const report = outputsOf(task);
    const target = path.join(stored.data, 'artifacts', '_', 'training--load--output', '1');
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.renameSync(path.join(task.staging, 'output'), target);
    stored = await stored.restart();
    const again = new TestWorker(stored.engine, worker.registered);
    strictEqual((await again.task(report)).stepId, 'train');
  });

  it('marks what failed and what was cancelled', async () => {
    const worker = await start(stored.engine, PIPELINE);
    await worker.run((task) => failed(task));
    strictEqual(stored.store.runs.info(worker.registered.trackingRunId)?.status, 'FAILED');
    const next = await start(stored.engine, PIPELINE);
    const { trackingRunId, stepRunId } = await next.task();
    await stored.engine.cancel(next.registered.pipelineRunId);
    await next.next({ stepRunId, modules: [], durationMs: 1, status: 'cancelled' });
    strictEqual(stored.store.runs.info(trackingRunId)?.status, 'KILLED');
    strictEqual(stored.store.runs.info(next.registered.trackingRunId)?.status, 'KILLED');
  });

  it('refuses a pipeline whose experiment is deleted, and records nothing', async () => {
    const { worker } = await run();
    const { experimentId } = worker.registered;
    await stored.store.commit({
      type: 'experiment.lifecycle',
      experimentId,
      stage: 'deleted',
      time: 1,
    });
    await rejects(
      start(stored.engine, PIPELINE),
      /experiment `training` of this pipeline is deleted/,
    );
    strictEqual(stored.store.pipelines.runs({ limit: 10, offset: 0 }).length, 1);
  });

  it('writes logs that can be read from any whole character', () => {
    const log = launchLog('a'.repeat(32));
    stored.ports.logs.append(log, 'über\n');
    const file = stored.ports.logs.file(log);
    strictEqual(file, path.join(stored.data, 'logs', `launch-${'a'.repeat(32)}.log`));
    deepStrictEqual(readLog(file, 0), { text: 'über\n', next: 6 });
    fs.writeFileSync(file, Buffer.from('ü').subarray(0, 1));
    deepStrictEqual(readLog(file, 0), { text: '', next: 0 });
    deepStrictEqual(stored.grown, [`${'a'.repeat(32)} 6`]);
    ok(stepLog({ id: 'x', pipelineRunId: 'run', stepId: 'load' }).path === 'run/load.log');
  });
});

function tamper(folder: string, text: string): void {
  const file = path.join(folder, 'data.json');
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, text);
}
