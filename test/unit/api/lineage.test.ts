// Routes of lineage and of metrics over time, over a real store.
import assert from 'node:assert/strict';
import type { PipelineRun, StepInput, StepRun } from '../../../src/domain/pipeline';
import type { ArtifactLineage, RunLineage } from '../../../src/protocol/lineage';
import type { OverTime } from '../../../src/protocol/models';
import { from, graph, step } from '../../support/pipelines';
import { point } from './fixture';
import { artifact, id, loggedModel, PanelFixture, version } from './panelFixture';

const fixture = new PanelFixture();
let runId: string;

beforeEach(async () => {
  await fixture.open();
  runId = fixture.runId;
});
afterEach(() => fixture.close());

/** load → train; `load` gives `output`, and takes `stored` when there is one. */
function pipelineRun(
  run: string,
  output: string,
  train: Partial<StepRun> = {},
  stored?: string,
): PipelineRun {
  const load: Record<string, StepInput> =
    stored === undefined ? {} : { old: { kind: 'artifact', artifactVersionId: stored } as const };
  return {
    id: id(run),
    name: `run ${run}`,
    status: 'finished',
    startedAt: 1000,
    endedAt: 3000,
    experimentId: '0',
    trackingRunId: id('7'),
    graph: graph([
      step('load', { inputs: load }),
      step('train', { inputs: { data: from('load') } }),
    ]),
    plan: { target: 'all' },
    modules: [],
    environment: {},
    launchId: undefined,
    steps: [
      stepRun(run, 'load', '5', { outputs: { output } }),
      stepRun(run, 'train', '6', { trackingRunId: id('8'), ...train }),
    ],
  };
}

function stepRun(run: string, stepId: string, digit: string, more: Partial<StepRun>): StepRun {
  return {
    ...{ id: id(`${run}${digit}`), pipelineRunId: id(run), stepId, step: stepId, status: 'ran' },
    ...{ startedAt: 1000, endedAt: 2000, fingerprint: undefined, reasons: [], outputs: {} },
    ...{ trackingRunId: undefined, cachedFrom: undefined, error: undefined, reusable: true },
    notReusableReason: undefined,
    ...more,
  };
}

describe('the lineage of artifacts', () => {
  it('tell the lineage of an artifact: the step that made it, those that took it, and equal ones', async () => {
    const [a1, a2, a3] = ['1', '2', '3'].map((version) => id(`a${version}`)) as [
      string,
      string,
      string,
    ];
    const made = (stepRunId: string) => ({
      producer: {
        pipelineRunId: id('b1'),
        pipeline: 'training',
        stepId: 'load',
        stepRunId,
        output: 'output',
      },
    });
    await fixture.store.commit(
      artifact('data', '1', made(id('b15'))),
      artifact('data', '2'),
      artifact('data', '3', { contentDigest: 'other' }),
      artifact('else', '4'),
      { type: 'pipeline.create', run: pipelineRun('b1', a1) },
      { type: 'pipeline.create', run: pipelineRun('b2', a1, { status: 'skipped' }) },
      { type: 'pipeline.create', run: pipelineRun('b3', a2, {}, a1) },
    );
    const lineage = await fixture.get<ArtifactLineage>(`/api/artifacts/${a1}/lineage`);
    assert.deepEqual(lineage.madeBy, {
      ...{ stepRunId: id('b15'), step: 'load', stepId: 'load', pipelineRunId: id('b1') },
      ...{ pipelineRun: 'run b1', pipeline: 'training', endedAt: 2000 },
    });
    assert.deepEqual(
      lineage.usedBy.map((use) => [use.pipelineRunId, use.stepId]),
      [
        [id('b3'), 'load'],
        [id('b1'), 'train'],
      ],
    );
    assert.deepEqual(lineage.same, [{ id: a2, version: '2' }]);
    const none = await fixture.get<ArtifactLineage>(`/api/artifacts/${a3}/lineage`);
    assert.deepEqual(none, { usedBy: [], same: [] });
    assert.equal((await fixture.call(`GET /api/artifacts/${id('c')}/lineage`)).status, 404);
  });
});

describe('routes of runs and pipelines', () => {
  it('tell what a run used and made, and its environment, or that of the run above it', async () => {
    const child = await fixture.createRun({ 'mlflow.parentRunId': runId });
    const modelId = `m-${id('1')}`;
    const dataset = {
      ...{ name: 'train', digest: 'd', sourceType: 'local', source: '{}', schema: '{"x":1}' },
      ...{ profile: undefined, tags: [{ key: 'mlflow.data.context', value: 'training' }] },
    };
    await fixture.store.commit(
      {
        type: 'run.log',
        runId,
        metrics: [],
        params: [],
        tags: [{ key: 'runlens.environment', value: 'e'.repeat(64) }],
      },
      { type: 'run.inputs', runId: child, datasets: [dataset], models: [] },
      loggedModel(modelId, child),
      { type: 'run.outputs', runId: child, models: [{ modelId, step: 0 }] },
      { type: 'registry.create', name: 'm', description: undefined, tags: [], time: 1 },
      version('m', 1, { modelId, runId: child }),
      version('m', 2, { runId: child }),
    );
    const lineage = await fixture.get<RunLineage>(`/api/runs/${child}/lineage`);
    assert.deepEqual(lineage.datasets, [
      {
        name: 'train',
        digest: 'd',
        context: 'training',
        sourceType: 'local',
        source: '{}',
        schema: '{"x":1}',
      },
    ]);
    assert.deepEqual(lineage.models, [
      { modelId, name: 'ridge', direction: 'made', registered: ['m/1'] },
    ]);
    assert.deepEqual(lineage.registered, ['m/1', 'm/2']);
    assert.equal(lineage.environment, 'e'.repeat(64));
    assert.equal((await fixture.call('GET /api/runs/none/lineage')).status, 404);
  });

  it('tell the metrics of a pipeline over time, of all its steps, the oldest first', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => fixture.createRun()));
    const [first = '', second = '', third = '', fourth = ''] = runs;
    await fixture.log(first, [point('loss', 0, 0.5), point('rows', 0, 10)]);
    await fixture.log(second, [point('loss', 0, 0.7)]);
    await fixture.log(third, [point('loss', 0, 0.25), point('acc', 0, Number.NaN)]);
    await fixture.log(fourth, [point('total', 0, 1)]);
    const of = (run: string, load: string, train: string, own: string): PipelineRun => {
      const made = pipelineRun(run, id('a'), { trackingRunId: train });
      const [one, two] = made.steps;
      return { ...made, trackingRunId: own, steps: [{ ...one!, trackingRunId: load }, two!] };
    };
    await fixture.store.commit(
      { type: 'pipeline.create', run: of('b1', first, second, fourth) },
      { type: 'pipeline.create', run: of('b2', first, third, id('none')) },
    );
    const { points, metrics } = await fixture.get<OverTime>('/api/pipelines/training/over-time');
    assert.deepEqual(
      points.map(({ label, pipelineRunId }) => [label, pipelineRunId]),
      [
        ['run b1', id('b1')],
        ['run b2', id('b2')],
      ],
    );
    assert.deepEqual(
      points.map(({ measured }) => new Set(measured)),
      [new Set([fourth, first, second]), new Set([id('none'), first, third])],
    );
    assert.deepEqual(metrics, {
      acc: [null, 'NaN'],
      'load/loss': [0.5, 0.5],
      rows: [10, 10],
      total: [1, null],
      'train/loss': [0.7, 0.25],
    });
    assert.equal((await fixture.call('GET /api/pipelines/none/over-time')).status, 404);
  });
});
