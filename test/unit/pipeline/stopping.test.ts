// Steps that are stopped: cancelled alone, out of time, by the mode of the run; and repeated later.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { ExecutionMode, StepOptions } from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import type { StepReport, StepTask } from '../../../src/protocol/worker';
import { FORK, setUp, statuses } from '../../support/engineCases';
import { createWorld, settle } from '../../support/enginePorts';
import { failed, from, graph, join, ran, start, step, TestWorker } from '../../support/pipelines';

const options = (change: Partial<StepOptions>): StepOptions => ({
  enableCache: true,
  environment: {},
  retries: 0,
  ...change,
});
const cancelled = (task: StepTask): StepReport => ({
  stepRunId: task.stepRunId,
  attempt: task.attempt,
  modules: [],
  durationMs: 1,
  status: 'cancelled',
});

describe('engine, cancel of a step', () => {
  it('cancels one that waits at once; what depends on it is skipped, the rest runs', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const load = await worker.task();
    const left = world.history.steps().find(({ stepId }) => stepId === 'left')!;
    ok(await engine.cancelStep(left.id));
    deepStrictEqual(statuses(world), {
      load: 'running',
      left: 'cancelled',
      right: 'pending',
      last: 'skipped',
    });
    strictEqual((await worker.task(ran(load))).stepId, 'right');
    strictEqual((await worker.run()).status, 'cancelled');
    const skipped = worker.notices.find(({ kind }) => kind === 'skipped');
    deepStrictEqual(skipped, { kind: 'skipped', stepId: 'last', because: 'left was cancelled' });
  });

  it('interrupts one that runs; its worker goes on with the run', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const left = await worker.task(ran(await worker.task()));
    ok(await engine.cancelStep(left.stepRunId));
    deepStrictEqual(world.signals, ['interrupt 100']);
    const reply = await worker.next(cancelled(left));
    deepStrictEqual([reply.goOn, reply.task?.stepId], [true, 'right']);
    await world.clock.pass(60_000);
    deepStrictEqual(world.signals, ['interrupt 100'], 'the user’s process is not killed');
    deepStrictEqual(statuses(world), {
      load: 'ran',
      left: 'cancelled',
      right: 'running',
      last: 'skipped',
    });
  });

  it('ends an owned process that does not stop, and the run goes on with another', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const load = await worker.task();
    const helper = await join(engine, worker);
    await worker.task(ran(load));
    const right = await helper.task();
    await engine.cancelStep(right.stepRunId);
    await world.clock.pass(4900);
    deepStrictEqual(world.signals, ['interrupt 101']);
    await world.clock.pass(200);
    deepStrictEqual(world.signals, ['interrupt 101', 'kill 101']);
    deepStrictEqual(statuses(world).right, 'cancelled');
    strictEqual(engine.activity, 1);
  });

  it('runs the next step again when the interrupt came too late for the one it was meant for', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const left = await worker.task(ran(await worker.task()));
    await engine.cancelStep(left.stepRunId);
    const right = await worker.task(ran(left));
    const reply = await worker.next(cancelled(right));
    deepStrictEqual([reply.goOn, reply.task?.stepId, reply.task?.attempt], [true, 'right', 2]);
    strictEqual((await worker.run()).status, 'finished');
    strictEqual(statuses(world).left, 'ran');
  });

  it('tells an interrupted worker that had nothing to do whether it was meant', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, FORK);
    const left = await worker.task(ran(await worker.task()));
    await engine.cancelStep(left.stepRunId);
    const ask = () =>
      engine.next(
        {
          workerId: worker.registered.workerId,
          pipelineRunId: worker.registered.pipelineRunId,
          noticesFrom: 0,
          interrupted: true,
        },
        { aborted: true, addEventListener: () => {} },
      );
    strictEqual((await ask()).goOn, true);
    strictEqual((await ask()).goOn, undefined, 'the second one was Ctrl+C');
    strictEqual(statuses(world).right, 'cancelled');
  });

  it('tells the process of a thread, which no signal reaches', async () => {
    const { world, engine } = setUp();
    const local = graph([
      step('a', { importable: false }),
      step('b', { importable: false }),
      step('c', { importable: false, inputs: { x: from('a') } }),
    ]);
    const worker = await start(engine, local);
    await worker.task();
    const thread = await join(engine, worker, { thread: true });
    const task = await thread.task();
    const other = await join(engine, worker, { thread: true });
    await other.next();
    const told = other.next();
    await settle();
    await engine.cancelStep(task.stepRunId);
    deepStrictEqual(world.signals, []);
    deepStrictEqual((await told).stop, [task.stepRunId]);
    await thread.next(cancelled(task));
    strictEqual(statuses(world)[task.stepId], 'cancelled');
  });

  it('signals the process of a thread when none of its threads asks', async () => {
    const { world, engine } = setUp();
    const local = graph([step('a', { importable: false }), step('b', { importable: false })]);
    const worker = await start(engine, local);
    await worker.task();
    const thread = await join(engine, worker, { thread: true });
    const task = await thread.task();
    await engine.cancelStep(task.stepRunId);
    deepStrictEqual(world.signals, ['interrupt 100']);
    deepStrictEqual((await thread.next(cancelled(task))).task, undefined);
    strictEqual(statuses(world)[task.stepId], 'cancelled');
  });
});

