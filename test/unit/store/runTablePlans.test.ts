// The plans of the table of runs: rows and values by look-ups, whole keys only where most runs are asked for.
import * as assert from 'node:assert/strict';
import { parseOrder } from '../../../src/domain/search/order';
import { parseFilter } from '../../../src/domain/search/parse';
import { RUNS } from '../../../src/domain/search/subjects';
import { loadSqlite, Sql, type Value } from '../../../src/store/database';
import { nodeFiles } from '../../../src/store/files';
import { migrate } from '../../../src/store/migrations/migrate';
import { readColumns } from '../../../src/store/queries/runColumns';
import { spellsNumber } from '../../../src/store/queries/runSet';
import { childCounts } from '../../../src/store/queries/runs';
import { tableQueries } from '../../../src/store/queries/runTable';
import { Segments } from '../../../src/store/series/segments';
import { State } from '../../../src/store/state';
import { cleanUp, tempFolder } from './support';

const ORDERS = ['metrics.m DESC', 'min(metrics.m)', 'params.p', 'tags.t DESC', 'end_time', ''];
const FILTERS = ['', "metrics.m > 1 AND params.p = 'x' OR NOT tags.t IS NULL"];

/** Runs of two experiments, each with a metric, a parameter and a tag. */
async function stateOf(runs: number): Promise<State> {
  const wasm = nodeFiles.readFile('node_modules/sql.js/dist/sql-wasm.wasm');
  const sql = Sql.open(await loadSqlite(wasm));
  migrate(sql);
  const state = new State(sql, new Segments(nodeFiles, tempFolder(), new Map()));
  const [m, p, t] = ['m', 'p', 't'].map((key) => state.keys.id(key));
  sql.exec(`
    INSERT INTO experiments (id, experiment_id, name, artifact_location, created, updated)
      VALUES (1, '0', 'a', '', 0, 0), (2, '1', 'b', '', 0, 0);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT ${runs})
    INSERT INTO runs (id, run_id, experiment, name, user_id, status, started, artifact_uri)
      SELECT n, 'r' || n, 1 + (n % 50 = 0), 'n', 'u', 'RUNNING', n, '' FROM c;
    INSERT INTO metrics (key, run, count, nan, step, time, value)
      SELECT ${m}, id, 1, 0, 0, 0, id FROM runs;
    INSERT INTO params (key, run, value) SELECT ${p}, id, 'v' || (id % 3) FROM runs;
    INSERT INTO tags (key, run, value) SELECT ${t}, id, 'same' FROM runs`);
  return state;
}

