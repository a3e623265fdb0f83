/** Which columns are shown where: order, pins, widths and sorting, by tanstack's table model. */
import {
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  constructTable,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/table-core';
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings';
import { MAX_SORTS, MAX_WIDTH, MIN_WIDTH } from './layout';
import type { TableLayout } from './types';

/** Of a `Column`, what its place depends on. */
export interface ColumnFacts {
  readonly id: string;
  readonly width?: number;
  readonly canSort?: boolean;
  readonly sortsFirst?: 'asc' | 'desc';
}

export interface PlacedColumn {
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  /** From the start of its part. */
  readonly start: number;
  readonly isPinned: boolean;
  /** Of the pinned ones: it stays in view even where there is room for no other. */
  readonly isLastPinned?: boolean;
  /** `index` counts from 1; only when several columns sort it is shown. */
  readonly sort: { readonly desc: boolean; readonly index: number } | undefined;
}

export interface ColumnModel {
  readonly pinned: readonly PlacedColumn[];
  readonly centre: readonly PlacedColumn[];
  /** Both, as they are seen. */
  readonly all: readonly PlacedColumn[];
  readonly pinnedWidth: number;
  readonly centreWidth: number;
}

const DEFAULT_WIDTH = 120;

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
});

function tableOf(columns: readonly ColumnFacts[], layout: TableLayout) {
  return constructTable({
    features,
    data: [],
    columns: columns.map((column) => ({
      id: column.id,
      // Rows are sorted by the server: a model without an accessor could not be sorted at all.
      accessorFn: () => undefined,
      size: column.width ?? DEFAULT_WIDTH,
      minSize: MIN_WIDTH,
      maxSize: MAX_WIDTH,
      enableSorting: column.canSort === true,
      sortDescFirst: column.sortsFirst !== 'asc',
    })),
    maxMultiSortColCount: MAX_SORTS,
    initialState: {
      columnOrder: [...layout.order],
      columnVisibility: Object.fromEntries(layout.hidden.map((id) => [id, false])),
      columnPinning: { start: known(columns, layout.pinned), end: [] },
      columnSizing: { ...layout.widths },
      sorting: layout.sort.filter(({ id }) => columns.some((column) => column.id === id)),
    },
  });
}

const known = (columns: readonly ColumnFacts[], ids: readonly string[]) =>
  ids.filter((id) => columns.some((column) => column.id === id));

export function columnModel(columns: readonly ColumnFacts[], layout: TableLayout): ColumnModel {
  const table = tableOf(columns, layout);
  const { sorting } = table.store.state;
  const sortOf = (id: string) => {
    const index = sorting.findIndex((sort) => sort.id === id);
    const sort = sorting[index];
    return sort && { desc: sort.desc, index: index + 1 };
  };
  const pinned = table.getStartVisibleLeafColumns().map((column, index, all) => ({
    id: column.id,
    width: column.getSize(),
    start: column.getStart('start'),
    isPinned: true,
    isLastPinned: index === all.length - 1,
    sort: sortOf(column.id),
  }));
  const centre = table.getCenterVisibleLeafColumns().map((column) => ({
    id: column.id,
    width: column.getSize(),
    start: column.getStart('center'),
    isPinned: false,
    sort: sortOf(column.id),
  }));
  return {
    pinned,
    centre,
    all: [...pinned, ...centre],
    pinnedWidth: table.getStartTotalSize(),
    centreWidth: table.getCenterTotalSize(),
  };
}

/** A click on a header: descending, ascending, none (`sortsFirst` begins); `add` keeps the other columns. */
export function sortedBy(
  columns: readonly ColumnFacts[],
  layout: TableLayout,
  { id, add }: { id: string; add: boolean },
): TableLayout {
  if (!columns.some((column) => column.id === id && column.canSort)) return layout;
  const table = tableOf(columns, layout);
  table.getColumn(id)?.toggleSorting(undefined, add);
  return { ...layout, sort: table.store.state.sorting };
}

/** `id` before what stands at `index` of its part, counted without itself; the whole order is then said. */
export function moved(
  columns: readonly ColumnFacts[],
  layout: TableLayout,
  { id, index }: { id: string; index: number },
): TableLayout {
  const model = columnModel(columns, layout);
  const isPinned = model.pinned.some((column) => column.id === id);
  const part = (isPinned ? model.pinned : model.centre).map((column) => column.id);
  const without = part.filter((each) => each !== id);
  const next = [...without.slice(0, index), id, ...without.slice(index)];
  if (isPinned) return { ...layout, pinned: next };
  const hidden = tableOf(columns, layout)
    .getAllLeafColumns()
    .map((column) => column.id)
    .filter((each) => !next.includes(each));
  return { ...layout, order: [...next, ...hidden] };
}
