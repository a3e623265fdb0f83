// How requests are read: JSON as protocol buffers have it, query strings, and what is refused.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('requests of MLflow clients', () => {
  let tracking: Tracking;
  before(async () => {
    tracking = await Tracking.open();
  });
  after(() => tracking.close());

  const refused = async (call: string, body: unknown, message: string | RegExp, status = 400) => {
    const answer = await tracking.post(call, body);
    assert.equal(answer.status, status, answer.text);
    if (typeof message === 'string') assert.equal(answer.json.message, message);
    else assert.match(answer.json.message, message);
    return answer.json.error_code;
  };
  const SEE = ' See the API docs for more information about request parameters.';

  it('names a required field that is missing or empty', async () => {
    const missing = `Missing value for required parameter 'name'.${SEE}`;
    assert.equal(await refused('experiments/create', {}, missing), 'INVALID_PARAMETER_VALUE');
    await refused('experiments/create', { name: '' }, missing);
    await refused('experiments/create', { name: null }, missing);
    const { json } = await tracking.get('runs/get');
    assert.equal(json.message, `Missing value for required parameter 'run_id'.${SEE}`);
  });

  it('names the path of a missing field in a batch', async () => {
    const run_id = await tracking.newRun();
    const metrics = [
      { key: 'a', value: 1, timestamp: 1 },
      { key: 'b', value: 1 },
    ];
    await refused(
      'runs/log-batch',
      { run_id, metrics },
      `Missing value for required parameter 'metrics[1].timestamp'.${SEE}`,
    );
  });

  it('names the type of a wrong value in Python’s words', async () => {
    const wrong = (value: unknown, type: string) =>
      refused(
        'experiments/create',
        { name: value },
        `Invalid value ${JSON.stringify(value)} for parameter 'name' supplied:  Hint: Value was ` +
          `of type '${type}'.${SEE}`,
      );
    await wrong(5, 'int');
    await wrong(1.5, 'float');
    await wrong(true, 'bool');
    await wrong(['a'], 'list');
    await wrong({ a: 1 }, 'dict');
  });

  it('takes integers as text and numbers as text', async () => {
    const run_id = await tracking.newRun({ start_time: '1700000000000' });
    const metric = { run_id, key: 'm', value: '0.5', timestamp: '1700000000001', step: '7' };
    assert.equal((await tracking.post('runs/log-metric', metric)).status, 200);
    const { json } = await tracking.get(`runs/get?run_id=${run_id}`);
    assert.strictEqual(json.run.info.start_time, 1_700_000_000_000);
    assert.deepEqual(json.run.data.metrics, [
      { key: 'm', value: 0.5, timestamp: 1_700_000_000_001, step: 7 },
    ]);
  });

  it('takes the old name run_uuid, and answers with both', async () => {
    const run_id = await tracking.newRun();
    const { json } = await tracking.get(`runs/get?run_uuid=${run_id}`);
    assert.equal(json.run.info.run_id, run_id);
    assert.equal(json.run.info.run_uuid, run_id);
  });

  it('takes field names in camel case and ignores unknown fields', async () => {
    const { json } = await tracking.post('runs/create', { experimentId: '0', runName: 'x', y: 1 });
    assert.equal(json.run.info.run_name, 'x');
  });

  it('takes enums by name and number and ignores unknown names', async () => {
    const run_id = await tracking.newRun();
    const status = async (value: unknown) =>
      (await tracking.post('runs/update', { run_id, status: value })).json.run_info.status;
    assert.equal(await status('FINISHED'), 'FINISHED');
    assert.equal(await status(4), 'FAILED');
    assert.equal(await status('5'), 'KILLED');
    assert.equal(await status('BAD'), 'KILLED');
    await refused('runs/update', JSON.stringify({ run_id, status: 99 }), /^Invalid value 99 for/);
  });

  it('refuses malformed JSON and what is not an object', async () => {
    assert.equal(await refused('runs/create', '{"a":', /^Malformed JSON/), 'BAD_REQUEST');
    await refused('runs/create', '[1]', /must be a JSON object/);
  });

  it('decodes a body that was encoded twice', async () => {
    const body = JSON.stringify(JSON.stringify({ experiment_id: '0', run_name: 'twice' }));
    const { json } = await tracking.post('runs/create', body);
    assert.equal(json.run.info.run_name, 'twice');
  });

  it('asks for JSON as content type', async () => {
    const send = async (headers: Record<string, string>) =>
      tracking.post('runs/create', {}, headers);
    assert.equal(
      (await send({ 'content-type': 'text/plain' })).json.message,
      "Bad Request. Content-Type must be one of ['application/json'].",
    );
    assert.equal((await send({})).json.message, 'Bad Request. Content-Type header is missing.');
    const withCharset = await send({ 'content-type': 'application/json; charset=utf-8' });
    assert.equal(withCharset.status, 200);
  });

  it('is there under each of MLflow’s prefixes', async () => {
    for (const prefix of ['api/2.0', 'api/3.0', 'ajax-api/2.0', 'ajax-api/3.0']) {
      const answer = await tracking.send('GET', `/${prefix}/mlflow/server-info`, {});
      assert.deepEqual(answer.json, {
        store_type: 'SqlStore',
        workspaces_enabled: false,
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
      });
    }
  });

  it('answers 404 for calls it does not have', async () => {
    const answer = await tracking.post('webhooks', { name: 'm' });
    assert.equal(answer.status, 404);
    assert.equal(answer.json.error_code, 'ENDPOINT_NOT_FOUND');
  });

  it('refuses a field that is there in both spellings', async () => {
    const run_id = await tracking.newRun();
    const body = { run_id, runId: 'other', key: 'a', value: '1' };
    const answer = await tracking.post('runs/set-tag', body);
    assert.equal(
      answer.json.message,
      "Request specifies both 'run_id' and 'runId'; provide only one of them.",
    );
  });
});
