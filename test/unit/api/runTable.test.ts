// The routes of the table of runs, called as the server calls them.
import { strict as assert } from 'node:assert';
import { tableRoutes } from '../../../src/api/runTable';
import type { ControlApi, SearchRefusal } from '../../../src/protocol/control';
import { checkKey } from '../../../src/tracking/validation';
import { callRoute } from '../../support/callRoute';
import { point, StoreFixture } from './fixture';

const fixture = new StoreFixture();
const opened = new StoreFixture();

type Route = Extract<keyof ControlApi, `POST /api/run-${string}`>;

const routes = () =>
  tableRoutes({
    store: fixture.store,
    sources: { store: (id) => (id === 'opened' ? opened.store : undefined) },
    clock: { now: () => 1000 },
    user: 'ada',
    checkKey: (key) => checkKey(key, { field: 'key', name: 'key' }),
  });

const call = (route: Route, body: unknown) => callRoute<unknown>(routes(), route, body);

async function ask<R extends Route>(route: R, body: ControlApi[R]['request']) {
  const answer = await call(route, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as ControlApi[R]['reply'];
}

async function refused(route: Route, body: unknown, status = 400): Promise<string> {
  const answer = await call(route, body);
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return (answer.body as { code: string }).code;
}

describe('routes of the table of runs', () => {
  let first: string;
  let second: string;
  let inner: string;
  beforeEach(async () => {
    await fixture.open();
    await opened.open();
    first = await fixture.createRun({ team: 'a', 'runlens.pipelineRunId': 'p1' });
    second = await fixture.createRun({ team: 'b' });
    inner = await fixture.createRun({ 'mlflow.parentRunId': first, 'runlens.stepId': 'train' });
    await fixture.log(first, [point('loss', 0, 9), point('loss', 1, 1)]);
    await fixture.log(second, [
      point('loss', 0, Number.NaN),
      point('acc', 0, Number.NEGATIVE_INFINITY),
    ]);
  });
  afterEach(async () => {
    await fixture.close();
    await opened.close();
  });

  it('gives rows with the cells asked for, and the place in the log', async () => {
    const columns = [
      { on: 'metric', key: 'loss', of: 'max' },
      { on: 'metric', key: 'acc', of: 'last' },
      { on: 'tag', key: 'team' },
    ] as const;
    const reply = await ask('POST /api/run-table', { columns, nesting: 'top' });
    assert.deepEqual(reply.cells, [
      ['NaN', 9],
      ['-Infinity', null],
      ['b', 'a'],
    ]);
    assert.deepEqual([reply.total, reply.seq], [2, fixture.store.status.seq]);
    assert.deepEqual(reply.rows[1], {
      runId: first,
      experimentId: '0',
      name: 'run 1',
      status: 'RUNNING',
      lifecycleStage: 'active',
      startTime: 1,
      children: 1,
      primaryMetric: { key: 'loss', value: 1 },
      pipelineRunId: 'p1',
    });
    assert.deepEqual(reply.rows[0]?.primaryMetric, { key: 'loss', value: 'NaN' });
    const nested = await ask('POST /api/run-table', { columns: [], nesting: 'in', parent: first });
    assert.deepEqual(
      nested.rows.map(({ runId, parentRunId, stepId }) => [runId, parentRunId, stepId]),
      [[inner, first, 'train']],
    );
  });

  it('puts what is going on before all others when asked to', async () => {
    await fixture.store.commit({
      type: 'run.update',
      runId: second,
      status: 'FINISHED',
      endTime: 9,
    });
    const order = async (more: object) =>
      (await ask('POST /api/run-table', { columns: [], ...more })).rows.map(({ runId }) => runId);
    assert.deepEqual(await order({}), [inner, second, first]);
    assert.deepEqual(await order({ runningFirst: true }), [inner, first, second]);
    const oldest = { orderBy: ['start_time'], runningFirst: true };
    assert.deepEqual(await order(oldest), [first, inner, second]);
    assert.deepEqual(await order({ ...oldest, limit: 1, offset: 2 }), [second]);
  });

  it('says where a filter or an order is wrong', async () => {
    const { status, body } = await call('POST /api/run-table', {
      columns: [],
      filter: 'loss > 1 AND none > 2',
    });
    const { code, position, valid } = body as SearchRefusal;
    assert.deepEqual([status, code, position], [400, 'search.invalid', 13]);
    assert.ok(valid.includes('run_name'));
    assert.equal(
      await refused('POST /api/run-table', { columns: [], orderBy: ['none'] }),
      'search.invalid',
    );
    for (const route of ['columns', 'groups', 'values', 'changes'] as const) {
      const rest = {
        columns: {},
        groups: { by: [{ on: 'tag', key: 'team' }], metrics: [] },
        values: { on: 'tag', key: 'team' },
        changes: { runs: { filter: 'none > 2' }, change: { do: 'delete' } },
      }[route];
      assert.equal(
        await refused(`POST /api/run-${route}`, { filter: 'none > 2', ...rest }),
        'search.invalid',
      );
    }
  });

  it('refuses what is no question', async () => {
    const metric = { on: 'metric', key: 'm', of: 'last' };
    for (const [route, body] of [
      ['table', {}],
      ['table', { columns: [{ on: 'metric', key: 'm', of: 'mean' }] }],
      ['table', { columns: [], nesting: 'in' }],
      ['table', { columns: [], limit: -1 }],
      ['columns', { runIds: 'x' }],
      ['values', { on: 'attribute', key: 'start_time' }],
      ['values', { on: 'attribute', key: 'constructor' }],
      ['groups', { by: [], metrics: [] }],
      ['groups', { by: [{ on: 'attribute', key: 'user_id' }], metrics: [] }],
      [
        'groups',
        {
          by: [{ on: 'tag', key: 't' }],
          metrics: [metric],
          orderBy: { metric: 1, descending: true },
        },
      ],
      ['changes', { runs: [first], change: { do: 'purge' } }],
      ['changes', { runs: [first], change: { do: 'tag', key: 'k' } }],
    ] as const) {
      assert.equal(
        await refused(`POST /api/run-${route}`, body),
        'request.invalid',
        JSON.stringify(body),
      );
    }
    assert.equal(
      await refused('POST /api/run-table', { columns: [], source: 'none' }, 404),
      'source.notFound',
    );
  });

  it('tells columns, values and groups', async () => {
    const columns = await ask('POST /api/run-columns', {});
    assert.deepEqual(columns.metrics, [
      { key: 'loss', runs: 2 },
      { key: 'acc', runs: 1 },
    ]);
    assert.deepEqual(
      columns.tags.find(({ key }) => key === 'team'),
      { key: 'team', runs: 2, differs: true, numeric: false },
    );
    const { total: all, newest, metrics } = await ask('POST /api/run-columns', { newest: 2 });
    assert.deepEqual([all, newest, metrics.every(({ runs: of }) => of <= 2)], [3, 2, true]);
    const whole = await ask('POST /api/run-columns', { newest: 3 });
    assert.deepEqual(whole, columns);
    const values = await ask('POST /api/run-values', {
      on: 'attribute',
      key: 'Run name',
      prefix: 'RUN',
    });
    assert.equal(values.values.length, 3);
    for (const value of values.values) assert.match(value, /^run \d+$/);
    const { groups, total, runs } = await ask('POST /api/run-groups', {
      by: [{ on: 'tag', key: 'team' }],
      metrics: [{ on: 'metric', key: 'loss', of: 'min' }],
      orderBy: { metric: 0, descending: true },
    });
    assert.deepEqual([total, runs], [3, 3]);
    assert.deepEqual(groups, [
      {
        values: ['a'],
        runs: 1,
        cells: [{ n: 1, left: 0, mean: 1, min: 1, max: 1 }],
        filter: "tags.`team` = 'a'",
      },
      { values: ['b'], runs: 1, cells: [{ n: 0, left: 1 }], filter: "tags.`team` = 'b'" },
      { values: [null], runs: 1, cells: [{ n: 0, left: 0 }], filter: 'tags.`team` IS NULL' },
    ]);
  });

  it('groups by experiment and by pipeline', async () => {
    const experimentId = await fixture.createExperiment('other');
    await fixture.createRun({}, experimentId);
    const { groups } = await ask('POST /api/run-groups', {
      by: [{ on: 'attribute', key: 'experiment' }],
      metrics: [],
    });
    assert.deepEqual(
      groups.map(({ values, runs, experimentId: id }) => [values[0], runs, id]),
      [
        ['Default', 3, '0'],
        ['other', 1, experimentId],
      ],
    );
    const pipelines = await ask('POST /api/run-groups', {
      by: [{ on: 'attribute', key: 'pipeline' }],
      metrics: [],
    });
    assert.deepEqual(
      pipelines.groups.map(({ values, runs }) => [values[0], runs]),
      [[null, 4]],
    );
  });

  it('asks an opened folder instead', async () => {
    await opened.createRun({ team: 'z' });
    const source = 'opened';
    const table = await ask('POST /api/run-table', {
      source,
      columns: [{ on: 'tag', key: 'team' }],
    });
    assert.deepEqual(table.cells, [['z']]);
    assert.equal((await ask('POST /api/run-columns', { source })).total, 1);
    const by = [{ on: 'tag', key: 'team' }] as const;
    assert.equal((await ask('POST /api/run-groups', { source, by, metrics: [] })).runs, 1);
    const values = await ask('POST /api/run-values', { source, on: 'tag', key: 'team' });
    assert.deepEqual(values.values, ['z']);
    const change = { runs: { source }, change: { do: 'delete' } };
    assert.equal(await refused('POST /api/run-changes', change, 409), 'source.readOnly');
  });
});

describe('changes of many runs', () => {
  let runIds: string[];
  beforeEach(async () => {
    await fixture.open();
    runIds = [];
    for (const team of ['a', 'b', 'a']) runIds.push(await fixture.createRun({ team }));
  });
  afterEach(() => fixture.close());

  const tagsOf = (key = 'team') => runIds.map((runId) => fixture.store.runs.tag(runId, key));
  const stages = () => runIds.map((runId) => fixture.store.runs.info(runId)?.lifecycleStage);
  const change = (runs: readonly string[], what: object) =>
    ask('POST /api/run-changes', {
      runs,
      change: what,
    } as ControlApi['POST /api/run-changes']['request']);

  it('tag in one commit, leave an edit in each history, and are undone', async () => {
    let commits = 0;
    fixture.store.onDidCommit(() => commits++);
    const { seq } = fixture.store.status;
    const reply = await change(runIds, { do: 'tag', key: 'team', value: 'a' });
    assert.deepEqual(reply, { runIds: [runIds[1]], before: [{ runId: runIds[1], value: 'b' }] });
    assert.deepEqual([tagsOf(), commits, fixture.store.status.seq], [['a', 'a', 'a'], 1, seq + 1]);
    const removed = await change(runIds, { do: 'untag', key: 'team' });
    assert.deepEqual([tagsOf(), commits], [[undefined, undefined, undefined], 2]);
    assert.deepEqual((await change(runIds, { do: 'untag', key: 'team' })).runIds, []);
    await change(removed.runIds, { do: 'retag', key: 'team', before: removed.before });
    await change(reply.runIds, { do: 'retag', key: 'team', before: reply.before });
    assert.deepEqual(tagsOf(), ['a', 'b', 'a']);
    const edits = fixture.store.edits.ofRun(runIds[1] ?? '');
    assert.deepEqual(
      edits.map(({ before, after, userId }) => [before, after, userId]),
      [
        ['b', 'a', 'ada'],
        ['a', undefined, 'ada'],
        [undefined, 'a', 'ada'],
        ['a', 'b', 'ada'],
      ],
    );
  });

  it('put a tag back that some runs did not have', async () => {
    const reply = await change(runIds.slice(0, 2), { do: 'tag', key: 'new', value: '' });
    assert.deepEqual(tagsOf('new'), ['', '', undefined]);
    await change(reply.runIds, { do: 'retag', key: 'new', before: reply.before });
    assert.deepEqual(tagsOf('new'), [undefined, undefined, undefined]);
  });

  it('delete and restore by marking, only what is not so already', async () => {
    const [a = '', b = ''] = runIds;
    assert.deepEqual((await change([a, a], { do: 'delete' })).runIds, [a]);
    assert.deepEqual((await change(runIds, { do: 'delete' })).runIds, runIds.slice(1));
    assert.deepEqual(stages(), ['deleted', 'deleted', 'deleted']);
    assert.equal(fixture.store.trash.runCount(), 3);
    assert.deepEqual((await change([b], { do: 'restore' })).runIds, [b]);
    assert.deepEqual(stages(), ['deleted', 'active', 'deleted']);
  });

  it('take all of a scope but some', async () => {
    const [a = ''] = runIds;
    const filter = "tags.team = 'a'";
    const runs = { filter, except: [a] };
    const reply = await ask('POST /api/run-changes', { runs, change: { do: 'delete' } });
    assert.deepEqual(reply.runIds, [runIds[2]]);
    const back = await ask('POST /api/run-changes', {
      runs: { filter },
      change: { do: 'restore' },
    });
    assert.deepEqual(back.runIds, [runIds[2]]);
  });

  it('change nothing when a run is unknown, deleted, or the tag cannot be one', async () => {
    const [a = '', b = ''] = runIds;
    const tag = { do: 'tag', key: 'team', value: 'z' };
    const refuse = (runs: readonly string[], what: object, status: number) =>
      refused('POST /api/run-changes', { runs, change: what }, status);
    assert.equal(await refuse([a, 'nobody', b], tag, 404), 'run.notFound');
    assert.equal(await refuse([a, 'nobody'], { do: 'delete' }, 404), 'run.notFound');
    assert.equal(await refuse([a], { ...tag, key: 'a"b' }, 400), 'request.invalid');
    assert.equal(await refuse([a], { ...tag, value: 'x'.repeat(8001) }, 400), 'request.invalid');
    const before = [{ runId: b, value: 'x' }];
    assert.equal(await refuse([a], { do: 'retag', key: 'team', before }, 400), 'request.invalid');
    const many = Array.from({ length: 100_001 }, (_, i) => `r${i}`);
    assert.equal(await refuse(many, tag, 400), 'request.invalid');
    await change([b], { do: 'delete' });
    assert.equal(await refuse([a, b], tag, 409), 'run.deleted');
    assert.deepEqual(
      [tagsOf(), stages()],
      [
        ['a', 'b', 'a'],
        ['active', 'deleted', 'active'],
      ],
    );
  });
});
