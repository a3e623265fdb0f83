/** What the cells of the table are drawn from, beside their row. */
import type { ComponentChildren } from 'preact';
import type { RunsView } from '../../src/domain/runsView';
import type { RunItem } from './items';
import type { SparkStore } from './sparkStore';

export interface Editing {
  readonly runId: string;
  /** `name`, or that of a tag. */
  readonly columnId: string;
  /** In the run's row under the header; elsewhere it is not drawn: two fields would fight for the focus. */
  readonly isPinned?: boolean | undefined;
}

export interface ColumnContext {
  readonly view: RunsView;
  readonly baseline: RunItem | undefined;
  /** The best value of metrics, by the id of their column. */
  readonly best: ReadonlyMap<string, number>;
  /** Colour slots by run. */
  readonly shown: ReadonlyMap<string, number>;
  /** Names by id. */
  readonly experiments: ReadonlyMap<string, string>;
  readonly sparks: SparkStore;
  readonly editing: Editing | undefined;
  readonly acts: {
    open(runId: string): void;
    show(runIds: readonly string[], isShown: boolean): void;
    commitEdit(value: string): void;
    cancelEdit(): void;
  };
  /** The checkbox over all rows. */
  readonly allCheck: () => ComponentChildren;
}
