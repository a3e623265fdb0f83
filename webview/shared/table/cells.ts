/** What a cell holds, as data: drawn, fitted, spoken and copied from the same value. */
import type { ComponentChildren } from 'preact';

export type StatusKind =
  | 'running'
  | 'scheduled'
  | 'finished'
  | 'failed'
  | 'killed'
  | 'cached'
  | 'stale'
  | 'skipped';

/** Against a baseline: the difference with its sign, and whether that is better. */
export interface Delta {
  readonly by: number;
  /** Undefined: nobody knows which way is better. */
  readonly better: boolean | undefined;
}

/** A small line: extremes per bucket in order, over one range per column. */
export interface Spark {
  /** [min, max] per bucket; null where a bucket has no finite value. */
  readonly buckets: readonly (readonly [number, number] | null)[];
  /** Of the column, so that rows compare; undefined: the row's own. */
  readonly range?: readonly [number, number];
  readonly slot?: number;
  /** `loss fell from 2.3 to 0.41 over 900 steps`: see `sparkLabel`. */
  readonly label: string;
}

export type Cell =
  | { readonly is: 'missing' }
  /** The row is here, this value is not yet. */
  | { readonly is: 'loading' }
  | {
      readonly is: 'number';
      readonly value: number;
      readonly best?: boolean;
      readonly delta?: Delta;
    }
  /** Untrusted text. `opens`: a click opens it as `onOpen` does. */
  | { readonly is: 'text'; readonly text: string; readonly opens?: boolean; readonly hint?: string }
  | { readonly is: 'status'; readonly status: StatusKind; readonly text?: string }
  /** Milliseconds since 1970. */
  | { readonly is: 'time'; readonly at: number }
  /** Milliseconds; `since`: still going on. */
  | { readonly is: 'duration'; readonly ms: number }
  | { readonly is: 'elapsed'; readonly since: number }
  | {
      readonly is: 'swatch';
      /** Undefined: no colour while it is not shown. */
      readonly slot: number | undefined;
      readonly shown: boolean;
      /** What the eye shows, for its name: `Show training-3 in charts`. */
      readonly name: string;
      readonly onToggle: () => void;
    }
  | { readonly is: 'check'; readonly checked: boolean; readonly name: string }
  | { readonly is: 'spark'; readonly spark: Spark }
  /** Over a group: mean ± sd, n. */
  | {
      readonly is: 'stats';
      readonly n: number;
      readonly mean?: number;
      readonly sd?: number;
      readonly min?: number;
      readonly max?: number;
    }
  /** What no other kind says; `text` is what is copied and fitted. */
  | { readonly is: 'custom'; readonly text: string; readonly draw: () => ComponentChildren };
