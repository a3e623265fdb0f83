// More processes for a run: when they are brought in, what they are told, how they wait and leave.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { NextReply, StepTask, WorkerStart } from '../../../src/protocol/worker';
import { CHAIN, setUp, statuses } from '../../support/engineCases';
import { settle, type World } from '../../support/enginePorts';
import {
  from,
  graph,
  HERE,
  join,
  ran,
  registration,
  start,
  step,
  TestWorker,
} from '../../support/pipelines';

const wide = (count: number) =>
  graph(Array.from({ length: count }, (_, index) => step(`s${index}`)));
const VARIABLES = { PATH: '/bin', DATA: '/data' };

/** A run whose process says where it is, as the SDK does. */
const begin = (engine: ReturnType<typeof setUp>['engine'], pipeline = wide(6)) =>
  start(engine, pipeline, {
    worker: { ...registration(pipeline).worker, variables: VARIABLES },
  });
const told = (world: World, index = 0) => world.launches[index]?.launch.request as WorkerStart;

/** The process that was started joins. */
const arrive = (
  world: World,
  engine: ReturnType<typeof setUp>['engine'],
  worker: TestWorker,
  index = 0,
) => join(engine, worker, { pid: 501 + index, poolId: told(world, index).poolId! });

describe('helpers', () => {
  it('come when steps have waited, as many as the machine takes, where the first one is', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine);
    await worker.task();
    await world.clock.pass(25);
    strictEqual(world.launches.length, 0);
    await world.clock.pass(10);
    strictEqual(world.launches.length, 3);
    const { launch } = world.launches[0]!;
    deepStrictEqual(
      [launch.interpreter, launch.cwd, launch.variables],
      ['/python', '/project', VARIABLES],
    );
    const { pipelineRunId } = worker.registered;
    deepStrictEqual(told(world).join, { pipelineRunId, sysPath: ['/project'] });
    strictEqual(told(world).file, '/project/train.py');
    await world.clock.pass(1000);
    strictEqual(world.launches.length, 3, 'no more while those start');
  });

  it('do not come for a chain, however long', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine, CHAIN);
    let report: ReturnType<typeof ran> | undefined;
    for (let done = false; !done; ) {
      const reply: NextReply = await worker.next(report);
      await world.clock.pass(500);
      report = reply.task && ran(reply.task);
      done = reply.done !== undefined;
    }
    strictEqual(world.launches.length, 0);
  });

  it('do not come where the environment is not known, for steps of one process, or to a debugger', async () => {
    const local = graph(wide(4).steps.map((one) => ({ ...one, importable: false })));
    for (const prepare of [
      (engine: ReturnType<typeof setUp>['engine']) => start(engine, wide(4)),
      (engine: ReturnType<typeof setUp>['engine']) => begin(engine, local),
    ]) {
      const { world, engine } = setUp();
      await (await prepare(engine)).task();
      await world.clock.pass(1000);
      strictEqual(world.launches.length, 0);
    }
    const { world, engine } = setUp();
    const debugPort = 5678;
    const launchId = engine.launches.start({
      file: '/project/train.py',
      plan: { target: 'all' },
      interpreter: '/python',
      debugPort,
    });
    await (await start(engine, wide(4), { launchId, owned: true })).task();
    await world.clock.pass(1000);
    strictEqual(world.launches.length, 1);
  });

  it('take steps, leave when nothing is left for them, and wait warm for the next run', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine, wide(2));
    const first = await worker.task();
    await world.clock.pass(50);
    const helper = await arrive(world, engine, worker);
    const second = await helper.task();
    strictEqual((await helper.next(ran(second))).leave, true);
    const { poolId } = told(world);
    const waiting = engine.pool.wait({ poolId: poolId! }, HERE);
    await settle();
    strictEqual((await worker.next(ran(first))).done?.status, 'finished');
    strictEqual(engine.activity, 0, 'a warm worker keeps no server alive');

    const again = await begin(engine, graph([...wide(2).steps], { enableCache: false }));
    await again.task();
    await world.clock.pass(50);
    const { start: next } = await waiting;
    strictEqual(next?.join?.pipelineRunId, again.registered.pipelineRunId);
    strictEqual(world.launches.length, 1);
  });

  it('leave after a second without a step, and come back for the next', async () => {
    const { world, engine } = setUp();
    const pipeline = graph([
      step('a'),
      step('b'),
      step('c', { inputs: { x: from('a') } }),
      step('d', { inputs: { x: from('a') } }),
    ]);
    const worker = await begin(engine, pipeline);
    const a = await worker.task();
    await world.clock.pass(50);
    const helper = await arrive(world, engine, worker);
    const waiting = helper.next(ran(await helper.task()));
    await settle();
    await world.clock.pass(900);
    strictEqual(engine.pool.idle, 0);
    await world.clock.pass(200);
    strictEqual((await waiting).leave, true);
    const { poolId } = told(world);
    const asking = engine.pool.wait({ poolId: poolId! }, HERE);
    await worker.task(ran(a));
    await world.clock.pass(50);
    ok((await asking).start);
  });

  it('are given up when they end without a word, and the run goes on without', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine, wide(6));
    const first = await worker.task();
    await world.clock.pass(50);
    strictEqual(world.launches.length, 3);
    for (const { exit } of [...world.launches]) exit.fire({ code: 1, signal: null });
    const second = await worker.task(ran(first));
    await world.clock.pass(5000);
    strictEqual(world.launches.length, 3, 'no more of them');
    strictEqual(world.warnings.length, 3);
    await worker.next(ran(second));
    strictEqual((await worker.run()).status, 'finished');
  });

  it('are tried once more when one of them ends without a word', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine, wide(2));
    await worker.task();
    await world.clock.pass(50);
    world.launches[0]!.exit.fire({ code: 1, signal: null });
    await settle();
    await world.clock.pass(100);
    strictEqual(world.launches.length, 2);
  });

  it('that die lose their step at once', async () => {
    const { world, engine } = setUp();
    const worker = await begin(engine, wide(2));
    await worker.task();
    await world.clock.pass(50);
    const task = await (await arrive(world, engine, worker)).task();
    world.launches[0]!.exit.fire({ code: null, signal: 'SIGKILL' });
    await settle();
    await settle();
    strictEqual(statuses(world)[task.stepId], 'failed');
  });

  it('run what is left of a launch whose process has crashed', async () => {
    const { world, engine } = setUp();
    const launchId = engine.launches.start({
      file: '/project/train.py',
      plan: { target: 'all' },
      interpreter: '/python',
    });
    const pipeline = graph([step('a'), step('b'), step('c', { importable: false })]);
    await (await start(engine, pipeline, { launchId, owned: true, pid: 501 })).task();
    world.launches[0]!.exit.fire({ code: null, signal: 'SIGSEGV' });
    await world.clock.pass(100);
    deepStrictEqual(statuses(world), { a: 'pending', b: 'pending', c: 'failed' });
    strictEqual(world.launches.length, 3);
    const run = [...world.history.runs.values()][0]!;
    const joined = await engine.join({
      worker: registration(pipeline, { pid: 502, owned: true }).worker,
      pipelineRunId: run.id,
      modules: [],
      poolId: told(world, 1).poolId!,
    });
    strictEqual((await new TestWorker(engine, joined).run()).status, 'failed');
    deepStrictEqual(statuses(world), { a: 'ran', b: 'ran', c: 'failed' });
  });
});

