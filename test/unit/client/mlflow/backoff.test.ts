import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pollDelay, retryDelay } from '../../../../src/client/mlflow/backoff';

const chance = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('back-off', () => {
  it('waits twice as long after each failure, up to two minutes', () => {
    const least = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelay(failures, 0));
    assert.deepEqual(least, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('never waits less than half of it, nor more than two minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (failures, random) => {
        const delay = retryDelay(failures, random);
        assert.ok(delay >= 1000 && delay <= 120_000, String(delay));
        assert.ok(delay >= retryDelay(failures, 0));
      }),
    );
  });

  it('looks more and more seldom while nothing happens, at least once in about a minute', () => {
    fc.assert(
      fc.property(fc.nat(1000), chance, (quiet, random) => {
        const delay = pollDelay(quiet, random);
        assert.ok(delay >= 4500 && delay <= 66_000, String(delay));
        assert.ok(pollDelay(quiet + 1, random) >= delay);
      }),
    );
  });
});
