import assert from 'node:assert/strict';
import { previewRows, previewTitle } from '../../../../src/extension/models/previewText';
import type { PreviewStep } from '../../../../src/protocol/worker';

const NOW = 10_000_000;
const step = (stepId: string, over: Partial<PreviewStep>): PreviewStep => ({
  stepId,
  decision: 'runs',
  reasons: [],
  ...over,
});
const changed = { kind: 'changed', component: 'parameter:gamma', text: 'gamma 1 → 2' } as const;

const STEPS: readonly PreviewStep[] = [
  step('load', { decision: 'cached', cachedFrom: NOW - 7_200_000 }),
  step('train', {
    reasons: [changed, { kind: 'forced', text: 'asked for' }],
    lastDurationMs: 1300,
  }),
  step('judge', { decision: 'depends', on: ['train'] }),
  step('side', { decision: 'taken', reasons: [{ kind: 'taken', text: 'taken' }] }),
];

describe('a preview in words', () => {
  it('has a row per step with decision and reasons', () => {
    assert.deepEqual(
      previewRows(STEPS, NOW).map(({ stepId, state, reasons }) => [stepId, state, reasons]),
      [
        ['load', 'cached 2 h ago', ''],
        ['train', 'runs, took 1.3 s', 'gamma 1 → 2; asked for'],
        ['judge', 'waits for train', ''],
        ['side', 'taken as it is', ''],
      ],
    );
  });

  it('knows that a step runs anyway when it has reasons of its own', () => {
    const first = { kind: 'first-run', text: 'first run' } as const;
    const steps = [
      step('load', { reasons: [first] }),
      step('fit', { decision: 'depends', on: ['load'], reasons: [first] }),
    ];
    assert.equal(previewRows(steps, NOW)[1]?.state, 'runs after load');
    assert.equal(previewTitle(steps), '2 of 2 steps run');
  });

  it('sums up, with the time where every step that runs has one', () => {
    assert.equal(
      previewTitle(STEPS),
      '1 of 4 steps runs, 1 cached, 1 taken, 1 decided later, about 1.3 s',
    );
    assert.equal(
      previewTitle([step('a', {}), step('b', { lastDurationMs: 5 })]),
      '2 of 2 steps run',
    );
    assert.equal(previewTitle([step('a', { decision: 'cached' })]), 'Nothing runs: all is cached');
  });
});
