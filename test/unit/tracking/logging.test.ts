// Metrics, parameters and tags over the routes: what is kept, cut, and refused.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('logging routes', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    tracking = await Tracking.open();
  });
  after(() => tracking.close());
  beforeEach(async () => {
    run_id = await tracking.newRun({ run_name: 'r' });
  });

  const data = async () => (await tracking.get(`runs/get?run_id=${run_id}`)).json.run.data;
  const metric = (value: unknown, more: object = {}) =>
    tracking.post('runs/log-metric', { run_id, key: 'm', value, timestamp: 1, ...more });
  const param = (key: string, value: string) =>
    tracking.post('runs/log-parameter', { run_id, key, value });
  const batch = (fields: object) => tracking.post('runs/log-batch', { run_id, ...fields });

  it('keeps NaN and infinities and sends them as strings', async () => {
    for (const [step, value] of ['NaN', 'Infinity', '-Infinity'].entries()) {
      assert.equal((await metric(value, { step })).status, 200);
    }
    const { text, json } = await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=m`);
    assert.match(text, /"value":"NaN"/);
    assert.deepEqual(
      json.metrics.map((point: { value: unknown }) => point.value),
      ['NaN', 'Infinity', '-Infinity'],
    );
    assert.equal((await data()).metrics[0].value, '-Infinity');
  });

  it('reads what Python’s float() and int() read', async () => {
    const values = ['nan', '-INF', ' 2.5 ', '1_000', true, '.5', '1.', '1e3'];
    for (const [step, value] of values.entries()) {
      assert.equal((await metric(value, { step: ` ${step}`, timestamp: '1e3' })).status, 200);
    }
    const { json } = await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=m`);
    const points: { value: unknown; timestamp: number }[] = json.metrics;
    assert.deepEqual(
      points.map((point) => point.value),
      ['NaN', '-Infinity', 2.5, 1000, 1, 0.5, 1, 1000],
    );
    assert.ok(points.every((point) => point.timestamp === 1000));
    for (const bad of ['0x10', '1__0', '_1', '1e', 'e3', '', '- 1', '.']) {
      assert.equal((await metric(bad)).status, 400, bad);
    }
    for (const bad of ['1.5', 'nan', '5.']) {
      assert.equal((await metric(1, { step: bad })).status, 400, bad);
    }
  });

  it('reads NaN that stands bare, as Python writes it', async () => {
    const body = `{"run_id":"${run_id}","key":"m","value":-Infinity,"timestamp":1}`;
    assert.equal((await tracking.post('runs/log-metric', body)).status, 200);
    assert.equal((await data()).metrics[0].value, '-Infinity');
  });

  it('shows the latest by step, then time, then value', async () => {
    await metric(1, { step: 5, timestamp: 1 });
    await metric(2, { step: 3, timestamp: 9 });
    await metric(3, { step: 5, timestamp: 0 });
    assert.deepEqual((await data()).metrics, [{ key: 'm', value: 1, timestamp: 1, step: 5 }]);
  });

  it('refuses values that are no number, and negative times', async () => {
    assert.match((await metric('abc')).json.message, /^Invalid value "abc" for parameter 'value'/);
    assert.match((await metric([1])).json.message, /type 'list'/);
    const answer = await metric(1, { timestamp: -1 });
    assert.equal(
      answer.json.message,
      "Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1.0). " +
        'Timestamp must be a nonnegative long (64-bit integer) ',
    );
  });

  it('refuses keys that would not be safe as file names', async () => {
    const bad = {
      'a*b': /Names may only contain alphanumerics/,
      '../a': /must not resolve to other names .* would resolve to '..\/a'$/,
      '/a': /would resolve to '\/a'$/,
      'a//b': /would resolve to 'a\/b'$/,
      'a/./b': /would resolve to 'a\/b'$/,
      '.': /would resolve to '.'$/,
      'a/': /would resolve to 'a'$/,
    };
    for (const [key, message] of Object.entries(bad)) {
      assert.match((await param(key, '1')).json.message, message, key);
      assert.match((await metric(1, { key })).json.message, /for parameter 'name' supplied/, key);
    }
    assert.match((await batch({ tags: [{ key: 'a*b' }] })).json.message, /'tags\[0\].key'/);
    for (const key of ['a/b c:d-e.f_1', 'größe', '学习率']) {
      assert.equal((await param(key, '1')).status, 200, key);
    }
  });

  it('refuses keys that are too long', async () => {
    const key = 'k'.repeat(251);
    assert.equal(
      (await param(key, '1')).json.message,
      "'Param key' exceeds the maximum length of 250 characters",
    );
    assert.match((await metric(1, { key })).json.message, /^'Metric name' exceeds/);
  });

  it('cuts long values and answers 200', async () => {
    await param('p', 'ä'.repeat(6001));
    await tracking.post('runs/set-tag', { run_id, key: 't', value: '😀'.repeat(8001) });
    const { params, tags } = await data();
    assert.equal(params[0].value, 'ä'.repeat(6000));
    const tag = tags.find((item: { key: string }) => item.key === 't');
    assert.equal([...tag.value].length, 8000);
  });

  it('does not change a parameter, but takes the same value again', async () => {
    await param('p', '1');
    assert.equal((await param('p', '1')).status, 200);
    const changed = await param('p', '2');
    assert.equal(changed.status, 400);
    assert.equal(
      changed.json.message,
      "Changing param values is not allowed. Param with key='p' was already logged with " +
        `value='1' for run ID='${run_id}'. Attempted logging new value '2'.`,
    );
    const inBatch = await batch({ params: [{ key: 'p', value: '2' }] });
    assert.match(
      inBatch.json.message,
      /Params were already logged='\[\{'key': 'p', 'old_value': '1', 'new_value': '2'\}\]'/,
    );
    assert.deepEqual((await data()).params, [{ key: 'p', value: '1' }]);
  });

  it('changes and deletes tags', async () => {
    const set = (value?: string) => tracking.post('runs/set-tag', { run_id, key: 't', value });
    await set('1');
    await set();
    assert.deepEqual((await data()).tags[1], { key: 't', value: '' });
    const remove = () => tracking.post('runs/delete-tag', { run_id, key: 't' });
    assert.equal((await remove()).status, 200);
    const again = await remove();
    assert.equal(again.status, 404);
    assert.equal(again.json.message, `No tag with name: t in run with id ${run_id}`);
  });

  it('writes a batch as a whole or not at all', async () => {
    await param('p', '1');
    const before = await data();
    const metrics = [{ key: 'm', value: 1, timestamp: 1 }];
    const refused = [
      { metrics, params: [{ key: 'p', value: '2' }] },
      { metrics, tags: [{ key: '../x', value: '1' }] },
      { metrics: [...metrics, { key: 'n', value: 'x', timestamp: 1 }] },
      {
        metrics,
        params: [
          { key: 'q', value: '1' },
          { key: 'q', value: '1' },
        ],
      },
    ];
    for (const fields of refused) assert.equal((await batch(fields)).status, 400);
    assert.deepEqual(await data(), before);
  });

  it('takes the same batch twice without doubling it', async () => {
    const fields = {
      metrics: [
        { key: 'm', value: 1, timestamp: 1, step: 1 },
        { key: 'm', value: 1, timestamp: 1, step: 1 },
        { key: 'm', value: 2, timestamp: 2, step: 2 },
      ],
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: '1' }],
    };
    assert.equal((await batch(fields)).status, 200);
    const first = await data();
    assert.equal((await batch(fields)).status, 200);
    assert.deepEqual(await data(), first);
    const history = await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=m`);
    assert.deepEqual(
      history.json.metrics.map((point: { step: number }) => point.step),
      [1, 2],
    );
  });

  it('lets the last of two tags of one batch count', async () => {
    const tag = (value: string) => ({ key: 't', value });
    await batch({ tags: [tag('1'), tag('2')] });
    assert.deepEqual((await data()).tags[1], tag('2'));
  });

  it('holds the limits of a batch, with MLflow’s messages', async () => {
    const metrics = (count: number) =>
      Array.from({ length: count }, (_, step) => ({ key: 'm', value: 1, timestamp: 1, step }));
    const pairs = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: '1' }));
    const message = (count: number, what: string, limit: number) =>
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
      `Please split up ${what} across multiple requests and try again.`;
    const said = async (fields: object) => (await batch(fields)).json.message;
    assert.equal(await said({ metrics: metrics(1001) }), message(1001, 'metrics', 1000));
    assert.equal(await said({ params: pairs(101) }), message(101, 'params', 100));
    assert.equal(await said({ tags: pairs(101) }), message(101, 'tags', 100));
    assert.equal(
      await said({ metrics: metrics(990), params: pairs(11) }),
      message(1001, 'metrics, params, and tags', 1000),
    );
    assert.equal(
      await said({ params: [...pairs(2), ...pairs(1)] }),
      "Duplicate parameter keys have been submitted: ['k0']. Please ensure the request contains " +
        'only one param value per param key.',
    );
    const big = { key: 't', value: 'x'.repeat(1_000_000) };
    assert.match(await said({ tags: [big] }), /must be at most 1000000 bytes, got a request/);
    assert.equal((await batch({ metrics: metrics(1000) })).status, 200);
  });
});