describe('engine, time-outs', () => {
  const slow = graph([step('load', { options: options({ timeoutMs: 2000 }) }), step('other')]);

  it('stop an execution, which has failed with StepTimeout whatever it then reports', async () => {
    for (const report of [cancelled, failed, ran]) {
      const { world, engine } = setUp();
      const worker = await start(engine, slow);
      const task = await worker.task();
      await world.clock.pass(1900);
      deepStrictEqual(world.signals, []);
      await world.clock.pass(200);
      deepStrictEqual(world.signals, ['interrupt 100']);
      strictEqual((await worker.next(report(task))).task?.stepId, 'other');
      const [load] = world.history.steps();
      deepStrictEqual([load?.status, load?.error?.type], ['failed', 'StepTimeout']);
      ok(load?.error?.message.includes('longer than 2 s'));
    }
  });

  it('end an owned process after the grace period', async () => {
    const { world, engine } = setUp();
    await (await start(engine, slow, { owned: true })).task();
    await world.clock.pass(6900);
    deepStrictEqual(world.signals, ['interrupt 100']);
    await world.clock.pass(200);
    deepStrictEqual(world.signals, ['interrupt 100', 'kill 100']);
    strictEqual(world.history.steps()[0]?.error?.type, 'StepTimeout');
  });

  it('do not hold for a step that ended in time, nor for a debug run', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, slow);
    await worker.task(ran(await worker.task()));
    await world.clock.pass(60_000);
    deepStrictEqual(world.signals, []);
    const launchId = engine.launches.start({
      file: '/project/train.py',
      plan: { target: 'all', force: 'all' },
      interpreter: '/python',
      debugPort: 5678,
    });
    const debugged = await start(engine, slow, { launchId, owned: true, pid: 200 });
    await debugged.task();
    await world.clock.pass(3_600_000);
    deepStrictEqual(world.signals, []);
  });

  it('count from the start of the execution, also over a restart of the server', async () => {
    const { world, engine } = setUp();
    await (await start(engine, slow)).task();
    await world.clock.pass(1500);
    engine.dispose();
    const later = createWorld(world.history, world.files);
    later.clock.time = world.clock.time;
    const next = new Engine(later.ports);
    await next.start();
    await later.clock.pass(400);
    deepStrictEqual(later.signals, []);
    await later.clock.pass(200);
    deepStrictEqual(later.signals, ['interrupt 100']);
  });

  it('are followed by the next attempt', async () => {
    const { world, engine } = setUp();
    const load = step('load', { options: options({ timeoutMs: 2000, retries: 1 }) });
    const worker = await start(engine, graph([load]));
    const first = await worker.task();
    await world.clock.pass(2100);
    const second = await worker.task(cancelled(first));
    strictEqual(second.attempt, 2);
    strictEqual((await worker.next(ran(second))).done?.status, 'finished');
  });
});

