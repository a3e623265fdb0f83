/** The one table: a grid of rows and columns of which only what is in view is drawn. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { RefObject } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { Menu } from '../ui/menu';
import { NowContext } from './clock';
import { moved } from './columnModel';
import { fittedWidth } from './fit';
import { GridActs, type OpenMenu } from './gridActs';
import { Header } from './header';
import { withWidth } from './layout';
import { placeOf, px, ROW_HEIGHT, RowView } from './row';
import { isSelected } from './selection';
import type { TableProps, TableRow } from './types';
import { type GridFocus, type GridShape, gridRows, headRows, useFocus } from './useFocus';
import { type HeaderDrag, useHeaderDrag } from './useHeaderDrag';
import { useSteady } from './useScroll';
import { useColumnModel } from './useSeen';
import { useSelecting } from './useSelecting';
import { type InView, useChanges, useHandle, useInView, useKeptPins } from './useTable';

const NO_ROWS: readonly never[] = [];

export function Table<R>(props: TableProps<R>) {
  const { columns, rows, layout, onLayout, pinnedRows = NO_ROWS } = props;
  useChanges(rows);
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<OpenMenu | undefined>(undefined);
  const [spoken, say] = useState('');
  const model = useColumnModel(columns, layout);
  const shape: GridShape<R> = { rows, pinnedRows, model, scroller };
  const focus = useFocus(shape);
  const selecting = useSelecting({ ...props, onProblem: say });
  const resize = (id: string, width: number | undefined) => {
    if (width !== undefined) onLayout(withWidth(layout, id, width));
  };
  const fit = (id: string) => {
    if (scroller.current) resize(id, fittedWidth(scroller.current, id));
  };
  const acts = new GridActs<R>({ props, shape, focus, selecting, fit, openMenu: setMenu, say });
  const drag = useHeaderDrag({
    scroller,
    model,
    onResize: resize,
    onMove: (id, index) => onLayout(moved(columns, layout, { id, index })),
  });
  const { place, onPlace, topic } = props;
  useSteady(shape, { place, onPlace, topic, sort: layout.sort });
  useHandle(props, { acts, shape, focus });
  const view = useInView({ columns, shape, focused: focus.at });
  const grid = { props, shape, focus, acts, drag, view };
  const now = useContext(NowContext);
  return (
    <NowContext.Provider value={props.now ?? now}>
      <div class="rl-table">
        <Grid {...grid} scroller={scroller} />
        {rows.count === 0 && <div class="rl-table-empty">{props.empty}</div>}
        {props.footer !== undefined && <div class="rl-footer">{props.footer}</div>}
        <p class="rl-sr-only" role="status">
          {spoken}
        </p>
        {menu && <Menu {...menu} onClose={() => setMenu(undefined)} />}
      </div>
    </NowContext.Provider>
  );
}

interface GridProps<R> {
  readonly props: TableProps<R>;
  readonly shape: GridShape<R>;
  readonly focus: GridFocus;
  readonly acts: GridActs<R>;
  readonly drag: HeaderDrag;
  readonly view: InView<R>;
}

/** The scroller: every event of the table comes in here. */
function Grid<R>(grid: GridProps<R> & { readonly scroller: RefObject<HTMLDivElement | null> }) {
  const { props, shape, focus, acts, drag, scroller } = grid;
  const { rows, model } = shape;
  const wasDragged = useRef(false);
  const kept = useKeptPins(scroller, model);
  const aria = {
    role: props.onExpand ? ('treegrid' as const) : ('grid' as const),
    'aria-label': props.name,
    'aria-rowcount': rows.count === undefined ? -1 : gridRows(shape),
    'aria-colcount': model.all.length,
    'aria-multiselectable': props.selection ? true : undefined,
    'aria-busy': rows.count === undefined,
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is one of two
    <div
      ref={scroller}
      class={`rl-scroller rl-keeps-${kept}`}
      {...aria}
      onKeyDown={(event) => {
        if (isTyping(event.target) || !acts.press(event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onClick={(event) => {
        if (!wasDragged.current) acts.click(event);
      }}
      onDblClick={(event) => acts.doubleClick(event)}
      onContextMenu={(event) => acts.contextMenu(event)}
      onPointerDown={(event) => {
        wasDragged.current = false;
        drag.onPointerDown(event);
      }}
      onPointerMove={drag.onPointerMove}
      onPointerUp={() => {
        wasDragged.current = drag.onPointerUp();
      }}
      onPointerOver={acts.describe}
      onFocusIn={(event) => {
        acts.describe(event);
        const at = placeOf(event.target);
        if (at && (at.row !== focus.at.row || at.column !== focus.at.column)) focus.set(at, false);
      }}
    >
      <Canvas {...grid} />
    </div>
  );
}

function Canvas<R>({ props, shape, focus, drag, view }: GridProps<R>) {
  const { rows, pinnedRows, model } = shape;
  const first = headRows(pinnedRows);
  const width = model.pinnedWidth + model.centreWidth;
  const treeColumn = props.onExpand
    ? (props.columns.find((column) => column.isTree) ?? props.columns[0])?.id
    : undefined;
  const rowProps = (row: TableRow<R> | undefined, gridRow: number) => ({
    row,
    gridRow,
    columns: view.seen,
    width,
    treeColumn,
    isSelected: props.selection && row ? isSelected(props.selection, row.id) : undefined,
    focused: focus.at.row === gridRow ? focus.columnId : undefined,
  });
  return (
    <div
      class="rl-canvas"
      role="presentation"
      style={{ width: px(width), height: px((first + (rows.count ?? 0)) * ROW_HEIGHT) }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: virtual rows are placed freely */}
      <div class="rl-head" role="rowgroup">
        <Header
          columns={view.seen}
          width={width}
          focused={focus.at.row === 0 ? focus.columnId : undefined}
          isMultiSort={props.layout.sort.length > 1}
          dragged={drag.dragged}
        />
        {pinnedRows.map((row, index) => (
          <RowView key={row.id} {...rowProps(row, index + 1)} top={undefined} />
        ))}
        {drag.dropAt !== undefined && (
          <div class="rl-drop" style={{ insetInlineStart: px(drag.dropAt) }} />
        )}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: virtual rows are placed freely */}
      <div class="rl-body" role="rowgroup">
        {view.body.map(({ row, index, slot }) => (
          <RowView
            key={slot}
            {...rowProps(row, first + index)}
            top={(first + index) * ROW_HEIGHT}
          />
        ))}
      </div>
    </div>
  );
}

/** Keys are for what is edited inside a cell. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('input, textarea, select, vscode-text-field');
