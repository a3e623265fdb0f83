/** Menus of rows and of column heads. */
import { SHOWN_VALUES } from '../../src/domain/runsView';
import type { Column, MenuTarget } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import type { MenuEntry } from '../shared/ui/menu';
import type { RunActs } from './acts';
import { directionOf, parseRef, refOf, shownValue } from './columnChoice';
import type { Item, ItemRow } from './items';
import type { RunsModel } from './model';
import { withColumn } from './pageView';

/** What is done with one run; what is done with the selected ones is in the bar, and as the Delete key does. */
export function rowMenu(
  { row, column, isSelected }: MenuTarget<Item>,
  { model, acts }: { readonly model: RunsModel; readonly acts: RunActs },
): readonly MenuEntry[] {
  const item = row.value;
  if (item.kind === 'group') return groupMenu(row, acts);
  const { view } = model;
  const { runId } = item.run;
  const isBaseline = view.baseline === runId;
  const isPinned = view.pinnedRuns.includes(runId);
  const isAmong = isSelected && acts.count > 1;
  const disabled = acts.readOnly === undefined ? {} : { disabled: acts.readOnly };
  const editable = parseRef(column.id)?.kind === 'tag' ? column.id : 'name';
  return [
    { label: t('Open'), shortcut: 'Enter', onSelect: () => acts.open(runId) },
    {
      label: t('Baseline'),
      checked: isBaseline,
      onSelect: () => model.setView({ ...model.view, baseline: isBaseline ? undefined : runId }),
    },
    {
      label: t('Pin to the Top'),
      checked: isPinned,
      onSelect: () => {
        const others = model.view.pinnedRuns.filter((id) => id !== runId);
        model.setView({ ...model.view, pinnedRuns: isPinned ? others : [...others, runId] });
      },
    },
    'separator',
    {
      label: editable === 'name' ? t('Rename…') : t('Edit the Tag…'),
      shortcut: 'F2',
      ...disabled,
      onSelect: () => model.edit({ runId, columnId: editable, isPinned: item.isPinned }),
    },
    {
      label: t('Show in the Tree'),
      onSelect: () => acts.run('runlens.revealRun', { runIds: [runId] }),
    },
    'separator',
    {
      label: isAmong ? t('Delete {0} Selected Runs', countText(acts.count)) : t('Delete'),
      shortcut: 'Delete',
      ...disabled,
      onSelect: () => (isAmong ? acts.removeSelected() : acts.remove([runId])),
    },
  ];
}

/** Rows of groups cannot be selected themselves. */
function groupMenu(row: ItemRow, acts: RunActs): readonly MenuEntry[] {
  return [
    { label: t('Select the Runs of the Group'), onSelect: () => acts.selectGroup(row, true) },
    { label: t('Unselect the Runs of the Group'), onSelect: () => acts.selectGroup(row, false) },
  ];
}

/**
 * `choose` opens the menu of values, since menus have no second level. The view may change while a menu is open: an
 * entry changes its part of the view of then.
 */
export function headMenu(
  column: Column<Item>,
  model: RunsModel,
  choose: () => void,
): readonly MenuEntry[] {
  const ref = parseRef(column.id);
  const { view } = model;
  if (ref?.kind === 'spark') {
    return [
      {
        label: t('Same Range in All Rows'),
        checked: view.isSameRange,
        onSelect: () => model.setView({ ...model.view, isSameRange: !view.isSameRange }),
      },
    ];
  }
  if (ref?.kind !== 'metric') return [];
  const { key } = ref;
  const shown = shownValue(view, key);
  const isMore = directionOf(view, key) === 'max';
  const spark = refOf('spark', key);
  const hasSpark = model.columns.refs.some(({ id }) => id === spark.id);
  return [
    { label: t('Value: {0}…', t(/* SHOWN_VALUES */ shown)), onSelect: choose },
    {
      label: t('Higher Is Better'),
      checked: isMore,
      onSelect: () =>
        model.setView({
          ...model.view,
          directions: { ...model.view.directions, [key]: isMore ? 'min' : 'max' },
        }),
    },
    {
      label: t('Sparkline'),
      checked: hasSpark,
      onSelect: () => model.setView(withColumn(model.view, spark.id, !hasSpark)),
    },
  ];
}

/** Which value of a metric its column shows. */
export function valueMenu(columnId: string, model: RunsModel): readonly MenuEntry[] {
  const key = parseRef(columnId)?.key ?? '';
  const { view } = model;
  return SHOWN_VALUES.map((value) => ({
    label: t(/* SHOWN_VALUES */ value),
    checked: shownValue(view, key) === value,
    onSelect: () => {
      const { view: now } = model;
      model.setView({ ...now, values: { ...now.values, [key]: value } });
    },
  }));
}
