// Mean and standard deviation against exact arithmetic on whole numbers of 2⁻¹⁰⁷⁴.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { spreadOf } from '../../../src/domain/spread';

/** A double is a whole number of the least one. */
function exact(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const size = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1);
  return value < 0 ? -size : size;
}

/** Whether |found − numerator/denominator| is small beside it; all are whole numbers. */
function isNear(found: bigint, numerator: bigint, denominator: bigint, digits: number): boolean {
  const off = found * denominator - numerator;
  const abs = (n: bigint) => (n < 0n ? -n : n);
  return abs(off) * 10n ** BigInt(digits) <= abs(numerator);
}

const near = fc
  .tuple(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
  )
  .map(([base, offs]) => offs.map((off) => base + off));
const any = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 2,
  maxLength: 20,
});

describe('spread', () => {
  it('has the sample deviation of exact arithmetic, also of values far from 0 and of any size', () => {
    fc.assert(
      fc.property(fc.oneof(near, any), (values) => {
        const whole = values.map(exact);
        const n = BigInt(values.length);
        const sum = whole.reduce((a, b) => a + b, 0n);
        const squares = whole.reduce((a, b) => a + b * b, 0n);
        const { sd, mean, min, max } = spreadOf(values);
        assert.deepEqual([min, max], [Math.min(...values), Math.max(...values)]);
        const top = n * squares - sum * sum;
        if (sd === undefined) assert.ok(top > exact(1.7e308) ** 2n, 'only beyond all numbers');
        // Of the least numbers there are, digits are missing.
        else if (sd > 1e-290) assert.ok(isNear(exact(sd) ** 2n, top, n * (n - 1n), 9), `${sd}`);
        // The mean is as exact as the largest value is.
        const largest = Math.max(...values.map(Math.abs));
        assert.ok(mean !== undefined);
        const off = exact(mean) * n - sum;
        const bound = exact(largest) * n;
        assert.ok((off < 0n ? -off : off) * 10n ** 14n <= bound + n * 10n ** 14n, `${mean}`);
      }),
      { numRuns: 500 },
    );
  });

  it('of equal values is exactly they and 0', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 2, max: 30 }),
        (value, n) => {
          const { mean, sd } = spreadOf(Array.from({ length: n }, () => value));
          assert.deepEqual([mean, sd], [value, 0]);
        },
      ),
    );
  });

  it('leaves out what is no finite number, and says how many', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    assert.deepEqual(spreadOf([nan, 1, infinity, 3, -infinity]), {
      n: 2,
      left: 3,
      mean: 2,
      sd: Math.SQRT2,
      min: 1,
      max: 3,
    });
    assert.deepEqual(spreadOf([nan]), { n: 0, left: 1 });
    assert.deepEqual(spreadOf([]), { n: 0, left: 0 });
    assert.deepEqual(spreadOf([5]), { n: 1, left: 0, mean: 5, min: 5, max: 5 });
  });

  it('holds for values as large as there are', () => {
    const { mean, sd } = spreadOf([1e308, 1.2e308]);
    assert.ok(Math.abs((mean ?? 0) / 1.1e308 - 1) < 1e-15);
    assert.ok(Math.abs((sd ?? 0) / (0.1e308 * Math.SQRT2) - 1) < 1e-12);
    assert.deepEqual(spreadOf([-Number.MAX_VALUE, Number.MAX_VALUE]).mean, 0);
  });
});
