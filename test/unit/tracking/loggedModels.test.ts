// Logged models over the routes: their life, their metrics, and the runs that make and use them.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('logged model routes', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    tracking = await Tracking.open();
  });
  after(() => tracking.close());
  beforeEach(async () => {
    run_id = await tracking.newRun({ run_name: 'r' });
  });

  const create = async (fields: object = {}) =>
    (await tracking.post('logged-models', { experiment_id: '0', name: 'm', ...fields })).json.model
      .info.model_id as string;
  const patch = (path: string, body: object) =>
    tracking.send('PATCH', `/api/2.0/mlflow/logged-models/${path}`, { text: JSON.stringify(body) });
  const remove = (path: string) =>
    tracking.send('DELETE', `/api/2.0/mlflow/logged-models/${path}`, {});
  const model = async (id: string) => (await tracking.get(`logged-models/${id}`)).json.model;
  const log = (fields: object) =>
    tracking.post('runs/log-metric', { run_id, key: 'acc', value: 0.5, timestamp: 7, ...fields });

  it('creates a model in the form of MLflow', async () => {
    const { json } = await tracking.post('logged-models', {
      experiment_id: '0',
      name: 'churn',
      model_type: 'classifier',
      source_run_id: run_id,
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'team', value: 'x' }],
    });
    const { model_id, ...info } = json.model.info;
    assert.match(model_id, /^m-[0-9a-f]{32}$/);
    assert.deepEqual(info, {
      experiment_id: '0',
      name: 'churn',
      creation_timestamp_ms: tracking.now,
      last_updated_timestamp_ms: tracking.now,
      artifact_uri: `mlflow-artifacts:/0/models/${model_id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: 'classifier',
      source_run_id: run_id,
      tags: [{ key: 'team', value: 'x' }],
    });
    assert.deepEqual(json.model.data, { params: [{ key: 'depth', value: '3' }] });
  });

  it('gives a name to a model without one, and refuses characters of paths', async () => {
    assert.match((await model(await create({ name: '' }))).info.name, /^[a-z]+-[a-z]+-\d+$/);
    for (const name of ['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"]) {
      const answer = await tracking.post('logged-models', { experiment_id: '0', name });
      assert.equal(answer.status, 400, name);
      assert.match(answer.json.message, /^Invalid model name \(.+\) provided\. Model name must be/);
    }
  });

  it('moves through its states by name or number, and refuses what is no state', async () => {
    const id = await create();
    tracking.now += 1000;
    const ready = await patch(id, { model_id: id, status: 'LOGGED_MODEL_READY' });
    assert.equal(ready.json.model.info.status, 'LOGGED_MODEL_READY');
    assert.equal(ready.json.model.info.last_updated_timestamp_ms, tracking.now);
    const failed = await patch(id, { model_id: id, status: 3 });
    assert.equal(failed.json.model.info.status, 'LOGGED_MODEL_UPLOAD_FAILED');
    assert.equal((await patch(id, { model_id: id, status: 'READY' })).status, 400);
    assert.match((await patch(id, { status: 2 })).json.message, /required parameter 'model_id'/);
    assert.match((await patch(id, { model_id: id })).json.message, /required parameter 'status'/);
    assert.equal((await model(id)).info.status, 'LOGGED_MODEL_UPLOAD_FAILED');
  });

  it('sets and deletes tags without touching the time of its last update', async () => {
    const id = await create();
    const { last_updated_timestamp_ms: time } = (await model(id)).info;
    tracking.now += 1000;
    const tags = ['1', '2', '3'].map((value, i) => ({ key: i === 1 ? 'b/c' : 'a', value }));
    await patch(`${id}/tags`, { tags });
    assert.deepEqual((await model(id)).info.tags, [
      { key: 'a', value: '3' },
      { key: 'b/c', value: '2' },
    ]);
    assert.equal((await remove(`${id}/tags/b/c`)).status, 200);
    assert.deepEqual((await model(id)).info.tags, [{ key: 'a', value: '3' }]);
    assert.equal((await model(id)).info.last_updated_timestamp_ms, time);
    const again = await remove(`${id}/tags/b`);
    assert.equal(again.status, 404);
    assert.equal(again.json.message, `No tag with key 'b' found for model with ID '${id}'.`);
  });

  it('writes a parameter once', async () => {
    const id = await create({ params: [{ key: 'p', value: '1' }] });
    const params = (value: string) =>
      tracking.post(`logged-models/${id}/params`, { model_id: id, params: [{ key: 'p', value }] });
    assert.equal((await params('1')).status, 200);
    assert.equal((await params('2')).json.error_code, 'BAD_REQUEST');
    assert.deepEqual((await model(id)).data.params, [{ key: 'p', value: '1' }]);
  });

  it('keeps a deleted model for who asks for it', async () => {
    const id = await create();
    assert.equal((await remove(id)).status, 200);
    assert.equal((await tracking.get(`logged-models/${id}`)).status, 404);
    const kept = await tracking.get(`logged-models/${id}?allow_deleted=true`);
    assert.equal(kept.json.model.info.model_id, id);
    const missing = await tracking.get('logged-models/m-none');
    assert.equal(missing.json.message, "Logged model with ID 'm-none' not found.");
  });

  it('mirrors metrics that name a model, each point once', async () => {
    const id = await create();
    const origin = { model_id: id, dataset_name: 'd', dataset_digest: 'g' };
    for (const more of [origin, origin, { model_id: id }, {}, { ...origin, value: 1 }]) {
      assert.equal((await log(more)).status, 200);
    }
    const point = { key: 'acc', value: 0.5, timestamp: 7, step: 0, model_id: id, run_id };
    const dataset = { dataset_name: 'd', dataset_digest: 'g' };
    assert.deepEqual((await model(id)).data.metrics, [
      point,
      { ...point, ...dataset },
      { ...point, ...dataset, value: 1 },
    ]);
    const history = await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=acc`);
    assert.deepEqual(
      history.json.metrics.map((metric: { value: number }) => metric.value),
      [0.5, 1],
    );
  });

  it('shows NaN and infinities of a model as what they are', async () => {
    const id = await create();
    for (const [step, value] of ['NaN', 'Infinity', '-Infinity'].entries()) {
      await log({ model_id: id, value, step });
    }
    const { metrics } = (await model(id)).data;
    assert.deepEqual(
      metrics.map((metric: { value: unknown }) => metric.value),
      ['NaN', 'Infinity', '-Infinity'],
    );
  });

  it('logs nothing of a batch that names an unknown model', async () => {
    const metrics = [
      { key: 'a', value: 1, timestamp: 1 },
      { key: 'b', value: 1, timestamp: 1, model_id: 'm-none' },
    ];
    const answer = await tracking.post('runs/log-batch', { run_id, metrics });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.error_code, 'BAD_REQUEST');
    const { data } = (await tracking.get(`runs/get?run_id=${run_id}`)).json.run;
    assert.equal(data.metrics, undefined);
  });

  it('tells the models that a run used and made', async () => {
    const id = await create();
    const empty = (await tracking.get(`runs/get?run_id=${run_id}`)).json.run;
    assert.deepEqual([empty.inputs, empty.outputs], [{}, {}]);
    await tracking.post('runs/log-inputs', { run_id, models: [{ model_id: id }] });
    const used = (await tracking.get(`runs/get?run_id=${run_id}`)).json.run;
    assert.deepEqual([used.inputs, used.outputs], [{ model_inputs: [{ model_id: id }] }, {}]);
    await tracking.post('runs/outputs', { run_id, models: [{ model_id: id, step: 2 }] });
    await tracking.post('runs/outputs', { run_id, models: [{ model_id: id, step: '5' }] });
    const { run } = (await tracking.get(`runs/get?run_id=${run_id}`)).json;
    assert.deepEqual(run.inputs, { model_inputs: [{ model_id: id }] });
    assert.deepEqual(run.outputs, { model_outputs: [{ model_id: id, step: 5 }] });
    const { json } = await tracking.post('runs/search', {
      experiment_ids: ['0'],
      filter: `run_id = '${run_id}'`,
    });
    assert.deepEqual(json.runs[0].inputs, {});
    assert.deepEqual(json.runs[0].outputs, run.outputs);
  });

  it('keeps everything through a restart from the journal', async () => {
    const id = await create({ tags: [{ key: 'a', value: '1' }], source_run_id: run_id });
    await log({ model_id: id, dataset_name: 'd' });
    await tracking.post('runs/outputs', { run_id, models: [{ model_id: id, step: 2 }] });
    const before = [await model(id), (await tracking.get(`runs/get?run_id=${run_id}`)).json];
    const again = await tracking.reopenReadOnly();
    const after = [
      (await again.get(`logged-models/${id}`)).json.model,
      (await again.get(`runs/get?run_id=${run_id}`)).json,
    ];
    assert.deepEqual(after, before);
    tracking = again;
  });
});

