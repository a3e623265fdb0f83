/** What a search asks for, parsed and checked: a filter, an order, and a page. */

/** A tree of AND, OR and NOT. `and` without parts is fulfilled by everything. */
export type Tree<L> =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Tree<L>[] }
  | { readonly kind: 'not'; readonly part: Tree<L> }
  | { readonly kind: 'leaf'; readonly leaf: L };

export type Filter = Tree<Condition>;

export type Condition =
  /** Text that is looked for in what names the subject. */
  | { readonly kind: 'free'; readonly text: string }
  | { readonly kind: 'test'; readonly field: Field; readonly test: Test };

export type Aggregate = 'last' | 'first' | 'min' | 'max';
export const AGGREGATES: readonly Aggregate[] = ['last', 'first', 'min', 'max'];

export type Field =
  | { readonly on: 'attribute'; readonly key: string }
  | { readonly on: 'metric'; readonly key: string; readonly of: Aggregate }
  | { readonly on: 'param' | 'tag'; readonly key: string }
  | { readonly on: 'dataset'; readonly key: string }
  /** A bare name that is no attribute: the metric or parameter of that name (`names.ts`). */
  | {
      readonly on: 'name';
      readonly key: string;
      readonly position: number;
      /** The term of the order that it stands in. */
      readonly term?: string;
    };

export type CompareOperator = '=' | '!=' | '>' | '>=' | '<' | '<=';
export type TextOperator = '=' | '!=' | 'LIKE' | 'ILIKE' | 'NOT LIKE' | 'NOT ILIKE';
export type ListOperator = 'IN' | 'NOT IN';
export type NullOperator = 'IS NULL' | 'IS NOT NULL';

export const COMPARE_OPERATORS: readonly CompareOperator[] = ['=', '!=', '>', '>=', '<', '<='];
export const TEXT_OPERATORS: readonly TextOperator[] = [
  '=',
  '!=',
  'LIKE',
  'ILIKE',
  'NOT LIKE',
  'NOT ILIKE',
];
export const LIST_OPERATORS: readonly ListOperator[] = ['IN', 'NOT IN'];
export const NULL_OPERATORS: readonly NullOperator[] = ['IS NULL', 'IS NOT NULL'];

/**
 * What must hold of a value. A missing value fulfils `IS NULL` only. A number compares with the
 * number that a text spells; a text that spells none is then as if missing.
 */
export type Test =
  | { readonly op: CompareOperator; readonly value: number }
  | { readonly op: TextOperator; readonly value: string }
  | { readonly op: ListOperator; readonly values: readonly string[] }
  | { readonly op: NullOperator };

/** Missing values come last in both directions, NaN after the numbers and before the missing. */
export interface Order {
  readonly field: Exclude<Field, { on: 'dataset' }>;
  readonly descending: boolean;
}

export interface Page {
  readonly limit: number;
  readonly offset: number;
  /** The `until` of the first page: later pages leave out what was added since. */
  readonly until?: number;
}

export interface Search extends Page {
  readonly filter: Filter;
  readonly orderBy: readonly Order[];
}

export type Stage = 'active' | 'deleted' | 'all';

export interface RunSearch extends Search {
  readonly experimentIds: readonly string[];
  readonly stage: Stage;
}

export interface ExperimentSearch extends Search {
  readonly stage: Stage;
}

export interface ModelSearch extends Search {
  readonly experimentIds: readonly string[];
  /** Metrics count when they were logged on one of these; on any when there are none. */
  readonly datasets: readonly DatasetChoice[];
  readonly orderBy: readonly ModelOrder[];
}

/** An order by a metric may be restricted to those logged on a dataset. */
export interface ModelOrder extends Order {
  readonly dataset?: DatasetChoice;
}

export interface DatasetChoice {
  readonly name?: string;
  readonly digest?: string;
}

/** One page, whether there are more, and what the next page must be asked with. */
export interface Found<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly until: number;
}

export const EVERYTHING: Filter = { kind: 'and', parts: [] };

/** The tree with each leaf replaced, in the order of the text. */
export function mapTree<L, M>(tree: Tree<L>, map: (leaf: L) => M): Tree<M> {
  if (tree.kind === 'leaf') return { kind: 'leaf', leaf: map(tree.leaf) };
  if (tree.kind === 'not') return { kind: 'not', part: mapTree(tree.part, map) };
  return { kind: tree.kind, parts: tree.parts.map((part) => mapTree(part, map)) };
}

/** The leaves that each hold of all that the filter lets pass, and are not under OR or NOT. */
export function requiredLeaves<L>(tree: Tree<L>): L[] {
  if (tree.kind === 'leaf') return [tree.leaf];
  return tree.kind === 'and' ? tree.parts.flatMap(requiredLeaves) : [];
}
