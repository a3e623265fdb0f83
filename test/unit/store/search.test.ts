// Search over runs in the store: every filter and order means what the plain reference says, and pages
// neither repeat nor lose a run while runs are added.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Run } from '../../../src/domain/run';
import {
  AGGREGATES,
  type Condition,
  EVERYTHING,
  type Field,
  type Order,
  type RunSearch,
  type Test,
} from '../../../src/domain/search/filter';
import { parseOrder } from '../../../src/domain/search/order';
import { parseFilter } from '../../../src/domain/search/parse';
import { printFilter } from '../../../src/domain/search/print';
import { RUNS } from '../../../src/domain/search/subjects';
import type { Store } from '../../../src/store/store';
import { filterExamples, orderExamples } from '../domain/search/document';
import { filters, listTest, nullTest, numberTest, textTest } from '../domain/search/support';
import { matches, sorted } from './searchReference';
import { cleanUp, createExperiment, createRun, log, metric, open, tempFolder } from './support';

const NOW = 1_000_000;

const search = (more: Partial<RunSearch> = {}): RunSearch => ({
  experimentIds: ['0'],
  filter: EVERYTHING,
  orderBy: [],
  stage: 'active',
  limit: 100,
  offset: 0,
  ...more,
});

const idsOf = (runs: readonly Run[]) => runs.map((run) => run.info.runId);
const ids = (store: Store, more: Partial<RunSearch>) =>
  idsOf(store.runs.search(search(more)).items);
const found = (store: Store, text: string, ...order: string[]) =>
  ids(store, { filter: parseFilter(text, RUNS, NOW), orderBy: parseOrder(order, RUNS) });

/** r1 … r7 by falling start time; r5 has nothing. */
async function sample(): Promise<Store> {
  const store = await open(tempFolder());
  await store.commit(
    createExperiment('1'),
    createRun('r1', { startTime: 50, name: 'Alpha' }),
    createRun('r2', { startTime: 40, name: 'beta' }),
    createRun('r3', { startTime: 30, name: 'alphabet' }),
    createRun('r4', { startTime: 20, name: 'Ärger' }),
    createRun('r5', { startTime: 10, name: '100%_x', userId: 'bob' }),
    createRun('r6', { startTime: 5, name: 'b' }),
    createRun('r7', { startTime: 4, name: 'a' }),
    createRun('gone', { startTime: 60 }),
    createRun('other', { experimentId: '1' }),
    { type: 'run.lifecycle', runId: 'gone', stage: 'deleted', time: 1 },
    { type: 'run.update', runId: 'r1', status: 'FINISHED', endTime: 99 },
    { type: 'run.update', runId: 'r3', status: 'FAILED', endTime: 32 },
    log('r1', { metrics: [metric('m', 9, 0), metric('m', 1, 1)], params: { lr: '0.1', n: '1' } }),
    log('r2', { metrics: [metric('m', Number.NaN)], params: { lr: '0.2' }, tags: { t: 'Prod' } }),
    log('r3', { metrics: [metric('m', -1), metric('n', 2)], params: { lr: '0.10', n: 'x' } }),
    log('r3', { tags: { t: 'prod', 'mlflow.note.content': 'All about Trees' } }),
    log('r4', { metrics: [metric('m', Number.POSITIVE_INFINITY)], tags: { t: 'dev' } }),
    log('r6', { metrics: [metric('m', Number.NaN, 0), metric('m', 3, 1)], params: { lr: '' } }),
    log('r7', { metrics: [metric('m', 2, 0), metric('m', Number.NaN, 1)], params: { lr: '1e-1' } }),
    { type: 'run.inputs', runId: 'r1', datasets: [dataset('d1', 'train')] },
    { type: 'run.inputs', runId: 'r2', datasets: [dataset('d1', 'test'), dataset('d2', 'train')] },
  );
  return store;
}

const dataset = (name: string, context: string) => ({
  tags: [{ key: 'mlflow.data.context', value: context }],
  name,
  digest: `of ${name}`,
  sourceType: 'local',
  source: '{}',
  schema: undefined,
  profile: undefined,
});

