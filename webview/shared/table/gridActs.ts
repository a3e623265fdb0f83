/** What keys, clicks and menus do in a table. */

import { messageOf } from '../../../src/base/errors';
import { t } from '../texts';
import type { MenuEntry, MenuPlace } from '../ui/menu';
import { copyText } from './cellText';
import { sortedBy } from './columnModel';
import { copied } from './copy';
import { type HeaderActions, headerEntries, nudged } from './headerMenu';
import { type GridPlace, movedBy } from './keys';
import { withWidth } from './layout';
import { cellSelector, placeOf, ROW_HEIGHT } from './row';
import { isSelected } from './selection';
import type { Column, CopyFormat, MenuTarget, TableProps, TableRow } from './types';
import { type GridFocus, type GridShape, gridRows, headRows, rowAt } from './useFocus';
import { bringIntoView } from './useScroll';
import type { Selecting } from './useSelecting';

export interface OpenMenu {
  readonly name: string;
  readonly entries: readonly MenuEntry[];
  readonly at: MenuPlace;
}

export interface ActsOptions<R> {
  readonly props: TableProps<R>;
  readonly shape: GridShape<R>;
  readonly focus: GridFocus;
  readonly selecting: Selecting<R>;
  readonly fit: (id: string) => void;
  readonly openMenu: (menu: OpenMenu) => void;
  readonly say: (text: string) => void;
}

/** A step of Shift and an arrow on a header. */
const WIDEN = 10;

export class GridActs<R> {
  constructor(private readonly options: ActsOptions<R>) {}

  /** True when the key was ours. */
  press(event: KeyboardEvent): boolean {
    const { focus } = this.options;
    if (focus.at.row === 0 ? this.pressHead(event) : this.pressBody(event)) return true;
    return this.move(event) || this.pressOwn(event);
  }

  click(event: MouseEvent): void {
    const spot = this.spotOf(event.target);
    if (!spot) return;
    const { row, column, act, place } = spot;
    const { props, selecting } = this.options;
    if (place.row === 0) {
      if (act === undefined) this.sort(column, event.shiftKey);
      return;
    }
    if (!row) return;
    // A row under the header stands in no range.
    const isInRange = props.selection !== undefined && place.row >= this.first;
    if (act === 'toggle') this.toggleCell(row, column);
    else if (act === 'expand') props.onExpand?.(row, row.expanded !== true);
    else if (event.shiftKey && isInRange) selecting.rangeTo(place.row - this.first);
    else if (act === 'check' || event.ctrlKey || event.metaKey) selecting.toggle(row);
    else if (act === 'open') props.onOpen?.(row, column);
  }

  doubleClick(event: MouseEvent): void {
    const spot = this.spotOf(event.target);
    if (spot?.act === 'resize') this.options.fit(spot.column.id);
    else if (spot?.row && spot.act === undefined)
      this.options.props.onOpen?.(spot.row, spot.column);
  }

  contextMenu(event: MouseEvent): void {
    const spot = this.spotOf(event.target);
    if (!spot) return;
    event.preventDefault();
    this.options.focus.set(spot.place, false);
    this.menuAt(spot.place, { x: event.clientX, y: event.clientY });
  }

  /**
   * Numbers are drawn short; all digits are in the title of the cell that the pointer or the focus is on.
   * A title in each of a thousand cells would be written with every update.
   */
  readonly describe = ({ target }: Event): void => {
    const cell = target instanceof Element && target.closest<HTMLElement>('[role=gridcell]');
    const spot = cell ? this.spotOf(cell) : undefined;
    if (!cell || !spot?.row) return;
    const described =
      this.options.shape.scroller.current?.querySelectorAll('[role=gridcell][title]');
    for (const before of described ?? []) before.removeAttribute('title');
    const shown = spot.column.cell(spot.row);
    if (shown.is === 'number') cell.title = String(shown.value);
  };

  async copy(format: CopyFormat): Promise<string> {
    return copied(await this.chosenRows(), this.shownColumns(), format);
  }

  private get first(): number {
    return headRows(this.options.shape.pinnedRows);
  }

