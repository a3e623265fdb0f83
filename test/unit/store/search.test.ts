// Search over runs: the semantics of each clause and order, and the plans that answer them.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { RunClause, RunOrder, RunSearch } from '../../../src/domain/search/query';
import { loadSqlite, Sql } from '../../../src/store/database';
import { nodeFiles } from '../../../src/store/files';
import { migrate } from '../../../src/store/migrations/migrate';
import { searchSql } from '../../../src/store/queries/search';
import { Segments } from '../../../src/store/series/segments';
import { State } from '../../../src/store/state';
import type { Store } from '../../../src/store/store';
import { cleanUp, createExperiment, createRun, log, metric, open, tempFolder } from './support';

const search = (more: Partial<RunSearch> = {}): RunSearch => ({
  experimentIds: ['0'],
  filter: [],
  orderBy: [],
  stage: 'active',
  limit: 100,
  offset: 0,
  ...more,
});

const ids = (store: Store, more: Partial<RunSearch>) =>
  store.runs.search(search(more)).runs.map((run) => run.info.runId);

/** r1 … r5 by falling start time; r5 has nothing. */
async function sample(): Promise<Store> {
  const store = await open(tempFolder());
  await store.commit(
    createExperiment('1'),
    createRun('r1', { startTime: 50, name: 'Alpha' }),
    createRun('r2', { startTime: 40, name: 'beta' }),
    createRun('r3', { startTime: 30, name: 'alphabet' }),
    createRun('r4', { startTime: 20, name: 'Ärger' }),
    createRun('r5', { startTime: 10, name: '100%_x', userId: 'bob' }),
    createRun('gone', { startTime: 60 }),
    createRun('other', { experimentId: '1' }),
    { type: 'run.lifecycle', runId: 'gone', stage: 'deleted', time: 1 },
    { type: 'run.update', runId: 'r1', status: 'FINISHED', endTime: 99 },
    log('r1', { metrics: [metric('m', 9, 0), metric('m', 1, 1)], params: { lr: '0.1' } }),
    log('r2', { metrics: [metric('m', Number.NaN)], params: { lr: '0.2' }, tags: { t: 'Prod' } }),
    log('r3', { metrics: [metric('m', -1)], params: { lr: '0.10' }, tags: { t: 'prod' } }),
    log('r4', { metrics: [metric('m', Number.POSITIVE_INFINITY)], tags: { t: 'dev' } }),
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

const ALL = ['r1', 'r2', 'r3', 'r4', 'r5'];
const CASES: readonly [string, readonly RunClause[], readonly string[]][] = [
  ['nothing', [], ALL],
  ['metric: the latest value, not the greatest', [m('>', 5)], ['r4']],
  ['metric: NaN matches nothing', [m('>', -10)], ['r1', 'r3', 'r4']],
  ['metric: a missing one is not different', [m('!=', 1)], ['r3', 'r4']],
  ['metric: equal', [m('=', 1)], ['r1']],
  ['metric: a key nobody logged', [{ on: 'metric', key: 'no', op: '!=', value: 1 }], []],
  ['param: equal as text', [text('param', 'lr', '=', '0.1')], ['r1']],
  ['param: different, but present', [text('param', 'lr', '!=', '0.1')], ['r2', 'r3']],
  ['param: LIKE', [text('param', 'lr', 'LIKE', '0.1%')], ['r1', 'r3']],
  ['param: IS NULL', [{ on: 'param', key: 'lr', op: 'IS NULL' }], ['r4', 'r5']],
  ['param: IS NOT NULL', [{ on: 'param', key: 'lr', op: 'IS NOT NULL' }], ['r1', 'r2', 'r3']],
  ['param: an unknown key IS NULL everywhere', [{ on: 'param', key: 'no', op: 'IS NULL' }], ALL],
  ['param: an unknown key never IS NOT NULL', [{ on: 'param', key: 'no', op: 'IS NOT NULL' }], []],
  ['tag: LIKE knows case', [text('tag', 't', 'LIKE', 'p%')], ['r3']],
  ['tag: ILIKE does not', [text('tag', 't', 'ILIKE', 'P%')], ['r2', 'r3']],
  ['name: LIKE knows case', [name('LIKE', 'alpha%')], ['r3']],
  ['name: ILIKE does not, in any alphabet', [name('ILIKE', 'äRGER')], ['r4']],
  ['name: _ is one character', [name('LIKE', 'bet_')], ['r2']],
  ['name: different', [name('!=', 'beta')], ['r1', 'r3', 'r4', 'r5']],
  ['status', [{ on: 'attribute', key: 'status', op: '=', value: 'FINISHED' }], ['r1']],
  ['user', [{ on: 'attribute', key: 'user_id', op: '!=', value: 'ada' }], ['r5']],
  ['start time', [{ on: 'attribute', key: 'start_time', op: '>=', value: 40 }], ['r1', 'r2']],
  [
    'end time: a missing one never',
    [{ on: 'attribute', key: 'end_time', op: '!=', value: 1 }],
    ['r1'],
  ],
  ['ids', [{ on: 'attribute', key: 'run_id', op: 'IN', values: ['r5', 'r2', 'x'] }], ['r2', 'r5']],
  [
    'not ids',
    [{ on: 'attribute', key: 'run_id', op: 'NOT IN', values: ['r5', 'r2'] }],
    ['r1', 'r3', 'r4'],
  ],
  ['dataset', [{ on: 'dataset', key: 'name', op: '=', value: 'd1' }], ['r1', 'r2']],
  ['dataset: some other', [{ on: 'dataset', key: 'name', op: '!=', value: 'd1' }], ['r2']],
  ['dataset: context', [{ on: 'dataset', key: 'context', op: 'IN', values: ['test'] }], ['r2']],
  [
    'dataset: digest',
    [{ on: 'dataset', key: 'digest', op: 'ILIKE', value: 'OF %1' }],
    ['r1', 'r2'],
  ],
  ['joined by AND', [m('>', -10), text('param', 'lr', '!=', '0.1')], ['r3']],
];

function m(op: '>' | '!=' | '=', value: number): RunClause {
  return { on: 'metric', key: 'm', op, value };
}
function text(on: 'param' | 'tag', key: string, op: '=' | '!=' | 'LIKE' | 'ILIKE', value: string) {
  return { on, key, op, value } as const;
}
function name(op: '!=' | 'LIKE' | 'ILIKE', value: string): RunClause {
  return { on: 'attribute', key: 'run_name', op, value };
}

describe('store search', () => {
  afterEach(cleanUp);

  it('matches what each clause says', async () => {
    const store = await sample();
    for (const [title, filter, expected] of CASES) {
      assert.deepEqual(ids(store, { filter }), expected, title);
    }
  });

  it('orders with missing values last in both directions, NaN before them', async () => {
    const store = await sample();
    const by = (on: RunOrder['on'], key: string, descending: boolean) =>
      ids(store, { orderBy: [{ on, key, descending }] });
    assert.deepEqual(by('metric', 'm', false), ['r3', 'r1', 'r4', 'r2', 'r5']);
    assert.deepEqual(by('metric', 'm', true), ['r4', 'r1', 'r3', 'r2', 'r5']);
    assert.deepEqual(by('param', 'lr', false), ['r1', 'r3', 'r2', 'r4', 'r5']);
    assert.deepEqual(by('param', 'lr', true), ['r2', 'r3', 'r1', 'r4', 'r5']);
    assert.deepEqual(by('tag', 'unknown', false), ALL);
    assert.deepEqual(by('attribute', 'end_time', true), ALL);
    assert.deepEqual(by('attribute', 'start_time', false), [...ALL].reverse());
    const twice = { on: 'metric', key: 'm', descending: false } as const;
    assert.deepEqual(ids(store, { orderBy: [twice, twice] }), ['r3', 'r1', 'r4', 'r2', 'r5']);
  });

  it('pages, and knows whether there are more', async () => {
    const store = await sample();
    const page = store.runs.search(search({ limit: 2, offset: 2 }));
    assert.deepEqual([page.runs.map((run) => run.info.runId), page.more], [['r3', 'r4'], true]);
    assert.equal(store.runs.search(search({ limit: 5 })).more, false);
    assert.equal(store.runs.search(search({ limit: 4 })).more, true);
  });

  it('keeps to the experiments and the stage', async () => {
    const store = await sample();
    assert.deepEqual(ids(store, { stage: 'deleted' }), ['gone']);
    assert.deepEqual(ids(store, { stage: 'all' }), ['gone', ...ALL]);
    assert.deepEqual(ids(store, { experimentIds: ['1'] }), ['other']);
    assert.deepEqual(ids(store, { experimentIds: ['0', '1', '7'], limit: 2 }), ['other', 'r1']);
    assert.deepEqual(ids(store, { experimentIds: [] }), []);
  });

  it('breaks ties by start time, newest first, then by id', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(times, async (list) => {
        const store = await open(tempFolder());
        const runs = list.map((startTime, i) => ({ id: `r${(i * 7) % 13}`, startTime }));
        await store.commit(...runs.map((run) => createRun(run.id, { startTime: run.startTime })));
        const expected = [...runs].sort(
          (a, b) => b.startTime - a.startTime || (a.id < b.id ? -1 : 1),
        );
        assert.deepEqual(
          ids(store, {}),
          expected.map((run) => run.id),
        );
        await cleanUp();
      }),
      { numRuns: 15 },
    );
  }).timeout(60_000);

  it('refuses an attribute that runs do not have', async () => {
    const store = await sample();
    const orderBy = [{ on: 'attribute', key: 'r.name; --', descending: false }] as const;
    assert.throws(() => ids(store, { orderBy }), { code: 'search.invalid' });
  });

  it('answers every clause and order by look-ups, with and without statistics', async () => {
    const sqlite = await loadSqlite(nodeFiles.readFile('node_modules/sql.js/dist/sql-wasm.wasm'));
    const sql = Sql.open(sqlite);
    migrate(sql);
    const state = new State(sql, new Segments(nodeFiles, tempFolder(), new Map()));
    for (const key of ['m', 'lr', 't']) state.keys.id(key);
    const orders: RunOrder[] = (['metric', 'param', 'tag'] as const).map((on) => ({
      on,
      key: 'm',
      descending: true,
    }));
    const check = () => {
      // A clause that nothing can fulfil is not looked up at all.
      const answered = CASES.filter(([, , expected]) => expected.length > 0);
      for (const [title, filter] of answered) {
        for (const orderBy of [[], orders]) {
          const built = searchSql(state, search({ filter, orderBy }));
          const plan = sql
            .all(`EXPLAIN QUERY PLAN ${built.sql}`, ...built.values)
            .map((row) => String(row[3]));
          // A scan of a list that was given, or of nothing else, is fine.
          const scans = plan.filter((line) => /^SCAN /.test(line) && !/json_each/.test(line));
          assert.deepEqual(scans, [], `${title}\n${plan.join('\n')}`);
        }
      }
    };
    check();
    sql.exec('ANALYZE');
    check();
    state.close();
  });
});
