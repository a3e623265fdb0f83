// Launches with a fake process: what they start, what they say when they fail, how they are cancelled.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { LaunchEvent } from '../../../src/pipeline/launches';
import type { WorkerLaunch } from '../../../src/pipeline/ports';
import type { WorkerStart } from '../../../src/protocol/worker';
import { setUp } from '../../support/engineCases';
import { settle } from '../../support/enginePorts';
import { graph, HERE, ran, start, step } from '../../support/pipelines';

const REQUEST = {
  file: '/project/train.py',
  plan: { target: { step: 'load' } },
  interpreter: '/python',
  parameters: { gamma: 0.1 },
} as const;
const PIPELINE = graph([step('load')]);

function launched() {
  const { world, engine } = setUp();
  const events: LaunchEvent[] = [];
  engine.launches.onDidChange((event) => events.push(event));
  const launchId = engine.launches.start(REQUEST);
  return { world, engine, events, launchId, process: world.launches[0]! };
}

/** What a process was told when it started. */
const startOf = ({ request }: WorkerLaunch) => request as WorkerStart;
const states = (events: LaunchEvent[]) => events.map((event) => event.status);

describe('launches', () => {
  it('start a worker with all that it needs to know', () => {
    const { process, launchId } = launched();
    const logFile = `/data/logs/launch-${launchId}.log`;
    const poolId = startOf(process.launch).poolId;
    deepStrictEqual(process.launch, {
      interpreter: '/python',
      cwd: '/project',
      logFile,
      request: {
        launchId,
        poolId,
        logFile,
        file: '/project/train.py',
        plan: { target: { step: 'load' } },
        parameters: { gamma: 0.1 },
        root: '/project',
        server: { url: 'http://127.0.0.1:4000', token: 'control' },
      },
    });
  });

  it('say when the run begins and when the worker ends', async () => {
    const { engine, events, launchId, process } = launched();
    const worker = await start(engine, PIPELINE, { launchId, owned: true });
    await worker.run();
    process.exit.fire({ code: 0, signal: null });
    await settle();
    deepStrictEqual(states(events), ['starting', 'running', 'ended']);
    strictEqual(events[1]?.pipelineRunId, worker.registered.pipelineRunId);
    strictEqual(engine.activity, 0);
  });

  it('fail with the error of the import', () => {
    const { engine, events, launchId, process } = launched();
    const source = { file: 'train.py', line: 3 };
    const error = { type: 'SyntaxError', message: 'invalid syntax', traceback: '', source };
    engine.launches.composed({ launchId, error });
    process.exit.fire({ code: 1, signal: null });
    strictEqual(events.at(-1)?.message, 'SyntaxError: invalid syntax (train.py:3)');
  });

  it('fail with the last lines of the output', () => {
    const { events, process } = launched();
    process.output.fire('No module named runlens\n');
    process.exit.fire({ code: 1, signal: null });
    strictEqual(events.at(-1)?.status, 'failed');
    ok(
      /exit code 1 before it registered.*\nNo module named runlens$/s.test(
        events.at(-1)?.message ?? '',
      ),
    );
  });

  it('name the interpreter that cannot be started', () => {
    const { events, process } = launched();
    process.exit.fire({ code: null, signal: null, error: 'spawn /python ENOENT' });
    strictEqual(
      events.at(-1)?.message,
      '/python cannot be started: spawn /python ENOENT. Select another interpreter.',
    );
  });

  it('interrupt, then kill, when cancelled before there is a run', async () => {
    const { world, engine, events, launchId, process } = launched();
    await engine.launches.cancel(launchId);
    deepStrictEqual(world.signals, ['interrupt 501']);
    await world.clock.pass(6000);
    deepStrictEqual(world.signals, ['interrupt 501', 'kill 501']);
    process.exit.fire({ code: null, signal: 'SIGKILL' });
    deepStrictEqual(states(events), ['starting', 'ended']);
  });

  it('cancel their run when there is one', async () => {
    const { world, engine, launchId } = launched();
    const worker = await start(engine, PIPELINE, { launchId, owned: true, pid: 501 });
    await worker.task();
    await engine.launches.cancel(launchId);
    await world.clock.pass(300);
    deepStrictEqual(world.signals, ['interrupt 501']);
  });

  it('cancel a run that registers after the launch was cancelled', async () => {
    const { engine, world, launchId } = launched();
    await engine.launches.cancel(launchId);
    const worker = await start(engine, PIPELINE, { launchId, owned: true, pid: 501 });
    await settle();
    strictEqual((await worker.next()).done?.status, 'cancelled');
    strictEqual(world.history.steps()[0]?.status, 'cancelled');
  });

  it('fail the step of a worker that crashed, without waiting', async () => {
    const { world, engine, launchId, process } = launched();
    const worker = await start(engine, PIPELINE, { launchId, owned: true, pid: 501 });
    await worker.task();
    process.exit.fire({ code: null, signal: 'SIGSEGV' });
    await settle();
    await settle();
    strictEqual(world.history.steps()[0]?.error?.type, 'worker.lost');
    strictEqual(engine.activity, 0);
  });
});

