// Routes of the model registry over a real store and real files, as panels ask them.
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Changes } from '../../../src/api/eventChanges';
import type {
  ModelRow,
  ModelVersionDetail,
  ModelVersionRow,
  OverTime,
} from '../../../src/protocol/models';
import type { PageOf } from '../../../src/protocol/page';
import type { Mutation } from '../../../src/store/mutation';
import { point } from './fixture';
import { id, loggedModel, PanelFixture, version } from './panelFixture';

const fixture = new PanelFixture();
let runId: string;

beforeEach(async () => {
  await fixture.open();
  runId = fixture.runId;
});
afterEach(() => fixture.close());

const MLMODEL = `flavors:
  python_function:
    python_version: 3.11.4
  sklearn:
    sklearn_version: 1.5.0
mlflow_version: 3.1.0
signature:
  inputs: '[{"type": "double", "name": "x", "required": true}, {"type": "array", "items": {"type": "long"}, "name": "xs", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 3]}}]'
`;

describe('routes of models', () => {
  it('register a version from a run, make the model with it, and tell all about it', async () => {
    fixture.write(`artifacts/0/${runId}/model/MLmodel`, MLMODEL);
    fixture.write(
      `artifacts/0/${runId}/model/requirements.txt`,
      '# made by mlflow\nscikit-learn==1.5.0\n\nnumpy\n',
    );
    await fixture.log(runId, [point('acc', 0, 0.9), point('acc', 1, 0.95)]);
    await fixture.store.commit({
      type: 'run.log',
      runId,
      metrics: [],
      params: [{ key: 'depth', value: '3' }],
      tags: [],
    });
    const made = await fixture.call<{ version: string }>('POST /api/models/churn/versions', {
      source: `runs:/${runId}/model`,
    });
    assert.deepEqual(made.body, { version: '1' });
    const detail = await fixture.get<ModelVersionDetail>('/api/models/churn/versions/1');
    assert.deepEqual(
      [detail.source, detail.runId, detail.runName, detail.stage],
      [
        `mlflow-artifacts:/0/${runId}/artifacts/model`,
        runId,
        `run ${Number.parseInt(runId, 16)}`,
        'None',
      ],
    );
    assert.deepEqual([detail.params, detail.metrics], [{ depth: '3' }, { acc: 0.95 }]);
    const { folder, bytes, ...files } = detail.files!;
    assert.equal(folder, path.join(fixture.store.blobs.folder, `artifacts/0/${runId}/model`));
    assert.ok(bytes > MLMODEL.length);
    assert.deepEqual(files, {
      flavors: ['python_function', 'sklearn'],
      inputs: [
        { name: 'x', type: 'double', required: true },
        { name: 'xs', type: 'array(long)', required: false },
      ],
      outputs: [{ name: '', type: 'int64', required: true, shape: [-1, 3] }],
      requirements: ['scikit-learn==1.5.0', 'numpy'],
      pythonVersion: '3.11.4',
      mlflowVersion: '3.1.0',
    });
    assert.deepEqual(
      detail.history.map(({ what, user }) => [what, user]),
      [['created', 'ada']],
    );
  });

  it('register a logged model as what it is, and refuse a source without files', async () => {
    const modelId = `m-${id('1')}`;
    await fixture.store.commit(loggedModel(modelId, runId), {
      type: 'run.outputs',
      runId,
      models: [{ modelId, step: 0 }],
    });
    assert.equal(
      (await fixture.post('/api/models/m/versions', { source: `runs:/${runId}/ridge` })).status,
      400,
    );
    assert.equal((await fixture.call('GET /api/models/m')).status, 404);
    fixture.write(`artifacts/0/models/${modelId}/MLmodel`, MLMODEL);
    assert.equal(
      (await fixture.post('/api/models/m/versions', { source: `runs:/${runId}/ridge` })).status,
      200,
    );
    const detail = await fixture.get<ModelVersionDetail>('/api/models/m/versions/1');
    assert.deepEqual([detail.source, detail.params], [`models:/${modelId}`, { alpha: '2' }]);
    assert.equal(detail.files?.flavors.length, 2);
    assert.equal(
      (await fixture.post('/api/models/m/versions', { source: `runs:/${id('9')}/x` })).status,
      404,
    );
    assert.equal(
      (await fixture.post('/api/models/a:b/versions', { source: `models:/${modelId}` })).status,
      400,
    );
  });

  it('keep the history of stages and aliases of each version', async () => {
    await fixture.store.commit(
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1),
      version('m', 2),
    );
    const stage = (number: number, to: string, archiveExisting = false) =>
      fixture.post(`/api/models/m/versions/${number}/stage`, { stage: to, archiveExisting });
    const alias = (to: string | null) =>
      fixture.post('/api/models/m/alias', { alias: 'champion', version: to });
    for (const change of [
      () => stage(1, 'Production'),
      () => alias('1'),
      () => alias('1'),
      () => stage(1, 'Production'),
      () => stage(2, 'Production', true),
      () => alias('2'),
      () => alias(null),
    ]) {
      assert.equal((await change()).status, 200);
    }
    const historyOf = async (number: number) =>
      (await fixture.get<ModelVersionDetail>(`/api/models/m/versions/${number}`)).history.map(
        ({ what, before, after }) => [what, before, after],
      );
    assert.deepEqual(await historyOf(1), [
      ['created', null, null],
      ['stage', 'None', 'Production'],
      ['alias', null, 'champion'],
      ['stage', 'Production', 'Archived'],
      ['alias', 'champion', null],
    ]);
    assert.deepEqual(await historyOf(2), [
      ['created', null, null],
      ['stage', 'None', 'Production'],
      ['alias', null, 'champion'],
      ['alias', 'champion', null],
    ]);
    const { history } = await fixture.get<ModelVersionDetail>('/api/models/m/versions/1');
    assert.deepEqual(
      history.map(({ user }) => user),
      ['', 'ada', 'ada', 'ada', 'ada'],
    );
    for (const [target, body] of [
      ['versions/3/stage', { stage: 'Staging' }],
      ['alias', { alias: 'v1', version: '1' }],
      ['alias', { alias: 'latest', version: '1' }],
      ['versions/1/stage', { stage: 'Nowhere' }],
    ] as const) {
      assert.ok((await fixture.post(`/api/models/m/${target}`, body)).status >= 400, target);
    }
  });

  it('list models by a text in name or description, without prompts, and versions page by page', async () => {
    const create = (
      name: string,
      description: string,
      tags: { key: string; value: string }[] = [],
    ): Mutation => ({
      ...{ type: 'registry.create', name, description, tags, time: 1 },
    });
    await fixture.store.commit(
      create('beta', '100% churn'),
      create('alpha', 'churning Ä'),
      create('gamma', ''),
      create('churn prompt', '', [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]),
      ...Array.from({ length: 5 }, (_, i) => version('beta', i + 1)),
      { type: 'registry.alias', name: 'beta', alias: 'best', version: 2, time: 1 },
    );
    const names = async (query: string) =>
      (await fixture.get<PageOf<ModelRow>>(`/api/models${query}`)).items.map(({ name }) => name);
    assert.deepEqual(await names(''), ['alpha', 'beta', 'gamma']);
    assert.deepEqual(await names('?text=CHURN'), ['alpha', 'beta']);
    assert.deepEqual(await names('?text=100%25'), ['beta']);
    assert.deepEqual(await names('?text=%C3%A4'), ['alpha']);
    assert.deepEqual(await names('?text=%25n'), []);
    assert.deepEqual(await names('?limit=1&offset=1'), ['beta']);
    const beta = await fixture.get<ModelRow>('/api/models/beta');
    assert.deepEqual([beta.versions, beta.latest?.version, beta.aliases], [5, '5', { best: '2' }]);
    const page = await fixture.get<PageOf<ModelVersionRow>>(
      '/api/models/beta/versions?limit=2&offset=2',
    );
    assert.deepEqual([page.total, page.items.map((row) => row.version)], [5, ['3', '2']]);
    assert.deepEqual(page.items[1]?.aliases, ['best']);
  });

  it('set and take away tags of a model and of a version', async () => {
    await fixture.store.commit(
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1),
    );
    const tags = async () => {
      const model = await fixture.get<ModelRow>('/api/models/m');
      return [model.tags, model.latest?.tags];
    };
    await fixture.post('/api/models/m/tag', { key: 'owner', value: 'vision' });
    await fixture.post('/api/models/m/tag', { version: '1', key: 'validated', value: '' });
    assert.deepEqual(await tags(), [{ owner: 'vision' }, { validated: '' }]);
    await fixture.post('/api/models/m/tag', { key: 'owner', value: null });
    // One that is not there is no error.
    const gone = { version: '1', key: 'nothing', value: null };
    assert.equal((await fixture.post('/api/models/m/tag', gone)).status, 200);
    await fixture.post('/api/models/m/tag', { version: '1', key: 'validated', value: null });
    assert.deepEqual(await tags(), [{}, {}]);
    for (const body of [
      { key: '', value: 'x' },
      { key: 'a\nb', value: 'x' },
      { key: 'x', value: 'y', version: '7' },
      { key: 'x' },
    ]) {
      assert.ok((await fixture.post('/api/models/m/tag', body)).status >= 400);
    }
    assert.deepEqual(await tags(), [{}, {}]);
  });

  it('describe and delete, and tell who listens which model changed', async () => {
    const changes = new Changes(fixture.store);
    fixture.store.onDidCommit((all) => {
      for (const { mutation } of all) changes.add(mutation);
    });
    await fixture.store.commit(
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1),
    );
    await fixture.post('/api/models/m/describe', { description: 'all of it' });
    await fixture.post('/api/models/m/describe', { version: '1', description: 'the first' });
    const model = await fixture.get<ModelRow>('/api/models/m');
    assert.deepEqual([model.description, model.latest?.description], ['all of it', 'the first']);
    assert.deepEqual(changes.take(), [{ type: 'model', name: 'm' }]);
    assert.equal((await fixture.post('/api/models/m/versions/1/delete')).status, 200);
    assert.equal((await fixture.call('GET /api/models/m/versions/1')).status, 404);
    await fixture.store.commit({ type: 'registry.rename', name: 'm', newName: 'n', time: 5 });
    assert.deepEqual(changes.take(), [
      { type: 'model', name: 'm', gone: true },
      { type: 'model', name: 'n' },
    ]);
    await fixture.store.commit({ type: 'registry.delete', name: 'n', time: 6 });
    assert.deepEqual(changes.take(), [{ type: 'model', name: 'n', gone: true }]);
  });

  it('tell metrics of versions over time, those of the logged model before those of the run', async () => {
    const modelId = `m-${id('1')}`;
    await fixture.log(runId, [point('acc', 0, 0.5), point('loss', 0, 3)]);
    await fixture.store.commit(loggedModel(modelId, runId), {
      ...{ type: 'run.log', runId, params: [], tags: [] },
      metrics: [{ ...point('acc', 5, 0.75), modelId }],
    });
    await fixture.log(runId, [point('acc', 9, 0.1)]);
    await fixture.store.commit(
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1, { runId }),
      version('m', 2, { runId, modelId }),
      version('m', 3),
    );
    const { points, metrics } = await fixture.get<OverTime>('/api/models/m/over-time');
    assert.deepEqual(
      points.map(({ label, time, runId: of, measured }) => [label, time, of, ...measured]),
      [
        ['v1', 21, runId, runId],
        ['v2', 22, runId, runId],
        ['v3', 23, undefined],
      ],
    );
    assert.deepEqual(metrics, { acc: [0.1, 0.75, null], loss: [3, 3, null] });
  });

  it('show a version whose files cannot be read, with why', async () => {
    const local = pathToFileURL(path.join(fixture.store.blobs.folder, 'store')).href;
    fixture.write(`artifacts/0/${runId}/bad/MLmodel`, 'flavors: [');
    const kept = `mlflow-artifacts:/0/${runId}/artifacts`;
    await fixture.store.commit(
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1),
      version('m', 2, { source: local, runId }),
      version('m', 3, { source: `${kept}/bad`, runId }),
      version('m', 4, { source: `${kept}/none`, runId }),
    );
    const problems = await Promise.all(
      [1, 2, 3, 4].map((n) => fixture.get<ModelVersionDetail>(`/api/models/m/versions/${n}`)),
    );
    assert.ok(problems.every(({ files }) => files === undefined));
    const patterns = [
      /kept at s3:/,
      /not in this project/,
      /MLmodel file cannot be read/,
      /no file "MLmodel"/,
    ];
    for (const [i, pattern] of patterns.entries())
      assert.match(problems[i]?.filesProblem ?? '', pattern);
  });
});
