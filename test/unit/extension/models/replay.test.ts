import assert from 'node:assert/strict';
import type { PipelineGraph, StepInput } from '../../../../src/domain/pipeline';
import { planOf } from '../../../../src/extension/models/plan';
import {
  givenParameters,
  inputText,
  NO_CHANGES,
  replayedSteps,
  replayOptions,
  replayRows,
  replayTitle,
} from '../../../../src/extension/models/replay';

const source = { file: 'train.py', module: 'train', qualname: 'training', line: 3 };
const step = (id: string, inputs: Record<string, StepInput>, after: string[] = []) => ({
  id,
  step: id,
  source,
  inputs,
  outputs: [],
  after,
  options: { enableCache: true, environment: {}, retries: 0 },
  captured: {},
});
const from = (stepId: string): StepInput => ({ kind: 'step', stepId, output: 'output' });
const gamma: StepInput = { kind: 'parameter', value: 0.001, pipelineParameter: 'gamma' };

/** load → train (gamma, epochs) → judge; report after judge; side by itself. */
const GRAPH: PipelineGraph = {
  pipeline: 'training',
  source,
  parameters: {
    gamma: { value: 0.001, explicit: true },
    depth: { value: 3, explicit: false },
  },
  enableCache: true,
  steps: [
    step('report', {}, ['judge']),
    step('load', {}),
    step('train', { data: from('load'), gamma, epochs: { kind: 'parameter', value: 5 } }),
    step('judge', { model: from('train') }),
    step('side', { file: { kind: 'path', path: 'a.csv', digest: 'd' } }),
  ],
};
const ALL = GRAPH.steps.map(({ id }) => ({ stepId: id, status: 'ran' as const }));

describe('a replay', () => {
  it('runs what takes a changed parameter and all that follows, and takes the rest', () => {
    const changes = { ...NO_CHANGES, parameters: { gamma: 0.002 } };
    const runs = replayedSteps(GRAPH, ALL, changes);
    assert.deepEqual(runs, ['report', 'train', 'judge']);
    assert.deepEqual(replayOptions('r1', GRAPH, changes, runs), {
      basedOn: 'r1',
      mode: 'replay',
      skip: ['load', 'side'],
      parameters: { gamma: 0.002 },
    });
  });

  it('runs the step whose input is another, and what follows it', () => {
    const input: StepInput = { kind: 'artifact', artifactVersionId: 'a7' };
    const changes = { ...NO_CHANGES, inputs: { judge: { model: input } } };
    const runs = replayedSteps(GRAPH, ALL, changes);
    assert.deepEqual(runs, ['report', 'judge']);
    const options = replayOptions('r1', GRAPH, changes, runs);
    assert.deepEqual(options.inputs, { judge: { model: input } });
    assert.deepEqual(options.parameters, { gamma: 0.001 });
  });

  it('runs a step that had no result, and one that is asked for', () => {
    const rows = ALL.map((row) =>
      row.stepId === 'side' ? { ...row, status: 'failed' as const } : row,
    );
    assert.deepEqual(replayedSteps(GRAPH, rows, NO_CHANGES), ['side']);
    const cached = ALL.map((row) => ({ ...row, status: 'cached' as const }));
    assert.deepEqual(replayedSteps(GRAPH, cached, { ...NO_CHANGES, again: ['judge'] }), [
      'report',
      'judge',
    ]);
  });

  it('says what it comes to', () => {
    assert.match(replayTitle(GRAPH, NO_CHANGES, []), /^Change something first/);
    const changes = { ...NO_CHANGES, parameters: { gamma: 0.002 } };
    assert.equal(
      replayTitle(GRAPH, changes, ['report', 'train', 'judge']),
      'Replay with gamma=0.002: report, train, judge run again',
    );
    assert.equal(
      replayTitle(GRAPH, NO_CHANGES, ['a', 'b', 'c', 'd']),
      'Replay: a, b, c and 1 more run again',
    );
    assert.equal(replayTitle(GRAPH, NO_CHANGES, ['side']), 'Replay: side runs again');
  });

  it('offers parameters and inputs, but no path and nothing that a parameter decides', () => {
    const names = replayRows(GRAPH).map((row) =>
      row.kind === 'parameter' ? row.name : `${row.stepId}.${row.name}`,
    );
    assert.deepEqual(names, ['gamma', 'depth', 'train.data', 'train.epochs', 'judge.model']);
    assert.equal(inputText(from('load')), 'output of load');
  });

  it('leaves parameters that nobody gave to the code', () => {
    assert.deepEqual(givenParameters(GRAPH), { gamma: 0.001 });
  });
});

describe('the plan of a launch', () => {
  it('is the whole pipeline, or a step with its reach', () => {
    assert.deepEqual(planOf(undefined, {}), { target: 'all' });
    assert.deepEqual(planOf(undefined, { reach: 'only', force: 'all' }), {
      target: 'all',
      force: 'all',
    });
    assert.deepEqual(planOf('train', { reach: 'from' }), {
      target: { step: 'train', reach: 'from' },
    });
    assert.deepEqual(planOf('train', { reach: 'only', force: 'target' }), {
      target: { step: 'train', reach: 'only' },
      force: 'target',
    });
  });

  it('carries a replay whole', () => {
    const options = { basedOn: 'r1', mode: 'replay', skip: ['a'], inputs: {} } as const;
    assert.deepEqual(planOf(undefined, options), { target: 'all', ...options });
  });
});
