// The engine with in-memory ports: order, failures, retries, repeated calls, restart, logs.
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import { Engine } from '../../../src/pipeline/engine';
import { noticesOf } from '../../../src/pipeline/notices';
import type { StepTask } from '../../../src/protocol/worker';
import { CHAIN, FORK, retrying, setUp, statuses } from '../../support/engineCases';
import { createWorld, settle } from '../../support/enginePorts';
import {
  failed,
  graph,
  HERE,
  join,
  ran,
  registration,
  start,
  step,
  TestWorker,
  target,
} from '../../support/pipelines';

describe('engine', () => {
  it('hands out steps in order with their inputs, and ends with the outputs', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const tasks: StepTask[] = [];
    const done = await worker.run((task) => {
      tasks.push(task);
      return ran(task);
    });
    deepStrictEqual(worker.order, ['load', 'split', 'train']);
    const { data, gamma } = tasks[2]!.inputs;
    deepStrictEqual(gamma, { kind: 'parameter', value: 0.1 });
    strictEqual(data?.kind === 'artifact' && data.artifact.name, 'training::split::output');
    strictEqual(done.status, 'finished');
    strictEqual(done.outputs.train?.output?.version, '1');
    deepStrictEqual(worker.printed, [
      'started load',
      'finished load',
      'started split',
      'finished split',
      'started train',
      'finished train',
    ]);
    strictEqual([...world.history.runs.values()][0]?.status, 'finished');
    strictEqual(engine.activity, 0);
  });

  it('records nothing of a graph it refuses', async () => {
    const { world, engine } = setUp();
    const bad = graph([step('a', { after: ['b'] })]);
    await rejects(engine.register(registration(bad)), { code: 'graph.unknownStep' });
    await rejects(engine.register(registration(CHAIN, { plan: target('x') })), {
      code: 'graph.unknownTarget',
    });
    strictEqual(world.history.runs.size, 0);
  });

  it('has recorded the start of a step before it hands it out', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    const recorded = world.history.steps().find((one) => one.id === task.stepRunId);
    strictEqual(recorded?.status, 'running');
    strictEqual(recorded?.trackingRunId, task.trackingRunId);
  });

  it('ends a step and starts the next in one commit', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    const before = world.history.commits;
    strictEqual((await worker.task(ran(task))).stepId, 'split');
    strictEqual(world.history.commits, before + 1);
  });

  it('runs only what a target needs', async () => {
    const { engine } = setUp();
    const worker = await start(engine, FORK, { plan: target('right') });
    await worker.run();
    deepStrictEqual(worker.order, ['load', 'right']);
  });

  it('skips what depends on a failed step, and runs the rest', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const done = await worker.run((task) => (task.stepId === 'left' ? failed(task) : ran(task)));
    deepStrictEqual(worker.order, ['load', 'left', 'right']);
    deepStrictEqual(statuses(world), {
      load: 'ran',
      left: 'failed',
      right: 'ran',
      last: 'skipped',
    });
    deepStrictEqual([done.status, done.failed], ['failed', ['left']]);
    const notice = worker.notices.find((one) => one.kind === 'skipped');
    deepStrictEqual(notice, { kind: 'skipped', stepId: 'last', because: 'left failed' });
    const error = world.history.steps().find((one) => one.stepId === 'left')?.error;
    strictEqual(error?.traceback, 'Traceback…\nValueError: no luck');
    const [run] = world.history.runs.values();
    const told = noticesOf(run!, () => undefined).filter((one) => one.kind === 'skipped');
    deepStrictEqual(told, [notice], 'the same is said after a restart');
  });

  it('fails a step that does not make its output', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('load')]));
    const done = await worker.run((task) => ran(task, 1, []));
    strictEqual(done.status, 'failed');
    ok(/no output `output`/.test(world.history.steps()[0]?.error?.message ?? ''));
  });

  it('retries as often as the step says, each time with a tracking run of its own', async () => {
    const { world, engine } = setUp();
    const pipeline = graph([step('load', { options: retrying(2) })]);
    const worker = await start(engine, pipeline);
    const attempts: StepTask[] = [];
    const done = await worker.run((task) => {
      attempts.push(task);
      return attempts.length < 3 ? failed(task) : ran(task);
    });
    strictEqual(done.status, 'finished');
    deepStrictEqual(
      attempts.map((task) => task.attempt),
      [1, 2, 3],
    );
    strictEqual(new Set(attempts.map((task) => task.trackingRunId)).size, 3);
    const ends = world.history.log.flatMap(({ tracking, step: one }) =>
      tracking.kind === 'end' ? [`${tracking.status} ${one.trackingRunId}`] : [],
    );
    deepStrictEqual(ends, [
      `FAILED ${attempts[0]?.trackingRunId}`,
      `FAILED ${attempts[1]?.trackingRunId}`,
      `FINISHED ${attempts[2]?.trackingRunId}`,
    ]);
    strictEqual(worker.printed.filter((line) => line === 'retrying load').length, 2);
  });

  it('fails a step when its retries are used up', async () => {
    const { engine } = setUp();
    const worker = await start(engine, graph([step('load', { options: retrying(1) })]));
    const done = await worker.run((task) => failed(task));
    deepStrictEqual([worker.order.length, done.status], [2, 'failed']);
  });

  it('does not retry a debug run', async () => {
    const { engine } = setUp();
    const launchId = engine.launches.start({
      file: '/project/train.py',
      plan: { target: 'all' },
      interpreter: '/python',
      debugPort: 5678,
    });
    const pipeline = graph([step('load', { options: retrying(3) })]);
    const worker = await start(engine, pipeline, { launchId, owned: true });
    await worker.run((task) => failed(task));
    deepStrictEqual(worker.order, ['load']);
  });

  it('waits for news without answering, and answers within the poll time', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    await (await join(engine, worker)).task();
    await worker.next();
    let reply: unknown;
    const waiting = worker.next().then((answer) => {
      reply = answer;
    });
    await settle();
    await world.clock.pass(24_000);
    strictEqual(reply, undefined);
    await world.clock.pass(1000);
    await waiting;
    deepStrictEqual(reply, { notices: [], noticesTo: 1 });
  });

  it('gives independent steps to different workers', async () => {
    const { engine } = setUp();
    const worker = await start(engine, FORK);
    const load = await worker.task();
    const left = await worker.task(ran(load));
    const right = await (await join(engine, worker)).task();
    deepStrictEqual([left.stepId, right.stepId], ['left', 'right']);
  });
});