  private pressHead(event: KeyboardEvent): boolean {
    const { focus, props, shape, say } = this.options;
    const column = this.columnAt(focus.at);
    if (!column) return false;
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined;
    if (event.key === 'Enter' || event.key === ' ') this.sort(column, event.shiftKey);
    else if (isMenuKey(event)) this.menuAt(focus.at);
    else if (by !== undefined && event.altKey) {
      const layout = nudged(column.id, by, { ...props, model: shape.model });
      if (layout) props.onLayout(layout);
      say(layout ? t('{0} moved', column.name) : t('{0} is at the end', column.name));
    } else if (by !== undefined && event.shiftKey) {
      const width = shape.model.all[focus.at.column]?.width ?? 0;
      props.onLayout(withWidth(props.layout, column.id, width + by * WIDEN));
    } else return false;
    return true;
  }

  private pressBody(event: KeyboardEvent): boolean {
    const { focus, props, selecting, shape } = this.options;
    const row = rowAt(shape, focus.at.row);
    const column = this.columnAt(focus.at);
    const isCtrl = event.ctrlKey || event.metaKey;
    const index = focus.at.row - this.first;
    if (isCtrl && event.key === 'a' && props.selection) selecting.all();
    else if (event.key === 'Escape' && hasSelected(props)) selecting.clear();
    else if (isMenuKey(event)) this.menuAt(focus.at);
    else if (!row || !column) return false;
    else if (event.key === ' ' && props.selection) {
      if (event.shiftKey && index >= 0) selecting.rangeTo(index);
      else selecting.toggle(row);
    } else if (event.key === 'Enter') this.activate(row, column);
    else if (isCtrl && event.key === 'c') return this.copyFocused(row, column);
    else if (event.shiftKey && index >= 0 && props.selection) return this.extend(event, index);
    else return this.expandBy(event.key, row, column);
    return true;
  }

  private pressOwn(event: KeyboardEvent): boolean {
    const { focus, props, shape } = this.options;
    const row = focus.at.row === 0 ? undefined : rowAt(shape, focus.at.row);
    const column = this.columnAt(focus.at);
    if (!row || !column || !props.onKey) return false;
    return props.onKey(event, { row, column, isSelected: isSelected(props.selection, row.id) });
  }

  private extend(event: KeyboardEvent, index: number): boolean {
    const to = event.key === 'ArrowDown' ? index + 1 : event.key === 'ArrowUp' ? index - 1 : -1;
    if (to < 0 || to >= (this.options.shape.rows.count ?? 0)) return false;
    this.options.selecting.extend(index, to);
    return this.move(event);
  }

  /** On the column that bears the arrows, the arrow keys open and close; elsewhere they only move. */
  private expandBy(key: string, row: TableRow<R>, column: Column<R>): boolean {
    const { props } = this.options;
    if (!props.onExpand || !column.isTree || row.expanded === undefined) return false;
    const wanted = key === 'ArrowRight' ? true : key === 'ArrowLeft' ? false : undefined;
    if (wanted === undefined || wanted === row.expanded) return false;
    props.onExpand(row, wanted);
    return true;
  }

  private move(event: KeyboardEvent): boolean {
    const { focus, shape } = this.options;
    const { current } = shape.scroller;
    const room = (current?.clientHeight ?? 0) - this.first * ROW_HEIGHT;
    const page = Math.max(1, Math.floor(room / ROW_HEIGHT) - 1);
    const size = { rows: gridRows(shape), columns: shape.model.all.length, page };
    const next = movedBy(event, focus.at, size);
    if (!next) return false;
    bringIntoView(shape, next);
    focus.set(next, true);
    return true;
  }

  private activate(row: TableRow<R>, column: Column<R>): void {
    const { props } = this.options;
    if (column.cell(row).is === 'swatch') this.toggleCell(row, column);
    else if (row.isGroup && row.expanded !== undefined) props.onExpand?.(row, !row.expanded);
    else props.onOpen?.(row, column);
  }

