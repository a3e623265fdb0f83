// Which recorded invocation of each step counts when runs were partial, failed or go on.
import assert from 'node:assert/strict';
import type { PipelineRun, StepRun, StepStatus } from '../../../../src/domain/pipeline';
import { latestInvocations } from '../../../../src/pipeline/fingerprint/latestInvocations';

type Steps = Readonly<Record<string, StepStatus>>;

/** Steps that were decided have a fingerprint. */
function run(id: string, startedAt: number, steps: Steps, pipeline = 'training'): PipelineRun {
  const decided: readonly StepStatus[] = ['ran', 'cached', 'failed', 'running'];
  const stepRun = ([stepId, status]: [string, StepStatus]) =>
    ({
      id: `${id}.${stepId}`,
      stepId,
      status,
      fingerprint: decided.includes(status)
        ? { key: id, components: [], notTracked: [] }
        : undefined,
    }) as unknown as StepRun;
  return {
    id,
    startedAt,
    graph: {
      pipeline,
      source: { file: 'train.py' },
      steps: ['load', 'fit', 'evaluate'].map((name) => ({ id: name })),
    },
    steps: Object.entries(steps).map(stepRun),
  } as unknown as PipelineRun;
}

const ids = (runs: readonly PipelineRun[]) =>
  latestInvocations(runs).map(({ steps }) => steps.map(({ id }) => id));

describe('latestInvocations', () => {
  const full = run('a', 1, { load: 'ran', fit: 'ran', evaluate: 'ran' });
  const cases: [string, PipelineRun[], string[][]][] = [
    ['a whole run', [full], [['a.load', 'a.fit', 'a.evaluate']]],
    [
      'a run of one step leaves the others to the run before',
      [full, run('b', 2, { load: 'cached' })],
      [['b.load', 'a.fit', 'a.evaluate']],
    ],
    [
      'a run that goes on has not decided what is pending',
      [run('b', 2, { load: 'ran', fit: 'running', evaluate: 'pending' }), full],
      [['b.load', 'b.fit', 'a.evaluate']],
    ],
    [
      'a failure counts, what was skipped after it does not',
      [full, run('b', 2, { load: 'cached', fit: 'failed', evaluate: 'skipped' })],
      [['b.load', 'b.fit', 'a.evaluate']],
    ],
    ['a step that was never decided is left out', [run('b', 2, { load: 'failed' })], [['b.load']]],
    [
      'each pipeline speaks for itself',
      [full, run('n', 2, { load: 'cached' }, 'nightly')],
      [['n.load'], ['a.load', 'a.fit', 'a.evaluate']],
    ],
    ['nothing', [], []],
  ];
  for (const [name, runs, expected] of cases) {
    it(name, () => assert.deepEqual(ids(runs), expected));
  }
});
