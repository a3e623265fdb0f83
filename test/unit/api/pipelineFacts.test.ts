// The routes of metadata, tags and lists over a real store, as the SDK asks them.
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { Changes } from '../../../src/api/eventChanges';
import { pipelineFactRoutes } from '../../../src/api/pipelineFacts';
import { pipelineListRoutes } from '../../../src/api/pipelineLists';
import type { ArtifactVersion } from '../../../src/domain/artifact';
import type { PipelineRun, StepRun } from '../../../src/domain/pipeline';
import type { ControlError, PipelineRunFacts, StepFacts } from '../../../src/protocol/control';
import type { Route } from '../../../src/protocol/http';
import type { PageOf } from '../../../src/protocol/page';
import type { ArtifactRow, PipelineRunRow, StepRow } from '../../../src/protocol/rows';
import { callRoute } from '../../support/callRoute';
import { from, graph, step } from '../../support/pipelines';
import { StoreFixture } from './fixture';

const fixture = new StoreFixture();
let routes: Route[];
const id = (text: string) => text.padEnd(32, '0');
const call = <T>(target: string, body?: unknown) => callRoute<T>(routes, target, body);
const get = async <T>(address: string) => (await call<T>(`GET ${address}`)).body;
const note = (body: unknown) => call<ControlError>('POST /api/facts', body);

function stepRun(run: string, stepId: string, more: Partial<StepRun> = {}): StepRun {
  return {
    id: id(`${run}5${stepId === 'load' ? '1' : '2'}`),
    pipelineRunId: id(run),
    stepId,
    step: stepId,
    status: 'ran',
    startedAt: 1000,
    endedAt: 2000,
    fingerprint: undefined,
    reasons: [],
    outputs: {},
    trackingRunId: undefined,
    cachedFrom: undefined,
    error: undefined,
    reusable: true,
    notReusableReason: undefined,
    ...more,
  };
}

function pipelineRun(run: string, more: Partial<PipelineRun> = {}): PipelineRun {
  const steps = [
    step('load', { options: { enableCache: true, environment: {}, retries: 0, tags: ['raw'] } }),
    step('train', { inputs: { data: from('load') } }),
  ];
  return {
    id: id(run),
    name: `training-${run}`,
    status: 'finished',
    startedAt: 1000,
    endedAt: 3000,
    experimentId: '0',
    trackingRunId: id('7'),
    graph: graph(steps, { tags: ['nightly'] }),
    plan: { target: 'all' },
    modules: [],
    environment: {},
    launchId: undefined,
    steps: [
      stepRun(run, 'load', { outputs: { output: id(`${run}a`) } }),
      stepRun(run, 'train', { status: 'failed' }),
    ],
    ...more,
  };
}

const artifact = (name: string, run: string, version = '1'): ArtifactVersion => ({
  id: id(`${run}a`),
  name,
  version,
  type: 'builtins.list',
  materializer: 'json',
  path: `artifacts/_/${name}/${version}`,
  files: [],
  contentDigest: run,
  metadata: { length: 3 },
  createdAt: 1500,
  producer: {
    pipelineRunId: id(run),
    pipeline: 'training',
    stepId: 'load',
    stepRunId: id(`${run}51`),
    output: 'output',
  },
});

async function addRun(run: string, version: string, more: Partial<PipelineRun> = {}) {
  await fixture.store.commit(
    { type: 'pipeline.create', run: pipelineRun(run, more) },
    { type: 'artifact.create', artifact: artifact('rows', run, version) },
  );
}

beforeEach(async () => {
  await fixture.open();
  routes = [...pipelineFactRoutes(fixture.store), ...pipelineListRoutes(fixture.store)];
});
afterEach(() => fixture.close());

