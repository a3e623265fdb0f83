// How an explanation reads: every component, marked when it differs from the run before.
import assert from 'node:assert/strict';
import { componentChanges, explanationLines } from '../../../src/cli/commands/explain';
import type { Fingerprint, StepRun } from '../../../src/domain/pipeline';
import type { Explanation } from '../../../src/protocol/control';

const paint = (_colour: string, text: string) => text;
const STEP: StepRun = {
  id: 's2',
  pipelineRunId: 'p2',
  stepId: 'train',
  step: 'train',
  status: 'ran',
  startedAt: 1,
  endedAt: 2,
  fingerprint: undefined,
  reasons: [],
  outputs: {},
  trackingRunId: undefined,
  cachedFrom: undefined,
  error: undefined,
  reusable: true,
  notReusableReason: undefined,
};

const before: Fingerprint = {
  key: 'k1',
  components: [
    { name: 'code', digest: 'c1' },
    { name: 'helper:features.clean', digest: 'h1' },
    { name: 'parameter:gamma', digest: 'g1', display: '0.001' },
    { name: 'environment:SEED', digest: 'e1', display: '1' },
  ],
  notTracked: [],
};
const after: Fingerprint = {
  key: 'k2',
  components: [
    {
      name: 'code',
      digest: 'c1',
      source: { file: 'train.py', module: 'train', qualname: 'train', line: 7 },
    },
    { name: 'helper:features.clean', digest: 'h2222222222222222' },
    { name: 'helper:features.scale', digest: 's1' },
    { name: 'parameter:gamma', digest: 'g2', display: '0.002' },
  ],
  notTracked: ['getattr(mod, name) in clean, features.py:12'],
};

const explained = (over: Partial<Explanation>): string[] =>
  explanationLines(
    {
      step: STEP,
      pipeline: 'training',
      fingerprint: after,
      previous: { step: { ...STEP, id: 's1' }, fingerprint: before },
      reasons: [{ kind: 'changed', component: 'parameter:gamma', text: 'gamma 0.001 → 0.002' }],
      ...over,
    },
    { paint },
  );

describe('explain', () => {
  it('lists the components by kind with old and new values', () => {
    assert.deepEqual(explained({}), [
      'training / train: ran',
      '  because: gamma 0.001 → 0.002',
      '  key k2',
      '',
      'code',
      '    code            c1  train.py:7',
      'helper',
      '  ~ features.clean  h1 → h22222222222',
      '  + features.scale  s1',
      'parameter',
      '  ~ gamma           0.001 → 0.002',
      'environment',
      '  - SEED            1',
      '',
      'not tracked (seen, and could not be followed)',
      '    getattr(mod, name) in clean, features.py:12',
    ]);
  });

  it('marks nothing when there is no run before', () => {
    assert.ok(!explained({ previous: undefined }).some((line) => /^ {2}[-+~]/.test(line)));
  });

  it('says so when the step was never reached', () => {
    assert.match(explained({ fingerprint: undefined }).join('\n'), /has not been reached/);
  });

  it('says why a result is never reused', () => {
    const step = { ...STEP, notReusableReason: 'source changed while running' };
    assert.ok(explained({ step }).includes('  not reusable: source changed while running'));
  });

  it('pairs components by name, the present ones first', () => {
    assert.deepEqual(
      componentChanges(before.components, after.components).map((c) => [
        c.name,
        c.before?.digest.slice(0, 2),
        c.after?.digest.slice(0, 2),
      ]),
      [
        ['code', 'c1', 'c1'],
        ['helper:features.clean', 'h1', 'h2'],
        ['helper:features.scale', undefined, 's1'],
        ['parameter:gamma', 'g1', 'g2'],
        ['environment:SEED', 'e1', undefined],
      ],
    );
  });
});
