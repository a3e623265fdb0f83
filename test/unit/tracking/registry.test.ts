// The model registry over the routes: what contract tests against MLflow cannot show or plant.
import assert from 'node:assert/strict';
import { type Answer, Tracking } from './harness';

const JSON_TYPE = { 'content-type': 'application/json' };
const ALLOWED = 'MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES';

describe('registry routes', () => {
  let tracking: Tracking;
  beforeEach(async () => {
    tracking = await Tracking.open();
    await tracking.post('registered-models/create', { name: 'm' });
  });
  afterEach(async () => {
    delete process.env[ALLOWED];
    await tracking.close();
  });

  const send = (method: 'PATCH' | 'DELETE', call: string, body: unknown): Promise<Answer> =>
    tracking.send(method, `/api/2.0/mlflow/${call}`, {
      text: JSON.stringify(body),
      headers: JSON_TYPE,
    });
  const create = (source: string, more: object = {}) =>
    tracking.post('model-versions/create', { name: 'm', source, ...more });
  const refused = (answer: Answer, message: RegExp) => {
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.error_code, 'INVALID_PARAMETER_VALUE');
    assert.match(answer.json.message, message);
  };
  const get = async (version: number) =>
    (await tracking.get(`model-versions/get?name=m&version=${version}`)).json.model_version;

  it('answers a version with the members that MLflow sends, and no others', async () => {
    const { json } = await create('s3://bucket/model');
    assert.deepEqual(json.model_version, {
      name: 'm',
      version: '1',
      creation_timestamp: tracking.now,
      last_updated_timestamp: tracking.now,
      current_stage: 'None',
      description: '',
      source: 's3://bucket/model',
      run_id: '',
      status: 'READY',
      run_link: '',
    });
  });

  it('shows aliases of a version asked for by itself, and not inside its model', async () => {
    await create('s3://bucket/model');
    await tracking.post('registered-models/alias', { name: 'm', alias: 'best', version: '1' });
    assert.deepEqual((await get(1)).aliases, ['best']);
    const { json } = await tracking.get('registered-models/get?name=m');
    assert.deepEqual(json.registered_model.aliases, [{ alias: 'best', version: '1' }]);
    assert.equal('aliases' in json.registered_model.latest_versions[0], false);
    const latest = await tracking.get('registered-models/get-latest-versions?name=m');
    assert.deepEqual(latest.json.model_versions[0].aliases, ['best']);
  });

  it('takes only files of the run that is named', async () => {
    const run = await tracking.newRun();
    const other = await tracking.newRun();
    const artifacts = (id: string) => `mlflow-artifacts:/0/${id}/artifacts/model`;
    assert.equal((await create(artifacts(run), { run_id: run })).status, 200);
    refused(await create(artifacts(other), { run_id: run }), /run_id request parameter/);
    refused(await create(artifacts(run)), /run_id request parameter/);
    refused(await create(`runs:/${other}/model`, { run_id: run }), /run_id request parameter/);
    refused(await create('/etc/passwd', { run_id: run }), /To use a local path/);
    assert.equal(tracking.store.registry.nextVersion('m'), 2);
  });

  it('refuses ways out of a folder, however they are encoded', async () => {
    const run = await tracking.newRun();
    for (const out of ['..', '%2e%2e', '%252e%252e', '%2E%2E', '.', '..%2f..', 'a%00b']) {
      const source = `mlflow-artifacts:/0/${run}/artifacts/${out}/x`;
      refused(await create(source, { run_id: run }), /absolute path must be provided/);
    }
  });

  it('refuses schemes that name a host, unless the environment allows them', async () => {
    refused(await create('https://host/model'), /cannot use the 'https' scheme/);
    process.env[ALLOWED] = 'ftp, HTTPS';
    assert.equal((await create('https://host/model')).status, 200);
    refused(await create('http://host/model'), /cannot use the 'http' scheme/);
  });

  it('limits tags and aliases', async () => {
    const long = 'x'.repeat(100_001);
    const text = [{ key: 'mlflow.prompt.text', value: long }];
    refused(await create('s3://b/x', { tags: text }), /^Prompt text exceeds max length of 100000/);
    const tags = [{ key: 't', value: long }];
    refused(await create('s3://b/x', { tags }), /^'value' exceeds the maximum length of 100000/);
    const tag = { name: 'm', key: 't', value: long };
    refused(await tracking.post('registered-models/set-tag', tag), /^'value' exceeds/);
    assert.equal((await create('s3://b/x')).status, 200);
    const alias = { name: 'm', alias: 'a'.repeat(256), version: '1' };
    refused(await tracking.post('registered-models/alias', alias), /maximum length of 255/);
  });

  it('archives what was in the stage, and nothing when the version is unknown', async () => {
    for (let i = 0; i < 3; i++) await create('s3://b/x');
    const move = (version: string, archive: boolean) =>
      tracking.post('model-versions/transition-stage', {
        name: 'm',
        version,
        stage: 'STAGING',
        archive_existing_versions: archive,
      });
    await move('1', false);
    await move('2', false);
    assert.equal((await move('9', true)).status, 404);
    assert.equal((await get(1)).current_stage, 'Staging');
    tracking.now += 5;
    await move('2', true);
    assert.equal((await get(1)).current_stage, 'Archived');
    assert.equal((await get(1)).last_updated_timestamp, tracking.now);
    assert.equal((await get(2)).current_stage, 'Staging');
  });

  it('gives each of many versions made at once a number of its own', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create('s3://b/x')));
    const numbers = made.map((answer) => Number(answer.json.model_version.version));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it('lists in a logged model the versions made of it', async () => {
    const { json } = await tracking.post('logged-models', { experiment_id: '0', name: 'model' });
    const id = json.model.info.model_id;
    for (let i = 0; i < 2; i++) await create(`models:/${id}`, { model_id: id });
    const tags = tracking.store.models.get(id)?.tags ?? [];
    assert.equal(
      tags.find((tag) => tag.key === 'mlflow.modelVersions')?.value,
      '[{"name": "m", "version": 1}, {"name": "m", "version": 2}]',
    );
    assert.equal(tracking.store.registry.version('m', 1)?.modelId, id);
    const uri = await tracking.get('model-versions/get-download-uri?name=m&version=1');
    assert.equal(uri.json.artifact_uri, json.model.info.artifact_uri);
  });

  it('keeps a copy readable after its original is deleted', async () => {
    await create('s3://b/original');
    await create('models:/m/1');
    await create('models:/m/latest');
    await send('DELETE', 'model-versions/delete', { name: 'm', version: '1' });
    const uri = await tracking.get('model-versions/get-download-uri?name=m&version=3');
    assert.equal(uri.json.artifact_uri, 's3://b/original');
    assert.equal((await get(3)).source, 'models:/m/2');
  });

  it('refuses a prompt as source and files as a prompt', async () => {
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    await tracking.post('registered-models/create', { name: 'p', tags });
    const version = { name: 'p', source: 'dummy-source', tags };
    assert.equal((await tracking.post('model-versions/create', version)).status, 200);
    refused(await create('models:/p/1'), /Prompt versions cannot be used/);
    refused(
      await tracking.post('model-versions/create', { ...version, source: 's3://b/x' }),
      /Invalid prompt source/,
    );
  });

  it('says what a taken name belongs to, with Python quotes', async () => {
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    await tracking.post('registered-models/create', { name: "it's", tags });
    const { json } = await tracking.post('registered-models/create', { name: "it's" });
    assert.equal(json.error_code, 'RESOURCE_ALREADY_EXISTS');
    assert.match(json.message, /^Tried to create a registered model with name "it's", but/);
  });

  it('changes nothing when a call is refused', async () => {
    await create('s3://b/x', { tags: [{ key: 'k', value: 'v' }] });
    const before = JSON.stringify(tracking.store.registry.get('m'));
    await send('PATCH', 'model-versions/update', { name: 'm', version: '7', description: 'x' });
    await send('DELETE', 'registered-models/delete-tag', { name: 'm', key: 'nothing' });
    await send('DELETE', 'model-versions/delete', { name: 'm', version: 'x' });
    await create('s3://b/x', { model_id: 'm-unknown' });
    assert.equal(JSON.stringify(tracking.store.registry.get('m')), before);
  });
});
