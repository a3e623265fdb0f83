/**
 * The table of runs: windows of rows with chosen columns, groups, and what columns there are. Filters
 * and orders are in the language of docs/search.md; a refused one is a `SearchRefusal` (control.ts).
 */
import type { MetricColumn, TableColumn, TextColumn } from '../domain/runTable';
import type { RunRow } from './rows';
import type { WireNumber } from './wire';

/** Which runs: all that are not deleted when nothing is said. */
export interface RunScope {
  /** As in `OfSource`; sent in the body. */
  readonly source?: string;
  readonly experimentIds?: readonly string[];
  readonly filter?: string;
}

export type { MetricColumn, TableColumn, TextColumn };

/** One value per row; null where a run has none. */
export type Cells = readonly (WireNumber | string | null)[];

export interface TableRequest extends RunScope {
  /** `flat` (default): all; `top`: only runs that are in no other; `in`: those in `parent`. */
  readonly nesting?: 'flat' | 'top' | 'in';
  /** For `nesting: 'in'`. */
  readonly parent?: string;
  /**
   * Newest first when left out. Parameters and tags that spell a number come by it, before texts;
   * infinities, then NaN, then runs without the value come last in both directions.
   */
  readonly orderBy?: readonly string[];
  /** Runs that are going on (`RUNNING`) come before all others, whatever `orderBy` says. */
  readonly runningFirst?: boolean;
  /**
   * Only these, in this order, whatever filter and experiments say: pinned rows and the baseline.
   * Deleted and unknown ones are left out.
   */
  readonly runIds?: readonly string[];
  readonly columns: readonly TableColumn[];
  /** Default 100, at most 10,000. */
  readonly limit?: number;
  readonly offset?: number;
  /** That of the first page, so that runs that are added do not move the pages behind it. */
  readonly until?: number;
}

export interface TableReply {
  readonly rows: readonly RunRow[];
  /** Per column of the request, as long as `rows`. */
  readonly cells: readonly Cells[];
  /** Runs that match, with those on other pages. */
  readonly total: number;
  readonly until: number;
  /** Of the log, when this was read: events up to it are in it. */
  readonly seq: number;
}

export interface ColumnsRequest extends RunScope {
  /** `differs` is computed over these, at most 10,000; default: over all of the scope. */
  readonly runIds?: readonly string[];
  /** Only so many of the newest runs are looked at, for an answer that comes at once. */
  readonly newest?: number;
}

export interface ColumnsReply {
  /** By number of runs that have it, most first; then by name. */
  readonly metrics: readonly { readonly key: string; readonly runs: number }[];
  readonly params: readonly ColumnFact[];
  readonly tags: readonly ColumnFact[];
  /** Runs of the scope. */
  readonly total: number;
  /** Set when there is too much to look at, or more than was asked for: only these many of the newest runs were. */
  readonly newest?: number;
}

export interface ColumnFact {
  readonly key: string;
  readonly runs: number;
  /** Not every run has it, or not all with the same value. */
  readonly differs: boolean;
  /** Every value there is reads as a number. */
  readonly numeric: boolean;
}

/** Values that a filter's autocomplete offers. */
export interface ValuesRequest extends RunScope {
  readonly on: 'param' | 'tag' | 'attribute';
  readonly key: string;
  /** Only values that begin with it, whatever the case. */
  readonly prefix?: string;
}
export interface ValuesReply {
  /** The most frequent first, at most 50. */
  readonly values: readonly string[];
}

export type GroupKey =
  | TextColumn
  | { readonly on: 'attribute'; readonly key: 'status' | 'run_name' | 'experiment' | 'pipeline' };

export interface GroupsRequest extends RunScope {
  readonly by: readonly GroupKey[];
  readonly metrics: readonly MetricColumn[];
  /** Index into `metrics` whose mean orders the groups; without it by the group's values. */
  readonly orderBy?: { readonly metric: number; readonly descending: boolean };
  /** Default 100, at most 1000. */
  readonly limit?: number;
  readonly offset?: number;
}

export interface GroupRow {
  /** One per `by`; null: the runs that have none. Experiments by name. */
  readonly values: readonly (string | null)[];
  readonly runs: number;
  readonly cells: readonly GroupCell[];
  /** Filter that finds exactly its runs within the request's scope, without the request's own filter. */
  readonly filter: string;
  /** Set when grouped by experiment: its runs are those of this experiment. */
  readonly experimentId?: string;
}

/** Over the runs of a group that have a finite value; NaN and infinities are counted in `left`. */
export interface GroupCell {
  readonly n: number;
  readonly left: number;
  /** Undefined when n is 0. */
  readonly mean?: number;
  /** Of the sample (n − 1); undefined when n is below 2. */
  readonly sd?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface GroupsReply {
  readonly groups: readonly GroupRow[];
  readonly total: number;
  /** Runs in all groups. */
  readonly runs: number;
  /** As in `ColumnsReply`. */
  readonly newest?: number;
  readonly seq: number;
}

/** Changes many runs in one commit. */
export interface BulkRequest {
  /** Ids, or all of a scope but some. */
  readonly runs: readonly string[] | (RunScope & { readonly except?: readonly string[] });
  readonly change: BulkChange;
}
export type BulkChange =
  | { readonly do: 'delete' }
  | { readonly do: 'restore' }
  | { readonly do: 'tag'; readonly key: string; readonly value: string }
  | { readonly do: 'untag'; readonly key: string }
  /** Puts tags back as they were: what a reply's `before` says. */
  | { readonly do: 'retag'; readonly key: string; readonly before: readonly TagBefore[] };

export interface TagBefore {
  readonly runId: string;
  /** Null: it had no such tag. */
  readonly value: string | null;
}

export interface BulkReply {
  /** Runs that were changed; those that already were so are not among them. */
  readonly runIds: readonly string[];
  /** For `tag`, `untag` and `retag`: what to hand to `retag` to undo it. */
  readonly before?: readonly TagBefore[];
}

/** Its routes; see `ControlApi`. */
export interface RunTableApi {
  /** A window of the table of runs. */
  'POST /api/run-table': { request: TableRequest; reply: TableReply };
  'POST /api/run-columns': { request: ColumnsRequest; reply: ColumnsReply };
  'POST /api/run-values': { request: ValuesRequest; reply: ValuesReply };
  'POST /api/run-groups': { request: GroupsRequest; reply: GroupsReply };
  /** Changes many runs in one commit; the answer says how to undo it. */
  'POST /api/run-changes': { request: BulkRequest; reply: BulkReply };
}
