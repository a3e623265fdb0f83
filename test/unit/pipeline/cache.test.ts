// What is cached and what is not, with the reasons that people read.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { ImportedModule, PipelineGraph } from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import { createWorld, sha, type World } from '../../support/enginePorts';
import {
  type Body,
  from,
  graph,
  ran,
  start,
  step,
  type TestWorker,
  target,
  value,
} from '../../support/pipelines';

const train = (gamma: number) =>
  step('train', {
    source: { file: 'model.py', module: 'model', qualname: 'train', line: 1 },
    inputs: { data: from('load'), gamma: value(gamma) },
  });
const pipeline = (gamma = 0.1, load = step('load')) => graph([load, train(gamma)]);

function setUp() {
  const files = new Map([
    ['train.py', 'def load(): pass'],
    ['model.py', 'import clean\nfit(clean())'],
    ['clean.py', 'drop()'],
  ]);
  const world = createWorld(undefined, files);
  return { world, engine: new Engine(world.ports) };
}

/** The module as imported, with the text that the file has now. */
const imported = (world: World, file: string): ImportedModule => ({
  module: file.slice(0, -3),
  file,
  digest: sha(world.files.get(file) ?? ''),
});

type Change = Parameters<typeof start>[2];

async function run(engine: Engine, given: PipelineGraph, change: Change = {}, body?: Body) {
  const worker = await start(engine, given, change);
  const done = await worker.run(body);
  return { worker, done };
}

/** Why a step ran, as printed. */
const reasons = (worker: TestWorker, stepId: string): string[] =>
  worker.notices.flatMap((notice) =>
    notice.kind === 'started' && notice.stepId === stepId
      ? notice.reasons.map((reason) => `${reason.kind}: ${reason.text}`)
      : [],
  );

