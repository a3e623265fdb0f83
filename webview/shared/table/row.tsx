/** One row with the cells of the columns in view; drawn again only when something of it changed. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { Component } from 'preact';
import { t } from '../texts';
import { Icon } from '../ui/icon';
import type { Cell } from './cells';
import { drawCell, isAtEnd } from './cellView';
import type { PlacedColumn } from './columnModel';
import type { GridPlace } from './keys';
import type { Column, TableRow } from './types';

/** Pixels; CSS has the same. */
export const ROW_HEIGHT = 24;

/** A column in view: what it is and where. */
export interface SeenColumn<R> {
  readonly column: Column<R>;
  readonly placed: PlacedColumn;
  /** From 1, of the shown columns. */
  readonly ariaIndex: number;
  /** Its width, and the room between the cell before and this one: the same object for all rows. */
  readonly style: Readonly<Record<string, string>>;
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

/** The cell at a place of the grid; `column` from 0, of the shown ones. */
export const cellSelector = ({ row, column }: GridPlace): string =>
  `[data-row="${row}"] > [aria-colindex="${column + 1}"]`;

/** Where an element of a cell stands; undefined outside of cells. */
export function placeOf(target: EventTarget | null): GridPlace | undefined {
  if (!(target instanceof Element)) return undefined;
  const cell = target.closest('[aria-colindex]');
  const row = cell?.parentElement?.dataset['row'];
  if (!cell || row === undefined) return undefined;
  return { row: Number(row), column: Number(cell.getAttribute('aria-colindex')) - 1 };
}

export function RowView<R>(props: RowProps<R>) {
  const { row, gridRow, top, width, isSelected, treeColumn } = props;
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
      <Cells
        row={row}
        columns={props.columns}
        isSelected={isSelected}
        focused={props.focused}
        treeColumn={treeColumn}
      />
    </div>
  );
}

type CellsProps<R> = Pick<RowProps<R>, 'row' | 'columns' | 'isSelected' | 'focused' | 'treeColumn'>;

/** Cells do not know where their row stands: one that only moves keeps them as they are. */
class Cells<R> extends Component<CellsProps<R>> {
  override shouldComponentUpdate(next: CellsProps<R>): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.columns !== now.columns ||
      next.isSelected !== now.isSelected ||
      next.focused !== now.focused ||
      next.treeColumn !== now.treeColumn
    );
  }

  override render({ row, columns, isSelected, focused, treeColumn }: CellsProps<R>) {
    return columns.map((seen) =>
      cellBox({
        row,
        seen,
        isSelected,
        isFocused: focused === seen.column.id,
        isTree: treeColumn === seen.column.id,
      }),
    );
  }
}

function classOf<R>(row: TableRow<R> | undefined, gridRow: number): string {
  const parity = gridRow % 2 === 0 ? 'rl-row rl-even' : 'rl-row rl-odd';
  return row?.isGroup ? `${parity} rl-group` : parity;
}

interface CellBoxOptions<R> {
  readonly row: TableRow<R> | undefined;
  readonly seen: SeenColumn<R>;
  readonly isSelected: boolean | undefined;
  readonly isFocused: boolean;
  readonly isTree: boolean;
}

/** A function and no component, as what it calls: a thousand of them are drawn at once. */
function cellBox<R>({ row, seen, isSelected, isFocused, isTree }: CellBoxOptions<R>) {
  const { column, placed, ariaIndex, style } = seen;
  const cell: Cell = row ? column.cell(row, isSelected) : { is: 'loading' };
  const isEnd = column.isNumeric === true || isAtEnd(cell);
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual cells are placed freely
    <div
      key={column.id}
      role="gridcell"
      class={`rl-cell${pinnedClass(placed)}${isEnd ? ' rl-end' : ''}`}
      aria-colindex={ariaIndex}
      tabIndex={isFocused ? 0 : -1}
      data-column={column.id}
      style={style}
    >
      {isTree && row && treeMark(row)}
      {drawCell(cell)}
    </div>
  );
}

export function pinnedClass({ isPinned, isLastPinned }: PlacedColumn): string {
  if (!isPinned) return '';
  return isLastPinned ? ' rl-pinned rl-pinned-last' : ' rl-pinned';
}

export const boxStyle = (
  { width, isPinned, start }: PlacedColumn,
  gap: number,
): Readonly<Record<string, string>> =>
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
