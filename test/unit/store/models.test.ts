// Logged models in the store: their journal, their metrics, and what of them outlives a kill.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Packr } from 'msgpackr/index-no-eval';
import type { LoggedMetric } from '../../../src/domain/run';
import { decodeCommit, encodeCommit } from '../../../src/store/codec';
import type { Mutation } from '../../../src/store/mutation';
import { encodeColumns } from '../../../src/store/series/columns';
import type { Store } from '../../../src/store/store';
import { cleanUp, copyOf, createRun, log, metric, open, tempFolder } from './support';

const MODELS = ['m-1', 'm-2'];

const createModel = (modelId: string): Mutation => ({
  type: 'model.create',
  modelId,
  experimentId: '0',
  name: `name of ${modelId}`,
  modelType: undefined,
  sourceRunId: 'a',
  artifactUri: `mlflow-artifacts:/0/models/${modelId}/artifacts`,
  params: [{ key: 'p', value: '1' }],
  tags: [],
  time: 6000,
});

const begin = [createRun('a'), createRun('b'), ...MODELS.map(createModel)];

/** A point of a model, of few values, so that many come twice. */
const point = fc.record(
  {
    key: fc.constantFrom('acc', 'loss'),
    value: fc.constantFrom(0.5, 1, Number.NaN, Number.POSITIVE_INFINITY, 0),
    step: fc.integer({ min: 0, max: 2 }),
    timestamp: fc.integer({ min: 1, max: 2 }),
    modelId: fc.constantFrom(...MODELS),
    datasetName: fc.constantFrom('d', 'größe'),
    datasetDigest: fc.constantFrom('x', 'y'),
  },
  { requiredKeys: ['key', 'value', 'step', 'timestamp'] },
);
const logged = fc
  .record({ runId: fc.constantFrom('a', 'b'), metrics: fc.array(point, { maxLength: 6 }) })
  .map(({ runId, metrics }) => log(runId, { metrics: metrics.map(whole) }));

/** A dataset stands only beside a model. */
const whole = ({ key, value, step, timestamp, ...origin }: LoggedMetric): LoggedMetric => ({
  key,
  value,
  step,
  timestamp,
  ...(origin.modelId === undefined ? {} : origin),
});

