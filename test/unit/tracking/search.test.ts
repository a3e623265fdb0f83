// Search over runs and pages of points, over the routes.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('search and history routes', () => {
  let tracking: Tracking;
  const ids: string[] = [];
  before(async () => {
    tracking = await Tracking.open();
    for (let n = 0; n < 5; n++) {
      tracking.now += 1;
      const run_id = await tracking.newRun({ run_name: `run ${n}` });
      ids.push(run_id);
      await tracking.post('runs/log-batch', {
        run_id,
        metrics: [{ key: 'loss', value: n === 4 ? 'NaN' : n, timestamp: 1 }],
        params: [{ key: 'n', value: `${n}` }],
        tags: n === 0 ? [] : [{ key: 'odd', value: `${n % 2 === 1}` }],
      });
    }
  });
  after(() => tracking.close());

  const search = async (body: object) =>
    (await tracking.post('runs/search', { experiment_ids: ['0'], ...body })).json;
  const found = (json: { runs?: { info: { run_id: string } }[] }) =>
    (json.runs ?? []).map((run) => ids.indexOf(run.info.run_id));

  it('finds by metric, parameter, tag and attribute', async () => {
    assert.deepEqual(found(await search({ filter: 'metrics.loss >= 2' })), [3, 2]);
    assert.deepEqual(found(await search({ filter: "params.n != '3' AND tags.odd = 'true'" })), [1]);
    assert.deepEqual(
      found(await search({ filter: "run_name LIKE 'run _' and tags.odd IS NULL" })),
      [0],
    );
    assert.deepEqual(await search({ filter: "status = 'FAILED'" }), {});
  });

  it('orders by metric with NaN last, both ways', async () => {
    const by = async (term: string) => found(await search({ order_by: [term] }));
    assert.deepEqual(await by('metrics.loss ASC'), [0, 1, 2, 3, 4]);
    assert.deepEqual(await by('metrics.loss DESC'), [3, 2, 1, 0, 4]);
    assert.deepEqual(await by('attributes.start_time'), [0, 1, 2, 3, 4]);
  });

  it('answers page by page without losing or repeating one', async () => {
    const pages: number[][] = [];
    let page_token: string | undefined;
    do {
      const json = await search({ max_results: 2, page_token });
      pages.push(found(json));
      page_token = json.next_page_token;
    } while (page_token);
    assert.deepEqual(pages, [[4, 3], [2, 1], [0]]);
  });

  it('has no token when the page is exactly full', async () => {
    assert.equal('next_page_token' in (await search({ max_results: 5 })), false);
  });

  it('refuses bad tokens, limits and filters', async () => {
    const said = async (body: object) => (await search(body)).message;
    assert.equal(await said({ page_token: 'abc' }), 'Invalid page token, could not base64-decode');
    assert.match(await said({ page_token: 'e30=' }), /^Invalid page token, parsed value=\{\}$/);
    assert.match(await said({ max_results: 50_001 }), /^Invalid value 50001 for parameter/);
    assert.match(await said({ max_results: 0 }), /must be a positive integer$/);
    assert.match(await said({ experiment_ids: ['x'] }), /must be a valid integer/);
    assert.match(await said({ filter: 'metrics.a > 1 OR' }), /'OR'/);
    assert.match(await said({ order_by: ['bad'] }), /Valid keys are/);
  });

  it('finds deleted runs only when asked', async () => {
    await tracking.post('runs/delete', { run_id: ids[2] });
    assert.deepEqual(found(await search({ run_view_type: 'DELETED_ONLY' })), [2]);
    assert.deepEqual(found(await search({ run_view_type: 3 })), [4, 3, 2, 1, 0]);
    assert.deepEqual(found(await search({})), [4, 3, 1, 0]);
    await tracking.post('runs/restore', { run_id: ids[2] });
  });

  it('searches no experiment when none is named', async () => {
    assert.deepEqual(await search({ experiment_ids: [] }), {});
  });

  it('pages on when runs are added in between', async () => {
    const first = await search({ max_results: 2 });
    tracking.now += 1;
    const added = await tracking.newRun({ run_name: 'added' });
    const { next_page_token } = first;
    assert.deepEqual(found(await search({ max_results: 2, page_token: next_page_token })), [2, 1]);
    const old = Buffer.from('{"offset": 3}').toString('base64');
    assert.deepEqual(found(await search({ page_token: old })), [2, 1, 0]);
    await tracking.post('runs/delete', { run_id: added });
  });

  describe('of points', () => {
    let run_id: string;
    const COUNT = 25_003;
    before(async () => {
      run_id = await tracking.newRun();
      for (let from = 0; from < COUNT; from += 1000) {
        const length = Math.min(1000, COUNT - from);
        const metrics = Array.from({ length }, (_, index) => ({
          key: 'm',
          value: from + index,
          timestamp: 1 + from + index,
          step: from + index,
        }));
        await tracking.post('runs/log-batch', { run_id, metrics });
      }
    });
    const history = async (more = '') =>
      (await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=m${more}`)).json;

    it('pages by 25,000 when no size is given', async () => {
      const first = await history();
      assert.equal(first.metrics.length, 25_000);
      const second = await history(`&page_token=${encodeURIComponent(first.next_page_token)}`);
      assert.deepEqual(
        second.metrics.map((point: { step: number }) => point.step),
        [25_000, 25_001, 25_002],
      );
      assert.equal('next_page_token' in second, false);
    });

    it('has no token when the page is exactly full', async () => {
      const json = await history(`&max_results=${COUNT}`);
      assert.equal(json.metrics.length, COUNT);
      assert.equal('next_page_token' in json, false);
    });

    it('refuses pages of no size, and knows what is not there', async () => {
      assert.match((await history('&max_results=0')).message, /must be a positive integer\.$/);
      const none = await tracking.get(`metrics/get-history?run_id=${run_id}&metric_key=none`);
      assert.deepEqual(none.json, {});
      const run = await tracking.get('metrics/get-history?run_id=none&metric_key=m');
      assert.deepEqual([run.status, run.json], [200, {}]);
    });

    it('orders a series by time, as MLflow does, on every page', async () => {
      const id = await tracking.newRun();
      const metrics = [
        { key: 'm', value: 1, timestamp: 9, step: 1 },
        { key: 'm', value: 2, timestamp: 5, step: 2 },
      ];
      await tracking.post('runs/log-batch', { run_id: id, metrics });
      const times = async (more: string) => {
        const call = `metrics/get-history?run_id=${id}&metric_key=m${more}`;
        const { json } = await tracking.get(call);
        return [json.metrics.map((point: { timestamp: number }) => point.timestamp), json];
      };
      assert.deepEqual((await times(''))[0], [5, 9]);
      const [first, { next_page_token: token }] = await times('&max_results=1');
      const [second] = await times(`&max_results=1&page_token=${encodeURIComponent(token)}`);
      assert.deepEqual([first, second], [[5], [9]]);
    });

    it('answers several runs at once, up to a limit', async () => {
      const query = `metric_key=loss&run_id=${ids[1]}&run_id=${ids[0]}`;
      const both = await tracking.send(
        'GET',
        `/ajax-api/2.0/mlflow/metrics/get-history-bulk?${query}`,
        {},
      );
      assert.deepEqual(both.json.metrics, [
        { key: 'loss', value: 0, timestamp: 1, step: 0, run_id: ids[0] },
        { key: 'loss', value: 1, timestamp: 1, step: 0, run_id: ids[1] },
      ]);
      const none = await tracking.get('metrics/get-history-bulk?metric_key=loss');
      assert.match(none.json.message, /must specify at least one run_id/);
      const many = await tracking.get(`metrics/get-history-bulk?metric_key=m&run_id=${run_id}`);
      assert.equal(many.json.metrics.length, 25_000);
    });
  });
});