describe('plans of the table of runs', () => {
  let state: State;
  before(async () => {
    state = await stateOf(2000);
  });
  after(async () => {
    state.close();
    await cleanUp();
  });

  /** Lines of the plans of all statements of `work` that read more than they were told. */
  function scansOf(work: () => unknown): string[] {
    const { sql } = state;
    const asked: [string, Value[]][] = [];
    const original = { all: sql.all.bind(sql), get: sql.get.bind(sql) };
    sql.all = (text, ...values) => {
      asked.push([text, values]);
      return original.all(text, ...values);
    };
    sql.get = (text, ...values) => {
      asked.push([text, values]);
      return original.get(text, ...values);
    };
    try {
      work();
    } finally {
      Object.assign(sql, original);
    }
    assert.ok(asked.length > 0);
    return asked.flatMap(([text, values]) =>
      original
        .all(`EXPLAIN QUERY PLAN ${text}`, ...values)
        .map((row) => String(row[3]))
        // Lists that were given or made for the statement are read whole, and experiments: they are few.
        .filter((line) => /^SCAN (?!j |j$|json_each|k$|c$|e |\(|CONSTANT)|AUTOMATIC/.test(line))
        // An index of the runs that are going on.
        .filter((line) => line !== 'SCAN a USING COVERING INDEX runs_running')
        // The greatest row id is at the end of the table.
        .filter((line) => line !== 'SEARCH runs'),
    );
  }

  const choice = (experimentIds: readonly string[], filter = '') =>
    ({ experimentIds, filter: parseFilter(filter, RUNS, 0), stage: 'active' }) as const;
  const columns = [
    { on: 'metric', key: 'm', of: 'min' },
    { on: 'param', key: 'p' },
    { on: 'tag', key: 't' },
  ] as const;

  const check = () => {
    const table = tableQueries(() => state);
    for (const experimentIds of [['0'], ['1'], ['0', '1']]) {
      for (const filter of FILTERS) {
        const scope = choice(experimentIds, filter);
        for (const order of ORDERS) {
          for (const nesting of [
            { kind: 'flat' },
            { kind: 'top' },
            { kind: 'in', parent: 'r1' },
          ] as const) {
            const orderBy = parseOrder(order === '' ? [] : [order], RUNS);
            const query = {
              ...scope,
              nesting,
              orderBy,
              columns,
              limit: 60,
              offset: 60,
              until: 1900,
            };
            for (const runningFirst of [false, true]) {
              assert.deepEqual(
                scansOf(() => table.page({ ...query, runningFirst })),
                [],
                `${filter} by ${order}`,
              );
            }
          }
        }
        assert.deepEqual(
          scansOf(() => table.columns(scope)),
          [],
          filter,
        );
        assert.deepEqual(
          scansOf(() => table.columns({ ...scope, among: ['r1', 'r50'] })),
          [],
        );
        for (const on of ['param', 'tag'] as const) {
          const values = { ...scope, on, key: on[0] ?? '', prefix: 'x', limit: 50 };
          assert.deepEqual(
            scansOf(() => table.values(values)),
            [],
          );
        }
        const by = [
          columns[1],
          { on: 'attribute', key: 'experiment' },
          { on: 'pipeline', tag: 't' },
        ] as const;
        const groups = { ...scope, by, metrics: [columns[0]], limit: 100, offset: 0 };
        assert.deepEqual(
          scansOf(() => table.groups(groups)),
          [],
        );
      }
    }
    assert.deepEqual(
      scansOf(() => table.marks(['r1', 'r2'], 't')),
      [],
    );
  };

  it('are look-ups without statistics', check);

  it('are look-ups with statistics', () => {
    state.sql.exec('ANALYZE');
    check();
  });

  it('read no run for its state: those that are going on are found by their index', async () => {
    const own = await stateOf(200);
    own.sql.exec("UPDATE runs SET status = 'FINISHED'");
    const plansOf = (experimentIds: readonly string[]) => {
      const plans: string[] = [];
      const all = own.sql.all.bind(own.sql);
      own.sql.all = (text, ...values) => {
        if (text.includes('ORDER BY')) {
          plans.push(...all(`EXPLAIN QUERY PLAN ${text}`, ...values).map((row) => String(row[3])));
        }
        return all(text, ...values);
      };
      const page = { nesting: { kind: 'top' }, orderBy: [], columns: [], limit: 60 } as const;
      try {
        const query = { ...choice(experimentIds), ...page, offset: 0, runningFirst: true };
        tableQueries(() => own).page(query);
      } finally {
        own.sql.all = all;
      }
      return plans.filter((line) => /^(SEARCH|SCAN) r |^USE TEMP/.test(line));
    };
    const running = [
      'SEARCH r USING INTEGER PRIMARY KEY (rowid=?)',
      'USE TEMP B-TREE FOR ORDER BY',
    ];
    const others = 'SEARCH r USING INDEX runs_by_start (experiment=? AND deleted=?)';
    const check = () => {
      assert.deepEqual(plansOf(['0']), [...running, others]);
      // Of several, the newest of each are sorted.
      assert.deepEqual(plansOf(['0', '1']), [...running, others, 'USE TEMP B-TREE FOR ORDER BY']);
    };
    check();
    own.sql.exec('ANALYZE');
    check();
    own.close();
  });

  it('count children by their parents, also in a young store, which has no statistics', async () => {
    const young = await stateOf(0);
    const plans: string[] = [];
    const all = young.sql.all.bind(young.sql);
    young.sql.all = (text, ...values) => {
      plans.push(...all(`EXPLAIN QUERY PLAN ${text}`, ...values).map((row) => String(row[3])));
      return all(text, ...values);
    };
    childCounts(young, ['r1']);
    young.close();
    assert.ok(
      plans.some((line) => /SEARCH c USING INDEX runs_by_parent/.test(line)),
      plans.join('\n'),
    );
  });

  it('read one statement per column, and few besides', () => {
    const table = tableQueries(() => state);
    const { all, get } = state.sql;
    let statements = 0;
    const counted =
      <A extends unknown[], R>(call: (...given: A) => R) =>
      (...given: A): R => {
        statements++;
        return call.apply(state.sql, given);
      };
    Object.assign(state.sql, { all: counted(all), get: counted(get) });
    const many = Array.from({ length: 30 }, () => columns[0]);
    table.page({
      ...choice(['0']),
      nesting: { kind: 'flat' },
      orderBy: [],
      columns: many,
      limit: 60,
      offset: 0,
    });
    Object.assign(state.sql, { all, get });
    assert.ok(statements <= 30 + 8, `${statements} statements`);
  });

  it('look at the newest runs only, when there is too much, and say so', () => {
    const found = readColumns(state, choice(['0', '1']), 3 * 500);
    assert.equal(found.newest, 500);
    assert.equal(found.total, 2000);
    assert.deepEqual(found.metrics, [{ key: 'm', runs: 500 }]);
    assert.deepEqual(found.params, [{ key: 'p', runs: 500, differs: true, numeric: false }]);
    assert.deepEqual(found.tags, [{ key: 't', runs: 500, differs: false, numeric: false }]);
    assert.equal(readColumns(state, choice(['0', '1'])).newest, undefined);
  });

  it('tell numbers from texts as filters do', () => {
    const texts = [
      '1',
      ' 1 ',
      '1.',
      '.5',
      '+1e-3',
      '1e',
      'e1',
      '0x10',
      '',
      ' ',
      '1_000',
      'nan',
      'inf',
      '1e999',
      '--1',
      '1 2',
      '1,5',
      '٣',
      '1\n',
      '1d',
    ];
    for (const text of texts) {
      const [ours, wanted] =
        state.sql.get(
          `SELECT ${spellsNumber('value')}, numeric(value) IS NOT NULL FROM (SELECT CAST(? AS TEXT) AS value)`,
          text,
        ) ?? [];
      assert.equal(ours, wanted, JSON.stringify(text));
    }
  });
});
