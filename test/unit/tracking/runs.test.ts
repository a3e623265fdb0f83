// Runs over the routes.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('run routes', () => {
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await Tracking.open();
  });
  afterEach(() => tracking.close());

  const get = async (id: string) => (await tracking.get(`runs/get?run_id=${id}`)).json.run;

  it('creates a run as MLflow answers it', async () => {
    const { json } = await tracking.post('runs/create', {
      experiment_id: '0',
      user_id: 'ada',
      run_name: 'first',
      start_time: 5,
      tags: [{ key: 'mlflow.user', value: 'ada' }],
    });
    const { run_id } = json.run.info;
    assert.deepEqual(json.run, {
      info: {
        run_uuid: run_id,
        run_id,
        run_name: 'first',
        experiment_id: '0',
        user_id: 'ada',
        status: 'RUNNING',
        start_time: 5,
        artifact_uri: `mlflow-artifacts:/0/${run_id}/artifacts`,
        lifecycle_stage: 'active',
      },
      data: {
        tags: [
          { key: 'mlflow.runName', value: 'first' },
          { key: 'mlflow.user', value: 'ada' },
        ],
      },
      inputs: {},
    });
    assert.deepEqual(await get(run_id), { ...json.run, outputs: {} });
  });

  it('names a run, keeps the tag with its name, and wants both to agree', async () => {
    const { json } = await tracking.post('runs/create', {});
    assert.match(json.run.info.run_name, /^[a-z]+-[a-z]+-\d{1,3}$/);
    assert.deepEqual(json.run.data.tags, [
      { key: 'mlflow.runName', value: json.run.info.run_name },
    ]);
    const tags = [{ key: 'mlflow.runName', value: 'tagged' }];
    const tagged = await tracking.post('runs/create', { tags });
    assert.equal(tagged.json.run.info.run_name, 'tagged');
    const both = await tracking.post('runs/create', { tags, run_name: 'other' });
    assert.equal(both.status, 400);
    assert.match(both.json.message, /run_name='other', mlflow.runName='tagged'/);
  });

  it('starts now when no time is given', async () => {
    const { json } = await tracking.post('runs/create', {});
    assert.equal(json.run.info.start_time, tracking.now);
  });

  it('updates status, end time and name', async () => {
    const run_id = await tracking.newRun();
    const { json } = await tracking.post('runs/update', {
      run_id,
      status: 'FINISHED',
      end_time: 99,
      run_name: 'renamed',
    });
    assert.equal(json.run_info.status, 'FINISHED');
    assert.equal(json.run_info.end_time, 99);
    const run = await get(run_id);
    assert.equal(run.info.run_name, 'renamed');
    assert.deepEqual(run.data.tags, [{ key: 'mlflow.runName', value: 'renamed' }]);
  });

  it('renames by the tag, too', async () => {
    const run_id = await tracking.newRun();
    await tracking.post('runs/set-tag', { run_id, key: 'mlflow.runName', value: 'a' });
    assert.equal((await get(run_id)).info.run_name, 'a');
    const tags = [
      { key: 'mlflow.runName', value: 'b' },
      { key: 't', value: '1' },
    ];
    await tracking.post('runs/log-batch', { run_id, tags });
    const run = await get(run_id);
    assert.equal(run.info.run_name, 'b');
    assert.deepEqual(run.data.tags, tags);
  });

  it('deletes and restores, and a deleted run takes nothing', async () => {
    const run_id = await tracking.newRun();
    await tracking.post('runs/delete', { run_id });
    assert.equal((await get(run_id)).info.lifecycle_stage, 'deleted');
    const message = `The run ${run_id} must be in the 'active' state. Current state is deleted.`;
    const calls: [string, object][] = [
      ['runs/update', { status: 'FINISHED' }],
      ['runs/log-metric', { key: 'm', value: 1, timestamp: 1 }],
      ['runs/log-parameter', { key: 'p', value: '1' }],
      ['runs/set-tag', { key: 't', value: '1' }],
      ['runs/delete-tag', { key: 'mlflow.runName' }],
      ['runs/log-batch', { tags: [{ key: 't', value: '1' }] }],
      ['runs/log-inputs', { datasets: [] }],
    ];
    for (const [call, fields] of calls) {
      const answer = await tracking.post(call, { run_id, ...fields });
      assert.equal(answer.status, 400, call);
      assert.equal(answer.json.message, message, call);
    }
    await tracking.post('runs/restore', { run_id });
    assert.equal((await get(run_id)).info.lifecycle_stage, 'active');
    assert.equal((await tracking.post('runs/update', { run_id, status: 'FAILED' })).status, 200);
  });

  it('says which run does not exist', async () => {
    for (const call of ['runs/update', 'runs/delete', 'runs/restore', 'runs/log-inputs']) {
      const answer = await tracking.post(call, { run_id: 'none' });
      assert.equal(answer.status, 404, call);
      assert.deepEqual(answer.json, {
        error_code: 'RESOURCE_DOES_NOT_EXIST',
        message: 'Run with id=none not found',
      });
    }
  });

  it('keeps the artifacts where the experiment says', async () => {
    const { json } = await tracking.post('experiments/create', {
      name: 'far',
      artifact_location: 's3://bucket/far/',
    });
    const run_id = await tracking.newRun({ experiment_id: json.experiment_id });
    assert.equal((await get(run_id)).info.artifact_uri, `s3://bucket/far/${run_id}/artifacts`);
    const list = await tracking.get(`artifacts/list?run_id=${run_id}`);
    assert.match(list.json.message, /are kept at s3:\/\/bucket/);
  });

  it('logs datasets once', async () => {
    const run_id = await tracking.newRun();
    const dataset = { name: 'd', digest: 'x1', source_type: 'local', source: '{}' };
    const input = { tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset };
    const log = () => tracking.post('runs/log-inputs', { run_id, datasets: [input, input] });
    assert.equal((await log()).status, 200);
    assert.equal((await log()).status, 200);
    assert.deepEqual((await get(run_id)).inputs, { dataset_inputs: [input] });
    const long = { ...input, dataset: { ...dataset, digest: 'x'.repeat(37) } };
    const answer = await tracking.post('runs/log-inputs', { run_id, datasets: [long] });
    assert.equal(answer.json.message, "'digest' exceeds the maximum length of 36 characters");
  });
});
