import assert from 'node:assert/strict';
import { PipelinesModel } from '../../../../src/extension/models/pipelines';
import type { ArtifactRow } from '../../../../src/protocol/rows';
import { pipelineRunText, startText, stepText } from '../../../../src/protocol/stepText';
import { pipelineRunRow, stepRow } from '../rows';

const ARTIFACT: ArtifactRow = {
  ...{
    id: 'v2',
    name: 'classifier',
    version: '2',
    type: 'sklearn.svm.SVC',
    materializer: 'pickle',
  },
  ...{ size: 9, createdAt: 1, metadata: {}, folder: '/store/v2', files: [] },
  ...{ pipeline: 'training', stepId: 'a' },
};

describe('PipelinesModel', () => {
  it('shows a pipeline that runs for the first time', () => {
    const model = new PipelinesModel();
    model.setPipelines({ items: [], total: 0 }, model.mark());
    const changed = model.apply({ type: 'pipeline', run: pipelineRunRow('r1') });
    assert.deepEqual(changed, [{ kind: 'root' }]);
    assert.deepEqual(
      model.pipelines.map((each) => each.name),
      ['training'],
    );
  });

  it('draws only the run when its counts change, and only the step when that changes', () => {
    const model = new PipelinesModel();
    model.apply({ type: 'pipeline', run: pipelineRunRow('r1') });
    model.setDetail(
      { ...pipelineRunRow('r1'), parameters: {}, stepRows: [stepRow('a'), stepRow('b')] },
      model.mark(),
    );
    assert.deepEqual(model.apply({ type: 'pipeline', run: pipelineRunRow('r1', { done: 1 }) }), [
      { kind: 'pipelineRun', id: 'r1' },
    ]);
    const step = stepRow('a', { status: 'running' });
    assert.deepEqual(model.apply({ type: 'step', pipelineRunId: 'r1', step }), [
      { kind: 'step', pipelineRunId: 'r1', id: 'a' },
    ]);
    assert.deepEqual(
      model.steps('r1')!.map((each) => each.status),
      ['running', 'pending'],
    );
  });

  it('keeps a step that changed while the run was being read', () => {
    const model = new PipelinesModel();
    const mark = model.mark();
    model.expectDetail('r1');
    model.apply({ type: 'step', pipelineRunId: 'r1', step: stepRow('a', { status: 'ran' }) });
    model.setDetail(
      { ...pipelineRunRow('r1'), parameters: {}, stepRows: [stepRow('a', { status: 'running' })] },
      mark,
    );
    assert.equal(model.step('r1', 'a')!.status, 'ran');
  });

  it('does not keep steps of runs that nobody opened', () => {
    const model = new PipelinesModel();
    assert.deepEqual(model.apply({ type: 'step', pipelineRunId: 'r9', step: stepRow('a') }), []);
    assert.equal(model.steps('r9'), undefined);
  });

  it('marks a deleted result in every run that has it', () => {
    const model = new PipelinesModel();
    const outputs = [{ name: 'output', artifact: ARTIFACT }];
    for (const run of ['r1', 'r2']) {
      const stepRows = [stepRow(`a-${run}`, { outputs }), stepRow(`b-${run}`)];
      model.setDetail({ ...pipelineRunRow(run), parameters: {}, stepRows }, model.mark());
    }
    const changed = model.apply({ type: 'artifact', artifact: { ...ARTIFACT, deletedAt: 7 } });
    assert.deepEqual(changed, [
      { kind: 'step', pipelineRunId: 'r1', id: 'a-r1' },
      { kind: 'step', pipelineRunId: 'r2', id: 'a-r2' },
    ]);
    assert.equal(model.step('r2', 'a-r2')?.outputs[0]?.artifact.deletedAt, 7);
    assert.deepEqual(model.apply({ type: 'artifact', artifact: { ...ARTIFACT, id: 'x' } }), []);
  });

  it('marks a result that was deleted while the run was being read', () => {
    const model = new PipelinesModel();
    const stepRows = [stepRow('a', { outputs: [{ name: 'output', artifact: ARTIFACT }] })];
    const detail = { ...pipelineRunRow('r1'), parameters: {}, stepRows };
    const mark = model.mark();
    model.expectDetail('r1');
    model.apply({ type: 'artifact', artifact: { ...ARTIFACT, deletedAt: 7 } });
    model.setDetail(detail, mark);
    assert.equal(model.step('r1', 'a')?.outputs[0]?.artifact.deletedAt, 7);
    // What was read afterwards holds.
    model.setDetail(detail, model.mark());
    assert.equal(model.step('r1', 'a')?.outputs[0]?.artifact.deletedAt, undefined);
  });

  it('lists new runs first, and knows of more', () => {
    const model = new PipelinesModel();
    model.addRuns(
      'training',
      { items: [pipelineRunRow('r1', { startedAt: 1 })], total: 3 },
      model.mark(),
    );
    model.apply({ type: 'pipeline', run: pipelineRunRow('r2', { startedAt: 2 }) });
    const runs = model.runs('training')!;
    assert.deepEqual(
      runs.rows.map((row) => row.id),
      ['r2', 'r1'],
    );
    assert.equal(runs.more, true);
  });

  it('does not let an older run stand for the pipeline', () => {
    const model = new PipelinesModel();
    model.apply({ type: 'pipeline', run: pipelineRunRow('new', { startedAt: 5 }) });
    model.apply({ type: 'pipeline', run: pipelineRunRow('old', { startedAt: 1 }) });
    assert.equal(model.pipeline('training')!.lastRun!.id, 'new');
  });
});