describe('launches, queue', () => {
  const MORE = { ...REQUEST, parameters: {} };

  it('wait while the machine is busy, say why, and start in order', async () => {
    const { world, engine, events } = launched();
    world.machine.maxParallel = 1;
    const waiting = [engine.launches.start(MORE), engine.launches.start(MORE)];
    deepStrictEqual(states(events), ['starting', 'queued', 'queued']);
    strictEqual(events[1]?.message, 'other runs are being started');
    ok(engine.launches.isActive(waiting[1]!));
    const first = await start(engine, PIPELINE, { launchId: events[0]!.launchId, owned: true });
    const task = await first.task();
    deepStrictEqual(world.launches.length, 2, 'its run is registered: the next may be composed');
    strictEqual(events.at(-1)?.launchId, waiting[0]);
    await first.next(ran(task));
    world.launches[0]?.exit.fire({ code: 0, signal: null });
    await world.clock.pass(1000);
    strictEqual(world.launches.length, 2);
    world.launches[1]?.exit.fire({ code: 1, signal: null });
    deepStrictEqual(events.at(-1), {
      type: 'launch',
      launchId: waiting[1],
      status: 'starting',
    });
  });

  it('wait for steps of other runs to end', async () => {
    const { world, engine } = setUp();
    world.machine.maxParallel = 1;
    const worker = await start(engine, PIPELINE);
    const task = await worker.task();
    const events: LaunchEvent[] = [];
    engine.launches.onDidChange((event) => events.push(event));
    engine.launches.start(REQUEST);
    strictEqual(events[0]?.message, 'a step runs, as many as this machine takes');
    await worker.next(ran(task));
    deepStrictEqual(states(events), ['queued', 'starting']);
  });

  it('keep their order when there is memory again', async () => {
    const { world, engine } = setUp();
    await (await start(engine, PIPELINE)).task();
    const events: LaunchEvent[] = [];
    engine.launches.onDidChange((event) => events.push(event));
    world.machine.freeMemory = () => 1e6;
    const first = engine.launches.start(REQUEST);
    strictEqual(events[0]?.message, 'the memory is nearly full');
    world.machine.freeMemory = () => 4e9;
    world.clock.time += 500;
    const second = engine.launches.start(REQUEST);
    deepStrictEqual(states(events), ['queued', 'queued']);
    await world.clock.pass(1000);
    deepStrictEqual(
      events.slice(2).map(({ launchId }) => launchId),
      [first, second],
    );
  });

  it('are cancelled before they start', async () => {
    const { world, engine, events } = launched();
    world.machine.maxParallel = 1;
    const [one, two] = [engine.launches.start(MORE), engine.launches.start(MORE)];
    await engine.launches.cancel(one!);
    deepStrictEqual(events.at(-1), { type: 'launch', launchId: one, status: 'ended' });
    world.launches[0]?.exit.fire({ code: 1, signal: null });
    deepStrictEqual(events.at(-1)?.launchId, two);
    strictEqual(engine.activity, 1);
  });

  it('do not make a debugger or a dry run wait', () => {
    const { world, engine } = launched();
    world.machine.maxParallel = 1;
    engine.launches.start({ ...MORE, debugPort: 5678 });
    engine.launches.start({ ...MORE, dryRun: true });
    strictEqual(world.launches.length, 3);
    strictEqual(startOf(world.launches[1]!.launch).poolId, undefined);
    strictEqual(startOf(world.launches[2]!.launch).dryRun, true);
  });
});