describe('cache', () => {
  it('uses every result of an unchanged pipeline', async () => {
    const { world, engine } = setUp();
    const first = await run(engine, pipeline());
    deepStrictEqual(reasons(first.worker, 'load'), ['first-run: first run']);
    const { worker, done } = await run(engine, pipeline());
    deepStrictEqual(worker.printed, ['cached load', 'cached train']);
    deepStrictEqual(worker.order, []);
    deepStrictEqual(done.outputs, first.done.outputs);
    const [ranStep] = world.history.steps();
    const cached = world.history.steps().find((one) => one.status === 'cached');
    strictEqual(cached?.cachedFrom?.stepRunId, ranStep?.id);
    strictEqual(cached?.trackingRunId, ranStep?.trackingRunId);
  });

  it('answers a hundred cached steps with one commit', async () => {
    const { world, engine } = setUp();
    const chain = Array.from({ length: 100 }, (_, index) =>
      step(`s${index}`, { inputs: index === 0 ? {} : { x: from(`s${index - 1}`) } }),
    );
    await run(engine, graph(chain));
    const before = world.history.commits;
    const worker = await start(engine, graph(chain));
    const began = performance.now();
    const reply = await worker.next();
    const ms = performance.now() - began;
    strictEqual(reply.done?.status, 'finished');
    strictEqual(reply.notices.length, 100);
    strictEqual(world.history.commits, before + 1);
    ok(ms < 1000, `${ms} ms`);
  });

  it('says which parameter changed, with both values', async () => {
    const { engine } = setUp();
    await run(engine, pipeline(0.001));
    const { worker } = await run(engine, pipeline(0.002));
    deepStrictEqual(worker.order, ['train']);
    deepStrictEqual(reasons(worker, 'train'), ['changed: gamma 0.001 → 0.002']);
  });

  it('says which helper changed', async () => {
    const { world, engine } = setUp();
    await run(engine, pipeline());
    world.files.set('clean.py', 'drop_all()');
    const { worker } = await run(engine, pipeline());
    deepStrictEqual(reasons(worker, 'train'), ['changed: helper clean() changed']);
  });

  it('goes on from the cache when an input is made anew with the same content', async () => {
    const { engine } = setUp();
    await run(engine, pipeline());
    const { worker } = await run(engine, pipeline(), { plan: target('load', 'target') });
    deepStrictEqual(reasons(worker, 'load'), ['forced: forced']);
    const all = await run(engine, pipeline());
    deepStrictEqual(all.worker.printed, ['cached load', 'cached train']);
  });

  it('runs what follows when an input has another content', async () => {
    const { world, engine } = setUp();
    await run(engine, pipeline());
    world.files.set('train.py', 'def load(): more');
    const { worker } = await run(engine, pipeline(), {}, (task) => ran(task, `${task.stepId} 2`));
    deepStrictEqual(worker.order, ['load', 'train']);
    ok(reasons(worker, 'train')[0]?.startsWith('changed: input data changed'));
  });

  it('runs all steps when forced, and a target only', async () => {
    const { engine } = setUp();
    await run(engine, pipeline());
    const all = await run(engine, pipeline(), { plan: { target: 'all', force: 'all' } });
    deepStrictEqual(all.worker.order, ['load', 'train']);
    const one = await run(engine, pipeline(), { plan: target('train', 'target') });
    deepStrictEqual(one.worker.printed.slice(0, 2), ['cached load', 'started train']);
  });

  it('does not cache where caching is off', async () => {
    const { engine } = setUp();
    const off = step('load', { options: { enableCache: false, environment: {}, retries: 0 } });
    await run(engine, pipeline(0.1, off));
    const { worker } = await run(engine, pipeline(0.1, off));
    deepStrictEqual(worker.order, ['load']);
    deepStrictEqual(reasons(worker, 'load'), ['cache-disabled: caching is off']);
    const none = await run(engine, { ...pipeline(), enableCache: false });
    deepStrictEqual(none.worker.order, ['load', 'train']);
  });

  it('does not reuse the result of a failed step', async () => {
    const { engine } = setUp();
    await run(engine, pipeline(), {}, (task) => ({
      stepRunId: task.stepRunId,
      modules: [],
      durationMs: 1,
      status: 'failed',
      error: { type: 'E', message: '', traceback: '' },
    }));
    const { worker } = await run(engine, pipeline());
    deepStrictEqual(reasons(worker, 'load'), ['not-reusable: failed last time']);
  });

  for (const { missing, kind } of [
    { missing: true, kind: 'artifact-missing' },
    { missing: false, kind: 'artifact-changed' },
  ]) {
    it(`runs a step again when its output is ${missing ? 'gone' : 'another one'}`, async () => {
      const { world, engine } = setUp();
      const { done } = await run(engine, pipeline());
      const artifact = done.outputs.load?.output;
      world.history.damaged.set(artifact?.id ?? '', {
        ok: false,
        missing,
        detail: 'data.json differs',
      });
      const { worker } = await run(engine, pipeline());
      deepStrictEqual(worker.order, ['load']);
      deepStrictEqual(reasons(worker, 'load'), [
        `${kind}: training::load::output v1: data.json differs`,
      ]);
      deepStrictEqual(worker.printed.slice(-1), ['cached train']);
    });
  }

  it('runs a step again when its output lies in the trash', async () => {
    const { world, engine } = setUp();
    const { done } = await run(engine, pipeline());
    const { artifacts } = world.history;
    const artifact = artifacts.get(done.outputs.load?.output?.id ?? '');
    if (artifact) artifacts.set(artifact.id, { ...artifact, deletedAt: 5 });
    const { worker } = await run(engine, pipeline());
    deepStrictEqual(reasons(worker, 'load'), [
      'artifact-missing: training::load::output v1 was deleted',
    ]);
    deepStrictEqual(worker.printed.slice(-1), ['cached train']);
  });

  it('does not cache a step with a captured value that cannot be compared', async () => {
    const { world, engine } = setUp();
    const load = step('load', { captured: { connection: null } });
    for (let round = 0; round < 2; round += 1) {
      const { worker } = await run(engine, pipeline(0.1, load));
      ok(worker.order.includes('load'));
      deepStrictEqual(reasons(worker, 'load'), [
        'not-reusable: captured value cannot be compared: connection',
      ]);
    }
    strictEqual(world.history.steps()[0]?.reusable, false);
  });

  it('does not cache a step whose code is not in the workspace', async () => {
    const { engine } = setUp();
    const load = step('load', {
      source: { file: 'elsewhere.py', module: 'elsewhere', qualname: 'load', line: 1 },
    });
    await run(engine, pipeline(0.1, load));
    const { worker } = await run(engine, pipeline(0.1, load));
    deepStrictEqual(reasons(worker, 'load'), [
      'not-reusable: the code of load was not found in the workspace',
    ]);
  });
});

