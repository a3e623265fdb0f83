// Wording of durations and ages.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ageText, durationText, elapsedText, untilTextChanges } from '../../../src/base/timeText';

describe('timeText', () => {
  const durations: [number, string][] = [
    [-5, '0 ms'],
    [0, '0 ms'],
    [41.4, '41 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [1300, '1.3 s'],
    [9940, '9.9 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [59_700, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [4_320_000, '1 h 12 m'],
  ];
  for (const [ms, text] of durations) {
    it(`a duration of ${ms} ms is "${text}"`, () => assert.equal(durationText(ms), text));
  }

  const ages: [number, string][] = [
    [-3000, 'just now'],
    [4999, 'just now'],
    [12_000, '12 s ago'],
    [3 * 60_000, '3 m ago'],
    [2 * 3_600_000 + 5, '2 h ago'],
    [5 * 86_400_000, '5 d ago'],
  ];
  for (const [ms, text] of ages) {
    it(`${ms} ms ago is "${text}"`, () => assert.equal(ageText(0, ms), text));
  }

  it('reads the same until the announced moment and differently from then on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5000, max: 1_000_000_000 }), (age) => {
        const wait = untilTextChanges(0, age);
        assert.ok(wait > 0);
        assert.equal(elapsedText(age + wait - 1), elapsedText(age));
        assert.notEqual(elapsedText(age + wait), elapsedText(age));
      }),
    );
  });
});
