// Pages of a list: read once, read again when it has changed, as far as they were read before.
import assert from 'node:assert/strict';
import { PagedRows } from '../../../../src/extension/models/pagedRows';

function make(total: number) {
  const state = { total, calls: [] as { limit: number; offset: number }[] };
  const rows = new PagedRows<number>(async (page) => {
    state.calls.push(page);
    await Promise.resolve();
    const length = Math.max(0, Math.min(page.limit, state.total - page.offset));
    return { items: Array.from({ length }, (_, i) => page.offset + i), total: state.total };
  });
  return { rows, state };
}

describe('rows in pages', () => {
  it('are read once for all who ask at the same time', async () => {
    const { rows, state } = make(3);
    const [a, b] = await Promise.all([rows.ensure(), rows.ensure()]);
    assert.deepEqual(a, [0, 1, 2]);
    assert.equal(a, b);
    await rows.ensure();
    assert.equal(state.calls.length, 1);
    assert.equal(rows.more, false);
  });

  it('go on where they stopped, and are read as far again after a change', async () => {
    const { rows, state } = make(250);
    await rows.ensure();
    assert.deepEqual([rows.rows.length, rows.more], [100, true]);
    await rows.loadMore();
    await rows.loadMore();
    assert.deepEqual([rows.rows.length, rows.more], [250, false]);
    state.total = 260;
    rows.invalidate();
    assert.equal((await rows.ensure()).length, 260);
  });

  it('what was read before a change does not stand after it', async () => {
    const { rows, state } = make(1);
    const first = rows.ensure();
    state.total = 2;
    rows.invalidate();
    assert.deepEqual(await first, [0, 1]);
    assert.equal(state.calls.length, 2);
  });

  it('a failure is told and the next question asks again', async () => {
    let fails = true;
    const rows = new PagedRows<number>(async () => {
      if (fails) throw new Error('down');
      return { items: [1], total: 1 };
    });
    await assert.rejects(rows.ensure(), /down/);
    fails = false;
    assert.deepEqual(await rows.ensure(), [1]);
  });
});
