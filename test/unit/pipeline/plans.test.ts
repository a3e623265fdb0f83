// Plans over a history: what runs, what is cached, what is taken as it is, and why; in runs and previews.
import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert';
import type { PipelineGraph, Plan, StepOptions } from '../../../src/domain/pipeline';
import { Engine } from '../../../src/pipeline/engine';
import { setUp } from '../../support/engineCases';
import { createWorld, type World } from '../../support/enginePorts';
import {
  failed,
  from,
  graph,
  ran,
  registration,
  start,
  step,
  value,
} from '../../support/pipelines';

const plain: StepOptions = { enableCache: true, environment: {}, retries: 0 };
/** Two sources, one chain, one branch: `other → side`. */
function pipeline(gamma = 1, change: Partial<PipelineGraph> = {}): PipelineGraph {
  return graph(
    [
      step('load', { inputs: { gamma: value(gamma) } }),
      step('split', { inputs: { data: from('load') } }),
      step('train', { inputs: { data: from('split'), more: from('other') } }),
      step('test', { inputs: { model: from('train') } }),
      step('other'),
      step('side', { inputs: { data: from('other') } }),
    ],
    change,
  );
}

/** What has happened before: runs of the pipeline with these parameters. */
type Past = readonly { gamma?: number; plan?: Plan; fails?: string; off?: boolean }[];

async function afterwards(past: Past) {
  const world = createWorld(undefined, new Map([['train.py', 'code']]));
  const engine = new Engine(world.ports);
  for (const { gamma = 1, plan, fails, off } of past) {
    const given = off ? pipeline(gamma, { enableCache: false }) : pipeline(gamma);
    const worker = await start(engine, given, plan && { plan });
    // Each execution has content of its own.
    await worker.run((task) =>
      task.stepId === fails ? failed(task) : ran(task, `${task.stepId} ${gamma}`),
    );
    world.clock.time += 60_000;
  }
  return { world, engine };
}

const last = (world: World) => [...world.history.runs.values()].at(-1)!;

/** `load taken, train ran` of the newest run; what is not part of it is left out. */
async function decisions(given: { past: Past; plan: Plan; gamma?: number; off?: boolean }) {
  const { world, engine } = await afterwards(given.past);
  const change = given.off ? { enableCache: false } : {};
  const request = registration(pipeline(given.gamma, change), { plan: given.plan });
  const preview = await engine.preview(request);
  strictEqual(world.history.runs.size, given.past.length, 'a preview records nothing');
  const worker = await start(engine, pipeline(given.gamma, change), { plan: given.plan });
  const content = given.plan.inputs ? 'other' : (given.gamma ?? 1);
  await worker.run((task) => ran(task, `${task.stepId} ${content}`));
  const steps = last(world).steps.map((one) => [
    one.stepId,
    one.reasons.some(({ kind }) => kind === 'taken') ? 'taken' : one.status,
  ]);
  const previewed = preview.steps.map(({ stepId, decision }) => [stepId, decision]);
  return { world, done: Object.fromEntries(steps), previewed: Object.fromEntries(previewed) };
}

interface Row {
  readonly name: string;
  readonly past: Past;
  readonly plan: Plan;
  readonly gamma?: number;
  readonly off?: boolean;
  readonly done: Readonly<Record<string, string>>;
  readonly previewed: Readonly<Record<string, string>>;
}

const only = (id: string): Plan => ({ target: { step: id, reach: 'only' } });
const startingAt = (id: string): Plan => ({ target: { step: id, reach: 'from' } });

