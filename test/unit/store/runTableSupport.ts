// Runs with keys and values of all kinds, and questions about them, for the tests of the table of runs.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Run } from '../../../src/domain/run';
import type { RunChoice, TableColumn, TableQuery } from '../../../src/domain/runTable';
import { AGGREGATES, EVERYTHING, type Filter } from '../../../src/domain/search/filter';
import { parseFilter } from '../../../src/domain/search/parse';
import { RUNS } from '../../../src/domain/search/subjects';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { createExperiment, createRun, log, metric, open, tempFolder } from './support';

export const KEYS = ['lr', 'a b', "it's", 'say "hi"', 'tick`', '`"both"`', '🎉/é', '\\', '%_'];
const VALUES = [
  '',
  '0.1',
  '1e-3',
  ' 7 ',
  '10',
  '9',
  "it's",
  '"',
  '\'"`',
  '\\',
  '🎉',
  'NULL',
  ')',
  'x'.repeat(6000),
  'Ärger',
  'ärgerlich',
];
const NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -1.5,
  2,
  0.1,
  1e308,
  -1e308,
];
const FILTERS = [
  '',
  "params.lr = '0.1'",
  'metrics.lr > 0',
  'NOT HAS tags.lr',
  "status = 'FAILED' OR lr IS NULL",
  "run_name LIKE '%1%'",
];
export const RUN_COUNT = 70;

export const choice = (more: Partial<RunChoice> = {}): RunChoice => ({
  experimentIds: ['0', '1'],
  filter: EVERYTHING,
  stage: 'active',
  ...more,
});
export const query = (more: Partial<TableQuery> = {}): TableQuery => ({
  ...choice(),
  nesting: { kind: 'flat' },
  orderBy: [],
  columns: [],
  limit: 100,
  offset: 0,
  ...more,
});
export const filterOf = (text: string): Filter => parseFilter(text, RUNS, 0);
export const metricFilter = (text: string): Filter =>
  filterOf(text.replace(/\blr IS NULL/, 'params.lr IS NULL'));
export const idsOf = (page: { runs: readonly { info: { runId: string } }[] }) =>
  page.runs.map(({ info }) => info.runId);

/** Mutations of many runs with values of all kinds, always the same. */
function hostileRuns(): Mutation[] {
  const some = <T>(items: readonly T[]) => fc.subarray([...items], { maxLength: 5 });
  const one = fc.record({
    experimentId: fc.constantFrom('0', '0', '1'),
    params: fc.tuple(
      some(KEYS),
      fc.array(fc.constantFrom(...VALUES), { minLength: 5, maxLength: 5 }),
    ),
    tags: fc.tuple(
      some(KEYS),
      fc.array(fc.constantFrom(...VALUES), { minLength: 5, maxLength: 5 }),
    ),
    metrics: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...NUMBERS)), {
      maxLength: 12,
    }),
    status: fc.constantFrom('FINISHED' as const, 'FAILED' as const, undefined),
    isDeleted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  return fc.sample(one, { numRuns: RUN_COUNT, seed: 7 }).flatMap((run, i): Mutation[] => {
    const runId = `r${i}`;
    const pairs = ([keys, values]: [string[], string[]]) =>
      Object.fromEntries(keys.map((key, j) => [key, values[j] ?? '']));
    return [
      createRun(runId, {
        experimentId: run.experimentId,
        startTime: (i * 37) % 50,
        name: `n${i % 13}`,
      }),
      log(runId, {
        params: { ...pairs(run.params), same: 'x', count: String(i % 3) },
        tags: pairs(run.tags),
        metrics: run.metrics.map(([key, value], step) => metric(key, value, step)),
      }),
      ...(run.status
        ? [{ type: 'run.update', runId, status: run.status, endTime: 99 } as const]
        : []),
      ...(run.isDeleted
        ? [{ type: 'run.lifecycle', runId, stage: 'deleted', time: 1 } as const]
        : []),
    ];
  });
}
export const cellOf = (run: Run, column: TableColumn): string | number | null => {
  const { key } = column;
  if (column.on !== 'metric') {
    const pairs = column.on === 'param' ? run.params : run.tags;
    return pairs.find((pair) => pair.key === key)?.value ?? null;
  }
  return run.metrics.find((found) => found.key === key)?.[column.of].value ?? null;
};

export const anyColumn: fc.Arbitrary<TableColumn> = fc.oneof(
  fc.record({
    on: fc.constant('metric' as const),
    key: fc.constantFrom(...KEYS, 'none'),
    of: fc.constantFrom(...AGGREGATES),
  }),
  fc.record({
    on: fc.constantFrom('param' as const, 'tag' as const),
    key: fc.constantFrom(...KEYS, 'none', 'same'),
  }),
);
export const anyFilter = fc.constantFrom(...FILTERS);
export const anyScope = fc.constantFrom(['0', '1'], ['0'], ['1'], []);

/** A store of such runs, with those that are not deleted. */
export async function openHostile(): Promise<{ store: Store; runs: readonly Run[] }> {
  const store = await open(tempFolder());
  await store.commit(createExperiment('1', "e'1"), ...hostileRuns());
  const { items } = store.runs.search({ ...choice(), orderBy: [], limit: 1000, offset: 0 });
  assert.ok(items.length > 50 && items.length < RUN_COUNT);
  return { store, runs: items };
}
