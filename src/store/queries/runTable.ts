// Windows of the table of runs: which rows there are, in which order, with which values.
import type { RunHead, TablePage, TableQuery } from '../../domain/runTable';
import type { Order, Search } from '../../domain/search/filter';
import { TAGS } from '../../domain/tags';
import { maybeText, number } from '../database';
import type { State } from '../state';
import type { TableQueries } from '../store';
import { readColumns, readValues } from './runColumns';
import { readGroups } from './runGroups';
import { loadInfos } from './runRows';
import { cellsOf, chosen, rowsOfIds, setOf, spellsNumber } from './runSet';
import { childCounts, HAS_PARENT } from './runs';
import {
  type FoundRows,
  type Fragment,
  findRows,
  matchSql,
  type OrderValue,
  type Source,
} from './search';
import { METRIC_VALUES, resolveRunSearch, runSource, scopeOf } from './searchRuns';

/** `current` gives the state of now: it is another one after a failed write. */
export function tableQueries(current: () => State): TableQueries {
  const totals = new Totals();
  return {
    page: (query) => readPage(current(), query, totals),
    columns: (query) => readColumns(current(), query),
    values: (query) => readValues(current(), query),
    groups: (query) => readGroups(current(), query),
    runIds: (choice, limit) => {
      const state = current();
      state.settle();
      const { sql, values } = chosen(state, choice);
      const found = `SELECT r.run_id FROM runs r WHERE ${sql} LIMIT ?`;
      return state.sql.all(found, ...values, limit).map((row) => String(row[0]));
    },
    marks: (runIds, tag) => readMarks(current(), runIds, tag),
  };
}

function readPage(state: State, query: TableQuery, totals: Totals): TablePage {
  state.settle();
  const { rows, total, until } = query.runIds
    ? listed(state, query.runIds)
    : found(state, query, totals);
  const set = setOf(rows);
  return {
    runs: headsOf(state, rows),
    cells: query.columns.map((column) => cellsOf(state, set, column)),
    total,
    until,
  };
}

interface Window {
  readonly rows: readonly number[];
  readonly total: number;
  readonly until: number;
}

/** Runs by their ids, whatever the scope; deleted ones are left out. */
function listed(state: State, runIds: readonly string[]): Window {
  const rows = rowsOfIds(state, runIds);
  const infos = loadInfos(state, rows);
  const active = rows.filter((_, i) => infos[i]?.lifecycleStage === 'active');
  const until = number(state.sql.get('SELECT max(id) FROM runs')?.[0]);
  return { rows: active, total: active.length, until };
}

function found(state: State, query: TableQuery, totals: Totals): Window {
  const resolved = resolveRunSearch(state, query);
  const search = { ...resolved, scope: [...scopeOf(query), ...nestingSql(query.nesting)] };
  const source = tableSource(state);
  const { items, more, until } = query.runningFirst
    ? findRunningFirst(state, source, search, totals)
    : findRows(state, source, search);
  const { limit, offset } = search;
  const isLast = !more && (items.length > 0 || offset === 0) && limit > 0;
  if (isLast) return { rows: items, total: offset + items.length, until };
  const match = matchSql(state, source, { ...search, until });
  return { rows: items, total: totals.count(state, match), until };
}

/**
 * Two lists, one after the other: ordered by whether it runs, every run would be read for its state. Newest first, the
 * usual order, an index of each experiment gives the others, and only the page's runs are read.
 */
function findRunningFirst(
  state: State,
  source: Source,
  search: Search & { readonly scope: readonly Fragment[] },
  totals: Totals,
): FoundRows {
  const { scope, offset, limit } = search;
  const first = findRows(
    state,
    { ...source, from: 'runs a INDEXED BY runs_running CROSS JOIN runs r ON r.id = a.id' },
    { ...search, scope: [{ sql: GOING_ON, values: [] }, ...scope] },
  );
  if (first.more) return first;
  const { until } = first;
  const all = matchSql(state, source, { ...search, scope: [...scope, RUNNING], until });
  const before = offset === 0 ? first.items.length : totals.count(state, all);
  const isKnown = { sql: `${source.id} <= ?`, values: [until] };
  const rest = findRows(state, source, {
    ...search,
    scope: [...scope, OTHERS, ...(offset === 0 ? [] : [isKnown])],
    until,
    offset: Math.max(0, offset - before),
    limit: limit - first.items.length,
  });
  return { items: [...first.items, ...rest.items], more: rest.more, until };
}

/** Few of many: they have an index of their own, without deleted ones. */
const GOING_ON = "a.status = 'RUNNING' AND a.deleted = 0";
const RUNNING: Fragment = {
  sql: `r.id IN (SELECT a.id FROM runs a INDEXED BY runs_running WHERE ${GOING_ON})`,
  values: [],
};
const OTHERS: Fragment = { sql: `NOT (${RUNNING.sql})`, values: [] };