const ALL = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'];
const CASES: readonly [string, readonly string[]][] = [
  ['metrics.m > 5', ['r4']],
  ['metrics.m > -10', ['r1', 'r3', 'r4', 'r6']],
  ['metrics.m != 1', ['r2', 'r3', 'r4', 'r6', 'r7']],
  ['max(metrics.m) > 5', ['r1', 'r4']],
  ['first(metrics.m) = 2 OR first(metrics.m) = 9', ['r1', 'r7']],
  ['NOT first(metrics.m) > -10', ['r2', 'r5', 'r6']],
  ['metrics.m IS NULL', ['r5']],
  ['params.lr = 0.1', ['r1', 'r3', 'r7']],
  ['params.n > 0', ['r1']],
  ["NOT params.lr = '0.1'", ['r2', 'r3', 'r4', 'r5', 'r6', 'r7']],
  ["NOT (params.lr = '0.1' AND metrics.m = 1)", ['r2', 'r3', 'r4', 'r5', 'r6', 'r7']],
  ['params.no IS NULL AND NOT HAS tags.no', ALL],
  ["NOT params.no = 'x' AND NOT metrics.no > 1", ALL],
  ["metrics.m = 1 AND (run_name = 'x' OR run_name = 'beta')", []],
  ["tags.t LIKE 'p%'", ['r3']],
  ["tags.t ILIKE 'P%'", ['r2', 'r3']],
  ["run_name ILIKE 'äRGER'", ['r4']],
  ["run_name NOT ILIKE 'a%'", ['r2', 'r4', 'r5', 'r6']],
  ['duration > 10', ['r1']],
  ['end_time != 1', ['r1', 'r3']],
  ["dataset.name != 'd1'", ['r2']],
  ["NOT dataset.name = 'd1'", ['r3', 'r4', 'r5', 'r6', 'r7']],
  ['lr = 0.2', ['r2']],
  ['trees', ['r3']],
  ["'100%_'", ['r5']],
  ['created > -1d', ALL],
];