describe('artifacts of logged models', () => {
  let tracking: Tracking;
  let id: string;
  before(async () => {
    tracking = await Tracking.open();
    const { json } = await tracking.post('logged-models', { experiment_id: '0', name: 'm' });
    id = json.model.info.model_id;
    const base = `/api/2.0/mlflow-artifacts/artifacts/0/models/${id}/artifacts`;
    await tracking.send('PUT', `${base}/MLmodel`, { text: 'flavors: {}' });
    await tracking.send('PUT', `${base}/data/model.pkl`, { text: 'bytes' });
  });
  after(() => tracking.close());

  const directories = (query: string) =>
    tracking.get(`logged-models/${id}/artifacts/directories${query}`);

  it('lie in one folder of the data folder', async () => {
    const entry = await tracking.store.blobs.stat(`artifacts/0/models/${id}/data/model.pkl`);
    assert.equal(entry?.size, 5);
  });

  it('are listed folder by folder', async () => {
    const root_uri = `mlflow-artifacts:/0/models/${id}/artifacts`;
    assert.deepEqual((await directories('')).json, {
      root_uri,
      files: [
        { path: 'MLmodel', is_dir: false, file_size: 11 },
        { path: 'data', is_dir: true },
      ],
    });
    assert.deepEqual((await directories('?artifact_directory_path=data')).json.files, [
      { path: 'data/model.pkl', is_dir: false, file_size: 5 },
    ]);
    assert.deepEqual((await directories('?artifact_directory_path=none')).json, { root_uri });
    assert.equal(
      (await directories('?artifact_directory_path=../..')).json.message,
      'Invalid path',
    );
  });

  it('are downloaded as attachments', async () => {
    const file = (path: string) =>
      tracking.send(
        'GET',
        `/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files?artifact_file_path=${path}`,
        {},
      );
    const found = await file('data/model.pkl');
    assert.equal(found.text, 'bytes');
    assert.match(found.headers['content-disposition'] ?? '', /^attachment; filename="model\.pkl"/);
    assert.equal(found.headers['x-content-type-options'], 'nosniff');
    assert.match((await file('data')).json.message, /^Artifact path refers to a directory/);
    assert.equal((await file('none')).status, 404);
    assert.equal((await file('..%2Fx')).json.message, 'Invalid path');
    assert.equal((await file('')).json.error_code, 'BAD_REQUEST');
  });
});
