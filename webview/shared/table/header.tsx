/** The header row: names, sorting, and what resizes and moves columns. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { t } from '../texts';
import { Icon, type IconName } from '../ui/icon';
import type { PlacedColumn } from './columnModel';
import { pinnedClass, px, type SeenColumn } from './row';
import type { ColumnKind } from './types';

const KINDS: Readonly<Record<ColumnKind, { icon: IconName; text: string }>> = {
  attribute: { icon: 'info', text: 'attribute' },
  metric: { icon: 'metric', text: 'metric' },
  param: { icon: 'param', text: 'parameter' },
  tag: { icon: 'tag', text: 'tag' },
};

export interface HeaderProps<R> {
  readonly columns: readonly SeenColumn<R>[];
  readonly width: number;
  /** Id of the column whose head takes the focus. */
  readonly focused: string | undefined;
  /** Several columns sort, so each says in which place. */
  readonly isMultiSort: boolean;
  /** Id of the column that is being moved. */
  readonly dragged: string | undefined;
}

export function Header<R>({ columns, width, focused, isMultiSort, dragged }: HeaderProps<R>) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
    // biome-ignore lint/a11y/useSemanticElements: virtual cells are placed freely
    <div
      role="row"
      class="rl-row rl-head-row"
      aria-rowindex={1}
      data-row={0}
      style={{ width: px(width) }}
    >
      {columns.map((seen) => (
        <HeadCell
          key={seen.column.id}
          seen={seen}
          isFocused={focused === seen.column.id}
          isMultiSort={isMultiSort}
          isDragged={dragged === seen.column.id}
        />
      ))}
    </div>
  );
}

interface HeadCellProps<R> {
  readonly seen: SeenColumn<R>;
  readonly isFocused: boolean;
  readonly isMultiSort: boolean;
  readonly isDragged: boolean;
}

function HeadCell<R>({ seen, isFocused, isMultiSort, isDragged }: HeadCellProps<R>) {
  const { column, placed, ariaIndex, style } = seen;
  const { sort } = placed;
  const kind = column.kind === undefined ? '' : ` rl-kind-${column.kind}`;
  const place = `${pinnedClass(placed)}${column.isNumeric ? ' rl-end' : ''}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual cells are placed freely
    <div
      role="columnheader"
      class={`rl-cell rl-head-cell${kind}${place}${isDragged ? ' rl-dragged' : ''}`}
      aria-colindex={ariaIndex}
      aria-sort={column.canSort ? sortName(sort) : undefined}
      tabIndex={isFocused ? 0 : -1}
      title={column.name}
      data-column={column.id}
      style={style}
    >
      {column.label === '' || column.head ? (
        <>
          <span class="rl-sr-only">{column.name}</span>
          {column.head?.()}
        </>
      ) : (
        <span class="rl-head-label">
          {column.kind && (
            <Icon name={KINDS[column.kind].icon} label={t(KINDS[column.kind].text)} />
          )}
          <bdi dir="auto">{column.label ?? column.name}</bdi>
        </span>
      )}
      {sort && (
        <span class="rl-sort">
          <Icon name={sort.desc ? 'arrow-down' : 'arrow-up'} />
          {isMultiSort && <span class="rl-sort-index">{sort.index}</span>}
        </span>
      )}
      <span class="rl-resize" data-act="resize" aria-hidden="true" />
    </div>
  );
}

const sortName = (sort: PlacedColumn['sort']): 'ascending' | 'descending' | 'none' =>
  sort ? (sort.desc ? 'descending' : 'ascending') : 'none';
