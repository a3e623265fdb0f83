// Sets of runs and columns of their values: what table, columns and groups are read from.
import type { RunChoice, TableColumn } from '../../domain/runTable';
import { number, type Value } from '../database';
import type { State } from '../state';

import { type Fragment, matchSql } from './search';
import { METRIC_VALUES, resolveRunSearch, runSource, scopeOf } from './searchRuns';

/** Runs by their rows, in an order that columns of them have, too. */
export interface RunSet {
  readonly rows: readonly number[];
  /** The rows as JSON, for SQL. */
  readonly list: string;
  readonly first: number;
  readonly last: number;
  /** By the row less `first`: one more than its place in `rows`; 0: not in the set. */
  readonly positions: Readonly<Record<number, number>>;
  /**
   * Whether these are so many of the runs between the first and the last that reading the values of
   * all of those costs less than one look-up for each.
   */
  readonly isWide: boolean;
}

/** Where look-ups and a scan cost the same: one look-up takes three to four times as long as a step. */
const WIDE = 3;

export function setOf(rows: readonly number[]): RunSet {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const row of rows) {
    if (row < first) first = row;
    if (row > last) last = row;
  }
  first = Math.min(first, last);
  const span = last - first + 1;
  const isWide = rows.length * WIDE >= span;
  const positions: Record<number, number> | Int32Array = isWide ? new Int32Array(span) : {};
  rows.forEach((row, i) => {
    positions[row - first] = i + 1;
  });
  return { rows, list: JSON.stringify(rows), first, last, positions, isWide };
}

/** What holds of each run `r` that is chosen. @throws SearchError for an unknown bare name. */
export function chosen(state: State, choice: RunChoice, more: readonly Fragment[] = []): Fragment {
  const { filter } = resolveRunSearch(state, { filter: choice.filter, orderBy: [] });
  return matchSql(state, runSource(state), { filter, scope: [...scopeOf(choice), ...more] });
}

/** Rows of all runs that are chosen; the newest first when only so many are wanted. */
export function rowsOf(state: State, choice: RunChoice, newest?: number): number[] {
  const { sql, values } = chosen(state, choice);
  const page = newest === undefined ? '' : 'ORDER BY r.started DESC, r.run_id LIMIT ?';
  const found = state.sql.get(
    `SELECT json_group_array(id) FROM (SELECT r.id FROM runs r WHERE ${sql} ${page})`,
    ...values,
    ...(newest === undefined ? [] : [newest]),
  );
  return JSON.parse(String(found?.[0])) as number[];
}

export function countOf(state: State, choice: RunChoice): number {
  const { sql, values } = chosen(state, choice);
  return number(state.sql.get(`SELECT count(*) FROM runs r WHERE ${sql}`, ...values)?.[0]);
}

/** Rows of these runs, in their order; those that there are not are left out. */
export function rowsOfIds(state: State, runIds: readonly string[]): number[] {
  const found = state.sql.all(
    'SELECT r.id FROM json_each(?) j CROSS JOIN runs r ON r.run_id = j.value',
    JSON.stringify(runIds),
  );
  return found.map((row) => number(row[0]));
}

/** One value per run of the set: null where there is none, NaN where a metric is NaN. */
export function cellsOf(
  state: State,
  set: RunSet,
  column: TableColumn,
): (string | number | null)[] {
  const cells: (string | number | null)[] = new Array(set.rows.length).fill(null);
  const key = state.keys.find(column.key);
  if (key === undefined || cells.length === 0) return cells;
  const { sql, values } = columnSql(column, key, set);
  const { positions, first } = set;
  for (const [row, value] of state.sql.all(sql, ...values)) {
    const position = positions[number(row) - first] ?? 0;
    if (position > 0) cells[position - 1] = cellOf(column, value);
  }
  return cells;
}

/** A metric's row has NULL where its value is NaN. */
const cellOf = ({ on }: TableColumn, value: Value | undefined): string | number | null => {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return on === 'metric' ? Number.NaN : null;
};

/** Rows and values of a column; where the set is wide, those of other runs, too. */
function columnSql(column: TableColumn, key: number, set: RunSet): Fragment {
  const table = `${column.on}s`;
  const value = column.on === 'metric' ? METRIC_VALUES[column.of]('v') : 'v.value';
  return set.isWide
    ? {
        sql: `SELECT v.run, ${value} FROM ${table} v WHERE v.key = ? AND v.run BETWEEN ? AND ?`,
        values: [key, set.first, set.last],
      }
    : {
        sql: `SELECT v.run, ${value} FROM json_each(?) j
          CROSS JOIN ${table} v ON v.key = ? AND v.run = j.value`,
        values: [set.list, key],
      };
}

/**
 * Compared with a REAL, SQLite takes a text for the number that it spells, and one that spells none
 * for greater than all numbers (https://sqlite.org/datatype3.html, 4.2). Ten times as fast as a
 * function of ours.
 */
export const spellsNumber = (value: string): string => `${value} <= CAST(9e999 AS REAL)`;
