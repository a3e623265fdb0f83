// The table of runs in the store: rows, cells, columns and values are what a plain computation over whole
// runs says, whatever characters keys and values have.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Run } from '../../../src/domain/run';
import type { TableColumn, TableQuery } from '../../../src/domain/runTable';
import type { Filter } from '../../../src/domain/search/filter';
import { parseOrder } from '../../../src/domain/search/order';
import { RUNS } from '../../../src/domain/search/subjects';
import type { Store } from '../../../src/store/store';
import {
  anyColumn,
  anyFilter,
  anyScope,
  cellOf,
  choice,
  filterOf,
  idsOf,
  KEYS,
  metricFilter,
  openHostile,
  query,
  RUN_COUNT,
} from './runTableSupport';
import { matches } from './searchReference';
import { cleanUp, createRun, log, metric, open, tempFolder } from './support';

describe('table of runs in the store', () => {
  let store: Store;
  let runs: readonly Run[];
  before(async () => {
    ({ store, runs } = await openHostile());
  });
  after(cleanUp);

  const plain = (filter: Filter, experimentIds: readonly string[] = ['0', '1']) =>
    runs.filter((run) => experimentIds.includes(run.info.experimentId) && matches(run, filter));

  it('has the cells that the runs have, for every window', () => {
    fc.assert(
      fc.property(
        fc.array(anyColumn, { maxLength: 6 }),
        anyFilter,
        anyScope,
        fc.nat({ max: 80 }),
        fc.nat({ max: 70 }),
        (columns, text, experimentIds, limit, offset) => {
          const filter = metricFilter(text);
          const page = store.table.page(query({ columns, filter, experimentIds, limit, offset }));
          const expected = store.runs.search({
            ...query({ filter, experimentIds, limit, offset }),
          }).items;
          assert.deepEqual(
            idsOf(page),
            expected.map(({ info }) => info.runId),
          );
          assert.deepEqual(
            page.runs.map(({ info }) => info),
            expected.map(({ info }) => info),
          );
          assert.deepEqual(
            page.cells,
            columns.map((column) => expected.map((run) => cellOf(run, column))),
          );
          assert.equal(page.total, plain(filter, experimentIds).length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('puts runs that are going on first, in every window, and keeps the order within', () => {
    const isRunning = ({ info }: Pick<Run, 'info'>) => info.status === 'RUNNING';
    const some = runs.filter(isRunning).length;
    assert.ok(some > 0 && some < runs.length, `${some} of ${runs.length}`);
    fc.assert(
      fc.property(
        anyScope,
        fc.constantFrom([], ['start_time'], ['metrics.lr DESC']),
        fc.nat({ max: 80 }),
        fc.nat({ max: 70 }),
        (experimentIds, order, limit, offset) => {
          const all = query({ experimentIds, orderBy: parseOrder(order, RUNS) });
          const every = store.table.page({ ...all, limit: RUN_COUNT, offset: 0 });
          const others = every.runs.filter((run) => !isRunning(run));
          const expected = [...every.runs.filter(isRunning), ...others].map(
            ({ info }) => info.runId,
          );
          const page = store.table.page({
            ...all,
            ...{ limit, offset, runningFirst: true, until: every.until },
          });
          assert.deepEqual(idsOf(page), expected.slice(offset, offset + limit));
          assert.equal(page.total, expected.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps out of later windows what came meanwhile, when those that are going on come first', async () => {
    const other = await open(tempFolder());
    await other.commit(
      ...Array.from({ length: 5 }, (_, i) => createRun(`a${i}`, { startTime: i })),
      ...['a1', 'a2', 'a3', 'a4'].map(
        (runId) => ({ type: 'run.update', runId, status: 'FINISHED', endTime: 9 }) as const,
      ),
    );
    const first = other.table.page(query({ limit: 2, runningFirst: true }));
    assert.deepEqual(idsOf(first), ['a0', 'a4']);
    await other.commit(createRun('new', { startTime: 99 }), createRun('old', { startTime: 3 }), {
      type: 'run.update',
      runId: 'old',
      status: 'FINISHED',
      endTime: 9,
    });
    const { until } = first;
    const later = (offset: number) =>
      idsOf(other.table.page(query({ limit: 9, offset, until, runningFirst: true })));
    assert.deepEqual(later(2), ['a3', 'a2', 'a1']);
    // Where the window begins with those that are over.
    assert.deepEqual(later(1), ['a4', 'a3', 'a2', 'a1']);
  });

  it('orders numbers as numbers, and what is missing or no finite number last, both ways', () => {
    fc.assert(
      fc.property(anyColumn, fc.boolean(), (column, descending) => {
        const orderBy = [{ field: column, descending }];
        const page = store.table.page(query({ orderBy, columns: [column] }));
        const cells = page.cells[0] ?? [];
        const ranks = cells.map((cell) => rankOf(column, cell));
        assert.deepEqual(
          ranks,
          [...ranks].sort((a, b) => a - b),
          'numbers, then the rest',
        );
        const numbers = cells.flatMap((cell) => numberOf(column, cell) ?? []);
        const sorted = [...numbers].sort((a, b) => (descending ? b - a : a - b));
        assert.deepEqual(numbers, sorted);
      }),
    );
  });

  it('tells of each row its children and its primary metric', async () => {
    const other = await open(tempFolder());
    const key = 'mlflow.experiment.primaryMetric.name';
    await other.commit(
      { type: 'experiment.tag', experimentId: '0', key, value: 'acc', time: 1 },
      createRun('top', { startTime: 9 }),
      createRun('in', { tags: [{ key: 'mlflow.parentRunId', value: 'top' }] }),
      createRun('late', { tags: [{ key: 'mlflow.parentRunId', value: 'top' }] }),
      log('top', { metrics: [metric('loss', 1), metric('acc', Number.NaN)] }),
      log('in', { metrics: [metric('loss', 2)] }),
    );
    const page = (nesting: TableQuery['nesting']) =>
      other.table.page(query({ nesting, experimentIds: ['0'] }));
    const [top] = page({ kind: 'top' }).runs;
    assert.deepEqual(top, {
      info: other.runs.info('top'),
      children: 2,
      primary: { key: 'acc', value: Number.NaN },
    });
    assert.deepEqual(idsOf(page({ kind: 'top' })), ['top']);
    const inner = page({ kind: 'in', parent: 'top' });
    assert.deepEqual(idsOf(inner).sort(), ['in', 'late']);
    assert.equal(inner.total, 2);
    assert.deepEqual(inner.runs.map(({ primary }) => primary?.value).sort(), [2, undefined]);
    // A run whose parent is gone is in no other.
    await other.commit({ type: 'run.lifecycle', runId: 'top', stage: 'deleted', time: 1 });
    assert.equal(page({ kind: 'top' }).total, 2);
  });

  it('gives rows by their ids, in that order, whatever the filter; not deleted ones', () => {
    const [a, b] = [runs[3]?.info.runId ?? '', runs[1]?.info.runId ?? ''];
    const gone = Array.from({ length: RUN_COUNT }, (_, i) => `r${i}`).find(
      (id) => store.runs.info(id)?.lifecycleStage === 'deleted',
    );
    const runIds = [a, 'unknown', gone ?? '', b];
    const column = { on: 'param', key: 'count' } as const;
    const page = store.table.page(
      query({ runIds, filter: filterOf("run_name = 'none'"), columns: [column] }),
    );
    assert.deepEqual(idsOf(page), [a, b]);
    assert.equal(page.total, 2);
    const counts = [a, b].map((id) => store.runs.param(id, 'count'));
    assert.deepEqual(page.cells, [counts]);
  });

  it('counts anew when something has changed, and not those added since the first page', async () => {
    const other = await open(tempFolder());
    const many = Array.from({ length: 5 }, (_, i) => createRun(`a${i}`, { startTime: i }));
    await other.commit(...many);
    const first = other.table.page(query({ limit: 2 }));
    assert.equal(first.total, 5);
    await other.commit(createRun('new', { startTime: 99 }));
    const { until } = first;
    const second = other.table.page(query({ limit: 2, offset: 2, until }));
    assert.deepEqual(idsOf(second), ['a2', 'a1']);
    assert.equal(second.total, 5);
    assert.equal(other.table.page(query({ limit: 2 })).total, 6);
  });

  it('knows which columns there are, whether they differ, and which are numbers', () => {
    fc.assert(
      fc.property(
        anyFilter,
        anyScope,
        fc.option(fc.subarray(runs.map(({ info }) => info.runId))),
        (text, experimentIds, among) => {
          const filter = metricFilter(text);
          const scope = choice({ filter, experimentIds });
          const found = store.table.columns(among ? { ...scope, among } : scope);
          const chosen = plain(filter, experimentIds);
          const compared = among ? runs.filter(({ info }) => among.includes(info.runId)) : chosen;
          assert.equal(found.total, chosen.length);
          assert.equal(found.newest, undefined);
          for (const on of ['params', 'tags'] as const) {
            assert.deepEqual(found[on], factsOf(chosen, compared, on), on);
          }
          assert.deepEqual(found.metrics, countsOf(chosen.map((run) => run.metrics)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('offers the most frequent values that begin so, whatever the case', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KEYS, 'count'),
        fc.constantFrom('', 'Ä', 'ÄRG', 'n', 'x', "'", '1'),
        anyFilter,
        (key, prefix, text) => {
          const filter = metricFilter(text);
          const values = store.table.values({
            ...choice({ filter }),
            on: 'param',
            key,
            prefix,
            limit: 3,
          });
          const counts = new Map<string, number>();
          for (const run of plain(filter)) {
            const value = cellOf(run, { on: 'param', key });
            if (typeof value !== 'string' || value === '') continue;
            if (!value.toLowerCase().startsWith(prefix.toLowerCase())) continue;
            counts.set(value, (counts.get(value) ?? 0) + 1);
          }
          const most = [...counts.values()].sort((a, b) => b - a).slice(0, 3);
          assert.deepEqual(
            values.map((value) => counts.get(value)),
            most,
          );
          assert.equal(new Set(values).size, values.length);
        },
      ),
    );
    const statuses = store.table.values({
      ...choice(),
      on: 'attribute',
      key: 'status',
      prefix: 'f',
      limit: 9,
    });
    assert.deepEqual([...statuses].sort(), ['FAILED', 'FINISHED']);
  });
});

/** 0: a finite number; then texts or infinities, NaN, nothing. */
function rankOf(column: TableColumn, cell: string | number | null | undefined): number {
  if (cell === null || cell === undefined) return 3;
  if (typeof cell === 'string') return numberOf(column, cell) === undefined ? 1 : 0;
  return Number.isNaN(cell) ? 2 : Number(!Number.isFinite(cell));
}

function numberOf(column: TableColumn, cell: string | number | null | undefined) {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell !== 'string' || column.on === 'metric') return undefined;
  const value = cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isNaN(value) ? undefined : value;
}

function countsOf(all: readonly (readonly { key: string }[])[]) {
  const counts = new Map<string, number>();
  for (const { key } of all.flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .map(([key, runs]) => ({ key, runs }))
    .sort((a, b) => b.runs - a.runs || (a.key < b.key ? -1 : 1));
}

function factsOf(chosen: readonly Run[], compared: readonly Run[], on: 'params' | 'tags') {
  return countsOf(chosen.map((run) => run[on])).map(({ key, runs }) => {
    const valuesIn = (of: readonly Run[]) =>
      of.map((run) => run[on].find((pair) => pair.key === key)?.value);
    return {
      key,
      runs,
      differs: new Set(valuesIn(compared)).size > 1,
      numeric: valuesIn(chosen).every(
        (value) => value === undefined || (value.trim() !== '' && !Number.isNaN(Number(value))),
      ),
    };
  });
}
