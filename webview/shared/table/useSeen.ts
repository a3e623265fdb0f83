/** The columns in view, where they are, and where things of the grid stand. */
import { useMemo } from 'preact/hooks';
import type { ColumnModel } from './columnModel';
import { columnModel } from './columnModel';
import { boxStyle, type SeenColumn } from './row';
import type { Column, TableLayout } from './types';

/** The model is made anew only when something it depends on has changed. */
export function useColumnModel<R>(columns: readonly Column<R>[], layout: TableLayout): ColumnModel {
  const facts = JSON.stringify(
    columns.map(({ id, width, canSort, sortsFirst }) => [id, width, canSort, sortsFirst]),
  );
  return useMemo(() => columnModel(columns, layout), [facts, layout]);
}

/** Pinned columns and those of the centre in `indexes`, with the gaps between them. */
export function seenColumns<R>(
  columns: readonly Column<R>[],
  model: ColumnModel,
  indexes: readonly number[],
): readonly SeenColumn<R>[] {
  const byId = new Map(columns.map((column) => [column.id, column]));
  const seen: SeenColumn<R>[] = [];
  model.pinned.forEach((placed, index) => {
    const column = byId.get(placed.id);
    if (column) seen.push({ column, placed, ariaIndex: index + 1, style: boxStyle(placed, 0) });
  });
  let end = 0;
  for (const index of indexes) {
    const placed = model.centre[index];
    const column = placed && byId.get(placed.id);
    if (!placed || !column) continue;
    const ariaIndex = model.pinned.length + index + 1;
    seen.push({ column, placed, ariaIndex, style: boxStyle(placed, placed.start - end) });
    end = placed.start + placed.width;
  }
  return seen;
}
