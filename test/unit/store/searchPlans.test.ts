// The plan of every shape of search, with and without statistics: look-ups only, nothing quadratic.
import * as assert from 'node:assert/strict';
import type { Search } from '../../../src/domain/search/filter';
import { parseModelOrder, parseOrder } from '../../../src/domain/search/order';
import { parseFilter } from '../../../src/domain/search/parse';
import {
  EXPERIMENTS,
  LOGGED_MODELS,
  MODEL_VERSIONS,
  REGISTERED_MODELS,
  RUNS,
  type Subject,
} from '../../../src/domain/search/subjects';
import { loadSqlite, Sql } from '../../../src/store/database';
import { nodeFiles } from '../../../src/store/files';
import { migrate } from '../../../src/store/migrations/migrate';
import { type Fragment, type Source, searchSql } from '../../../src/store/queries/search';
import { experimentSource } from '../../../src/store/queries/searchExperiments';
import { modelScope, modelSource } from '../../../src/store/queries/searchModels';
import {
  REGISTERED,
  registeredSearch,
  VERSIONS,
  versionSearch,
} from '../../../src/store/queries/searchRegistry';
import { inStage, runSource, scopeOf } from '../../../src/store/queries/searchRuns';
import { Segments } from '../../../src/store/series/segments';
import { State } from '../../../src/store/state';
import { cleanUp, tempFolder } from './support';

const KEYS = ['m', 'p', 't', 'mlflow.prompt.is_prompt', 'mlflow.note.content'];
const TEXTS = ["= 'x'", "!= 'x'", "LIKE 'x%'", "ILIKE 'x%'", "IN ('x')", 'IS NULL', 'IS NOT NULL'];
const NUMBERS = ['= 1', '!= 1', '> 1', 'IS NULL'];

/** Each kind of clause that a subject has, alone, negated, and several at once. */
function texts(subject: Subject): string[] {
  const clauses = [...subject.attributes.values()].flatMap(({ key, type }) => {
    if (type === 'id') return [`${key} = '1'`, `${key} IN ('1')`];
    const isText = type === 'text' || type === 'status';
    return (isText ? TEXTS : NUMBERS).map((test) => `attributes.${key} ${test}`);
  });
  if (subject.entities.includes('metric')) {
    clauses.push(...NUMBERS.flatMap((test) => [`metrics.m ${test}`, `max(metrics.m) ${test}`]));
  }
  for (const [entity, name] of [
    ['parameter', 'params.p'],
    ['tag', 'tags.t'],
    ['dataset', 'dataset.name'],
    ['dataset', 'dataset.context'],
  ] as const) {
    if (subject.entities.includes(entity)) clauses.push(...TEXTS.map((test) => `${name} ${test}`));
  }
  clauses.push("'text'");
  const all = clauses.join(' AND ');
  return ['', ...clauses, ...clauses.map((clause) => `NOT ${clause}`), all, clauses.join(' OR ')];
}

interface Shape {
  readonly subject: Subject;
  readonly source: (state: State) => Source;
  readonly orders: readonly string[];
  readonly scoped: (
    state: State,
    search: Search,
  ) => Search & { readonly scope: readonly Fragment[] };
}

const IDS = ['0'];
const SHAPES: readonly Shape[] = [
  {
    subject: RUNS,
    source: runSource,
    orders: ['metrics.m DESC', 'min(metrics.m)', 'params.p', 'tags.t DESC', 'end_time', 'duration'],
    scoped: (_, search) => ({
      ...search,
      scope: scopeOf({ experimentIds: IDS, stage: 'active' }),
    }),
  },
  {
    subject: RUNS,
    source: runSource,
    orders: ['start_time', 'run_name DESC'],
    scoped: (_, search) => ({
      ...search,
      scope: scopeOf({ experimentIds: ['0', '1'], stage: 'all' }),
    }),
  },
  {
    subject: LOGGED_MODELS,
    source: () => modelSource([{ name: 'd', digest: 'x' }]),
    orders: [],
    scoped: (_, search) => {
      const dataset = { name: 'd' };
      const term = { fieldName: 'metrics.m', ascending: true, dataset };
      const orderBy = parseModelOrder([term, { ...term, fieldName: 'model_type' }]);
      const datasets = [dataset];
      const asked = { ...search, orderBy, datasets, experimentIds: IDS };
      return { ...asked, scope: modelScope(asked) };
    },
  },
];