describe('threads', () => {
  const local = (count: number) =>
    graph(wide(count).steps.map((one) => ({ ...one, importable: false })));

  it('are asked for when more steps wait that only their process can run', async () => {
    const { engine } = setUp();
    const worker = await start(engine, local(9));
    const reply = await worker.next();
    strictEqual(reply.threads, 3);
    const thread = await join(engine, worker, { thread: true });
    const first = await thread.next();
    deepStrictEqual([first.task?.stepId, first.threads], ['s1', undefined]);
  });

  it('are not asked for when one is enough', async () => {
    const { engine } = setUp();
    const one = await start(engine, graph([step('a', { importable: false })]));
    strictEqual((await one.next()).threads, undefined);
  });

  it('run nothing that other processes can run, and helpers nothing that they cannot', async () => {
    const { engine } = setUp();
    const pipeline = graph([step('shared'), step('local', { importable: false })]);
    const worker = await start(engine, pipeline);
    const thread = await join(engine, worker, { thread: true });
    const helper = await join(engine, worker);
    const tasks: (StepTask | undefined)[] = [];
    for (const one of [helper, thread]) tasks.push((await one.next()).task);
    deepStrictEqual(
      tasks.map((task) => task?.stepId),
      ['shared', 'local'],
    );
  });
});

