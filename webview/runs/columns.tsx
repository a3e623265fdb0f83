/** The columns of the table, made of those that are chosen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { assertNever } from '../../src/base/assertNever';
import type { RunsView } from '../../src/domain/runsView';
import type { Column } from '../shared/table/types';
import { t } from '../shared/texts';
import { cellOf } from './cellsOf';
import { type ColumnRef, canSortBy } from './columnChoice';
import type { Item, RunItem } from './items';
import type { SparkStore } from './sparkStore';

export interface Editing {
  readonly runId: string;
  /** `name`, or that of a tag. */
  readonly columnId: string;
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

const NAMES: Readonly<Record<string, { name: string; width: number; label?: string }>> = {
  check: { name: 'Selected', width: 36 },
  eye: { name: 'Shown in charts', width: 60, label: '' },
  name: { name: 'Name', width: 190 },
  status: { name: 'Status', width: 64 },
  started: { name: 'Started', width: 92 },
  duration: { name: 'Duration', width: 92 },
  experiment: { name: 'Experiment', width: 120 },
  id: { name: 'Run ID', width: 250 },
};

/** What an attribute is called. */
export const attributeName = (key: string): string => t(NAMES[key]?.name ?? key);

const TEXT_FIRST = new Set(['name', 'experiment', 'id']);

export function columnsOf(
  refs: readonly ColumnRef[],
  context: ColumnContext,
): readonly Column<Item>[] {
  const labels = shortLabels(refs.filter(({ kind }) => kind === 'metric').map(({ key }) => key));
  return refs.map((ref) => ({
    ...lookOf(ref, labels, context),
    id: ref.id,
    canSort: canSortBy(ref),
    cell: (row, isSelected = false) => cellOf(ref, row, { context, isSelected }),
  }));
}

function lookOf(
  { kind, key }: ColumnRef,
  labels: ReadonlyMap<string, string>,
  { view, allCheck }: ColumnContext,
): Omit<Column<Item>, 'id' | 'cell'> {
  switch (kind) {
    case 'attribute': {
      const { name, width, label } = NAMES[key] ?? { name: key, width: 100 };
      return {
        name: t(name),
        width,
        ...(label !== undefined && { label }),
        ...(TEXT_FIRST.has(key) && { sortsFirst: 'asc' as const }),
        ...(key === 'name' && { isTree: true, canHide: false }),
        ...(key === 'check' && { isControl: true, canHide: false, head: allCheck }),
        ...(key === 'eye' && { isControl: true }),
      };
    }
    case 'spark':
      return {
        name: t('{0} over steps', key),
        label: labels.get(key) ?? key,
        width: 90,
        kind: 'metric',
      };
    case 'metric':
      return metricLook(key, labels, view);
    case 'param':
      return { name: key, width: 100, kind: 'param', sortsFirst: 'asc' };
    case 'tag':
      return { name: key, width: 110, kind: 'tag', sortsFirst: 'asc' };
    default:
      return assertNever(kind);
  }
}

function metricLook(key: string, labels: ReadonlyMap<string, string>, view: RunsView) {
  const short = labels.get(key) ?? key;
  const shown = view.values[key] ?? 'last';
  return {
    name: shown === 'last' ? key : t('{0} ({1})', key, t(shown)),
    label: shown === 'last' ? short : t('{0} ({1})', short, t(shown)),
    width: view.groupBy.length > 0 ? 190 : view.baseline === undefined ? 112 : 156,
    kind: 'metric' as const,
  };
}

/** Names without the folders that all of them share: `val/loss`, `val/acc` are `loss`, `acc`. */
export function shortLabels(keys: readonly string[]): ReadonlyMap<string, string> {
  const [first] = keys;
  if (first === undefined || keys.length < 2) return new Map();
  let length = 0;
  for (let end = 1; end < first.length; end += 1) {
    const sign = first[end - 1];
    const start = first.slice(0, end);
    if ((sign === '/' || sign === '.') && keys.every((key) => key.startsWith(start))) length = end;
  }
  return new Map(keys.map((key) => [key, key.slice(length) || key]));
}
