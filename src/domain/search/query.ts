/** A search over runs: what is asked for, parsed; `store/queries` turns it into SQL. */
export interface RunSearch {
  readonly experimentIds: readonly string[];
  readonly filter: readonly RunClause[];
  readonly orderBy: readonly RunOrder[];
  readonly stage: 'active' | 'deleted' | 'all';
  readonly limit: number;
  readonly offset: number;
}

export type CompareOperator = '=' | '!=' | '>' | '>=' | '<' | '<=';
export type TextOperator = '=' | '!=' | 'LIKE' | 'ILIKE';

export const STRING_ATTRIBUTES = [
  'run_id',
  'run_name',
  'user_id',
  'status',
  'artifact_uri',
] as const;
export const NUMBER_ATTRIBUTES = ['start_time', 'end_time'] as const;
export const DATASET_ATTRIBUTES = ['name', 'digest', 'context'] as const;
export type StringAttribute = (typeof STRING_ATTRIBUTES)[number];
export type NumberAttribute = (typeof NUMBER_ATTRIBUTES)[number];
export type DatasetAttribute = (typeof DATASET_ATTRIBUTES)[number];

/** One clause; the clauses of a filter are joined by AND. Rows that lack the key never match. */
export type RunClause =
  | {
      readonly on: 'metric';
      readonly key: string;
      readonly op: CompareOperator;
      readonly value: number;
    }
  | {
      readonly on: 'param' | 'tag';
      readonly key: string;
      readonly op: TextOperator;
      readonly value: string;
    }
  | { readonly on: 'param' | 'tag'; readonly key: string; readonly op: 'IS NULL' | 'IS NOT NULL' }
  | {
      readonly on: 'attribute';
      readonly key: StringAttribute;
      readonly op: TextOperator;
      readonly value: string;
    }
  | {
      readonly on: 'attribute';
      readonly key: 'run_id';
      readonly op: 'IN' | 'NOT IN';
      readonly values: readonly string[];
    }
  | {
      readonly on: 'attribute';
      readonly key: NumberAttribute;
      readonly op: CompareOperator;
      readonly value: number;
    }
  | {
      readonly on: 'dataset';
      readonly key: DatasetAttribute;
      readonly op: TextOperator;
      readonly value: string;
    }
  | {
      readonly on: 'dataset';
      readonly key: DatasetAttribute;
      readonly op: 'IN' | 'NOT IN';
      readonly values: readonly string[];
    };

/** Missing values come last in both directions, NaN after numbers and before missing. */
export interface RunOrder {
  readonly on: 'metric' | 'param' | 'tag' | 'attribute';
  readonly key: string;
  readonly descending: boolean;
}