describe('capacity', () => {
  it('is shared by all runs; each may have one step running', async () => {
    const { world, engine } = setUp();
    world.machine.maxParallel = 2;
    const one = await start(engine, wide(4));
    await one.task();
    await (await join(engine, one)).task();
    const two = await start(engine, wide(4), { pid: 200 });
    strictEqual((await two.next()).task?.stepId, 's0');
    const helper = await join(engine, two, { pid: 201 });
    const waiting = helper.next();
    await settle();
    strictEqual(world.history.steps().filter(({ status }) => status === 'running').length, 3);
    await world.clock.pass(1100);
    strictEqual((await waiting).leave, true);
  });

  it('lets a step that wants more than there is run alone', async () => {
    const { world, engine } = setUp();
    const big = { enableCache: true, environment: {}, retries: 0, resources: { cpus: 64 } };
    const worker = await start(
      engine,
      graph([step('small'), step('big', { options: big }), step('z')]),
    );
    const small = await worker.task();
    const helper = await join(engine, worker);
    const z = await helper.task();
    strictEqual(z.stepId, 'z', 'the big one waits, others go on');
    const waiting = helper.next(ran(z));
    await settle();
    strictEqual(statuses(world).big, 'pending');
    strictEqual((await worker.task(ran(small))).stepId, 'big');
    strictEqual((await waiting).leave, true);
  });

  it('lets no other run start beside a step that needs the whole machine', async () => {
    const { world, engine } = setUp();
    const big = { enableCache: true, environment: {}, retries: 0, resources: { gpus: 8 } };
    const one = await start(engine, graph([step('big', { options: big })]));
    const task = await one.task();
    const two = await start(engine, wide(1), { pid: 200 });
    const waiting = two.next();
    await settle();
    deepStrictEqual(statuses(world), { big: 'running', s0: 'pending' });
    await one.next(ran(task));
    strictEqual((await waiting).task?.stepId, 's0');
  });

  it('waits for memory, and looks again', async () => {
    const { world, engine } = setUp();
    const worker = await start(engine, wide(3));
    await worker.task();
    world.machine.freeMemory = () => 1e6;
    const helper = await join(engine, worker);
    const waiting = helper.next();
    await settle();
    await world.clock.pass(500);
    strictEqual(statuses(world).s1, 'pending');
    world.machine.freeMemory = () => 4e9;
    await world.clock.pass(500);
    strictEqual((await waiting).task?.stepId, 's1');
  });

  it('does not hold up a pipeline that a step has started and waits for', async () => {
    const { world, engine } = setUp();
    world.machine.maxParallel = 1;
    const hungry = { enableCache: true, environment: {}, retries: 0, resources: { cpus: 4 } };
    const outer = await start(engine, wide(1));
    await outer.task();
    const inner = await start(engine, graph([step('inner', { options: hungry })]));
    strictEqual((await inner.next()).task?.stepId, 'inner');
  });
});
