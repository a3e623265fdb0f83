// What columns a table of runs can have, and the values of one: for pickers and autocomplete.
import {
  byRuns,
  type ColumnCount,
  type ColumnFacts,
  type ColumnsQuery,
  type RunChoice,
  type TableColumns,
  type ValuesQuery,
} from '../../domain/runTable';
import { number, text, type Value } from '../database';
import type { State } from '../state';

import { chosen, countOf, type RunSet, rowsOf, rowsOfIds, setOf, spellsNumber } from './runSet';
import { type Fragment, folding, invalidSearch } from './search';
import { ATTRIBUTES } from './searchRuns';

/** Values that are looked at for the columns of one question; it takes a fifth of a second. */
export const MOST_VALUES = 700_000;
/** Runs by which it is guessed how many values there are. */
const SAMPLE = 16;

type Kind = 'metrics' | 'params' | 'tags';
/** Key → runs that have it. */
type Counts = ReadonlyMap<number, number>;

/** Of very many runs with very many values, the newest are looked at. */
export function readColumns(state: State, query: ColumnsQuery, most = MOST_VALUES): TableColumns {
  state.settle();
  const { rows, total } = lookedAt(state, query, most);
  const set = setOf(rows);
  const among = query.among === undefined ? set : setOf(rowsOfIds(state, query.among));
  const match = rows.length === total ? chosen(state, query) : undefined;
  const facts = (kind: 'params' | 'tags') => factsOf(state, kind, { set, among, match });
  return {
    metrics: named(state, countsOf(state, 'metrics', set)),
    params: facts('params'),
    tags: facts('tags'),
    total,
    ...(rows.length < total && { newest: rows.length }),
  };
}

interface LookedAt {
  readonly rows: readonly number[];
  /** Runs that are chosen. */
  readonly total: number;
}

function lookedAt(state: State, query: ColumnsQuery, most: number): LookedAt {
  const { newest } = query;
  if (newest !== undefined) {
    const total = countOf(state, query);
    if (total > newest) return { rows: newestRows(state, query, newest), total };
  }
  const all = rowsOf(state, query);
  return { rows: bounded(state, query, { all, most }), total: all.length };
}

/** In the order of the tables, so that neighbours are looked up one after the other. */
const newestRows = (state: State, choice: RunChoice, count: number): number[] =>
  rowsOf(state, choice, count).sort((a, b) => a - b);

function bounded(
  state: State,
  choice: RunChoice,
  { all, most }: { all: readonly number[]; most: number },
): readonly number[] {
  const apart = Math.max(1, Math.floor(all.length / SAMPLE));
  const sample = setOf(all.filter((_, i) => i % apart === 0));
  const values = (['metrics', 'params', 'tags'] as const)
    .flatMap((kind) => [...countsOf(state, kind, sample).values()])
    .reduce((sum, runs) => sum + runs, 0);
  const perRun = Math.max(1, values / Math.max(1, sample.rows.length));
  const fits = Math.max(1, Math.floor(most / perRun));
  if (all.length <= fits) return all;
  return newestRows(state, choice, fits);
}

/**
 * Runs of one kind mostly have the same keys: SQLite counts the runs of each set of keys, by the
 * index that holds nothing else, and only different sets are taken apart here.
 */
function countsOf(state: State, kind: Kind, { list }: RunSet): Counts {
  const sets = state.sql.all(
    `SELECT (SELECT group_concat(v.key) FROM ${kind} v INDEXED BY ${kind}_by_run
       WHERE v.run = j.value) AS keys, count(*) FROM json_each(?) j GROUP BY keys`,
    list,
  );
  const counts = new Map<number, number>();
  for (const [keys, runs] of sets) {
    if (typeof keys !== 'string') continue;
    for (const key of keys.split(',')) {
      counts.set(Number(key), (counts.get(Number(key)) ?? 0) + number(runs));
    }
  }
  return counts;
}

const named = (state: State, counts: Counts): ColumnCount[] =>
  [...counts].map(([key, runs]) => ({ key: state.keys.name(key), runs })).sort(byRuns);

