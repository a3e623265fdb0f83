// Which way metrics get better, by their names.
import assert from 'node:assert/strict';
import { guessDirection } from '../../../src/domain/direction';

describe('the direction of a metric', () => {
  for (const [name, wanted] of [
    ['loss', 'min'],
    ['val/log_loss', 'min'],
    ['valLoss', 'min'],
    ['top1_error', 'min'],
    ['epoch_seconds', 'min'],
    ['accuracy', 'max'],
    ['val.f1', 'max'],
    ['error_recall', 'max'],
    ['AUC', 'max'],
    ['lr', undefined],
    ['lossless_ratio', undefined],
    ['', undefined],
  ] as const) {
    it(`of ${JSON.stringify(name)} is ${wanted ?? 'not known'}`, () => {
      assert.equal(guessDirection(name), wanted);
    });
  }
});
