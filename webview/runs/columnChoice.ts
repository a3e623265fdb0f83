/** Which columns there are and which of them are shown: what a person chose over what is shown at first. */
import { assertNever } from '../../src/base/assertNever';
import { type Direction, guessDirection } from '../../src/domain/direction';
import type { RunsView, ShownValue } from '../../src/domain/runsView';
import type { Aggregate } from '../../src/domain/search/filter';
import type { ColumnsReply, MetricColumn, TableColumn } from '../../src/protocol/runTable';

/** A column by its id: `name`, `metrics.loss`, `spark.loss`, `params.lr`, `tags.team`. */
export interface ColumnRef {
  readonly id: string;
  readonly kind: 'attribute' | 'spark' | 'metric' | 'param' | 'tag';
  readonly key: string;
  /** Every value of the parameter reads as a number. */
  readonly isNumeric?: boolean;
}

export const ATTRIBUTES = [
  'check',
  'eye',
  'name',
  'status',
  'started',
  'duration',
  'experiment',
  'id',
] as const;

const PREFIXES = { spark: 'spark.', metric: 'metrics.', param: 'params.', tag: 'tags.' } as const;

export const refOf = (kind: keyof typeof PREFIXES, key: string): ColumnRef => ({
  id: `${PREFIXES[kind]}${key}`,
  kind,
  key,
});

/** Undefined for what is no column's id. */
export function parseRef(id: string): ColumnRef | undefined {
  if (ATTRIBUTES.some((known) => known === id)) return { id, kind: 'attribute', key: id };
  for (const kind of ['spark', 'metric', 'param', 'tag'] as const) {
    const prefix = PREFIXES[kind];
    if (id.startsWith(prefix) && id.length > prefix.length)
      return { id, kind, key: id.slice(prefix.length) };
  }
  return undefined;
}

const MOST_METRICS = 5;
/** More parameters that differ are a search, not a table. */
const MOST_PARAMS = 30;
/** With one run nothing differs, and something is to be seen. */
const PARAMS_OF_ONE = 5;

export interface ChoiceOptions {
  readonly facts: ColumnsReply | undefined;
  /** Several experiments are shown, so that each row says of which it is. */
  readonly isAcross: boolean;
  /** Metrics whose shown value is the same in all runs. */
  readonly sameMetrics: ReadonlySet<string>;
}

export interface ChosenColumns {
  readonly refs: readonly ColumnRef[];
  /** How many are left out because all their values are the same. */
  readonly same: number;
}

/** Default columns and added ones, without hidden ones; in their default order. */
export function chosenColumns(
  { columns, isOnlyDiffering }: RunsView,
  options: ChoiceOptions,
): ChosenColumns {
  const usual = usualColumns(options);
  const known = new Set(usual.map(({ id }) => id));
  const added = columns.added.flatMap((id) => (known.has(id) ? [] : (parseRef(id) ?? [])));
  const numeric = new Set((options.facts?.params ?? []).flatMap((p) => (p.numeric ? p.key : [])));
  const shown = ordered([...usual, ...added])
    .filter(({ id }) => !columns.hidden.includes(id))
    .map((ref) =>
      ref.kind === 'param' && numeric.has(ref.key) ? { ...ref, isNumeric: true } : ref,
    );
  if (!isOnlyDiffering) return { refs: shown, same: 0 };
  const refs = shown.filter((ref) => !isSame(ref, options));
  return { refs, same: shown.length - refs.length };
}

function usualColumns({ facts, isAcross }: ChoiceOptions): ColumnRef[] {
  const attributes = ATTRIBUTES.filter((key) => key !== 'id' && (key !== 'experiment' || isAcross));
  const metrics = (facts?.metrics ?? [])
    .filter(({ key }) => !key.startsWith('system/'))
    .sort((a, b) => b.runs - a.runs || interest(a.key) - interest(b.key))
    .slice(0, MOST_METRICS);
  const params = facts?.params ?? [];
  const shownParams =
    (facts?.total ?? 0) > 1
      ? params.filter(({ differs }) => differs).slice(0, MOST_PARAMS)
      : params.slice(0, PARAMS_OF_ONE);
  return [
    ...attributes.map((key): ColumnRef => ({ id: key, kind: 'attribute', key })),
    ...metrics.slice(0, 1).map(({ key }) => refOf('spark', key)),
    ...metrics.map(({ key }) => refOf('metric', key)),
    ...shownParams.map(({ key }) => refOf('param', key)),
  ];
}

