import assert from 'node:assert/strict';
import { activityLines, activityText } from '../../../../src/extension/models/statusText';
import { progressText } from '../../../../src/protocol/stepText';
import { pipelineRunRow } from '../rows';

const pipeline = (progress?: { done: number; total?: number }) => ({
  run: pipelineRunRow('training-3', { steps: 5, done: 2 }),
  steps: [{ step: { stepId: 'train' }, progress }],
});

describe('the status item', () => {
  it('says nothing when nothing runs', () => {
    assert.equal(activityText({ running: 0, queued: 0, pipelines: [] }), undefined);
  });

  it('counts what runs and what waits', () => {
    assert.equal(activityText({ running: 2, queued: 0, pipelines: [] }), '2 running');
    assert.equal(activityText({ running: 1, queued: 2, pipelines: [] }), '1 running, 2 queued');
    assert.equal(activityText({ running: 0, queued: 1, pipelines: [] }), '1 queued');
  });

  it('says how far the only pipeline is', () => {
    const text = (progress?: { done: number; total?: number }) =>
      activityText({ running: 1, queued: 0, pipelines: [pipeline(progress)] });
    assert.equal(text(), '1 running, 2 of 5');
    assert.equal(text({ done: 9, total: 20 }), '1 running, 45 %');
    assert.equal(text({ done: 9 }), '1 running, 2 of 5');
    assert.equal(
      activityText({ running: 2, queued: 0, pipelines: [pipeline(), pipeline()] }),
      '2 running',
    );
  });

  it('lists each pipeline with its steps', () => {
    const lines = activityLines({
      running: 1,
      queued: 2,
      pipelines: [pipeline({ done: 9, total: 20 })],
    });
    assert.deepEqual(lines, ['training-3: 2 of 5 steps, train 45 %', '2 launches queued']);
  });
});

describe('progress in words', () => {
  it('is a share of a known end, else a count', () => {
    assert.equal(progressText({ done: 1, total: 3 }), '33 %');
    assert.equal(progressText({ done: 7, total: 3 }), '100 %');
    assert.equal(progressText({ done: 120 }), '120 it');
    assert.equal(progressText({ done: 3, unit: 'epoch', text: 'fit' }), 'fit 3 epoch');
    assert.equal(progressText({ done: 0, total: 0 }), '0 it');
  });
});