describe('facts of pipelines', () => {
  it('metadata of a step is a run’s as step::key; the latest value wins and survives the engine', async () => {
    await addRun('1', '1');
    const target = { on: 'step', id: id('151') };
    await note({ targets: [target], metadata: { rows: 3, kind: 'a' } });
    await note({ targets: [target], metadata: { rows: 4 } });
    await note({ targets: [{ on: 'pipeline', id: id('1') }], metadata: { accuracy: 0.9 } });
    // the engine knows nothing of it and writes its step again
    await fixture.store.commit({ type: 'step.put', step: stepRun('1', 'load') });
    for (const isReopened of [false, true]) {
      if (isReopened) {
        await fixture.reopen();
        routes = pipelineFactRoutes(fixture.store);
      }
      const facts = await get<PipelineRunFacts>(`/api/facts/pipeline-runs/${id('1')}`);
      deepStrictEqual(facts.metadata, { accuracy: 0.9, 'load::rows': 4, 'load::kind': 'a' });
      deepStrictEqual(facts.tags, ['nightly']);
      deepStrictEqual((await get<StepFacts>(`/api/steps/${id('151')}`)).metadata, {
        rows: 4,
        kind: 'a',
      });
    }
  });

  it('a cached step shows what was noted on the one whose result it uses', async () => {
    await addRun('1', '1');
    await note({ targets: [{ on: 'step', id: id('151') }], metadata: { rows: 3, own: 1 } });
    const cachedFrom = { stepRunId: id('151'), endedAt: 2000 };
    await addRun('2', '2', {
      steps: [stepRun('2', 'load', { status: 'cached', cachedFrom })],
    });
    await note({ targets: [{ on: 'step', id: id('251') }], metadata: { own: 2 } });
    const facts = await get<StepFacts>(`/api/steps/${id('251')}`);
    deepStrictEqual(facts.metadata, { rows: 3, own: 2 });
    deepStrictEqual(facts.tags, ['raw']);
  });

  it('a step tells the artifact versions that it took', async () => {
    await addRun('1', '1');
    const facts = await get<StepFacts>(`/api/steps/${id('152')}`);
    deepStrictEqual(Object.keys(facts.inputs), ['data']);
    strictEqual(facts.inputs['data']?.id, id('1a'));
  });

  it('an exclusive tag is taken from the other runs of the pipeline and versions of the artifact', async () => {
    await addRun('1', '1');
    await addRun('2', '2');
    const addTags = [{ name: 'prod', exclusive: true }];
    for (const run of ['1', '2']) {
      await note({ targets: [{ on: 'pipeline', id: id(run) }], addTags });
      await note({ targets: [{ on: 'artifact', id: id(`${run}a`) }], addTags });
    }
    const runs = await get<PageOf<PipelineRunRow>>('/api/lists/pipeline-runs?tags=prod');
    deepStrictEqual(
      runs.items.map((one) => one.id),
      [id('2')],
    );
    const versions = await get<PageOf<ArtifactRow>>('/api/lists/artifact-versions?tags=prod');
    deepStrictEqual(
      versions.items.map((one) => one.id),
      [id('2a')],
    );
  });

  it('a cascading tag is on what the run has made and on what it makes later', async () => {
    await addRun('1', '1', { status: 'running' });
    await note({
      targets: [{ on: 'pipeline', id: id('1') }],
      addTags: [{ name: 'audit', cascade: true }],
    });
    const later = { ...artifact('model', '1'), id: id('1b') };
    await fixture.store.commit({ type: 'artifact.create', artifact: later });
    const tagged = await get<PageOf<ArtifactRow>>('/api/lists/artifact-versions?tags=audit');
    deepStrictEqual(
      tagged.items.map((one) => one.name),
      ['model', 'rows'],
    );
  });

  it('nothing is changed when one of the targets is not there', async () => {
    await addRun('1', '1');
    const targets = [
      { on: 'pipeline', id: id('1') },
      { on: 'step', id: id('9') },
    ];
    const answer = await note({ targets, metadata: { a: 1 } });
    strictEqual(answer.status, 404);
    const facts = await get<PipelineRunFacts>(`/api/facts/pipeline-runs/${id('1')}`);
    deepStrictEqual(facts.metadata, {});
  });

  it('a change is announced for the trees', async () => {
    await addRun('1', '1');
    const changes = new Changes(fixture.store);
    for (const [on, what] of [
      ['pipeline', '1'],
      ['step', '151'],
      ['artifact', '1a'],
    ] as const) {
      changes.add({ type: 'facts.change', on, id: id(what), addTags: ['x'] });
    }
    deepStrictEqual(
      changes.take().map((event) => event.type),
      ['artifact', 'pipeline', 'step'],
    );
  });
});

