// The table of runs: what is asked of a store about many runs at once, and what it answers.
import type { LifecycleStage, RunInfo } from './run';
import type { Aggregate, Filter, RunSearch, Stage } from './search/filter';
import type { Spread } from './spread';

export type MetricColumn = { readonly on: 'metric'; readonly key: string; readonly of: Aggregate };
export type TextColumn = { readonly on: 'param' | 'tag'; readonly key: string };
export type TableColumn = MetricColumn | TextColumn;

/** One value per row; null where a run has none. A metric may be NaN or infinite. */
export type TableCells = readonly (string | number | null)[];

export interface ColumnCount {
  readonly key: string;
  /** Runs that have it. */
  readonly runs: number;
}

export interface ColumnFacts extends ColumnCount {
  /** Not every run has it, or not all with the same value. */
  readonly differs: boolean;
  /** Every value there is reads as a number. */
  readonly numeric: boolean;
}

/** What columns there are: of each kind, those that most runs have first, then by name. */
export interface TableColumns {
  readonly metrics: readonly ColumnCount[];
  readonly params: readonly ColumnFacts[];
  readonly tags: readonly ColumnFacts[];
  readonly total: number;
  /** Set when there is too much to look at: only these many of the newest runs were. */
  readonly newest?: number;
}

export const byRuns = (a: ColumnCount, b: ColumnCount): number =>
  b.runs - a.runs || (a.key < b.key ? -1 : Number(a.key > b.key));

export interface RunChoice {
  readonly experimentIds: readonly string[];
  readonly filter: Filter;
  readonly stage: Stage;
}

export interface TableQuery extends RunSearch {
  readonly nesting:
    | { readonly kind: 'flat' }
    /** Only runs that are in no other. */
    | { readonly kind: 'top' }
    | { readonly kind: 'in'; readonly parent: string };
  /** Active runs that are going on (`RUNNING`) come before all others. */
  readonly runningFirst?: boolean;
  /** Only these, in this order, whatever the rest says; deleted ones are left out. */
  readonly runIds?: readonly string[];
  readonly columns: readonly TableColumn[];
}

export interface TablePage {
  readonly runs: readonly RunHead[];
  /** Per column, as long as `runs`. */
  readonly cells: readonly TableCells[];
  /** Runs that match, on all pages. */
  readonly total: number;
  readonly until: number;
}

export interface RunHead {
  readonly info: RunInfo;
  /** Children that are not deleted. */
  readonly children: number;
  /** The last value of the metric that its experiment names, else of its first. */
  readonly primary: { readonly key: string; readonly value: number } | undefined;
}

export interface ColumnsQuery extends RunChoice {
  /** Runs among which values differ or not; those that are chosen when left out. */
  readonly among?: readonly string[];
  /** Only so many of the newest are looked at. */
  readonly newest?: number;
}

export interface ValuesQuery extends RunChoice {
  readonly on: 'param' | 'tag' | 'attribute';
  readonly key: string;
  /** Only texts that begin with it, whatever the case. */
  readonly prefix: string;
  readonly limit: number;
}

/** What runs are grouped by. Of pipelines, the tag with the id of the pipeline's run is told. */
export type GroupBy =
  | { readonly on: 'param' | 'tag'; readonly key: string }
  | { readonly on: 'attribute'; readonly key: 'status' | 'run_name' | 'experiment' }
  | { readonly on: 'pipeline'; readonly tag: string };

export interface GroupsQuery extends RunChoice {
  /** At least one. */
  readonly by: readonly GroupBy[];
  readonly metrics: readonly MetricColumn[];
  /** By the mean of one of `metrics`; by the values when left out. */
  readonly orderBy?: { readonly metric: number; readonly descending: boolean };
  readonly limit: number;
  readonly offset: number;
}

export interface RunGroups {
  readonly groups: readonly RunGroup[];
  readonly total: number;
  /** Runs in all groups. */
  readonly runs: number;
}

export interface RunGroup {
  /** One per `by`; null: the runs that have none. */
  readonly values: readonly (string | null)[];
  readonly runs: number;
  readonly cells: readonly Spread[];
  /** In the language of searches, what finds its runs among those that were chosen. */
  readonly filter: string;
  readonly experimentId?: string;
}

export interface RunMark {
  readonly stage: LifecycleStage;
  readonly tag: string | undefined;
}
