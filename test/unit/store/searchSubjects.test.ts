// Searches over experiments, the model registry and logged models: what they find, their usual order,
// and pages while more is added.
import * as assert from 'node:assert/strict';
import { EVERYTHING, type ModelSearch, type Search } from '../../../src/domain/search/filter';
import { parseModelOrder, parseOrder } from '../../../src/domain/search/order';
import { parseFilter } from '../../../src/domain/search/parse';
import {
  EXPERIMENTS,
  LOGGED_MODELS,
  MODEL_VERSIONS,
  REGISTERED_MODELS,
  type Subject,
} from '../../../src/domain/search/subjects';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { cleanUp, createExperiment, createRun, log, metric, open, tempFolder } from './support';

const PROMPT = { key: 'mlflow.prompt.is_prompt', value: 'true' };

const name = (text: string, time: number, more: { tags?: { key: string; value: string }[] } = {}) =>
  ({
    type: 'registry.create',
    name: text,
    description: undefined,
    tags: more.tags ?? [],
    time,
  }) satisfies Mutation;

const version = (
  of: string,
  number: number,
  time: number,
  tags: { key: string; value: string }[] = [],
) =>
  ({
    type: 'version.create',
    name: of,
    version: number,
    source: `s3://${of}/${number}`,
    storageLocation: undefined,
    runId: number === 1 ? 'r1' : undefined,
    runLink: undefined,
    modelId: undefined,
    description: undefined,
    userId: undefined,
    status: 'READY',
    tags,
    time,
  }) satisfies Mutation;

const model = (modelId: string, time: number, params: Record<string, string> = {}) =>
  ({
    type: 'model.create',
    modelId,
    experimentId: '0',
    name: `name of ${modelId}`,
    modelType: modelId === 'm-1' ? 'sklearn' : undefined,
    sourceRunId: 'r1',
    artifactUri: '',
    params: Object.entries(params).map(([key, value]) => ({ key, value })),
    tags: [],
    time,
  }) satisfies Mutation;

const asked = (subject: Subject, text: string, order: readonly string[] = []): Search => ({
  filter: parseFilter(text, subject, 1000),
  orderBy: parseOrder(order, subject),
  limit: 100,
  offset: 0,
});

