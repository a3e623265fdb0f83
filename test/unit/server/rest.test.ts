// The server's heap is collected once nobody asks for anything, and only when that is worth it.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEAP, Rest } from '../../../src/server/rest';

const MB = 1024 * 1024;

describe('the rest of a server', () => {
  let size: number;
  let collected: number;
  let rest: Rest;
  beforeEach(() => {
    size = 20 * MB;
    collected = 0;
    const collect = () => {
      collected += 1;
      size = 22 * MB;
    };
    rest = new Rest({ afterMs: 40, heap: { size: () => size, collect } });
  });
  afterEach(() => rest.dispose());

  it('comes in rounds when nobody has asked for a while, and not again', async () => {
    size = 60 * MB;
    for (let i = 0; i < 8; i += 1) {
      rest.touch();
      await sleep(10);
      assert.equal(collected, 0);
    }
    await sleep(200);
    assert.equal(collected, 2);
    rest.touch();
    await sleep(200);
    assert.equal(collected, 2, 'what has not grown is left alone');
    size = 50 * MB;
    rest.touch();
    await sleep(200);
    assert.equal(collected, 4);
  });

  it('is not worth it for little', async () => {
    size = 23 * MB;
    rest.touch();
    await sleep(120);
    assert.equal(collected, 0);
  });

  it('does not come after the end', async () => {
    size = 60 * MB;
    rest.touch();
    rest.dispose();
    await sleep(120);
    assert.equal(collected, 0);
  });

  it('frees what is no longer used', () => {
    let held: number[][] | undefined = Array.from({ length: 200 }, () =>
      new Array(20_000).fill(0.5),
    );
    const before = HEAP.size();
    assert.equal(held.length, 200);
    held = undefined;
    HEAP.collect();
    assert.ok(before - HEAP.size() > 16 * MB, `${before} → ${HEAP.size()}`);
  });
});
