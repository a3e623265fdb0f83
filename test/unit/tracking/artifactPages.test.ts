// The addresses of MLflow's pages: files of runs and of registered versions, and uploads.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('artifact pages', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    tracking = await Tracking.open();
    run_id = await tracking.newRun();
    const base = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts`;
    await tracking.send('PUT', `${base}/model/MLmodel`, { text: 'flavors: {}' });
    await tracking.send('PUT', `${base}/page.html`, { text: '<script>alert(1)</script>' });
  });
  after(() => tracking.close());

  const page = (query: string) => tracking.send('GET', `/get-artifact?${query}`, {});
  const upload = (query: string, text: string, headers = {}) =>
    tracking.send('POST', `/ajax-api/2.0/mlflow/upload-artifact?${query}`, { text, headers });

  it('sends a file so that no browser runs it here', async () => {
    for (const id of ['run_id', 'run_uuid']) {
      const { status, headers } = await page(`${id}=${run_id}&path=page.html`);
      assert.equal(status, 200);
      assert.match(headers['content-disposition'] ?? '', /^attachment; filename="page\.html"/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  it('says what is wrong', async () => {
    assert.equal((await page(`run_id=${run_id}`)).json.error_code, 'BAD_REQUEST');
    assert.equal((await page('run_id=none&path=x')).json.message, 'Run with id=none not found');
    assert.equal((await page(`run_id=${run_id}&path=..%2Fx`)).json.message, 'Invalid path');
    assert.equal((await page(`run_id=${run_id}&path=none`)).status, 404);
    assert.match((await page(`run_id=${run_id}&path=model`)).json.message, /refers to a directory/);
  });

  it('finds the files of a version by whatever its source is', async () => {
    await tracking.post('registered-models/create', { name: 'm' });
    const uri = `mlflow-artifacts:/0/${run_id}/artifacts/model`;
    for (const source of [uri, `runs:/${run_id}/model`]) {
      const made = await tracking.post('model-versions/create', { name: 'm', source, run_id });
      const { version } = made.json.model_version;
      const query = `name=m&version=${version}&path=MLmodel`;
      const answer = await tracking.send('GET', `/model-versions/get-artifact?${query}`, {});
      assert.equal(answer.text, 'flavors: {}', source);
    }
  });

  it('does not read a place that is not its own', async () => {
    const { json } = await tracking.post('experiments/create', {
      name: 'far',
      artifact_location: 's3://bucket/far',
    });
    const id = await tracking.newRun({ experiment_id: json.experiment_id });
    assert.match((await page(`run_id=${id}&path=x`)).json.message, /are kept at s3:\/\/bucket/);
    assert.match((await upload(`run_uuid=${id}&path=x`, 'x')).json.message, /are kept at s3/);
  });

  it('takes files of at most 10 MB', async () => {
    assert.equal((await upload(`run_uuid=${run_id}&path=up/a.txt`, 'hello')).status, 200);
    assert.equal((await page(`run_id=${run_id}&path=up/a.txt`)).text, 'hello');
    const large = { 'content-length': String(10 * 1024 * 1024 + 1) };
    const refused = await upload(`run_uuid=${run_id}&path=b.txt`, 'hello', large);
    assert.equal(refused.json.message, 'Artifact size is too large. Max size is 10MB.');
    assert.equal((await page(`run_id=${run_id}&path=b.txt`)).status, 404);
  });
});