const HELD_OUT = /^(?:val|valid|validation|test|eval|dev)(?![a-z])/i;
const EFFORT =
  /(?<![a-z])(?:epochs?|steps?|iter(?:ation)?s?|seconds|secs|ms|time|duration|memory|bytes|mb|gb|lr|learning.rate|norm|size)(?![a-z])/i;

/** Less comes first: how good a run is on data that it has not seen, then how good, then what it took. */
function interest(metric: string): number {
  if (EFFORT.test(metric)) return 2;
  return HELD_OUT.test(metric) ? 0 : 1;
}

const KINDS: readonly ColumnRef['kind'][] = ['attribute', 'spark', 'metric', 'param', 'tag'];

/** By kind; those of a kind stay in order. */
const ordered = (refs: readonly ColumnRef[]): ColumnRef[] =>
  KINDS.flatMap((kind) => refs.filter((ref) => ref.kind === kind));

function isSame(ref: ColumnRef, { facts, sameMetrics }: ChoiceOptions): boolean {
  if (ref.kind === 'metric') return sameMetrics.has(ref.key);
  if (ref.kind !== 'param' && ref.kind !== 'tag') return false;
  const list = ref.kind === 'param' ? facts?.params : facts?.tags;
  return list?.find(({ key }) => key === ref.key)?.differs === false;
}

/** A metric may be called `constructor`: what every object has is nothing that was chosen. */
const own = <T>(chosen: Readonly<Record<string, T>>, metric: string): T | undefined =>
  Object.hasOwn(chosen, metric) ? chosen[metric] : undefined;

export const directionOf = ({ directions }: RunsView, metric: string): Direction | undefined =>
  own(directions, metric) ?? guessDirection(metric);

/** Which value of a metric its column shows. */
export const shownValue = ({ values }: RunsView, metric: string): ShownValue =>
  own(values, metric) ?? 'last';

/** What is asked of the server for a metric's column: `best` is one of the extremes, or the last. */
export function aggregateOf(view: RunsView, metric: string): Aggregate {
  const shown = shownValue(view, metric);
  return shown === 'best' ? (directionOf(view, metric) ?? 'last') : shown;
}

export const metricColumn = (view: RunsView, key: string): MetricColumn => ({
  on: 'metric',
  key,
  of: aggregateOf(view, key),
});

/** What the server is asked for, by the id of the column that shows it. */
export function askedColumns(
  view: RunsView,
  refs: readonly ColumnRef[],
): readonly { readonly id: string; readonly column: TableColumn }[] {
  return refs.flatMap((ref) => {
    const column = askedColumn(view, ref);
    return column ? [{ id: ref.id, column }] : [];
  });
}

function askedColumn(view: RunsView, { kind, key }: ColumnRef): TableColumn | undefined {
  switch (kind) {
    case 'attribute':
      return undefined;
    // Whether the run has the metric at all.
    case 'spark':
      return { on: 'metric', key, of: 'last' };
    case 'metric':
      return metricColumn(view, key);
    case 'param':
    case 'tag':
      return { on: kind, key };
    default:
      return assertNever(kind);
  }
}

const ORDER_KEYS: Readonly<Record<string, string>> = {
  name: 'run_name',
  status: 'status',
  started: 'start_time',
  duration: 'duration',
  id: 'run_id',
};

/** A key as an order names it; undefined when the language has no way to write it. */
function writtenKey(key: string): string | undefined {
  if (!key.includes('`')) return `\`${key}\``;
  return key.includes('"') ? undefined : `"${key}"`;
}

export function canSortBy({ id, kind, key }: ColumnRef): boolean {
  if (kind === 'attribute') return id in ORDER_KEYS;
  return kind !== 'spark' && writtenKey(key) !== undefined;
}

/** Terms of the order for the server; columns that it cannot order by are left out. */
export function orderTerms(view: RunsView): readonly string[] {
  return view.sort.flatMap(({ id, desc }) => {
    const ref = parseRef(id);
    const name = ref && canSortBy(ref) ? orderName(view, ref) : undefined;
    return name === undefined ? [] : [`${name} ${desc ? 'DESC' : 'ASC'}`];
  });
}

function orderName(view: RunsView, { id, kind, key }: ColumnRef): string | undefined {
  const written = writtenKey(key);
  switch (kind) {
    case 'attribute':
      return ORDER_KEYS[id];
    case 'metric': {
      const aggregate = aggregateOf(view, key);
      return aggregate === 'last' ? `metrics.${written}` : `${aggregate}(metrics.${written})`;
    }
    case 'param':
      return `params.${written}`;
    case 'tag':
      return `tags.${written}`;
    case 'spark':
      return undefined;
    default:
      return assertNever(kind);
  }
}