describe('cache, source changed while running', () => {
  const note = 'source changed while running: clean.py';

  /** Whether `train` is cached in a later run that imports what is on the disk. */
  async function isReused({ world, engine }: ReturnType<typeof setUp>): Promise<boolean> {
    const modules = [...world.files.keys()].map((file) => imported(world, file));
    const { worker } = await run(engine, pipeline(), { modules });
    return worker.printed.includes('cached train');
  }

  it('reuses what was imported as it is on the disk', async () => {
    const set = setUp();
    const modules = [...set.world.files.keys()].map((file) => imported(set.world, file));
    await run(set.engine, pipeline(), { modules });
    strictEqual(await isReused(set), true);
  });

  for (const digest of [sha('older text'), null]) {
    it(`never reuses code that was imported as ${digest ? 'another' : 'an unknown'} text`, async () => {
      const set = setUp();
      const modules = [{ module: 'clean', file: 'clean.py', digest }];
      const { worker } = await run(set.engine, pipeline(), { modules });
      deepStrictEqual(reasons(worker, 'train'), [`not-reusable: ${note}`]);
      const finished = worker.notices.find(
        (notice) => notice.kind === 'finished' && notice.stepId === 'train',
      );
      strictEqual(finished?.kind === 'finished' && finished.notReusable, note);
      const stored = set.world.history.steps().find((one) => one.stepId === 'train');
      deepStrictEqual(
        [stored?.status, stored?.reusable, stored?.notReusableReason],
        ['ran', false, note],
      );
      strictEqual(await isReused(set), false);
    });
  }

  it('does not take a result for code that the worker does not have', async () => {
    const set = setUp();
    await run(set.engine, pipeline());
    const modules = [{ module: 'clean', file: 'clean.py', digest: sha('older text') }];
    const { worker } = await run(set.engine, pipeline(), { modules });
    deepStrictEqual(worker.order, ['train']);
  });

  it('looks at what a step imports while it runs', async () => {
    const set = setUp();
    const late = [{ module: 'clean', file: 'clean.py', digest: sha('edited meanwhile') }];
    await run(set.engine, pipeline(), {}, (task) => ({ ...ran(task), modules: late }));
    strictEqual(await isReused(set), false);
  });

  it('looks at the disk for files that are not known to be imported', async () => {
    const set = setUp();
    const before = set.world.files.get('clean.py') ?? '';
    await run(set.engine, pipeline(), {}, (task) => {
      if (task.stepId === 'train') set.world.files.set('clean.py', 'edited()');
      return ran(task);
    });
    set.world.files.set('clean.py', before);
    strictEqual(await isReused(set), false);
  });

  it('keeps a result when a file is edited after it was imported', async () => {
    const set = setUp();
    const before = set.world.files.get('clean.py') ?? '';
    const modules = [...set.world.files.keys()].map((file) => imported(set.world, file));
    await run(set.engine, pipeline(), { modules }, (task) => {
      set.world.files.set('clean.py', 'edited()');
      return ran(task);
    });
    set.world.files.set('clean.py', before);
    strictEqual(await isReused(set), true);
  });
});
