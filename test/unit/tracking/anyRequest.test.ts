// Whatever a client sends, it is answered: never a fault of the server, never a half-done change.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Tracking } from './harness';

const CALLS = [
  'experiments/create',
  'experiments/search',
  'experiments/delete',
  'experiments/restore',
  'experiments/update',
  'experiments/set-experiment-tag',
  'experiments/delete-experiment-tag',
  'runs/create',
  'runs/update',
  'runs/delete',
  'runs/restore',
  'runs/search',
  'runs/log-metric',
  'runs/log-parameter',
  'runs/set-tag',
  'runs/delete-tag',
  'runs/log-batch',
  'runs/log-inputs',
  'runs/outputs',
  'runs/log-model',
  'logged-models',
  'logged-models/m-1/params',
  'experiments/search-datasets',
  'artifacts/presigned-upload-url',
  'artifacts/presigned-download-url',
  'upload-artifact',
];
const READS = [
  'experiments/get',
  'experiments/get-by-name',
  'experiments/search',
  'runs/get',
  'metrics/get-history',
  'metrics/get-history-bulk',
  'metrics/get-history-bulk-interval',
  'logged-models/m-1',
  'logged-models/m-1/artifacts/directories',
  'logged-models/m-1/artifacts/files',
  'artifacts/list',
];
const FIELDS = [
  'name new_name experiment_id run_id run_uuid run_name experiment_ids filter order_by key value',
  'timestamp step status end_time start_time tags metrics params datasets models dataset max_results',
  'page_token view_type run_view_type artifact_location metric_key path digest source source_type',
  'experiment_name model_id model_json model_type source_run_id dataset_name run_ids start_step',
  'artifact_file_path artifact_directory_path',
]
  .join(' ')
  .split(' ');

describe('any request', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    tracking = await Tracking.open();
    run_id = await tracking.newRun();
  });
  after(() => tracking.close());

  const scalar = fc.oneof(
    fc.constantFrom('0', 'a', '', 'metrics.a > 1', 'name', '1e400', '-1', 'RUNNING', '../x', '{}'),
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.bigInt({ min: 2n ** 60n, max: 2n ** 70n }).map(Number),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: unknown; record: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      tie('record'),
    ),
    record: fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 8 }),
  }));
  const body = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 10 });

  it('with a JSON body is answered with 200 or what is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CALLS),
        body,
        fc.boolean(),
        async (call, fields, real) => {
          const sent = real ? { ...fields, run_id } : fields;
          const answer = await tracking.post(call, JSON.stringify(sent));
          assert.ok([200, 400, 404, 500].includes(answer.status));
          if (answer.status !== 200) assert.equal(typeof answer.json.message, 'string');
          if (answer.status === 500) assert.equal(answer.json.error_code, 'INVALID_STATE');
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('with a query is answered with 200 or what is wrong', async () => {
    const query = fc.dictionary(fc.constantFrom(...FIELDS), scalar.map(String), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...READS), query, async (call, fields) => {
        const answer = await tracking.get(`${call}?${new URLSearchParams(fields)}`);
        assert.ok([200, 400, 404].includes(answer.status), `${answer.status}`);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps integers as large as MLflow’s', async () => {
    // The requests above may have deleted the default experiment.
    const made = await tracking.post('experiments/create', { name: 'large integers' });
    const id = await tracking.newRun({ experiment_id: made.json.experiment_id });
    const metric = { run_id: id, key: 'big', value: 1, timestamp: '1700000000000000000' };
    const steps = ['9007199254740993', '-9223372036854775808', '9223372036854775807'];
    for (const step of steps) {
      assert.equal((await tracking.post('runs/log-metric', { ...metric, step })).status, 200);
    }
    await tracking.store.checkpoint();
    const { json } = await tracking.get(`metrics/get-history?run_id=${id}&metric_key=big`);
    assert.deepEqual(
      json.metrics.map((point: { step: number }) => point.step),
      [-(2 ** 63), 2 ** 53, 2 ** 63],
    );
    const over = await tracking.post('runs/log-metric', { ...metric, step: 1e19 });
    assert.equal(over.status, 400);
  });
});
