import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smooth } from '../../webview/shared/charts/smoothing';

const close = (a: number, b: number) =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

describe('smooth', () => {
  it('changes nothing with weight 0', () => {
    assert.deepEqual(smooth([1, Number.NaN, 3], 0), [1, Number.NaN, 3]);
  });

  it('is the debiased average, written out', () => {
    const w = 0.9;
    const [first, second, third] = smooth([1, 2, 4], w);
    assert.ok(close(first!, 1), 'no pull towards zero at the start');
    assert.ok(close(second!, (w * 1 + 2) / (w + 1)));
    assert.ok(close(third!, (w * w * 1 + w * 2 + 4) / (w * w + w + 1)));
  });

  it('leaves a gap at NaN and goes on after it as if it had not been', () => {
    const weights = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    const values = fc.array(
      fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN)),
    );
    fc.assert(
      fc.property(values, weights, (series, weight) => {
        const whole = smooth(series, weight);
        const without = smooth(series.filter(Number.isFinite), weight);
        assert.deepEqual(whole.filter(Number.isFinite), without);
        for (const [i, value] of series.entries()) {
          assert.equal(Number.isNaN(whole[i]!), Number.isNaN(value));
        }
      }),
    );
  });

  it('stays within what it averages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1 }),
        (series) => {
          const [low, high] = [Math.min(...series), Math.max(...series)];
          for (const value of smooth(series, 0.95))
            assert.ok(value >= low - 1e-9 && value <= high + 1e-9);
        },
      ),
    );
  });
});
