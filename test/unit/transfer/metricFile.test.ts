// Lines of metric files, as versions of MLflow wrote them.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pythonNumber } from '../../../src/transfer/export/mlrunsFiles';
import { parseModelPoint, parseRunPoint } from '../../../src/transfer/mlruns/metricFile';

describe('lines of metric files', () => {
  const cases: [string, [number, number, number] | undefined][] = [
    ['1 0.5', [0, 1, 0.5]],
    ['1 0.5 7', [7, 1, 0.5]],
    ['1 0.5 -7 wine abc', [-7, 1, 0.5]],
    ['1 nan 7', [7, 1, Number.NaN]],
    ['1 -inf 7\r', [7, 1, Number.NEGATIVE_INFINITY]],
    ['1 Infinity 7', [7, 1, Number.POSITIVE_INFINITY]],
    ['1 .5e-3 7', [7, 1, 0.0005]],
    ['1 5. 7', [7, 1, 5]],
    ['1', undefined],
    ['1 0.5 7 8', undefined],
    ['1.5 0.5 7', undefined],
    ['1 0x10 7', undefined],
    ['1  7', undefined],
  ];
  for (const [line, expected] of cases) {
    it(JSON.stringify(line), () => {
      const point = parseRunPoint(line);
      assert.deepEqual(point && [point.step, point.timestamp, point.value], expected);
    });
  }

  it('of logged models name the run, and perhaps a dataset', () => {
    assert.deepEqual(parseModelPoint('acc', '1 0.5 2 run wine abc'), {
      key: 'acc',
      timestamp: 1,
      value: 0.5,
      step: 2,
      runId: 'run',
      datasetName: 'wine',
      datasetDigest: 'abc',
    });
    assert.equal(parseModelPoint('acc', '1 0.5 2'), undefined);
  });

  it('come back as what was written', () => {
    const whole = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    fc.assert(
      fc.property(whole, fc.double(), whole, (timestamp, value, step) => {
        const point = parseRunPoint(`${timestamp} ${pythonNumber(value)} ${step}`);
        // -0 is 0 in the store.
        assert.deepEqual(point, { step: step + 0, timestamp: timestamp + 0, value: value + 0 });
      }),
    );
  });
});
