/** What a column's menu does, by mouse and keyboard. */
import { t } from '../texts';
import { MENU_LIMIT, type MenuEntry } from '../ui/menu';
import { type ColumnModel, moved } from './columnModel';
import { withHidden, withPinned } from './layout';
import type { Column, TableLayout } from './types';

export interface HeaderActions<R> {
  readonly columns: readonly Column<R>[];
  readonly model: ColumnModel;
  readonly layout: TableLayout;
  readonly onLayout: (layout: TableLayout) => void;
  readonly fit: (id: string) => void;
}

/** With `own` first, and no more than a menu holds. */
export function headerEntries<R>(
  column: Column<R>,
  actions: HeaderActions<R>,
  own: readonly MenuEntry[],
): readonly MenuEntry[] {
  const { layout, onLayout, model } = actions;
  const isPinned = layout.pinned.includes(column.id);
  const sort = model.all.find(({ id }) => id === column.id)?.sort;
  const sortBy = (desc: boolean) => () => onLayout({ ...layout, sort: [{ id: column.id, desc }] });
  const entries: MenuEntry[] = [...own];
  if (column.canSort) {
    entries.push(
      { label: t('Sort Ascending'), checked: sort?.desc === false, onSelect: sortBy(false) },
      { label: t('Sort Descending'), checked: sort?.desc === true, onSelect: sortBy(true) },
    );
  }
  entries.push({
    label: isPinned ? t('Unpin') : t('Pin to the Left'),
    onSelect: () => onLayout(withPinned(layout, column.id, !isPinned)),
  });
  entries.push({ label: t('Fit to Content'), onSelect: () => actions.fit(column.id) });
  if (column.canHide !== false) {
    entries.push({
      label: t('Hide Column'),
      onSelect: () => onLayout(withHidden(layout, column.id, true)),
    });
  }
  return entries.slice(0, MENU_LIMIT);
}

/** One place to the left or right within its part; undefined at its end. */
export function nudged<R>(
  id: string,
  by: -1 | 1,
  { columns, model, layout }: Pick<HeaderActions<R>, 'columns' | 'model' | 'layout'>,
): TableLayout | undefined {
  const part = [model.pinned, model.centre].find((each) => each.some((c) => c.id === id)) ?? [];
  const index = part.findIndex((column) => column.id === id);
  const next = index + by;
  if (index < 0 || next < 0 || next >= part.length) return undefined;
  return moved(columns, layout, { id, index: next });
}