describe('engine, repeated calls', () => {
  it('gives the same run for a repeated registration, and another one for the next run', async () => {
    const { world, engine } = setUp();
    const request = registration(CHAIN);
    const [first, again] = await Promise.all([engine.register(request), engine.register(request)]);
    strictEqual(again.pipelineRunId, first.pipelineRunId);
    strictEqual((await engine.register(request)).workerId, first.workerId);
    await new TestWorker(engine, first).run();
    const later = await engine.register(request);
    ok(later.pipelineRunId !== first.pipelineRunId);
    strictEqual(world.history.runs.size, 2);
  });

  it('hands the same step out again when the answer was lost', async () => {
    const { engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    deepStrictEqual((await worker.next()).task, task);
    const report = ran(task);
    const split = await worker.task(report);
    deepStrictEqual(await worker.task(report), split);
  });

  it('counts a report once, also when both copies are under way', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('load')]));
    const report = ran(await worker.task());
    const replies = await Promise.all([worker.next(report), worker.next(report)]);
    deepStrictEqual(
      replies.map((reply) => reply.done?.status),
      ['finished', 'finished'],
    );
    strictEqual(world.history.artifacts.size, 1);
    strictEqual((await worker.next(report)).done?.status, 'finished');
  });

  it('does not take a repeated failure for the failure of the retry', async () => {
    const { engine } = setUp();
    const worker = await start(engine, graph([step('load', { options: retrying(1) })]));
    const first = await worker.task();
    const report = failed(first);
    const second = await worker.task(report);
    const again = await worker.task(report);
    deepStrictEqual([second.attempt, again.attempt], [2, 2]);
    strictEqual((await worker.run()).status, 'finished');
  });

  it('refuses reports of steps of another run', async () => {
    const { engine } = setUp();
    const one = await start(engine, graph([step('load')]));
    const two = await start(engine, graph([step('load')]), { pid: 101 });
    const task = await one.task();
    await rejects(two.next(ran(task)), { code: 'step.unknown' });
    await rejects(
      engine.next(
        { workerId: 'x', pipelineRunId: one.registered.pipelineRunId, noticesFrom: 0 },
        HERE,
      ),
      { code: 'worker.unknown' },
    );
    await rejects(engine.next({ workerId: 'x', pipelineRunId: 'y', noticesFrom: 0 }, HERE), {
      code: 'run.unknown',
    });
  });

  it('does not hand a step to a caller who is gone', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('load')]));
    const reply = await worker.next(undefined, { aborted: true, addEventListener: () => {} });
    strictEqual(reply.task, undefined);
    deepStrictEqual(statuses(world), { load: 'pending' });
  });

  it('goes on after a failed write as if the call had not been', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    world.history.failure = new Error('disk full');
    const report = ran(task);
    await rejects(worker.next(report), /disk full/);
    deepStrictEqual(statuses(world), { load: 'running', split: 'pending', train: 'pending' });
    world.history.failure = undefined;
    strictEqual((await worker.task(report)).stepId, 'split');
    deepStrictEqual(statuses(world), { load: 'ran', split: 'running', train: 'pending' });
  });
});