const ROWS: readonly Row[] = [
  {
    name: 'up to a step, nothing made',
    past: [],
    plan: { target: { step: 'split' } },
    done: { load: 'ran', split: 'ran' },
    previewed: { load: 'runs', split: 'depends' },
  },
  {
    name: 'only a step, all made: inputs are taken, the step is cached',
    past: [{}],
    plan: only('train'),
    done: { split: 'taken', other: 'taken', train: 'cached' },
    previewed: { split: 'taken', other: 'taken', train: 'cached' },
  },
  {
    name: 'only a step by force: it runs with what is there',
    past: [{}],
    plan: { ...only('train'), force: 'target' },
    done: { split: 'taken', other: 'taken', train: 'ran' },
    previewed: { split: 'taken', other: 'taken', train: 'runs' },
  },
  {
    name: 'only a step, an input never made: that is made, with what it needs taken',
    past: [{ plan: { target: { step: 'split' } } }],
    plan: only('train'),
    done: { split: 'taken', other: 'ran', train: 'ran' },
    previewed: { split: 'taken', other: 'runs', train: 'depends' },
  },
  {
    name: 'only a step, nothing made: all up to it is made',
    past: [],
    plan: only('split'),
    done: { load: 'ran', split: 'ran' },
    previewed: { load: 'runs', split: 'depends' },
  },
  {
    name: 'only a step after a parameter upstream has changed: the old input, said to be stale',
    past: [{}],
    plan: only('split'),
    gamma: 2,
    done: { load: 'taken', split: 'cached' },
    previewed: { load: 'taken', split: 'cached' },
  },
  {
    name: 'from a step: it and what follows, the rest taken',
    past: [{}],
    plan: { ...startingAt('train'), force: 'all' },
    done: { split: 'taken', other: 'taken', train: 'ran', test: 'ran' },
    previewed: { split: 'taken', other: 'taken', train: 'runs', test: 'depends' },
  },
  {
    name: 'replay: what is skipped comes from the run, the rest is compared',
    past: [{}, { gamma: 2 }],
    plan: { target: 'all', basedOn: 'FIRST', mode: 'replay', skip: ['split'] },
    gamma: 2,
    done: {
      load: 'cached',
      split: 'taken',
      train: 'cached',
      test: 'cached',
      other: 'cached',
      side: 'cached',
    },
    previewed: {
      load: 'cached',
      split: 'taken',
      train: 'cached',
      test: 'cached',
      other: 'cached',
      side: 'cached',
    },
  },
  {
    name: 'replay with another input: that step and what follows run',
    past: [{}],
    plan: {
      target: 'all',
      basedOn: 'FIRST',
      mode: 'replay',
      skip: ['other', 'side'],
      inputs: { load: { gamma: value(7) } },
    },
    done: {
      load: 'ran',
      split: 'ran',
      train: 'ran',
      test: 'ran',
      other: 'taken',
      side: 'taken',
    },
    previewed: {
      load: 'runs',
      split: 'depends',
      train: 'depends',
      test: 'depends',
      other: 'taken',
      side: 'taken',
    },
  },
  {
    name: 'resume: what ran is taken though caching is off, the failed one and what follows run',
    past: [{ fails: 'train', off: true }],
    plan: { target: 'all', basedOn: 'FIRST', mode: 'resume' },
    off: true,
    done: {
      load: 'taken',
      split: 'taken',
      train: 'ran',
      test: 'ran',
      other: 'taken',
      side: 'taken',
    },
    previewed: {
      load: 'cached',
      split: 'cached',
      train: 'runs',
      test: 'depends',
      other: 'cached',
      side: 'cached',
    },
  },
  {
    name: 'resume after a parameter has changed: what it touches runs',
    past: [{ fails: 'test', off: true }],
    plan: { target: 'all', basedOn: 'FIRST', mode: 'resume' },
    gamma: 3,
    off: true,
    done: { load: 'ran', split: 'ran', train: 'ran', test: 'ran', other: 'taken', side: 'taken' },
    previewed: {
      load: 'runs',
      split: 'depends',
      train: 'depends',
      test: 'depends',
      other: 'cached',
      side: 'cached',
    },
  },
  {
    name: 'dry run of all after a helper of one branch has changed',
    past: [{}],
    plan: { target: 'all' },
    gamma: 2,
    done: {
      load: 'ran',
      split: 'ran',
      train: 'ran',
      test: 'ran',
      other: 'cached',
      side: 'cached',
    },
    previewed: {
      load: 'runs',
      split: 'depends',
      train: 'depends',
      test: 'depends',
      other: 'cached',
      side: 'cached',
    },
  },
];

