/** The columns of the table, made of those that are chosen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { assertNever } from '../../src/base/assertNever';
import type { RunsView } from '../../src/domain/runsView';
import type { Column } from '../shared/table/types';
import { t } from '../shared/texts';
import { cellOf } from './cellsOf';
import { type ColumnRef, canSortBy, shownValue } from './columnChoice';
import type { ColumnContext } from './columnContext';
import type { Item } from './items';

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
  { kind, key, isNumeric = false }: ColumnRef,
  labels: ReadonlyMap<string, string>,
  { view, allCheck }: ColumnContext,
): Omit<Column<Item>, 'id' | 'cell'> {
  switch (kind) {
    case 'attribute': {
      const { name, width, label } = NAMES[key] ?? { name: key, width: 100 };
      return {
        name: t(/* NAMES.name */ name),
        width: key === 'name' ? nameWidth(view) : width,
        ...(key === 'duration' && { isNumeric: true }),
        ...(label !== undefined && { label }),
        ...(TEXT_FIRST.has(key) && { sortsFirst: 'asc' as const }),
        ...(key === 'name' && { isTree: true, canHide: false }),
        ...(key === 'check' && { isControl: true, canHide: false, head: allCheck }),
        ...(key === 'eye' && { isControl: true }),
      };
    }
    case 'spark': {
      const label = t('{0} over steps', labels.get(key) ?? key);
      return {
        name: t('{0} over steps', key),
        label,
        width: widthFor(label, { least: 92, most: 180 }),
        kind: 'metric',
        // Lines are here for the rows in view only.
        isControl: true,
      };
    }
    case 'metric':
      return metricLook(key, labels, view);
    case 'param':
      return {
        name: key,
        width: widthFor(key, { least: 90, most: 180 }),
        kind: 'param',
        sortsFirst: 'asc',
        isNumeric,
      };
    case 'tag':
      return {
        name: key,
        width: widthFor(key, { least: 110, most: 180 }),
        kind: 'tag',
        sortsFirst: 'asc',
      };
    default:
      return assertNever(kind);
  }
}

/** A group says what it is of and how many are in it, the baseline that it is one. */
function nameWidth({ groupBy, baseline }: RunsView): number {
  if (groupBy.length > 0) return 280;
  return baseline === undefined ? 190 : 250;
}

function metricLook(key: string, labels: ReadonlyMap<string, string>, view: RunsView) {
  const short = labels.get(key) ?? key;
  const shown = shownValue(view, key);
  const label = shown === 'last' ? short : t('{0} ({1})', short, t(/* SHOWN_VALUES */ shown));
  // Mean, deviation and number; a difference beside the value.
  const least = view.groupBy.length > 0 ? 230 : view.baseline === undefined ? 100 : 150;
  return {
    name: shown === 'last' ? key : t('{0} ({1})', key, t(/* SHOWN_VALUES */ shown)),
    label,
    width: widthFor(label, { least, most: Math.max(least, 200) }),
    kind: 'metric' as const,
    isNumeric: true,
  };
}

/** Pixels of an icon, an arrow and the padding, and of a letter. */
const AROUND = 56;
const LETTER = 7.3;

/** So that the head can be read as long as it is no sentence. */
function widthFor(
  label: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  return Math.round(Math.min(most, Math.max(least, AROUND + LETTER * label.length)));
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
