// Groups of runs in the store: what a plain computation over whole runs says, and filters that find
// exactly the runs of each group, whatever characters keys and values have.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Run } from '../../../src/domain/run';
import type { GroupBy } from '../../../src/domain/runTable';
import type { Filter } from '../../../src/domain/search/filter';
import { type Spread, spreadOf } from '../../../src/domain/spread';
import type { Store } from '../../../src/store/store';
import {
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
} from './runTableSupport';
import { matches } from './searchReference';
import { cleanUp, createRun, open, pipelineRun, tempFolder } from './support';

describe('groups of runs in the store', () => {
  let store: Store;
  let runs: readonly Run[];
  before(async () => {
    ({ store, runs } = await openHostile());
  });
  after(cleanUp);

  const plain = (filter: Filter, experimentIds: readonly string[] = ['0', '1']) =>
    runs.filter((run) => experimentIds.includes(run.info.experimentId) && matches(run, filter));

  const anyGroupBy: fc.Arbitrary<GroupBy> = fc.oneof(
    fc.record({
      on: fc.constantFrom('param' as const, 'tag' as const),
      key: fc.constantFrom(...KEYS, 'none'),
    }),
    fc.record({
      on: fc.constant('attribute' as const),
      key: fc.constantFrom('status' as const, 'run_name' as const, 'experiment' as const),
    }),
  );
  const keyOf = (run: Run, by: GroupBy): string | null => {
    if (by.on === 'param' || by.on === 'tag') return cellOf(run, by) as string | null;
    if (by.on === 'pipeline') return null;
    if (by.key === 'status') return run.info.status;
    return by.key === 'run_name'
      ? run.info.runName
      : (store.experiments.get(run.info.experimentId)?.name ?? '');
  };

  it('groups runs by their values, and each filter finds exactly the runs of its group', () => {
    const metrics = KEYS.slice(0, 3).map((key) => ({ on: 'metric', key, of: 'max' }) as const);
    fc.assert(
      fc.property(
        fc.array(anyGroupBy, { minLength: 1, maxLength: 2 }),
        anyFilter,
        anyScope,
        (by, text, experimentIds) => {
          const filter = metricFilter(text);
          const scope = choice({ filter, experimentIds });
          const reply = store.table.groups({ ...scope, by, metrics, limit: 1000, offset: 0 });
          const chosen = plain(filter, experimentIds);
          assert.deepEqual([reply.runs, reply.total], [chosen.length, reply.groups.length]);
          const seen = new Set<string>();
          for (const group of reply.groups) {
            const members = chosen.filter((run) =>
              by.every((key, i) => keyOf(run, key) === group.values[i]),
            );
            assert.equal(group.runs, members.length);
            const wanted = { kind: 'and', parts: [filter, filterOf(group.filter)] } as const;
            const within = group.experimentId === undefined ? experimentIds : [group.experimentId];
            const page = store.table.page(query({ filter: wanted, experimentIds: within }));
            assert.deepEqual(idsOf(page).sort(), members.map(({ info }) => info.runId).sort());
            for (const id of idsOf(page)) assert.ok(!seen.has(id) && seen.add(id));
            const cells = metrics.map((column) =>
              spreadOf(members.flatMap((run) => (cellOf(run, column) as number | null) ?? [])),
            );
            for (const [i, cell] of group.cells.entries()) assertNear(cell, cells[i]);
          }
          assert.equal(seen.size, chosen.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('orders groups by the mean of a metric, those without one last both ways, or by their values', () => {
    const metrics = [{ on: 'metric', key: 'lr', of: 'last' } as const];
    const by = [
      { on: 'param', key: '\\' },
      { on: 'tag', key: 'lr' },
    ] as const;
    for (const descending of [false, true]) {
      const orderBy = { metric: 0, descending };
      const all = store.table.groups({ ...choice(), by, metrics, orderBy, limit: 1000, offset: 0 });
      const means = all.groups.map(({ cells }) => cells[0]?.mean);
      const finite = means.filter((mean) => mean !== undefined);
      assert.ok(finite.length > 2 && finite.length < means.length);
      assert.deepEqual(
        means.slice(0, finite.length),
        [...finite].sort((a, b) => (descending ? b - a : a - b)),
      );
      const part = store.table.groups({ ...choice(), by, metrics, orderBy, limit: 2, offset: 1 });
      assert.deepEqual(part.groups, all.groups.slice(1, 3));
      assert.equal(part.total, all.total);
    }
    const plainly = store.table.groups({ ...choice(), by, metrics, limit: 1000, offset: 0 });
    const values = plainly.groups.map((group) => group.values[0] ?? null);
    const isNumber = (value: string | null) => value !== null && Number(value) > 0;
    const numbers = values.filter(isNumber);
    assert.ok(numbers.length > 2);
    assert.deepEqual(values.slice(0, numbers.length), numbers, 'numbers first');
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => Number(a) - Number(b)),
    );
    assert.equal(values.at(-1), null);
  });

  it('groups runs by the pipeline that made them', async () => {
    const other = await open(tempFolder());
    const tag = 'made.by';
    const made = (runId: string, by: string) =>
      createRun(runId, { tags: [{ key: tag, value: by }] });
    await other.commit(
      { type: 'pipeline.create', run: pipelineRun('p1') },
      { type: 'pipeline.create', run: pipelineRun('p2') },
      made('a', 'p1'),
      made('b', 'p2'),
      made('c', 'elsewhere'),
      createRun('d'),
    );
    const by = [{ on: 'pipeline', tag } as const];
    const { groups } = other.table.groups({ ...choice(), by, metrics: [], limit: 10, offset: 0 });
    assert.deepEqual(
      groups.map(({ values, runs: n }) => [values[0], n]),
      [
        ['training', 2],
        [null, 2],
      ],
    );
    const found = groups.map(({ filter }) =>
      idsOf(other.table.page(query({ filter: filterOf(filter) }))).sort(),
    );
    assert.deepEqual(found, [
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });
});

/** The order in which values are added up decides the last digits. */
function assertNear({ mean = 0, sd = 0, ...rest }: Spread, expected: Spread | undefined): void {
  assert.ok(expected);
  const { mean: wantedMean = 0, sd: wantedSd = 0, ...others } = expected;
  assert.deepEqual(rest, others);
  const size = Math.max(Math.abs(rest.min ?? 0), Math.abs(rest.max ?? 0));
  assert.ok(Math.abs(mean - wantedMean) <= size * 1e-14, `${mean} is not ${wantedMean}`);
  assert.ok(Math.abs(sd - wantedSd) <= size * 1e-12, `${sd} is not ${wantedSd}`);
}
