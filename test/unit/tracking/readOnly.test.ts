// A store that cannot be written: reads are answered, writes are refused so that clients say why.
import assert from 'node:assert/strict';
import { Tracking } from './harness';

describe('tracking routes over a read-only store', () => {
  let tracking: Tracking;
  let run_id: string;
  before(async () => {
    const writable = await Tracking.open();
    run_id = await writable.newRun({ run_name: 'kept' });
    await writable.send('PUT', artifact('a.txt'), { text: 'kept' });
    tracking = await writable.reopenReadOnly();
  });
  after(() => tracking.close());

  const artifact = (name: string) =>
    `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/${name}`;

  it('reads', async () => {
    const { json } = await tracking.get(`runs/get?run_id=${run_id}`);
    assert.equal(json.run.info.run_name, 'kept');
    assert.equal((await tracking.send('GET', artifact('a.txt'), {})).text, 'kept');
  });

  it('refuses writes with the reason, and not in a way that clients repeat for minutes', async () => {
    const answers = [
      await tracking.post('runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1 }),
      await tracking.post('experiments/create', { name: 'x' }),
      await tracking.send('PUT', artifact('b.txt'), { text: 'x' }),
      await tracking.send('DELETE', artifact('a.txt'), {}),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 403, answer.text);
      assert.equal(answer.json.error_code, 'PERMISSION_DENIED');
      assert.match(answer.json.message, /read-only/);
    }
    assert.equal((await tracking.send('GET', artifact('a.txt'), {})).text, 'kept');
    assert.equal((await tracking.send('GET', artifact('b.txt'), {})).status, 404);
  });
});
