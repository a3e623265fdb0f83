/** Above the table: the filter, and what changes what is seen. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { FilterLine } from '../shared/filter/filterLine';
import type { Column } from '../shared/table/types';
import { t } from '../shared/texts';
import { ToggleButton } from '../shared/ui/controls';
import { MenuButton, type MenuEntry } from '../shared/ui/menu';
import type { RunActs } from './acts';
import { ColumnPicker } from './columnPicker';
import { GroupPicker } from './groupPicker';
import type { Item } from './items';
import type { RunsModel } from './model';
import { isChanged, type PageView } from './pageView';
import { PopoverButton } from './popoverButton';
import { SavedViews } from './savedViews';

export interface ToolbarProps {
  readonly model: RunsModel;
  readonly acts: RunActs;
  readonly columns: readonly Column<Item>[];
}

export function Toolbar({ model, acts, columns }: ToolbarProps) {
  const { view, state } = model;
  const top = model.feed.top?.live.state;
  const onView = (next: typeof view) => model.setView(next);
  return (
    <div class="runs-toolbar">
      <FilterLine
        name={t('Filter runs')}
        placeholder={t("Filter: lr > 0.001 AND status != 'FAILED'")}
        value={view.filter}
        onFilter={(filter) => onView({ ...view, filter })}
        names={model.names}
        refusal={refusalOf(model)}
        history={state.view.history}
        onHistory={(history) => model.keep({ history })}
      />
      <div class="runs-tools" role="toolbar" aria-label={t('View')}>
        <PopoverButton
          icon="list"
          name={t('Columns')}
          text={t('Columns')}
          content={() => (
            <ColumnPicker
              facts={model.facts.state.value}
              shown={model.columns.refs}
              view={model.view}
              onView={onView}
            />
          )}
        />
        <ToggleButton
          pressed={view.isOnlyDiffering}
          title={t('Hides columns with the same value in all runs that are found')}
          onToggle={(isOnlyDiffering) => onView({ ...view, isOnlyDiffering })}
        >
          {view.isOnlyDiffering
            ? t('Only Differing ({0} hidden)', model.columns.same)
            : t('Only Differing')}
        </ToggleButton>
        <PopoverButton
          icon="folder"
          name={t('Group by')}
          text={groupText(view.groupBy.map(({ key }) => key))}
          content={() => (
            <GroupPicker facts={model.facts.state.value} view={model.view} onView={onView} />
          )}
        />
        <ToggleButton
          pressed={view.isNested}
          title={t('Runs that are in others stand under them; a filter shows all that it finds')}
          onToggle={(isNested) => onView({ ...view, isNested })}
        >
          {t('Nested')}
        </ToggleButton>
        <PopoverButton
          icon="history"
          name={t('Views')}
          text={viewText(state.view)}
          content={(close) => <SavedViews model={model} acts={acts} onClose={close} />}
        />
        <MenuButton
          icon="copy"
          name={t('Copy and Save')}
          entries={() => copyMenu({ acts, columns })}
        />
      </div>
      {top?.isAsking && <span class="rl-sr-only">{t('Reading runs')}</span>}
    </div>
  );
}

/** Of the filter; of an order that was not accepted there is nothing to be corrected in the line. */
export function refusalOf(model: RunsModel) {
  const refusal = model.feed.top?.live.state.refusal ?? model.facts.state.refusal;
  return refusal?.text.trim() === model.view.filter.trim() ? refusal : undefined;
}

const viewText = (page: PageView): string => {
  const { viewName } = page;
  if (viewName === undefined) return t('Views');
  return isChanged(page) ? t('{0} (changed)', viewName) : viewName;
};

const groupText = (keys: readonly string[]): string =>
  keys.length === 0 ? t('Group by') : t('Group by {0}', keys.join(', ').slice(0, 40));

function copyMenu({ acts, columns }: Pick<ToolbarProps, 'acts' | 'columns'>): readonly MenuEntry[] {
  const what = acts.count === 0 ? t('all') : t('selected');
  const copy = (label: string, format: 'csv' | 'markdown' | 'json') => ({
    label: t('Copy {0} as {1}', what, label),
    onSelect: () => acts.copy(columns, format),
  });
  const save = (label: string, format: 'csv' | 'markdown' | 'json') => ({
    label: t('Save {0} as {1}…', what, label),
    onSelect: () => acts.save(columns, format),
  });
  return [
    copy('CSV', 'csv'),
    copy('Markdown', 'markdown'),
    copy('JSON', 'json'),
    'separator',
    save('CSV', 'csv'),
    save('Markdown', 'markdown'),
    save('JSON', 'json'),
  ];
}
