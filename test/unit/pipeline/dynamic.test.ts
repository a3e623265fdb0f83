// Graphs that grow while they run: steps are added, checked, run, and the run ends when it is closed.
import { deepStrictEqual, rejects, strictEqual } from 'node:assert';
import type { StepInvocation } from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import type { ExtendRequest } from '../../../src/protocol/worker';
import { setUp, statuses } from '../../support/engineCases';
import { createWorld, settle } from '../../support/enginePorts';
import { failed, from, graph, HERE, ran, start, step, TestWorker } from '../../support/pipelines';

const EMPTY = graph([], { dynamic: true });
const RAISED = { type: 'ValueError', message: 'no', traceback: '' };

async function begin(given = EMPTY) {
  const { world, engine } = setUp();
  const worker = await start(engine, given);
  const { workerId, pipelineRunId } = worker.registered;
  const extend = (steps: readonly StepInvocation[], change: Partial<ExtendRequest> = {}) =>
    engine.extend({ workerId, pipelineRunId, steps, ...change });
  return { world, engine, worker, extend };
}

describe('engine, dynamic graphs', () => {
  it('runs what is added, in between and afterwards, and ends when it is closed', async () => {
    const { world, engine, worker, extend } = await begin();
    const { stepRunIds } = await extend([step('a')]);
    const a = await worker.task();
    strictEqual(a.stepRunId, stepRunIds['a']);
    const waiting = worker.next(ran(a));
    await settle();
    await extend([step('b', { inputs: { x: from('a') } }), step('c')]);
    const b = (await waiting).task ?? (await worker.task());
    strictEqual(b.stepId, 'b');
    const c = await worker.task(ran(b));
    await extend([], { closed: true });
    const { done } = await worker.next(ran(c));
    strictEqual(done?.status, 'finished');
    deepStrictEqual(Object.keys(done?.outputs ?? {}), ['a', 'b', 'c']);
    deepStrictEqual(statuses(world), { a: 'ran', b: 'ran', c: 'ran' });
    strictEqual(engine.activity, 0);
    const [run] = [...world.history.runs.values()];
    deepStrictEqual([run?.closed, run?.graph.steps.map(({ id }) => id)], [true, ['a', 'b', 'c']]);
  });

  it('keeps a step for who waits for it in the commit that adds it, also when asked twice', async () => {
    const { world, worker, extend } = await begin();
    const before = world.history.commits;
    const told = await extend([step('a'), step('b')], { claim: true });
    deepStrictEqual(await extend([step('a'), step('b')], { claim: true }), told);
    deepStrictEqual(statuses(world), { a: 'running', b: 'pending' });
    const a = await worker.task();
    strictEqual(a.stepRunId, told.stepRunIds['a']);
    strictEqual(world.history.commits, before + 1);
    strictEqual((await worker.task(ran(a))).stepId, 'b');
  });

  it('is not over before it is closed, and over at once when nothing was added', async () => {
    const { engine, worker, extend } = await begin();
    await extend([step('a')]);
    const a = await worker.task();
    const waiting = worker.next(ran(a));
    await settle();
    strictEqual(engine.activity, 1);
    strictEqual((await waiting).done, undefined);
    await extend([], { closed: true });
    strictEqual((await worker.next()).done?.status, 'finished');
    const empty = await begin();
    await empty.extend([], { closed: true });
    strictEqual((await empty.worker.next()).done?.status, 'finished');
  });

  it('adds nothing twice, and refuses another step of the same id', async () => {
    const { world, extend } = await begin();
    const [one, two] = await Promise.all([extend([step('a')]), extend([step('a')])]);
    deepStrictEqual(one, two);
    deepStrictEqual(await extend([step('a'), step('b')]), {
      stepRunIds: { ...one.stepRunIds, b: world.history.steps()[1]!.id },
    });
    await rejects(extend([step('a', { after: ['b'] })]), { code: 'graph.duplicateStep' });
    strictEqual(world.history.steps().length, 2);
  });

  it('checks what is added like a graph, and adds nothing of what is refused', async () => {
    const { world, extend } = await begin();
    await extend([step('a')]);
    await rejects(extend([step('b'), step('c', { inputs: { x: from('z') } })]), {
      code: 'graph.unknownStep',
    });
    await rejects(extend([step('b', { after: ['c'] }), step('c', { after: ['b'] })]), {
      code: 'graph.cycle',
    });
    await rejects(extend([step('a/b')]), { code: 'graph.invalidName' });
    strictEqual(world.history.steps().length, 1);
    const fixed = await start(setUp().engine, graph([step('a')]));
    strictEqual(fixed.registered.name, 'training-1');
  });

  it('refuses to extend a run whose steps were all known', async () => {
    const { engine } = setUp();
    const { registered } = await start(engine, graph([step('a')]));
    const { workerId, pipelineRunId } = registered;
    await rejects(engine.extend({ workerId, pipelineRunId, steps: [step('b')] }), {
      code: 'graph.notDynamic',
    });
  });

  it('uses the cache, and takes what a replay skips', async () => {
    const { world, engine, worker, extend } = await begin();
    await extend([step('a'), step('b', { inputs: { x: from('a') } })], { closed: true });
    await worker.run();
    const basedOn = worker.registered.pipelineRunId;
    const plan = { target: 'all', basedOn, mode: 'replay', skip: ['b'], force: 'all' } as const;
    const again = await start(engine, EMPTY, { plan });
    const { workerId, pipelineRunId } = again.registered;
    const steps = [step('a'), step('b', { inputs: { x: from('a') } })];
    await engine.extend({ workerId, pipelineRunId, steps, closed: true });
    await again.run();
    deepStrictEqual(again.order, ['a']);
    const taken = world.history.steps().at(-1)!;
    deepStrictEqual([taken.stepId, taken.reasons[0]?.kind], ['b', 'taken']);
    const third = await start(engine, EMPTY);
    const ids = third.registered;
    await engine.extend({ ...ids, steps, closed: true });
    await third.run();
    deepStrictEqual(third.order, []);
  });

  it('fails when its function raises: what runs ends, the rest is skipped', async () => {
    const { world, worker, extend } = await begin();
    await extend([step('a'), step('b')]);
    const a = await worker.task();
    await extend([], { error: RAISED });
    deepStrictEqual(statuses(world), { a: 'running', b: 'skipped' });
    const { done, notices } = await worker.next(ran(a));
    strictEqual(done?.status, 'failed');
    const skipped = notices.find(({ kind }) => kind === 'skipped');
    strictEqual(skipped?.kind === 'skipped' && skipped.because, 'the pipeline raised ValueError');
    strictEqual([...world.history.runs.values()][0]?.error?.type, 'ValueError');
  });

  it('skips what is added after what it depends on has failed, and by the mode of the run', async () => {
    const { world, worker, extend } = await begin();
    await extend([step('a')]);
    const waiting = worker.next(failed(await worker.task()));
    await settle();
    await extend([step('b', { inputs: { x: from('a') } }), step('c')]);
    deepStrictEqual(statuses(world), { a: 'failed', b: 'skipped', c: 'pending' });
    await waiting;
    const stopped = await begin(graph([], { dynamic: true, executionMode: 'stop-on-failure' }));
    await stopped.extend([step('a')]);
    const asking = stopped.worker.next(failed(await stopped.worker.task()));
    await settle();
    await stopped.extend([step('c')]);
    deepStrictEqual(statuses(stopped.world), { a: 'failed', c: 'skipped' });
    await asking;
  });

  it('ends when it is cancelled; what comes then is not added', async () => {
    const { world, engine, worker, extend } = await begin();
    await extend([step('a')]);
    await engine.cancel(worker.registered.pipelineRunId);
    strictEqual(engine.activity, 0);
    deepStrictEqual(await extend([step('b')]), { stepRunIds: {} });
    strictEqual((await worker.next()).done?.status, 'cancelled');
    strictEqual(world.history.steps().length, 1);
  });

  it('survives a restart of the server at any point', async () => {
    const { world, engine, worker, extend } = await begin();
    await extend([step('a'), step('b', { inputs: { x: from('a') } })]);
    const a = await worker.task();
    engine.dispose();
    const next = new Engine(createWorld(world.history, world.files).ports);
    await next.start();
    const same = new TestWorker(next, worker.registered);
    const b = await same.task(ran(a));
    strictEqual(b.stepId, 'b');
    const { workerId, pipelineRunId } = worker.registered;
    await next.extend({
      workerId,
      pipelineRunId,
      steps: [step('c', { after: ['b'] })],
      closed: true,
    });
    next.dispose();
    const last = new Engine(createWorld(world.history, world.files).ports);
    await last.start();
    const again = new TestWorker(last, worker.registered);
    const c = await again.task(ran(b));
    strictEqual(c.stepId, 'c');
    strictEqual((await again.next(ran(c))).done?.status, 'finished');
  });

  it('takes a report at once and hands out nothing when its own code goes on', async () => {
    const { engine, worker, extend } = await begin();
    await extend([step('a'), step('b')]);
    const a = await worker.task();
    const { workerId, pipelineRunId } = worker.registered;
    const report = { workerId, pipelineRunId, noticesFrom: 0, report: ran(a), claim: false };
    const reply = await engine.next(report, HERE);
    strictEqual(reply.task, undefined);
    deepStrictEqual(
      reply.notices.map(({ kind, stepId }) => `${kind} ${stepId}`),
      ['started a', 'finished a'],
    );
    const idle = { workerId, pipelineRunId, noticesFrom: reply.noticesTo, claim: false };
    deepStrictEqual((await engine.next(idle, HERE)).notices, []);
    strictEqual((await worker.task()).stepId, 'b');
  });

  it('is not given up while its own code runs for long, but when its process is gone', async () => {
    const { world, engine, extend } = await begin();
    await extend([step('a')]);
    await world.clock.pass(3_600_000);
    strictEqual(engine.activity, 1);
    world.gone.add(100);
    await world.clock.pass(2000);
    strictEqual(engine.activity, 0);
    const [run] = [...world.history.runs.values()];
    deepStrictEqual([run?.status, run?.error?.type], ['failed', 'worker.lost']);
  });
});