describe('references', () => {
  it('name a run by id, name, or the start of an id', async () => {
    await addRun('abcd1', '1');
    await addRun('abcd2', '2');
    for (const of of [id('abcd1'), 'training-abcd1', 'abcd1']) {
      deepStrictEqual(await get(`/api/find/pipeline-run?of=${of}`), { id: id('abcd1') });
    }
    const several = await call<ControlError>('GET /api/find/pipeline-run?of=abcd');
    strictEqual(several.status, 400);
    match(several.body.message, /Several ids begin with abcd/);
  });

  it('an unknown name is answered with near ones', async () => {
    await addRun('1', '1');
    const run = await call<ControlError>('GET /api/find/pipeline-run?of=trainin-1');
    strictEqual(run.status, 404);
    match(run.body.message, /"training-1"/);
    const version = await call<ControlError>('GET /api/find/artifact-version?of=rows&version=7');
    match(version.body.message, /no version 7; it has 1/);
  });

  it('an artifact’s name is its newest version', async () => {
    await addRun('1', '1');
    await addRun('2', '2');
    deepStrictEqual(await get('/api/find/artifact-version?of=rows'), { id: id('2a') });
    deepStrictEqual(await get('/api/find/artifact-version?of=rows&version=1'), { id: id('1a') });
  });
});

describe('lists', () => {
  beforeEach(async () => {
    for (const run of ['1', '2', '3']) {
      const status = run === '2' ? 'failed' : 'finished';
      await addRun(run, run, { startedAt: 1000 * Number(run), status });
      await note({
        targets: [{ on: 'pipeline', id: id(run) }],
        metadata: { accuracy: Number(run) / 4 },
      });
      await note({
        targets: [{ on: 'step', id: id(`${run}52`) }],
        metadata: { loss: Number(run) },
      });
    }
  });
  const runs = async (query: string) => {
    const page = await get<PageOf<PipelineRunRow>>(`/api/lists/pipeline-runs?${query}`);
    return page.items.map((one) => one.name.at(-1)).join('');
  };

  for (const [query, expected] of [
    ['', '321'],
    ['sort_by=created', '123'],
    ['sort_by=desc:created', '321'],
    ['status=finished', '31'],
    ['status=oneof:failed,running', '2'],
    ['run_metadata=accuracy:gt:0.3', '32'],
    ['run_metadata=accuracy:gt:0.3&run_metadata=accuracy:lt:0.7', '2'],
    ['run_metadata=train::loss:gte:2', '32'],
    ['pipeline=training&limit=1&offset=1', '2'],
    ['pipeline=startswith:train', '321'],
    ['pipeline=other', ''],
    ['name=contains:-2', '2'],
    ['tags=nightly', '321'],
    ['tag=ne:nightly', ''],
  ] as const) {
    it(`runs?${query} → ${expected}`, async () => {
      strictEqual(await runs(query), expected);
    });
  }

  it('count all that pass, not only the page', async () => {
    const page = await get<PageOf<PipelineRunRow>>(
      '/api/lists/pipeline-runs?limit=1&status=finished',
    );
    deepStrictEqual([page.items.length, page.total], [1, 2]);
  });

  it('steps by run, status and metadata', async () => {
    const found = await get<PageOf<StepRow>>(
      `/api/lists/steps?pipeline_run=${id('2')}&status=failed&run_metadata=loss:2`,
    );
    deepStrictEqual(
      found.items.map((one) => one.id),
      [id('252')],
    );
  });

  it('steps by the tags of their decorators', async () => {
    const found = await get<PageOf<StepRow>>('/api/lists/steps?tags=raw&limit=2');
    deepStrictEqual([found.items.map((one) => one.id), found.total], [[id('351'), id('251')], 3]);
  });

  it('the newest version of each artifact', async () => {
    const found = await get<PageOf<ArtifactRow>>('/api/lists/artifacts?run_metadata=length:3');
    deepStrictEqual(
      found.items.map((one) => one.version),
      ['3'],
    );
  });

  it('refuse fields that there are not, and name those that there are', async () => {
    const answer = await call<ControlError>('GET /api/lists/pipeline-runs?state=finished');
    strictEqual(answer.status, 400);
    ok(answer.body.message.includes('"state"') && answer.body.message.includes('status'));
  });
});