function nestingSql(nesting: TableQuery['nesting']): Fragment[] {
  switch (nesting.kind) {
    case 'flat':
      return [];
    case 'top':
      return [{ sql: `NOT (${HAS_PARENT})`, values: [] }];
    // As children are counted: those in the parent's experiment.
    case 'in': {
      const experiment = '(SELECT p.experiment FROM runs p WHERE p.run_id = ?)';
      return [
        {
          sql: `r.parent = ? AND r.experiment = ${experiment}`,
          values: [nesting.parent, nesting.parent],
        },
      ];
    }
  }
}

/** Numbers of matching runs, as long as nothing changes: a page further down asks for the same. */
class Totals {
  private readonly known = new Map<string, number>();
  private state: State | undefined;
  private changes = 0;

  count(state: State, { sql, values }: Fragment): number {
    if (this.state !== state || this.changes !== state.changes || this.known.size > MOST_TOTALS) {
      this.known.clear();
    }
    this.state = state;
    this.changes = state.changes;
    const name = JSON.stringify([sql, values]);
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const row = state.sql.get(`SELECT count(*) FROM runs r WHERE ${sql}`, ...values);
    const total = number(row?.[0]);
    this.known.set(name, total);
    return total;
  }
}
const MOST_TOTALS = 50;

/**
 * As searches order, but for what a table shows as numbers: parameters and tags that spell one come
 * by it, before texts, and infinities come after all that is finite, in both directions.
 */
const tableSource = (state: State): Source => ({
  ...runSource(state),
  orderValue: tableOrder,
});

function tableOrder({ field, descending }: Order, key: number, alias: string): OrderValue {
  const direction = descending ? 'DESC' : 'ASC';
  const join = {
    sql: `LEFT JOIN ${field.on}s ${alias} ON ${alias}.key = ? AND ${alias}.run = r.id`,
    values: [key],
  };
  const terms =
    field.on === 'metric'
      ? metricTerms(METRIC_VALUES[field.of](alias), direction)
      : textTerms(`${alias}.value`, direction);
  return { join, term: { sql: `${alias}.run IS NULL, ${terms}`, values: [] } };
}

/** 9e999 is infinity. */
const metricTerms = (value: string, direction: string): string =>
  `abs(${value}) = 9e999 NULLS LAST, ${value} ${direction} NULLS LAST`;

const textTerms = (value: string, direction: string): string =>
  `CASE WHEN ${spellsNumber(value)} THEN CAST(${value} AS REAL) END ${direction} NULLS LAST,
   ${value} ${direction}`;

/** What a row shows of each run, without reading all that was logged to it. */
function headsOf(state: State, rows: readonly number[]): RunHead[] {
  const infos = loadInfos(state, rows);
  const children = childCounts(
    state,
    infos.map(({ runId }) => runId),
  );
  const primary = primaryMetrics(state, rows);
  return infos.map((info, i) => ({
    info,
    children: children.get(info.runId) ?? 0,
    primary: primary.get(rows[i] ?? 0),
  }));
}

/** The metric that the experiment's tag names, where a run has it, else the run's first. */
function primaryMetrics(state: State, rows: readonly number[]): Map<number, RunHead['primary']> {
  const named = `(SELECT t.value FROM experiment_tags t
    WHERE t.experiment = r.experiment AND t.key = ?)`;
  const found = state.sql.all(
    `SELECT r.id, m.key, m.value FROM json_each(?) j CROSS JOIN runs r ON r.id = j.value
     CROSS JOIN metrics m ON m.run = r.id AND m.key = coalesce(
       (SELECT p.key FROM metrics p
        WHERE p.key = (SELECT k.id FROM keys k WHERE k.name = ${named}) AND p.run = r.id),
       (SELECT min(f.key) FROM metrics f INDEXED BY metrics_by_run WHERE f.run = r.id))`,
    JSON.stringify(rows),
    state.keys.find(TAGS.primaryMetric) ?? -1,
  );
  return new Map(
    found.map(([row, key, value]) => [
      number(row),
      {
        key: state.keys.name(number(key)),
        value: typeof value === 'number' ? value : Number.NaN,
      },
    ]),
  );
}

function readMarks(
  state: State,
  runIds: readonly string[],
  tag: string | undefined,
): ReturnType<TableQueries['marks']> {
  const rows = state.sql.all(
    `SELECT r.run_id, r.deleted, (SELECT t.value FROM tags t WHERE t.key = ? AND t.run = r.id)
     FROM json_each(?) j CROSS JOIN runs r ON r.run_id = j.value`,
    (tag !== undefined ? state.keys.find(tag) : undefined) ?? -1,
    JSON.stringify(runIds),
  );
  return new Map(
    rows.map(([runId, deleted, value]) => [
      String(runId),
      { stage: number(deleted) ? 'deleted' : 'active', tag: maybeText(value) },
    ]),
  );
}
