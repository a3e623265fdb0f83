// Experiments over the routes.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('experiment routes', () => {
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await Tracking.open();
  });
  afterEach(() => tracking.close());

  const create = async (name: string, more: object = {}): Promise<string> =>
    (await tracking.post('experiments/create', { name, ...more })).json.experiment_id;
  const get = async (id: string) =>
    (await tracking.get(`experiments/get?experiment_id=${id}`)).json.experiment;

  it('starts with one named Default', async () => {
    const experiment = await get('0');
    assert.equal(experiment.name, 'Default');
    assert.equal(experiment.lifecycle_stage, 'active');
  });

  it('creates one with tags and finds it by id and name', async () => {
    const id = await create('a', { tags: [{ key: 'team', value: 'x' }] });
    const experiment = await get(id);
    assert.deepEqual(experiment, {
      experiment_id: id,
      name: 'a',
      artifact_location: `mlflow-artifacts:/${id}`,
      lifecycle_stage: 'active',
      workspace: 'default',
      creation_time: tracking.now,
      last_update_time: tracking.now,
      tags: [{ key: 'team', value: 'x' }],
    });
    const named = await tracking.get('experiments/get-by-name?experiment_name=a');
    assert.deepEqual(named.json.experiment, experiment);
  });

  it('leaves empty lists out', async () => {
    assert.equal('tags' in (await get(await create('a'))), false);
  });

  it('refuses a taken name, also of a deleted one', async () => {
    const id = await create('a');
    const again = async () => tracking.post('experiments/create', { name: 'a' });
    const first = await again();
    assert.equal(first.status, 400);
    assert.equal(first.json.error_code, 'RESOURCE_ALREADY_EXISTS');
    await tracking.post('experiments/delete', { experiment_id: id });
    assert.equal((await again()).json.error_code, 'RESOURCE_ALREADY_EXISTS');
  });

  it('says which experiment does not exist', async () => {
    const answer = await tracking.get('experiments/get?experiment_id=9999');
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, {
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'No Experiment with id=9999 exists',
    });
    const bad = await tracking.get('experiments/get?experiment_id=x');
    assert.match(bad.json.message, /^Invalid experiment ID 'x'. Experiment ID must be a valid/);
    const named = await tracking.get('experiments/get-by-name?experiment_name=no');
    assert.equal(named.json.message, "Could not find experiment with name 'no'");
  });

  it('deletes and restores with its runs', async () => {
    const id = await create('a');
    const run_id = await tracking.newRun({ experiment_id: id });
    const stage = async () =>
      (await tracking.get(`runs/get?run_id=${run_id}`)).json.run.info.lifecycle_stage;
    await tracking.post('experiments/delete', { experiment_id: id });
    assert.equal((await get(id)).lifecycle_stage, 'deleted');
    assert.equal(await stage(), 'deleted');
    const again = await tracking.post('experiments/delete', { experiment_id: id });
    assert.equal(again.status, 404);
    await tracking.post('experiments/restore', { experiment_id: id });
    assert.equal((await get(id)).lifecycle_stage, 'active');
    assert.equal(await stage(), 'active');
  });

  it('takes no runs and no tags while deleted', async () => {
    const id = await create('a');
    await tracking.post('experiments/delete', { experiment_id: id });
    const message = `The experiment ${id} must be in the 'active' state. Current state is deleted.`;
    const run = await tracking.post('runs/create', { experiment_id: id });
    assert.equal(run.json.message, message);
    const tag = { experiment_id: id, key: 'k', value: 'v' };
    const tagged = await tracking.post('experiments/set-experiment-tag', tag);
    assert.equal(tagged.json.message, message);
  });

  it('renames, unless the name is taken or it is deleted', async () => {
    const id = await create('a');
    await create('b');
    const rename = (new_name: string) =>
      tracking.post('experiments/update', { experiment_id: id, new_name });
    assert.equal((await rename('c')).status, 200);
    assert.equal((await get(id)).name, 'c');
    assert.equal((await rename('c')).status, 200);
    assert.equal((await rename('b')).json.error_code, 'RESOURCE_ALREADY_EXISTS');
    await tracking.post('experiments/delete', { experiment_id: id });
    assert.equal((await rename('d')).json.message, 'Cannot rename a non-active experiment.');
  });

  it('sets, changes and deletes tags', async () => {
    const id = await create('a');
    const tag = (value: string) =>
      tracking.post('experiments/set-experiment-tag', { experiment_id: id, key: 'k', value });
    await tag('1');
    await tag('2');
    assert.deepEqual((await get(id)).tags, [{ key: 'k', value: '2' }]);
    const remove = () =>
      tracking.post('experiments/delete-experiment-tag', { experiment_id: id, key: 'k' });
    assert.equal((await remove()).status, 200);
    const again = await remove();
    assert.equal(again.status, 404);
    assert.equal(again.json.message, `No tag with name: k in experiment with id ${id}`);
  });

  it('holds MLflow’s limits', async () => {
    const long = await tracking.post('experiments/create', { name: 'x'.repeat(501) });
    assert.equal(long.json.message, "'name' exceeds the maximum length of 500 characters");
    const tag = { experiment_id: '0', key: 'k', value: 'x'.repeat(5001) };
    const answer = await tracking.post('experiments/set-experiment-tag', tag);
    assert.equal(answer.json.message, "'value' exceeds the maximum length of 5000 characters");
    const runs = await tracking.post('experiments/create', {
      name: 'a',
      artifact_location: 'runs:/x',
    });
    assert.match(runs.json.message, /cannot be a runs:\/ URI/);
  });

  it('searches by filter, order and page', async () => {
    for (const name of ['a', 'b', 'c']) {
      tracking.now += 1;
      await create(name);
    }
    const search = async (body: object) => (await tracking.post('experiments/search', body)).json;
    const names = (json: { experiments?: { name: string }[] }) =>
      (json.experiments ?? []).map((experiment) => experiment.name);
    const first = await search({ max_results: 2 });
    assert.deepEqual(names(first), ['c', 'b']);
    const second = await search({ max_results: 2, page_token: first.next_page_token });
    assert.deepEqual(names(second), ['a', 'Default']);
    assert.equal('next_page_token' in second, false);
    assert.deepEqual(names(await search({ filter: "name != 'b'", order_by: ['name'] })), [
      'Default',
      'a',
      'c',
    ]);
    assert.deepEqual(await search({ view_type: 'DELETED_ONLY' }), {});
    const query = 'experiments/search?max_results=1&order_by=name%20DESC&view_type=ALL';
    assert.deepEqual(names((await tracking.get(query)).json), ['c']);
    const many = await search({ max_results: 50_001 });
    assert.match(many.message, /It must be at most 50000$/);
  });
});