  private toggleCell(row: TableRow<R>, column: Column<R>): void {
    const cell = column.cell(row);
    if (cell.is === 'swatch') cell.onToggle();
  }

  private sort(column: Column<R>, add: boolean): void {
    if (!column.canSort) return;
    const { props, say } = this.options;
    const layout = sortedBy(props.columns, props.layout, { id: column.id, add });
    props.onLayout(layout);
    const sort = layout.sort.find(({ id }) => id === column.id);
    if (!sort) say(t('Not sorted by {0}', column.name));
    else if (sort.desc) say(t('Sorted by {0}, descending', column.name));
    else say(t('Sorted by {0}, ascending', column.name));
  }

  private copyFocused(row: TableRow<R>, column: Column<R>): boolean {
    const { props, say } = this.options;
    const { onCopy, onCopySelected } = props;
    if (!onCopy || window.getSelection()?.isCollapsed === false) return false;
    if (onCopySelected && hasSelected(props)) {
      onCopySelected();
      return true;
    }
    const text = hasSelected(props)
      ? this.copy('text')
      : Promise.resolve(copyText(column.cell(row)));
    text.then(onCopy, (error: unknown) => say(messageOf(error)));
    return true;
  }

  private menuAt(at: GridPlace, point?: MenuPlace): void {
    const { shape, openMenu } = this.options;
    const column = this.columnAt(at);
    if (!column) return;
    const row = at.row === 0 ? undefined : rowAt(shape, at.row);
    const entries = at.row === 0 ? this.headEntries(column) : this.rowEntries(row, column);
    if (entries.length === 0) return;
    const name = at.row === 0 ? column.name : t('Row');
    openMenu({ name, entries, at: point ?? this.cornerOf(at) });
  }

  private headEntries(column: Column<R>): readonly MenuEntry[] {
    const { props, shape, fit } = this.options;
    const { columns, layout, onLayout } = props;
    const actions: HeaderActions<R> = { columns, layout, onLayout, model: shape.model, fit };
    return headerEntries(column, actions, props.headerMenu?.(column) ?? []);
  }

  private rowEntries(row: TableRow<R> | undefined, column: Column<R>): readonly MenuEntry[] {
    const { props } = this.options;
    if (!row || !props.menu) return [];
    const target: MenuTarget<R> = {
      row,
      column,
      isSelected: isSelected(props.selection, row.id),
    };
    return props.menu(target);
  }

  private cornerOf(at: GridPlace): MenuPlace {
    const { current } = this.options.shape.scroller;
    const cell = current?.querySelector(cellSelector(at));
    const box = cell?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + 8, y: box?.bottom ?? 0 };
  }

  private columnAt({ column }: GridPlace): Column<R> | undefined {
    const id = this.options.shape.model.all[column]?.id;
    return this.options.props.columns.find((each) => each.id === id);
  }

  private shownColumns(): readonly Column<R>[] {
    return this.options.shape.model.all.flatMap(
      ({ id }) => this.options.props.columns.find((column) => column.id === id) ?? [],
    );
  }

  private async chosenRows(): Promise<readonly TableRow<R>[]> {
    const { props, shape, focus } = this.options;
    if (!hasSelected(props)) {
      const row = rowAt(shape, focus.at.row);
      return row ? [row] : [];
    }
    const all = await shape.rows.all(0, shape.rows.count ?? 0);
    return all.filter((row) => isSelected(props.selection, row.id));
  }

  private spotOf(target: EventTarget | null) {
    if (!(target instanceof Element)) return undefined;
    const place = placeOf(target);
    const column = place && this.columnAt(place);
    if (!column) return undefined;
    const act = target.closest<HTMLElement>('[data-act]')?.dataset['act'];
    const row = place.row === 0 ? undefined : rowAt(this.options.shape, place.row);
    return { place, column, act, row };
  }
}

const isMenuKey = ({ key, shiftKey }: KeyboardEvent): boolean =>
  key === 'ContextMenu' || (key === 'F10' && shiftKey);

const hasSelected = <R>({ selection }: TableProps<R>): boolean =>
  selection !== undefined && (selection.kind === 'all' || selection.ids.length > 0);