describe('engine, back-off', () => {
  const flaky = graph([
    step('load', { options: options({ retries: 2, retryDelayMs: 1000, retryBackoff: 3 }) }),
    step('other'),
  ]);

  it('waits longer each time, and the worker does other things meanwhile', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, flaky);
    const other = await worker.task(failed(await worker.task()));
    strictEqual(other.stepId, 'other');
    const [load] = world.history.steps();
    deepStrictEqual([load?.status, load?.retryAt], ['pending', world.clock.time + 1000]);
    const waiting = worker.task(ran(other));
    await settle();
    await world.clock.pass(900);
    strictEqual(statuses(world).load, 'pending');
    await world.clock.pass(200);
    const second = await waiting;
    deepStrictEqual([second.stepId, second.attempt], ['load', 2]);
    strictEqual(world.history.steps()[0]?.retryAt, undefined);
    const third = worker.task(failed(second));
    await settle();
    await world.clock.pass(2900);
    strictEqual(statuses(world).load, 'pending');
    await world.clock.pass(200);
    strictEqual((await third).attempt, 3);
  });

  it('is kept over a restart of the server, with the reasons of the step', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, flaky);
    await worker.task(failed(await worker.task()));
    const before = world.history.steps()[0];
    engine.dispose();
    const later = createWorld(world.history, world.files);
    later.clock.time = world.clock.time + 400;
    const next = new Engine(later.ports);
    await next.start();
    const same = new TestWorker(next, worker.registered);
    const other = await same.task();
    strictEqual(other.stepId, 'other');
    const waiting = same.task(ran(other));
    await settle();
    await later.clock.pass(500);
    strictEqual(statuses(world).load, 'pending');
    await later.clock.pass(200);
    strictEqual((await waiting).attempt, 2);
    deepStrictEqual(world.history.steps()[0]?.reasons, before?.reasons);
  });
});

describe('engine, execution modes', () => {
  const wide = (executionMode: ExecutionMode) =>
    graph(
      [
        step('a'),
        step('b'),
        step('c', { inputs: { x: from('b') } }),
        step('d', { inputs: { x: from('a') } }),
      ],
      { executionMode },
    );

  /** `a` fails while `b` runs elsewhere. */
  async function failing(mode: ExecutionMode) {
    const { world, engine } = setUp();
    const worker = await start(engine, wide(mode));
    const a = await worker.task();
    const helper = await join(engine, worker);
    const b = await helper.task();
    const answer = worker.next(failed(a));
    await settle();
    return { world, engine, worker, helper, b, answer };
  }

  it('continue-on-failure runs what does not depend on the failed step', async () => {
    const { world, helper, b } = await failing('continue-on-failure');
    deepStrictEqual(statuses(world), { a: 'failed', b: 'running', c: 'pending', d: 'skipped' });
    strictEqual((await helper.next(ran(b))).task?.stepId, 'c');
  });

  it('stop-on-failure starts nothing more, and keeps what runs', async () => {
    const { world, helper, b } = await failing('stop-on-failure');
    deepStrictEqual(statuses(world), { a: 'failed', b: 'running', c: 'skipped', d: 'skipped' });
    await world.clock.pass(10_000);
    deepStrictEqual(world.signals, []);
    const { done } = await helper.next(ran(b));
    deepStrictEqual([done?.status, statuses(world).b], ['failed', 'ran']);
  });

  it('fail-fast stops what runs as well, at last by force', async () => {
    const { world, engine } = await failing('fail-fast');
    await world.clock.pass(300);
    deepStrictEqual(world.signals, ['interrupt 101']);
    await world.clock.pass(6000);
    deepStrictEqual(world.signals, ['interrupt 101', 'kill 101']);
    deepStrictEqual(statuses(world), { a: 'failed', b: 'cancelled', c: 'skipped', d: 'skipped' });
    strictEqual([...world.history.runs.values()][0]?.status, 'failed');
    strictEqual(engine.activity, 0);
  });

  it('fail-fast goes on stopping after a restart of the server', async () => {
    const { world, engine } = await failing('fail-fast');
    engine.dispose();
    const later = createWorld(world.history, world.files);
    const next = new Engine(later.ports);
    await next.start();
    await later.clock.pass(300);
    deepStrictEqual(later.signals, ['interrupt 101']);
  });

  it('say after a restart of the server why steps were skipped', async () => {
    const { world, engine, worker } = await failing('stop-on-failure');
    engine.dispose();
    const next = new Engine(createWorld(world.history, world.files).ports);
    const { notices } = await new TestWorker(next, worker.registered).next();
    const skipped = notices.filter(({ kind }) => kind === 'skipped');
    deepStrictEqual(
      skipped.map((notice) => notice.kind === 'skipped' && `${notice.stepId}: ${notice.because}`),
      ['c: a failed', 'd: a failed'],
    );
  });

  it('let a step that waits for its next attempt fail', async () => {
    const { world, engine } = setUp();
    const retried = step('b', { options: options({ retries: 3, retryDelayMs: 5000 }) });
    const worker = await start(
      engine,
      graph([retried, step('z')], { executionMode: 'stop-on-failure' }),
    );
    const z = await worker.task(failed(await worker.task()));
    const { done } = await worker.next(failed(z));
    deepStrictEqual(statuses(world), { b: 'failed', z: 'failed' });
    strictEqual(done?.status, 'failed');
  });
});

