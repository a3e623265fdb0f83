/** What the table is told and what it tells: columns, rows by window, layout, selection. */
import type { ComponentChildren } from 'preact';
import type { Event } from '../../../src/base/event';
import type { MenuEntry } from '../ui/menu';
import type { Cell } from './cells';

/** One row. `id` is stable: focus, selection and the place in view follow it when rows change. */
export interface TableRow<R> {
  readonly id: string;
  readonly value: R;
  /** 0 at the top; nested and grouped rows are deeper. */
  readonly depth?: number;
  /** Undefined: it has nothing under it. */
  readonly expanded?: boolean;
  /** A group's own row: heavier, and not among what is selected. */
  readonly isGroup?: boolean;
}

/** Rows by window, so that nobody holds all of them. */
export interface RowSource<R> {
  /** All rows, with those that are not here yet; undefined until it is known. */
  readonly count: number | undefined;
  /**
   * Rows `from` … `to − 1`, as long as asked for; undefined where a row is not here yet: it is fetched,
   * and `onDidChange` tells.
   */
  rows(from: number, to: number): readonly (TableRow<R> | undefined)[];
  /** A row that is here; it is not asked for. */
  at(index: number): TableRow<R> | undefined;
  /** Where a row stands that is here. */
  indexOf(id: string): number | undefined;
  /** Rows of a range, for Shift-range and copying; fetches what is missing. */
  all(from: number, to: number): Promise<readonly TableRow<R>[]>;
  readonly onDidChange: Event<void>;
}

export type ColumnKind = 'attribute' | 'metric' | 'param' | 'tag';

export interface Column<R> {
  readonly id: string;
  /** Full name: the header's title, the column picker, the head of copies. */
  readonly name: string;
  /** Shorter, for the header; empty: only spoken. */
  readonly label?: string;
  /** Draws a line and an icon in the header. */
  readonly kind?: ColumnKind;
  /** `isSelected` is told where the row is drawn; copies leave it out. */
  cell(row: TableRow<R>, isSelected?: boolean): Cell;
  /** Pixels; default 120. */
  readonly width?: number;
  /** Of numbers: head and cells stand at the end. */
  readonly isNumeric?: boolean;
  readonly canSort?: boolean;
  /** Direction of the first click; default descending. */
  readonly sortsFirst?: 'asc' | 'desc';
  readonly canHide?: boolean;
  /** Bears the indent and the arrow of nested rows; default: the first column that can be sorted. */
  readonly isTree?: boolean;
  /** It only does or draws something, such as select: left out of copies. */
  readonly isControl?: boolean;
  /** In the place of the header's text, such as a checkbox over all; `name` is spoken. */
  readonly head?: () => ComponentChildren;
}

export interface Sort {
  readonly id: string;
  readonly desc: boolean;
}

/** What a person chose; kept and shared. Columns that it does not name are as `Column` says. */
export interface TableLayout {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  /** At the start, in this order. */
  readonly pinned: readonly string[];
  /** Pixels by column. */
  readonly widths: Readonly<Record<string, number>>;
  readonly sort: readonly Sort[];
}

/** Selected rows: some, or all that the filter lets pass but some (their ids need not be here). */
export type Selection =
  | { readonly kind: 'some'; readonly ids: readonly string[] }
  | { readonly kind: 'all'; readonly except: readonly string[] };

export type CopyFormat = 'text' | 'csv' | 'markdown' | 'json';

/** The place in view: the row at the top by its id, and the offset from the start. */
export interface ScrollPlace {
  readonly rowId: string | undefined;
  readonly index: number;
  readonly left: number;
}

export interface MenuTarget<R> {
  readonly row: TableRow<R>;
  readonly column: Column<R>;
  /** The row is among the selected ones, so that an action is about all of them. */
  readonly isSelected: boolean;
}

export interface TableProps<R> {
  /** Accessible name. */
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly rows: RowSource<R>;
  /** Stay under the header: the baseline first, then pinned rows. */
  readonly pinnedRows?: readonly TableRow<R>[];
  readonly layout: TableLayout;
  readonly onLayout: (layout: TableLayout) => void;
  /** Undefined: rows cannot be selected. */
  readonly selection?: Selection;
  readonly onSelection?: (selection: Selection) => void;
  /** Enter, double click, or a click on a cell that opens. */
  readonly onOpen?: (row: TableRow<R>, column: Column<R>) => void;
  readonly onExpand?: (row: TableRow<R>, expanded: boolean) => void;
  /** At most eight entries; the table adds none. */
  readonly menu?: (target: MenuTarget<R>) => readonly MenuEntry[];
  /** Put before the table's own (sort, pin, hide, fit). */
  readonly headerMenu?: (column: Column<R>) => readonly MenuEntry[];
  /** Ctrl+C: selected rows, else the focused cell. */
  readonly onCopy?: (text: string) => void;
  /** Ctrl+C on selected rows, where some may not be among the table's: folded, or not let through by a filter. */
  readonly onCopySelected?: () => void;
  readonly focusedRow?: (row: TableRow<R> | undefined) => void;
  /** A key on a row that the table has no use for; true when it was used. */
  readonly onKey?: (event: KeyboardEvent, target: MenuTarget<R>) => boolean;
  /** What the rows are of, such as a filter: another one begins at its top, as another order does. */
  readonly topic?: string;
  readonly place?: ScrollPlace;
  readonly onPlace?: (place: ScrollPlace) => void;
  /** Instead of rows when there are none. */
  readonly empty?: ComponentChildren;
  readonly footer?: ComponentChildren;
  /** Where the table puts what can be asked of it. */
  readonly handle?: { current: TableHandle | null };
  /** Milliseconds since 1970, for relative times; default: now, renewed as they change. */
  readonly now?: number;
}

export interface TableHandle {
  focus(): void;
  /**
   * Brings a row into view and makes it the one that keys go on from. The focus goes there, too, unless the person
   * is to stay where they are, as in a field that searches.
   */
  reveal(index: number, at?: { readonly columnId?: string; readonly keepsFocus?: boolean }): void;
  /** Selected rows, else the focused row, with the columns that are shown. */
  copy(format: CopyFormat): Promise<string>;
}
