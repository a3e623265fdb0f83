import assert from 'node:assert/strict';
import { countOf, formatBytes, formatMetric } from '../../../src/domain/display';

describe('formatMetric', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [3, '3'],
    [100, '100'],
    [999_999, '999999'],
    [0.412345678, '0.41235'],
    [1 / 3, '0.33333'],
    [2.5, '2.5'],
    [-0.001, '-0.001'],
    [12345.678, '12346'],
    [100.00001, '100'],
    [0.0001234, '1.234e-4'],
    [1e-9, '1e-9'],
    [1_500_000, '1.5e+6'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ];
  for (const [value, text] of cases) {
    it(`${value} reads ${text}`, () => assert.equal(formatMetric(value), text));
  }
});

describe('formatBytes', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [1536, '1.5 KB'],
    [150 * 1024, '150 KB'],
    [1024 * 1024 - 1, '1 MB'],
    [5 * 1024 ** 3, '5 GB'],
  ];
  for (const [bytes, text] of cases) {
    it(`${bytes} reads ${text}`, () => assert.equal(formatBytes(bytes), text));
  }
});

describe('countOf', () => {
  it('adds an s to all but one', () => {
    assert.deepEqual(
      [0, 1, 2].map((n) => countOf(n, 'run')),
      ['0 runs', '1 run', '2 runs'],
    );
  });
});