describe('launches, warm workers', () => {
  /** A launch that is over, and its worker, which waits. */
  async function warm() {
    const all = launched();
    const { engine, launchId, process } = all;
    const worker = await start(engine, PIPELINE, { launchId, owned: true, pid: 501 });
    await worker.run();
    const { poolId } = startOf(process.launch);
    const waiting = engine.pool.wait({ poolId: poolId! }, HERE);
    await settle();
    return { ...all, poolId: poolId!, waiting };
  }

  it('end the launch when they wait again, and take the next one', async () => {
    const { world, engine, events, waiting } = await warm();
    deepStrictEqual(states(events), ['starting', 'running', 'ended']);
    strictEqual(engine.activity, 0);
    const next = engine.launches.start(REQUEST);
    const { start: told } = await waiting;
    deepStrictEqual(
      [told?.launchId, told?.logFile, told?.file],
      [next, `/data/logs/launch-${next}.log`, REQUEST.file],
    );
    strictEqual(world.launches.length, 1);
  });

  it('are not used for another file, interpreter or folder, nor for a debugger', async () => {
    const { world, engine } = await warm();
    engine.launches.start({ ...REQUEST, file: '/project/other.py' });
    engine.launches.start({ ...REQUEST, interpreter: '/python3' });
    engine.launches.start({ ...REQUEST, cwd: '/project/sub' });
    engine.launches.start({ ...REQUEST, debugPort: 5678 });
    strictEqual(world.launches.length, 5);
  });

  it('report what goes wrong with the output of their launch', async () => {
    const { world, engine, events, waiting, poolId } = await warm();
    const next = engine.launches.start(REQUEST);
    await waiting;
    world.followed[0]?.onText('SyntaxError\n');
    engine.launches.composed({
      launchId: next,
      error: { type: 'SyntaxError', message: 'invalid', traceback: '' },
    });
    void engine.pool.wait({ poolId }, HERE);
    await settle();
    deepStrictEqual(events.at(-1), {
      type: 'launch',
      launchId: next,
      status: 'failed',
      message: 'SyntaxError: invalid',
    });
    ok(world.followed[0]?.isDisposed);
  });

  it('end after idle minutes, by force when they do not, and when the server ends', async () => {
    const { world, waiting } = await warm();
    await world.clock.pass(24_000);
    await world.clock.pass(1100);
    deepStrictEqual(await waiting, {}, 'it asks again');
    await world.clock.pass(300_000);
    deepStrictEqual(world.signals, ['kill 501']);
    const other = await warm();
    other.engine.dispose();
    deepStrictEqual(await other.waiting, { exit: true });
    deepStrictEqual(await other.engine.pool.wait({ poolId: other.poolId }, HERE), { exit: true });
  });

  it('of an earlier server end', async () => {
    const { engine } = setUp();
    deepStrictEqual(await engine.pool.wait({ poolId: 'f'.repeat(32) }, HERE), { exit: true });
  });

  it('keep what a dry run found', async () => {
    const { engine, events, waiting, poolId } = await warm();
    const launchId = engine.launches.start({ ...REQUEST, dryRun: true });
    strictEqual((await waiting).start?.dryRun, true);
    const preview = { steps: [] };
    engine.launches.composed({ launchId, preview });
    void engine.pool.wait({ poolId }, HERE);
    await settle();
    deepStrictEqual(events.at(-1), { type: 'launch', launchId, status: 'ended' });
    strictEqual(engine.launches.preview(launchId), preview);
  });
});