describe('plans', () => {
  for (const row of ROWS) {
    it(row.name, async () => {
      // The id of the first recorded run.
      const first = [...(await afterwards(row.past.slice(0, 1))).world.history.runs.keys()][0];
      const plan = row.plan.basedOn ? { ...row.plan, basedOn: first ?? '' } : row.plan;
      const found = await decisions({ ...row, plan });
      deepStrictEqual(found.done, row.done);
      deepStrictEqual(found.previewed, row.previewed);
    });
  }

  it('say from when a taken result is, and how it is stale', async () => {
    const { world } = await decisions({ past: [{}], plan: only('split'), gamma: 2 });
    const load = last(world).steps.find(({ stepId }) => stepId === 'load')!;
    match(
      load.reasons[0]!.text,
      /^taken as made on \d{4}-\d\d-\d\d \d\d:\d\d \(stale: gamma 1 → 2\)$/,
    );
    ok(load.cachedFrom && load.cachedFrom.endedAt < world.clock.time - 50_000);
    const { world: fresh } = await decisions({ past: [{}], plan: only('split') });
    const same = last(fresh).steps.find(({ stepId }) => stepId === 'load')!;
    match(same.reasons[0]!.text, /^taken as made on [\d: -]+$/);
  });

  it('take an older result when its key matches, not the newest', async () => {
    const past = [{ gamma: 1 }, { gamma: 2 }];
    const { world } = await decisions({ past, plan: only('split'), gamma: 1 });
    const [first] = [...world.history.runs.values()];
    const load = last(world).steps.find(({ stepId }) => stepId === 'load')!;
    deepStrictEqual(load.outputs, first!.steps.find(({ stepId }) => stepId === 'load')!.outputs);
  });

  it('do not take a result whose files are gone', async () => {
    const { world, engine } = await afterwards([{}]);
    for (const artifact of world.history.artifacts.values()) {
      if (artifact.producer?.stepId !== 'load') continue;
      world.history.damaged.set(artifact.id, { ok: false, missing: true, detail: 'gone' });
    }
    const worker = await start(engine, pipeline(), { plan: only('split') });
    await worker.run((task) => ran(task, `${task.stepId} 1`));
    deepStrictEqual(worker.order, ['load']);
  });

  it('hand replaced parameters to the worker, and say that they are', async () => {
    const { engine } = setUp();
    const inputs = { load: { gamma: value(9) } };
    const worker = await start(engine, pipeline(), { plan: { target: 'all', inputs } });
    const { gamma } = (await worker.task()).inputs;
    deepStrictEqual(gamma, { kind: 'parameter', value: 9, replaced: true });
  });

  it('refuse what cannot be, and record nothing', async () => {
    const { world, engine } = await afterwards([{ fails: 'split' }]);
    const basedOn = last(world).id;
    const refused: [Plan, string][] = [
      [{ target: { step: 'x', reach: 'from' } }, 'graph.unknownTarget'],
      [{ target: 'all', inputs: { x: {} } }, 'graph.unknownStep'],
      [{ target: 'all', inputs: { load: { x: value(1) } } }, 'graph.unknownInput'],
      [{ target: 'all', basedOn: 'f'.repeat(32), mode: 'resume' }, 'graph.unknownRun'],
      [{ target: 'all', basedOn, mode: 'replay', skip: ['split'] }, 'graph.noResult'],
    ];
    for (const [plan, code] of refused) {
      await rejects(engine.register(registration(pipeline(), { plan })), { code });
      await rejects(engine.preview(registration(pipeline(), { plan })), { code });
    }
    strictEqual(world.history.runs.size, 1);
  });

  it('refuse a name of a run that is taken; others count on', async () => {
    const { world, engine } = setUp();
    await start(engine, pipeline(1, { runName: 'mine' }));
    await rejects(start(engine, pipeline(2, { runName: 'mine' })), { code: 'graph.nameTaken' });
    await start(engine, pipeline(3), { pid: 101 });
    deepStrictEqual(
      [...world.history.runs.values()].map(({ name }) => name),
      ['mine', 'training-2'],
    );
  });
});

describe('previews', () => {
  it('say which own reasons a step has that waits for another, and for which', async () => {
    const { engine } = await afterwards([{}]);
    const given = pipeline(2);
    const steps = given.steps.map((one) =>
      one.id === 'split' ? { ...one, options: { ...plain, enableCache: false } } : one,
    );
    const { steps: previewed } = await engine.preview(registration({ ...given, steps }));
    const byId = new Map(previewed.map((one) => [one.stepId, one]));
    const texts = (id: string) => byId.get(id)?.reasons.map(({ text }) => text);
    deepStrictEqual(texts('load'), ['gamma 1 → 2']);
    deepStrictEqual([texts('split'), byId.get('split')?.on], [['caching is off'], ['load']]);
    deepStrictEqual([texts('train'), byId.get('train')?.on], [[], ['split']]);
    strictEqual(byId.get('other')?.cachedFrom !== undefined, true);
    strictEqual(byId.get('load')?.lastDurationMs, 0);
  });

  it('say of steps that were never run that it is their first run', async () => {
    const { engine } = setUp();
    const { steps } = await engine.preview(registration(pipeline()));
    deepStrictEqual(
      steps.map(({ reasons }) => reasons.map(({ kind }) => kind)),
      Array.from({ length: 6 }, () => ['first-run']),
    );
  });
});