describe('store search over runs', () => {
  afterEach(cleanUp);

  it('finds what each filter says', async () => {
    const store = await sample();
    for (const [text, expected] of CASES) assert.deepEqual(found(store, text), expected, text);
  });

  it('orders with missing values last in both directions, NaN before them', async () => {
    const store = await sample();
    assert.deepEqual(found(store, '', 'metrics.m'), ['r3', 'r1', 'r6', 'r4', 'r2', 'r7', 'r5']);
    assert.deepEqual(found(store, '', 'm DESC'), ['r4', 'r6', 'r1', 'r3', 'r2', 'r7', 'r5']);
    assert.deepEqual(found(store, '', 'max(m) DESC'), ['r4', 'r1', 'r6', 'r7', 'r3', 'r2', 'r5']);
    assert.deepEqual(found(store, '', 'end_time DESC'), ['r1', 'r3', 'r2', 'r4', 'r5', 'r6', 'r7']);
    assert.deepEqual(found(store, '', 'start_time'), [...ALL].reverse());
  });

  it('reads decimal numbers in parameters, and nothing else', async () => {
    const store = await open(tempFolder());
    const texts = ['16', ' +1.6e1 ', '016.', '0x10', '', ' ', 'Infinity', '1_6', 'x'];
    await store.commit(
      ...texts.flatMap((n, i) => [
        createRun(`n${i}`, { startTime: 100 - i }),
        log(`n${i}`, { params: { n } }),
      ]),
    );
    assert.deepEqual(found(store, 'params.n = 16'), ['n0', 'n1', 'n2']);
    assert.deepEqual(found(store, 'params.n != 5'), ['n0', 'n1', 'n2']);
    assert.deepEqual(found(store, "params.n = '16'"), ['n0']);
  });

  it('refuses a bare name that is a metric and a parameter, or neither', async () => {
    const store = await sample();
    assert.throws(() => found(store, 'n > 1'), {
      code: 'search.invalid',
      position: 0,
      valid: ['metrics.n', 'params.n'],
    });
    assert.throws(() => found(store, 'm > 1 AND none > 1'), { position: 10 });
    assert.throws(() => found(store, '', 'none'), { code: 'search.invalid' });
  });

  it('means what the plain reference says, for any filter and order', async () => {
    const store = await sample();
    const runs = store.runs.search(search()).items;
    fc.assert(
      fc.property(filters(conditions), fc.array(orders, { maxLength: 2 }), (filter, orderBy) => {
        const expected = sorted(
          runs.filter((run) => matches(run, filter)),
          orderBy,
        );
        const said = `${printFilter(filter)} by ${JSON.stringify(orderBy)}`;
        assert.deepEqual(ids(store, { filter, orderBy }), idsOf(expected), said);
      }),
      { numRuns: 1500 },
    );
  }).timeout(60_000);

  it('keeps to the experiments and the stage', async () => {
    const store = await sample();
    assert.deepEqual(ids(store, { stage: 'deleted' }), ['gone']);
    assert.deepEqual(ids(store, { stage: 'all' }), ['gone', ...ALL]);
    assert.deepEqual(ids(store, { experimentIds: ['1'] }), ['other']);
    assert.deepEqual(ids(store, { experimentIds: ['0', '1', '7'], limit: 2 }), ['other', 'r1']);
    assert.deepEqual(ids(store, { experimentIds: [] }), []);
  });

  it('answers every example of docs/search.md', async () => {
    const store = await sample();
    const metrics = ['loss', 'acc', 'val_loss'].map((key) => metric(key, 0.05));
    await store.commit(
      createRun('r8', { startTime: 1, name: 'resnet-baseline' }),
      log('r8', { metrics, params: { lr: '0.02', model: 'svm' } }),
    );
    const examples = filterExamples();
    const results = examples.map((example) => found(store, example));
    const finding = results.filter((ids) => ids.includes('r8')).length;
    assert.ok(finding >= 8, `${finding} of ${examples.length} find the run they are about`);
    for (const example of orderExamples()) assert.equal(found(store, '', example).length, 8);
  });

  it('takes the longest filter there is', async () => {
    const store = await sample();
    const text = Array.from({ length: 1000 }, (_, i) => `params.lr = '${i}'`).join(' OR ');
    assert.deepEqual(found(store, text), []);
    assert.deepEqual(found(store, `NOT (${text.slice(0, text.lastIndexOf(' OR '))})`), ALL);
  });

  it('neither repeats nor loses a run between pages while runs are added', async () => {
    const counts = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 });
    const direction = fc.constantFrom('start_time DESC', 'start_time', 'params.lr', 'm DESC');
    await fc.assert(
      fc.asyncProperty(
        counts,
        direction,
        fc.integer({ min: 1, max: 3 }),
        async (added, by, limit) => {
          const store = await sample();
          const orderBy = parseOrder([by], RUNS);
          const seen: string[] = [];
          let page = { offset: 0, until: undefined as number | undefined };
          for (let i = 0; ; i++) {
            const { until, offset } = page;
            const found = store.runs.search(
              search({ orderBy, limit, offset, ...(until !== undefined && { until }) }),
            );
            seen.push(...idsOf(found.items));
            if (!found.more) break;
            page = { offset: offset + limit, until: found.until };
            for (let n = 0; n < (added[i] ?? 0); n++) {
              const id = `new ${i} ${n}`;
              await store.commit(
                createRun(id, { startTime: 1 + 17 * n }),
                log(id, { metrics: [metric('m', n)], params: { lr: `0.${n}` } }),
              );
            }
          }
          assert.deepEqual(
            seen,
            ids(store, { orderBy }).filter((id) => !id.startsWith('new')),
          );
          await cleanUp();
        },
      ),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('knows whether there are more', async () => {
    const store = await sample();
    const page = store.runs.search(search({ limit: 2, offset: 2, until: 99 }));
    assert.deepEqual([idsOf(page.items), page.more], [['r3', 'r4'], true]);
    assert.equal(store.runs.search(search({ limit: 7 })).more, false);
    assert.equal(store.runs.search(search({ limit: 6 })).more, true);
  });

  it('refuses an attribute or operator that there is not', async () => {
    const store = await sample();
    const orderBy: Order[] = [{ field: { on: 'attribute', key: 'r.name; --' }, descending: false }];
    assert.throws(() => ids(store, { orderBy }), { code: 'search.invalid' });
    const leaf = {
      kind: 'test',
      field: { on: 'param', key: 'lr' },
      test: { op: "= '' OR 1 --", value: 'x' },
    } as unknown as Condition;
    assert.throws(() => ids(store, { filter: { kind: 'leaf', leaf } }), { code: 'search.invalid' });
  });
});

const keys = fc.constantFrom('m', 'n', 'lr', 't', 'unknown');
const numbers = fc.constantFrom(-1, 0, 0.1, 1, 2, 3, 9, 20, 49);
const texts = fc.constantFrom('0.1', 'prod', 'Prod', 'pro_', 'P%', '%', '', 'd1', 'train', 'beta');
const metrics: fc.Arbitrary<Field & { on: 'metric' }> = fc.record({
  on: fc.constant('metric' as const),
  key: keys,
  of: fc.constantFrom(...AGGREGATES),
});
const pairs = fc.record({ on: fc.constantFrom('param' as const, 'tag' as const), key: keys });
const attribute = (...names: string[]) =>
  fc.record({ on: fc.constant('attribute' as const), key: fc.constantFrom(...names) });
const textAttributes = attribute('run_id', 'run_name', 'user_id', 'status', 'artifact_uri');
const numberAttributes = attribute('start_time', 'end_time', 'duration');

const test = (field: fc.Arbitrary<Field>, found: fc.Arbitrary<Test>): fc.Arbitrary<Condition> =>
  fc.record({ kind: fc.constant('test' as const), field, test: found });
const texted = fc.oneof(textTest(texts), listTest(texts), nullTest);
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('free' as const), text: fc.constantFrom('alpha', 'TREES', 'b') }),
  test(metrics, fc.oneof(numberTest(numbers), nullTest)),
  test(pairs, fc.oneof(texted, numberTest(numbers))),
  test(textAttributes, texted),
  test(numberAttributes, fc.oneof(numberTest(numbers), nullTest)),
  test(
    fc.record({
      on: fc.constant('dataset' as const),
      key: fc.constantFrom('name', 'digest', 'context'),
    }),
    texted,
  ),
);
const orders: fc.Arbitrary<Order> = fc.record({
  field: fc.oneof(metrics, pairs, textAttributes, numberAttributes),
  descending: fc.boolean(),
});
