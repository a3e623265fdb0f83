/** One row with the cells of the columns in view; drawn again only when something of it changed. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { Component } from 'preact';
import { t } from '../texts';
import { Icon } from '../ui/icon';
import type { Cell } from './cells';
import { drawCell, isAtEnd } from './cellView';
import type { PlacedColumn } from './columnModel';
import type { Column, TableRow } from './types';

/** Pixels; CSS has the same. */
export const ROW_HEIGHT = 24;

/** A column in view: what it is and where. */
export interface SeenColumn<R> {
  readonly column: Column<R>;
  readonly placed: PlacedColumn;
  /** From 1, of the shown columns. */
  readonly ariaIndex: number;
  /** Pixels between the cell before and this one. */
  readonly gap: number;
}

export interface RowProps<R> {
  /** Undefined: not here yet. */
  readonly row: TableRow<R> | undefined;
  /** From 0, the header's: what `aria-rowindex` counts from 1. */
  readonly gridRow: number;
  readonly top: number | undefined;
  readonly columns: readonly SeenColumn<R>[];
  readonly width: number;
  readonly isSelected: boolean | undefined;
  /** Id of the column whose cell takes the focus. */
  readonly focused: string | undefined;
  readonly treeColumn: string | undefined;
}

const INDENT = 16;

export class RowView<R> extends Component<RowProps<R>> {
  override shouldComponentUpdate(next: RowProps<R>): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.gridRow !== now.gridRow ||
      next.top !== now.top ||
      next.columns !== now.columns ||
      next.width !== now.width ||
      next.isSelected !== now.isSelected ||
      next.focused !== now.focused ||
      next.treeColumn !== now.treeColumn
    );
  }

  override render({
    row,
    gridRow,
    top,
    columns,
    width,
    isSelected,
    focused,
    treeColumn,
  }: RowProps<R>) {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: its cells take the focus
      // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed freely
      <div
        role="row"
        class={classOf(row, gridRow)}
        aria-rowindex={gridRow + 1}
        aria-selected={row?.isGroup ? undefined : isSelected}
        aria-level={treeColumn === undefined ? undefined : (row?.depth ?? 0) + 1}
        aria-expanded={row?.expanded}
        aria-busy={row ? undefined : true}
        data-row={gridRow}
        style={top === undefined ? { width: px(width) } : { top: px(top), width: px(width) }}
      >
        {columns.map((seen) =>
          cellBox({
            row,
            seen,
            gridRow,
            isFocused: focused === seen.column.id,
            isTree: treeColumn === seen.column.id,
          }),
        )}
      </div>
    );
  }
}

function classOf<R>(row: TableRow<R> | undefined, gridRow: number): string {
  const parts = ['rl-row', gridRow % 2 === 0 ? 'rl-even' : 'rl-odd'];
  if (row?.isGroup) parts.push('rl-group');
  return parts.join(' ');
}

interface CellBoxOptions<R> {
  readonly row: TableRow<R> | undefined;
  readonly seen: SeenColumn<R>;
  readonly gridRow: number;
  readonly isFocused: boolean;
  readonly isTree: boolean;
}

/** A function and no component, as what it calls: a thousand of them are drawn at once. */
function cellBox<R>({ row, seen, gridRow, isFocused, isTree }: CellBoxOptions<R>) {
  const { column, placed, ariaIndex, gap } = seen;
  const cell: Cell = row ? column.cell(row) : { is: 'loading' };
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual cells are placed freely
    <div
      key={column.id}
      role="gridcell"
      class={`rl-cell${placed.isPinned ? ' rl-pinned' : ''}${isAtEnd(cell) ? ' rl-end' : ''}`}
      aria-colindex={ariaIndex}
      tabIndex={isFocused ? 0 : -1}
      data-column={column.id}
      data-at={`${gridRow}:${ariaIndex}`}
      style={boxStyle(placed, gap)}
    >
      {isTree && row && treeMark(row)}
      {drawCell(cell)}
    </div>
  );
}

export const boxStyle = ({ width, isPinned, start }: PlacedColumn, gap: number) =>
  isPinned
    ? { width: px(width), '--rl-start': px(start) }
    : { width: px(width), marginInlineStart: px(gap) };

/** Preact adds no unit to numbers. */
export const px = (pixels: number): string => `${pixels}px`;

function treeMark<R>(row: TableRow<R>) {
  const indent = { marginInlineStart: px((row.depth ?? 0) * INDENT) };
  if (row.expanded === undefined) return <span class="rl-tree-space" style={indent} />;
  return (
    <button
      type="button"
      class="rl-tree"
      tabIndex={-1}
      style={indent}
      aria-label={row.expanded ? t('Collapse') : t('Expand')}
      data-act="expand"
    >
      <Icon name={row.expanded ? 'chevron-down' : 'chevron-right'} />
    </button>
  );
}