describe('logged models in the store', () => {
  afterEach(cleanUp);

  it('writes points of models so that they read back the same', () => {
    fc.assert(
      fc.property(fc.array(logged, { minLength: 1 }), (mutations) => {
        const expected = { seq: 3, mutations: structuredClone(mutations) };
        assert.deepEqual(decodeCommit(encodeCommit(3, mutations)), expected);
      }),
    );
  });

  it('writes every change of a model so that it reads back the same', () => {
    const modelId = 'm-1';
    const time = 7;
    const mutations: Mutation[] = [
      createModel(modelId),
      { ...createModel('m-2'), modelType: 'agent', sourceRunId: undefined } as Mutation,
      {
        type: 'model.update',
        modelId,
        status: 'LOGGED_MODEL_READY',
        statusMessage: undefined,
        time,
      },
      { type: 'model.params', modelId, params: [{ key: 'größe', value: '' }], time },
      { type: 'model.tag', modelId, key: 'a', value: null, time },
      { type: 'model.delete', modelId, time },
      { type: 'run.outputs', runId: 'a', models: [{ modelId, step: 2 ** 53 }] },
      { type: 'run.inputs', runId: 'a', datasets: [], models: [modelId] },
    ];
    const expected = { seq: 9, mutations: structuredClone(mutations) };
    assert.deepEqual(decodeCommit(encodeCommit(9, mutations)), expected);
  });

  it('reads records that were written before points had models', () => {
    const points = encodeColumns({ steps: [1, 2], times: [7, 8], values: [0.5, Number.NaN] });
    const payload = { runId: 'a', params: [], tags: [], keys: ['k'], series: [], points };
    const old = new Packr({ useRecords: false }).pack([4, 'run.log', 1, payload]);
    const metrics = [metric('k', 0.5, 1, 7), metric('k', Number.NaN, 2, 8)];
    assert.deepEqual(decodeCommit(old).mutations, [log('a', { metrics })]);
    const inputs = { runId: 'a', datasets: [] };
    const older = new Packr({ useRecords: false }).pack([5, 'run.inputs', 1, inputs]);
    assert.deepEqual(decodeCommit(older).mutations, [
      { type: 'run.inputs', runId: 'a', datasets: [], models: [] },
    ]);
  });

  it('shows each point of a model once, whatever comes twice, also after a kill', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(logged, { maxLength: 12 }), async (mutations) => {
        const folder = tempFolder();
        const store = await open(folder);
        await store.commit(...begin);
        const expected = new Set<string>();
        for (const mutation of mutations) {
          await store.commit(mutation);
          for (const text of pointsOf(mutation)) expected.add(text);
        }
        assert.deepEqual(shown(store), [...expected].sort());
        assert.deepEqual(shown(await open(copyOf(folder))), [...expected].sort());
        await store.checkpoint();
        assert.deepEqual(shown(await open(copyOf(folder))), [...expected].sort());
        await cleanUp();
      }),
      { numRuns: 20 },
    );
  }).timeout(60_000);

  it('refuses a point of a model that is not there, with everything beside it', async () => {
    const store = await open(tempFolder());
    await store.commit(...begin);
    const metrics = [metric('k', 1), { ...metric('k', 2), modelId: 'm-none' }];
    await assert.rejects(store.commit(log('a', { metrics })), /no logged model m-none/);
    assert.equal(store.runs.get('a')?.metrics.length, 0);
  });

  it('forgets a deleted model unless it is asked for', async () => {
    const store = await open(tempFolder());
    await store.commit(...begin, { type: 'model.delete', modelId: 'm-1', time: 9000 });
    assert.equal(store.models.get('m-1'), undefined);
    assert.equal(store.models.get('m-1', { deleted: true })?.lastUpdateTime, 9000);
    assert.deepEqual([store.models.has('m-1'), store.models.has('m-none')], [true, false]);
  });

  it('tells the datasets of experiments once for each context', async () => {
    const store = await open(tempFolder());
    const input = (context: string | undefined, digest = 'x') => ({
      tags: context === undefined ? [] : [{ key: 'mlflow.data.context', value: context }],
      name: 'd',
      digest,
      sourceType: 'local',
      source: '{}',
      schema: undefined,
      profile: undefined,
    });
    await store.commit(
      ...begin,
      { type: 'run.inputs', runId: 'a', datasets: [input('train'), input(undefined, 'y')] },
      { type: 'run.inputs', runId: 'b', datasets: [input('train')] },
      { type: 'run.inputs', runId: 'b', datasets: [input('eval', 'y')] },
    );
    const found = store.experiments.datasets(['0', '0', 'none'], 10);
    assert.deepEqual(
      found.map(({ digest, context }) => [digest, context]),
      [
        ['x', 'train'],
        ['y', undefined],
        ['y', 'eval'],
      ],
    );
    assert.equal(store.experiments.datasets(['0'], 2).length, 2);
  });
});

function pointsOf(mutation: Mutation): string[] {
  if (mutation.type !== 'run.log') return [];
  return mutation.metrics.flatMap((each) =>
    each.modelId === undefined ? [] : [textOf({ ...each, runId: mutation.runId })],
  );
}

const shown = (store: Store): string[] =>
  MODELS.flatMap((id) => store.models.get(id)?.metrics.map(textOf) ?? []).sort();

const textOf = (each: LoggedMetric & { runId: string }): string =>
  [
    each.modelId,
    each.key,
    String(each.value),
    each.step,
    each.timestamp,
    each.runId,
    each.datasetName ?? '-',
    each.datasetDigest ?? '-',
  ].join(' ');
