// Runs that end before their time: cancelled, or left by their worker.
import { deepStrictEqual, strictEqual } from 'node:assert';
import type { StepReport } from '../../../src/protocol/worker';
import { CHAIN, retrying, setUp, statuses } from '../../support/engineCases';
import { settle } from '../../support/enginePorts';
import { failed, graph, join, ran, start, step } from '../../support/pipelines';

describe('engine, cancel', () => {
  it('cancels what waits and interrupts what runs; the user’s process is never killed', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    await engine.cancel(worker.registered.pipelineRunId);
    await world.clock.pass(300);
    deepStrictEqual(world.signals, ['interrupt 100']);
    deepStrictEqual(statuses(world), { load: 'running', split: 'cancelled', train: 'cancelled' });
    await world.clock.pass(60_000);
    deepStrictEqual(world.signals, ['interrupt 100']);
    const report: StepReport = {
      stepRunId: task.stepRunId,
      modules: [],
      durationMs: 5,
      status: 'cancelled',
    };
    const reply = await worker.next(report);
    strictEqual(reply.done?.status, 'cancelled');
    deepStrictEqual(statuses(world), { load: 'cancelled', split: 'cancelled', train: 'cancelled' });
  });

  it('kills an owned worker that goes on after the grace period', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN, { owned: true });
    await worker.task();
    await engine.cancel(worker.registered.pipelineRunId);
    await world.clock.pass(4900);
    deepStrictEqual(world.signals, ['interrupt 100']);
    await world.clock.pass(400);
    deepStrictEqual(world.signals, ['interrupt 100', 'kill 100']);
    strictEqual([...world.history.runs.values()][0]?.status, 'cancelled');
    strictEqual(engine.activity, 0);
  });

  it('does not kill one that ended in time', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN, { owned: true });
    const task = await worker.task();
    await engine.cancel(worker.registered.pipelineRunId);
    await world.clock.pass(300);
    await worker.next(failed(task, 'KeyboardInterrupt'));
    await world.clock.pass(60_000);
    deepStrictEqual(world.signals, ['interrupt 100']);
    strictEqual(statuses(world).load, 'cancelled');
  });

  it('does not interrupt a worker that cancels its own run and reports at once', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const { stepRunId } = await worker.task();
    await engine.cancel(worker.registered.pipelineRunId);
    await worker.next({ stepRunId, modules: [], durationMs: 1, status: 'cancelled' });
    await world.clock.pass(60_000);
    deepStrictEqual(world.signals, []);
  });

  it('keeps the result of a step that ended although it was cancelled', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    await engine.cancel(worker.registered.pipelineRunId);
    strictEqual((await worker.next(ran(task))).done?.status, 'cancelled');
    strictEqual(statuses(world).load, 'ran');
  });

  it('tells a worker that waits', async () => {
    const { engine } = setUp();
    const worker = await start(engine, CHAIN);
    await worker.task();
    const other = await join(engine, worker, { thread: true });
    await other.next();
    const waiting = other.next();
    await settle();
    await engine.cancel(worker.registered.pipelineRunId);
    const { notices } = await waiting;
    deepStrictEqual(
      notices.map(({ kind, stepId }) => `${kind} ${stepId}`),
      ['cancelled split', 'cancelled train'],
    );
  });

  it('takes Ctrl+C in the worker for the whole run', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    const { stepRunId } = task;
    const done = await worker.next({ stepRunId, modules: [], durationMs: 1, status: 'cancelled' });
    strictEqual(done.done?.status, 'cancelled');
    deepStrictEqual(statuses(world), { load: 'cancelled', split: 'cancelled', train: 'cancelled' });
  });
});

describe('engine, lost workers', () => {
  it('fails the step of a process that is gone, and ends the run', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    await worker.task();
    world.gone.add(100);
    await world.clock.pass(1000);
    deepStrictEqual(statuses(world), { load: 'failed', split: 'skipped', train: 'skipped' });
    const [first] = world.history.steps();
    strictEqual(first?.error?.type, 'worker.lost');
    strictEqual([...world.history.runs.values()][0]?.status, 'failed');
    strictEqual(engine.activity, 0);
  });

  it('gives its step to another worker when it may be retried', async () => {
    const { world, engine } = setUp();
    const pipeline = graph([step('load', { options: retrying(1) })]);
    const worker = await start(engine, pipeline, { owned: true });
    await worker.task();
    const other = await join(engine, worker);
    world.gone.add(100);
    await world.clock.pass(1000);
    strictEqual((await other.run()).status, 'finished');
    deepStrictEqual(other.order, ['load']);
  });

  it('does not lose a step at a breakpoint', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    const task = await worker.task();
    await world.clock.pass(3_600_000);
    strictEqual((await worker.task(ran(task))).stepId, 'split');
  });

  it('waits for a debugger before the first step of an owned worker', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN, { owned: true });
    await world.clock.pass(600_000);
    strictEqual((await worker.run()).status, 'finished');
  });

  it('gives up a process that lives but asks for nothing any more', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, CHAIN);
    await world.clock.pass(59_000);
    strictEqual(engine.activity, 1);
    await world.clock.pass(3000);
    strictEqual(engine.activity, 0);
    deepStrictEqual(statuses(world), { load: 'skipped', split: 'skipped', train: 'skipped' });
    strictEqual((await worker.next()).done?.status, 'failed');
  });
});
