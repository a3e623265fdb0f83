// Launches with a fake process: what they start, what they say when they fail, how they are cancelled.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { LaunchEvent } from '../../../src/pipeline/launches';
import { setUp } from '../../support/engineCases';
import { settle } from '../../support/enginePorts';
import { graph, start, step } from '../../support/pipelines';

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

const states = (events: LaunchEvent[]) => events.map((event) => event.status);

describe('launches', () => {
  it('start a worker with all that it needs to know', () => {
    const { process, launchId } = launched();
    deepStrictEqual(process.launch, {
      interpreter: '/python',
      cwd: '/project',
      logFile: `/data/logs/launch-${launchId}.log`,
      request: {
        launchId,
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