describe('engine, lost helpers', () => {
  it('repeats the step of a lost helper by policy, in a process that is left', async () => {
    const { world, engine } = setUp();
    const pipeline = graph([step('a'), step('b', { options: options({ retries: 1 }) })]);
    const worker = await start(engine, pipeline);
    const a = await worker.task();
    const helper = await join(engine, worker);
    strictEqual((await helper.task()).stepId, 'b');
    world.gone.add(101);
    await world.clock.pass(1000);
    strictEqual(statuses(world).b, 'pending');
    const again = await worker.task(ran(a));
    deepStrictEqual([again.stepId, again.attempt], ['b', 2]);
  });

  it('fails it without a retry, and goes on', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('a'), step('b')]));
    await worker.task();
    await (await join(engine, worker)).task();
    world.gone.add(101);
    await world.clock.pass(1000);
    deepStrictEqual(statuses(world), { a: 'running', b: 'failed' });
    strictEqual(world.history.steps()[1]?.error?.type, 'worker.lost');
  });

  it('knows after a restart of the server who ran what', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('a'), step('b')]));
    await worker.task();
    await (await join(engine, worker)).task();
    engine.dispose();
    const later = createWorld(world.history, world.files);
    later.gone.add(101);
    const next = new Engine(later.ports);
    await next.start();
    await later.clock.pass(1000);
    deepStrictEqual(statuses(world), { a: 'running', b: 'failed' });
  });

  it('ends a run with the user’s own process; what helpers run is still recorded', async () => {
    const { world, engine } = setUp();
    const pipeline = graph([step('a'), step('b'), step('c', { inputs: { x: from('b') } })]);
    const worker = await start(engine, pipeline);
    await worker.task();
    const helper = await join(engine, worker);
    const b = await helper.task();
    world.gone.add(100);
    await world.clock.pass(1000);
    deepStrictEqual(statuses(world), { a: 'failed', b: 'running', c: 'skipped' });
    strictEqual((await helper.next(ran(b))).done?.status, 'failed');
    strictEqual(statuses(world).b, 'ran');
  });

  it('gives a step back that a helper cannot find, without counting it', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, graph([step('a'), step('b')]));
    const a = await worker.task();
    const helper = await join(engine, worker);
    const b = await helper.task();
    const error = { type: 'ImportError', message: 'no b', traceback: '' };
    const report = { stepRunId: b.stepRunId, attempt: 1, modules: [], durationMs: 0 };
    const reply = helper.next({ ...report, status: 'unavailable', error });
    await settle();
    strictEqual(statuses(world).b, 'pending');
    const again = await worker.task(ran(a));
    strictEqual(again.stepId, 'b');
    deepStrictEqual(
      [b, again].map(({ attempt, failures }) => [attempt, failures]),
      [
        [1, 0],
        [2, 0],
      ],
    );
    strictEqual((await reply).leave, true);
    strictEqual((await worker.next(ran(again))).done?.status, 'finished');
  });
});