describe('store search over other subjects', () => {
  let store: Store;
  beforeEach(async () => {
    store = await open(tempFolder());
  });
  afterEach(cleanUp);

  it('finds experiments, newest first, and by their ids as numbers', async () => {
    await store.commit(
      createExperiment('9'),
      createExperiment('10'),
      { type: 'experiment.tag', experimentId: '10', key: 'team', value: 'audio', time: 5 },
      { type: 'experiment.lifecycle', experimentId: '9', stage: 'deleted', time: 6 },
    );
    const ids = (text: string, order: string[] = [], stage: 'active' | 'all' = 'all') =>
      store.experiments
        .search({ ...asked(EXPERIMENTS, text, order), stage })
        .items.map((experiment) => experiment.experimentId);
    assert.deepEqual(ids('', ['experiment_id']), ['0', '9', '10']);
    assert.deepEqual(ids('', ['experiment_id DESC'], 'active'), ['10', '0']);
    assert.deepEqual(ids("tags.team = 'audio' OR experiment_id IN ('9')", ['name DESC']).sort(), [
      '10',
      '9',
    ]);
    assert.deepEqual(ids('NOT HAS tags.team', ['experiment_id']), ['0', '9']);
  });

  it('leaves prompts out of the registry unless they are asked for', async () => {
    await store.commit(
      name('b', 1, { tags: [{ key: 'n', value: '5' }] }),
      name('a', 2),
      name('prompt', 3, { tags: [PROMPT] }),
      name('no prompt', 4, { tags: [{ ...PROMPT, value: 'false' }] }),
    );
    const names = (text: string, ...order: string[]) =>
      store.registry
        .search(asked(REGISTERED_MODELS, text, order))
        .items.map((registered) => registered.name);
    const tag = 'tags.`mlflow.prompt.is_prompt`';
    assert.deepEqual(names(''), ['a', 'b', 'no prompt']);
    assert.deepEqual(names('', 'timestamp DESC'), ['no prompt', 'a', 'b']);
    assert.deepEqual(names(`${tag} != 'true'`), ['a', 'b', 'no prompt']);
    assert.deepEqual(names(`${tag} = 'false' AND name != 'a'`), ['b', 'no prompt']);
    assert.deepEqual(names(`${tag} = 'true'`), ['prompt']);
    assert.deepEqual(names(`${tag} = 'TRUE'`), []);
    assert.deepEqual(names(`${tag} != 'false'`), ['prompt']);
    assert.deepEqual(names(`${tag} IS NULL OR name = 'prompt'`), ['a', 'b', 'prompt']);
    assert.deepEqual(names(`NOT ${tag} = 'true'`), ['a', 'b', 'no prompt']);
    assert.deepEqual(names('tags.n > 4'), ['b']);
  });

  it('finds versions, changed last first, without deleted ones and those of prompts', async () => {
    await store.commit(
      name('a', 1),
      name('p', 1),
      version('a', 1, 10),
      version('a', 2, 20),
      version('a', 3, 30),
      version('p', 1, 40),
      version('p', 2, 50, [PROMPT]),
      { type: 'version.delete', name: 'a', version: 3, time: 60 },
      { type: 'version.update', name: 'a', version: 1, description: 'about trees', time: 70 },
    );
    const found = (text: string, ...order: string[]) =>
      store.registry
        .searchVersions(asked(MODEL_VERSIONS, text, order))
        .items.map((one) => `${one.name}${one.version}`);
    assert.deepEqual(found(''), ['a1', 'a2']);
    assert.deepEqual(found('', 'version_number DESC'), ['a2', 'a1']);
    assert.deepEqual(found("tags.`mlflow.prompt.is_prompt` = 'true'"), ['p2']);
    assert.deepEqual(found("name = 'a' AND version_number > 1"), ['a2']);
    assert.deepEqual(found("name = 'b'"), []);
    assert.deepEqual(found('trees OR version_number = 2'), ['a1', 'a2']);
    assert.deepEqual(found('run_id IS NULL'), ['a2']);
  });

  it('finds logged models by metrics on datasets, and orders by the newest value', async () => {
    await store.commit(
      createRun('r1'),
      model('m-1', 10, { lr: '0.1' }),
      model('m-2', 20),
      model('m-3', 30),
      { type: 'model.delete', modelId: 'm-3', time: 31 },
    );
    const point = (value: number, time: number, modelId: string, dataset: string) => ({
      ...metric('acc', value),
      timestamp: time,
      modelId,
      datasetName: dataset,
      datasetDigest: `of ${dataset}`,
    });
    await store.commit(
      log('r1', {
        metrics: [
          point(0.9, 1, 'm-1', 'train'),
          point(0.5, 2, 'm-1', 'test'),
          point(0.7, 1, 'm-2', 'train'),
        ],
      }),
    );
    const search = (text: string, more: Partial<ModelSearch> = {}) =>
      store.models
        .search({
          experimentIds: ['0'],
          filter: text ? parseFilter(text, LOGGED_MODELS, 1000) : EVERYTHING,
          orderBy: [],
          datasets: [],
          limit: 10,
          offset: 0,
          ...more,
        })
        .items.map((one) => one.modelId);
    const by = (ascending: boolean, dataset?: { name: string }) =>
      parseModelOrder([{ fieldName: 'metrics.acc', ascending, dataset }]);
    assert.deepEqual(search(''), ['m-2', 'm-1']);
    assert.deepEqual(search('metrics.acc > 0.8'), ['m-1']);
    assert.deepEqual(search('metrics.acc > 0.8', { datasets: [{ name: 'test' }] }), []);
    assert.deepEqual(search('', { datasets: [{ name: 'test', digest: 'of test' }] }), ['m-1']);
    assert.deepEqual(search('', { datasets: [{ name: 'test', digest: 'other' }] }), []);
    assert.deepEqual(search('', { orderBy: by(true) }), ['m-1', 'm-2']);
    assert.deepEqual(search('', { orderBy: by(false, { name: 'train' }) }), ['m-1', 'm-2']);
    assert.deepEqual(search('', { orderBy: by(false, { name: 'test' }) }), ['m-1', 'm-2']);
    assert.deepEqual(search("NOT params.lr = '0.1' AND model_type IS NULL"), ['m-2']);
    assert.deepEqual(search("model_type != 'sklearn'"), ['m-2']);
  });

  it('keeps what is added out of the pages behind the first', async () => {
    await store.commit(name('b', 1), name('c', 2), name('d', 3));
    const first = store.registry.search({ ...asked(REGISTERED_MODELS, ''), limit: 2 });
    await store.commit(name('a', 4), name('aa', 5));
    const { until } = first;
    const second = store.registry.search({ ...asked(REGISTERED_MODELS, ''), offset: 2, until });
    const shown = [...first.items, ...second.items].map((registered) => registered.name);
    assert.deepEqual(shown, ['b', 'c', 'd']);
    assert.deepEqual([first.more, second.more], [true, false]);
  });
});