/** Experiments and names of the registry are read whole, once: they are few. */
const WHOLE: readonly Shape[] = [
  {
    subject: EXPERIMENTS,
    source: experimentSource,
    orders: ['name'],
    scoped: (_, search) => ({ ...search, scope: [inStage('e', 'active')] }),
  },
  {
    subject: REGISTERED_MODELS,
    source: () => REGISTERED,
    orders: ['timestamp DESC'],
    scoped: registeredSearch,
  },
  {
    subject: MODEL_VERSIONS,
    source: () => VERSIONS,
    orders: ['version_number'],
    scoped: versionSearch,
  },
];

describe('plans of searches', () => {
  let state: State;
  before(async () => {
    const sqlite = await loadSqlite(nodeFiles.readFile('node_modules/sql.js/dist/sql-wasm.wasm'));
    const sql = Sql.open(sqlite);
    migrate(sql);
    state = new State(sql, new Segments(nodeFiles, tempFolder(), new Map()));
    for (const key of KEYS) state.keys.id(key);
  });
  after(async () => {
    state.close();
    await cleanUp();
  });

  /** Lines of the plan that read a whole table or build an index for this query. */
  function scans(shape: Shape, text: string, orders: readonly string[]): string[] {
    const filter = parseFilter(text, shape.subject, 0);
    const orderBy = parseOrder(orders, shape.subject);
    const search = shape.scoped(state, { filter, orderBy, limit: 100, offset: 100, until: 5 });
    const { sql, values } = searchSql(state, shape.source(state), search);
    const plan = state.sql.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => String(row[3]));
    // A scan of a list that was given is fine.
    return plan.filter((line) => /^SCAN (?!json_each)|AUTOMATIC/.test(line));
  }

  const check = () => {
    let shapes = 0;
    for (const shape of [...SHAPES, ...WHOLE]) {
      const allowed = WHOLE.includes(shape) ? [`SCAN ${shape.source(state).id.split('.')[0]}`] : [];
      for (const text of texts(shape.subject)) {
        for (const orders of [[], shape.orders]) {
          const found = scans(shape, text, orders).filter((line) => {
            return !allowed.some((known) => line === known || line.startsWith(`${known} USING`));
          });
          assert.deepEqual(found, [], `${shape.subject.name}: ${text} by ${orders.join()}`);
          shapes++;
        }
      }
    }
    return shapes;
  };

  it('are look-ups without statistics', () => {
    assert.ok(check() > 500);
  });

  it('are look-ups with the statistics of a store of any proportions', () => {
    // Statistics as if every table were empty, and as if one value were everywhere.
    state.sql.exec('ANALYZE');
    check();
    state.sql.exec(`
      WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 2000)
      INSERT INTO runs (id, run_id, experiment, name, user_id, status, started, artifact_uri)
        SELECT n, 'r' || n, 1, 'n', 'u', 'RUNNING', n, '' FROM c`);
    state.sql.exec(`INSERT INTO params (key, run, value) SELECT 2, id, 'v' FROM runs`);
    state.sql.exec(`INSERT INTO tags (key, run, value) SELECT 3, id, 'v' FROM runs WHERE id < 9`);
    state.sql.exec('ANALYZE');
    check();
  });

  it('of runs of one experiment, newest first, need no sorting', () => {
    const shape = SHAPES[0];
    assert.ok(shape);
    const orderBy = parseOrder(['start_time DESC'], RUNS);
    for (const orders of [[], orderBy]) {
      const search = shape.scoped(state, {
        filter: parseFilter('metrics.m > 1', RUNS, 0),
        orderBy: orders,
        limit: 10,
        offset: 0,
      });
      const { sql, values } = searchSql(state, shape.source(state), search);
      const plan = state.sql.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).join('\n');
      assert.match(plan, /runs_by_start/);
      assert.doesNotMatch(plan, /TEMP B-TREE/);
    }
  });
});