describe('engine, restart of the server', () => {
  it('goes on in the middle, with the same step, and prints nothing twice', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const load = await worker.task();
    world.clock.time += 5;
    const left = await worker.task(ran(load));
    engine.dispose();

    const later = new Engine(createWorld(world.history, world.files).ports);
    await later.start();
    strictEqual(later.activity, 1);
    const same = new TestWorker(later, worker.registered);
    const reply = await later.next(
      {
        workerId: worker.registered.workerId,
        pipelineRunId: worker.registered.pipelineRunId,
        noticesFrom: worker.notices.length,
      },
      HERE,
    );
    deepStrictEqual(reply.task, left);
    deepStrictEqual(reply.notices, []);
    strictEqual((await same.run()).status, 'finished');
    deepStrictEqual(same.order, ['left', 'right', 'last']);
    strictEqual(new Set(same.printed).size, same.printed.length);
  });

  it('takes the report of a step that was running', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const load = await worker.task();
    const later = new Engine(createWorld(world.history, world.files).ports);
    const same = new TestWorker(later, worker.registered);
    strictEqual((await same.task(ran(load))).stepId, 'split');
    strictEqual(world.history.steps()[0]?.status, 'ran');
    strictEqual(world.history.steps()[0]?.reusable, true);
  });

  it('finds that the worker died meanwhile', async () => {
    const { world, engine } = setUp();
    await (await start(engine, CHAIN)).task();
    const restarted = createWorld(world.history, world.files);
    restarted.gone.add(100);
    const later = new Engine(restarted.ports);
    await later.start();
    await restarted.clock.pass(1000);
    strictEqual([...world.history.runs.values()][0]?.status, 'failed');
  });
});

describe('engine, logs', () => {
  it('holds the traceback of a failed step', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    await worker.run((task) => failed(task));
    const log = world.logs.get(`${worker.registered.pipelineRunId}/load.log`) ?? '';
    ok(/^[\d:.]+ \[error\] Traceback…\n[\d:.]+ \[error\] ValueError: no luck\n$/.test(log), log);
  });

  it('writes a line per line, with its time, to the file of the step', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    const time = new Date(2026, 6, 9, 12, 41, 4, 57).getTime();
    engine.log({ id: task.stepRunId, lines: [{ time, stream: 'stdout', text: 'epoch 1' }] });
    const path = `${worker.registered.pipelineRunId}/load.log`;
    strictEqual(world.logs.get(path), '12:41:04.057 epoch 1\n');
  });
});