describe('launches in PipelinesModel', () => {
  const launch = (status: 'queued' | 'starting' | 'running' | 'failed' | 'ended') =>
    ({ type: 'launch', launchId: 'l1', status }) as const;

  it('show while they wait and start, under the name that was asked for', () => {
    const model = new PipelinesModel();
    assert.deepEqual(model.apply(launch('queued')), [{ kind: 'root' }]);
    assert.deepEqual(model.nameLaunch('l1', 'training'), [{ kind: 'root' }]);
    model.apply(launch('starting'));
    assert.deepEqual(model.launches, [{ launchId: 'l1', name: 'training', status: 'starting' }]);
    assert.deepEqual(model.apply(launch('running')), [{ kind: 'root' }]);
    assert.deepEqual(model.launches, []);
    assert.deepEqual(model.apply(launch('ended')), []);
  });

  it('go when they fail', () => {
    const model = new PipelinesModel();
    model.nameLaunch('l1', 'training');
    model.apply(launch('queued'));
    assert.equal(model.launch('l1')?.name, 'training');
    model.apply(launch('failed'));
    assert.equal(model.launch('l1'), undefined);
  });
});

describe('progress in PipelinesModel', () => {
  const progress = { type: 'progress', pipelineRunId: 'r1', stepRunId: 's1', stepId: 'a' } as const;

  it('draws the step, and goes with its end', () => {
    const model = new PipelinesModel();
    const changed = model.apply({ ...progress, progress: { done: 9, total: 20 } });
    assert.deepEqual(changed, [{ kind: 'step', pipelineRunId: 'r1', id: 's1' }]);
    assert.deepEqual(model.progress('s1'), { done: 9, total: 20 });
    model.apply({ type: 'step', pipelineRunId: 'r1', step: stepRow('s1', { status: 'running' }) });
    assert.ok(model.progress('s1'));
    model.apply({ type: 'step', pipelineRunId: 'r1', step: stepRow('s1', { status: 'ran' }) });
    assert.equal(model.progress('s1'), undefined);
  });

  it('is in the text of a running step only', () => {
    const far = { done: 9, total: 20 };
    assert.equal(stepText(stepRow('a', { status: 'running' }), 0, far), 'running 45 %');
    assert.equal(stepText(stepRow('a', { status: 'pending' }), 0, far), 'waiting');
  });

  it('knows the runs that run', () => {
    const model = new PipelinesModel();
    model.apply({ type: 'pipeline', run: pipelineRunRow('r1') });
    model.apply({ type: 'pipeline', run: pipelineRunRow('r2', { status: 'finished' }) });
    assert.deepEqual(
      model.runningRuns.map(({ id }) => id),
      ['r1'],
    );
  });
});

describe('a step that was taken as it is', () => {
  it('says so instead of cached', () => {
    const step = stepRow('a', {
      status: 'cached',
      cachedFrom: 0,
      reasons: [{ kind: 'taken', text: 'taken' }],
    });
    assert.equal(stepText(step, 180_000), 'taken as made 3 m ago');
    assert.equal(stepText({ ...step, cachedFrom: undefined }, 0), 'taken');
    const text = 'taken as made on 2026-07-09 12:41 (stale: gamma 0.001 → 0.002)';
    assert.equal(
      stepText({ ...step, reasons: [{ kind: 'taken', text }] }, 180_000),
      'taken as made 3 m ago · stale: gamma 0.001 → 0.002',
    );
    assert.equal(stepText({ ...step, reasons: [] }, 180_000), 'cached 3 m ago');
  });
});

describe('stepText', () => {
  const now = 1_000_000;
  const reason = (text: string) => ({ kind: 'changed' as const, text });
  const cases: [string, Parameters<typeof stepRow>[1], string][] = [
    ['a step that ran', { status: 'ran', startedAt: 0, endedAt: 1300 }, 'ran 1.3 s'],
    [
      'its reason',
      { status: 'ran', startedAt: 0, endedAt: 1300, reasons: [reason('gamma 0.001 → 0.002')] },
      'ran 1.3 s · gamma 0.001 → 0.002',
    ],
    [
      'several reasons',
      { status: 'running', startedAt: 0, reasons: [reason('a'), reason('b'), reason('c')] },
      'running · a and 2 more',
    ],
    ['a cached step', { status: 'cached', cachedFrom: now - 180_000 }, 'cached 3 m ago'],
    [
      'a failure',
      { status: 'failed', error: { type: 'ValueError', message: 'x', traceback: '' } },
      'failed: ValueError',
    ],
    ['a step that has not begun', {}, 'waiting'],
  ];
  for (const [name, over, text] of cases) {
    it(`of ${name}`, () => assert.equal(stepText(stepRow('s', over), now), text));
  }
});

describe('pipelineRunText', () => {
  it('says how far a running one is', () => {
    assert.equal(
      pipelineRunText(pipelineRunRow('r', { done: 1, steps: 4, cached: 1 }), 0),
      'running 1 of 4 · 1 of 4 cached',
    );
  });
  it('says how one ended', () => {
    const run = pipelineRunRow('r', { status: 'cancelled', startedAt: 0, endedAt: 2000 });
    assert.equal(pipelineRunText(run, 62_000), 'stopped 2.0 s · 1 m ago');
  });
});

describe('startText', () => {
  const start = new Date(2026, 10, 21, 3, 5, 9).getTime();
  it('is the time of today', () => assert.equal(startText(start, start + 60_000), '03:05:09'));
  it('has the date of another day', () => {
    assert.equal(startText(start, start + 86_400_000), '2026-11-21 03:05:09');
  });
});