function factsOf(
  state: State,
  kind: 'params' | 'tags',
  { set, among, match }: { set: RunSet; among: RunSet; match: Fragment | undefined },
): ColumnFacts[] {
  const counts = countsOf(state, kind, set);
  const compared = among === set ? counts : countsOf(state, kind, among);
  const isEverywhere = (key: number) => compared.get(key) === among.rows.length;
  const everywhere = [...counts.keys()].filter(isEverywhere);
  const compare = { kind, keys: everywhere, set: among, match: among === set ? match : undefined };
  const unequal = keysWith(state, compare, 'unequal');
  const texts = keysWith(state, { kind, keys: [...counts.keys()], set, match }, 'text');
  return [...counts]
    .map(([key, runs]) => ({
      key: state.keys.name(key),
      runs,
      differs: unequal.has(key) || (compared.has(key) && !isEverywhere(key)),
      numeric: !texts.has(key),
    }))
    .sort(byRuns);
}

interface KeysOfSet {
  readonly kind: 'params' | 'tags';
  readonly keys: readonly number[];
  readonly set: RunSet;
  /** What holds of the runs of the set only; without it they are looked up one by one. */
  readonly match: Fragment | undefined;
}

/**
 * The keys of which some run in the set has a value that is not that of the first run, or one that
 * reads as no number. Each search ends at the first that is found.
 */
function keysWith(
  state: State,
  { kind, keys, set, match }: KeysOfSet,
  what: 'unequal' | 'text',
): ReadonlySet<number> {
  if (keys.length === 0 || set.rows.length === 0) return new Set();
  const wanted =
    what === 'unequal'
      ? 'v.value <> k.value'
      : `NOT (${spellsNumber('v.value')}) AND numeric(v.value) IS NULL`;
  const found: Fragment =
    set.isWide && match
      ? {
          // Whether a run belongs to the set is asked of those only that would end the search.
          sql: `${kind} v WHERE v.key = k.key AND v.run BETWEEN ? AND ? AND ${wanted}
            AND (SELECT 1 FROM runs r WHERE r.id = v.run AND ${match.sql})`,
          values: [set.first, set.last, ...match.values],
        }
      : {
          sql: `c CROSS JOIN ${kind} v ON v.key = k.key AND v.run = c.run WHERE ${wanted}`,
          values: [],
        };
  const rows = state.sql.all(
    `WITH c(run) AS MATERIALIZED (SELECT value FROM json_each(?)),
     k(key, value) AS MATERIALIZED (SELECT j.value,
       (SELECT f.value FROM ${kind} f WHERE f.key = j.value AND f.run = ?) FROM json_each(?) j)
     SELECT k.key FROM k WHERE EXISTS (SELECT 1 FROM ${found.sql})`,
    set.list,
    set.rows[0] ?? 0,
    JSON.stringify(keys),
    ...found.values,
  );
  return new Set(rows.map((row) => number(row[0])));
}

export function readValues(state: State, query: ValuesQuery): string[] {
  state.settle();
  const scope = chosen(state, query);
  const source = valueSql(state, query);
  if (!source) return [];
  const starts = prefixSql(source.column, query.prefix);
  const rows = state.sql.all(
    `SELECT ${source.column}, count(*) AS runs FROM runs r ${source.join.sql}
     WHERE ${scope.sql} AND ${starts.sql} AND ${source.column} <> ''
     GROUP BY ${source.column} ORDER BY runs DESC, ${source.column} LIMIT ?`,
    ...source.join.values,
    ...scope.values,
    ...starts.values,
    query.limit,
  );
  return rows.map((row) => text(row[0]));
}

/** The column of the values, and what is joined for it; undefined when nothing has the key. */
function valueSql(
  state: State,
  { on, key }: ValuesQuery,
): { column: string; join: Fragment } | undefined {
  if (on === 'attribute') {
    const attribute = ATTRIBUTES[key];
    if (attribute?.type !== 'text') throw invalidSearch(`There is no attribute ${key} of text.`);
    return { column: attribute.sql, join: { sql: '', values: [] } };
  }
  const id = state.keys.find(key);
  if (id === undefined) return undefined;
  const sql = `CROSS JOIN ${on}s v ON v.key = ? AND v.run = r.id`;
  return { column: 'v.value', join: { sql, values: [id] } };
}

function prefixSql(column: string, prefix: string): { sql: string; values: Value[] } {
  if (prefix === '') return { sql: '1', values: [] };
  const fold = folding(prefix);
  return { sql: `instr(${fold}(${column}), ${fold}(?)) = 1`, values: [prefix] };
}
