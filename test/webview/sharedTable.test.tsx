// The table as a person uses it: by keyboard and by mouse, while rows change.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import { EMPTY_LAYOUT } from '../../webview/shared/table/layout';
import { ListRows } from '../../webview/shared/table/rows';
import { NOTHING } from '../../webview/shared/table/selection';
import { Table } from '../../webview/shared/table/table';
import { TreeRows } from '../../webview/shared/table/treeRows';
import type {
  Column,
  RowSource,
  Selection,
  TableHandle,
  TableLayout,
  TableProps,
  TableRow,
} from '../../webview/shared/table/types';
import { openPage } from './dom';

interface Run {
  readonly name: string;
  readonly loss: number;
}
const rowOf = (index: number): TableRow<Run> => ({
  id: `r${index}`,
  value: { name: `run ${index}`, loss: index / 10 },
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, i) => rowOf(i));

describe('the table', () => {
  let page: ReturnType<typeof openPage>;
  let layout: TableLayout;
  let selection: Selection;
  let opened: string[];
  let eyes: string[];
  let copies: string[];
  let source: ListRows<Run>;
  let more: Partial<TableProps<Run>>;
  let handle: { current: TableHandle | null };

  const COLUMNS: Column<Run>[] = [
    {
      id: 'eye',
      name: 'Shown',
      label: '',
      isControl: true,
      width: 40,
      cell: (row) => ({
        is: 'swatch',
        slot: 0,
        shown: false,
        name: `Show ${row.value.name}`,
        onToggle: () => eyes.push(row.id),
      }),
    },
    {
      id: 'name',
      name: 'Name',
      canSort: true,
      sortsFirst: 'asc',
      isTree: true,
      cell: (row) => ({ is: 'text', text: row.value.name, opens: true }),
    },
    {
      id: 'loss',
      name: 'val/loss',
      label: 'loss',
      kind: 'metric',
      canSort: true,
      cell: (row) => ({ is: 'number', value: row.value.loss }),
    },
  ];

  beforeEach(() => {
    page = openPage();
    // No layout here: a view of 400 × 240, so nine rows under the header.
    for (const [name, value] of [
      ['offsetWidth', 400],
      ['offsetHeight', 240],
      ['clientWidth', 400],
      ['clientHeight', 240],
    ] as const) {
      Object.defineProperty(page.window.HTMLElement.prototype, name, {
        configurable: true,
        get: () => value,
      });
    }
    const globals = globalThis as Record<string, unknown>;
    globals['ResizeObserver'] = page.window.ResizeObserver;
    handle = { current: null };
    layout = EMPTY_LAYOUT;
    selection = NOTHING;
    opened = [];
    eyes = [];
    copies = [];
    more = {};
    source = new ListRows(rowsOf(1000));
  });
  afterEach(async () => {
    render(null, page.root);
    await soon();
    await page.close();
  });

  const soon = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
  const draw = async (rows: RowSource<Run> = source) => {
    const show = () =>
      render(
        <Table
          name="Runs"
          columns={COLUMNS}
          rows={rows}
          layout={layout}
          onLayout={(next) => {
            layout = next;
            show();
          }}
          selection={selection}
          onSelection={(next) => {
            selection = next;
            show();
          }}
          onOpen={(row) => opened.push(row.id)}
          onCopy={(text) => copies.push(text)}
          handle={handle}
          now={0}
          {...more}
        />,
        page.root,
      );
    show();
    await soon();
  };
  /** `row:column` of the grid; the header is row 0, the first column 1. */
  const cell = (at: string) => {
    const [row, column] = at.split(':');
    const selector = `[data-row="${row}"] > [aria-colindex="${column}"]`;
    return page.root.querySelector<HTMLElement>(selector)!;
  };
  const grid = () => page.root.querySelector<HTMLElement>('[role=grid],[role=treegrid]')!;
  const focused = () => {
    const { activeElement: held } = document;
    const row = (held?.parentElement as HTMLElement | null)?.dataset['row'];
    return row === undefined ? undefined : `${row}:${held?.getAttribute('aria-colindex')}`;
  };
  const press = async (key: string, init: KeyboardEventInit = {}) => {
    const { KeyboardEvent } = page.window;
    const target = document.activeElement as HTMLElement;
    target.dispatchEvent(
      new KeyboardEvent('keydown', {
        key,
        bubbles: true,
        cancelable: true,
        ...init,
      } as never) as never,
    );
    await soon();
  };
  const click = async (target: HTMLElement, init: MouseEventInit = {}) => {
    const { MouseEvent } = page.window;
    target.dispatchEvent(new MouseEvent('click', { bubbles: true, ...init } as never) as never);
    await soon();
  };
  const start = async (at: string) => {
    cell(at).focus();
    await soon();
  };

  it('draws only what is in view, and says how much there is', async () => {
    await draw();
    const drawn = page.root.querySelectorAll('.rl-body [role=row]').length;
    assert.ok(drawn >= 9 && drawn < 30, `${drawn} rows`);
    assert.equal(grid().getAttribute('aria-rowcount'), '1001');
    assert.equal(grid().getAttribute('aria-colcount'), '3');
    assert.equal(cell('1:2').textContent, 'run 0');
  });

  it('has one cell that takes the focus, moved by keys', async () => {
    await draw();
    assert.equal(page.root.querySelectorAll('[tabindex="0"]').length, 1);
    await start('1:1');
    await press('ArrowDown');
    await press('ArrowRight');
    assert.equal(focused(), '2:2');
    await press('End', { ctrlKey: true });
    assert.equal(focused(), '1000:3');
    await press('Home', { ctrlKey: true });
    assert.equal(focused(), '1:1');
    await press('ArrowUp');
    assert.equal(focused(), '0:1');
    assert.equal(page.root.querySelectorAll('[tabindex="0"]').length, 1);
  });

  it('opens by Enter and by a click on what opens, shows by Enter on the eye', async () => {
    await draw();
    await start('3:3');
    await press('Enter');
    await click(cell('2:2').querySelector('button')!);
    assert.deepEqual(opened, ['r2', 'r1']);
    await start('2:1');
    await press('Enter');
    await click(cell('4:1').querySelector('button')!);
    assert.deepEqual(eyes, ['r1', 'r3']);
    assert.deepEqual(opened, ['r2', 'r1']);
  });

  it('selects by Space, a range by Shift, all by Ctrl+A, none by Escape', async () => {
    await draw();
    await start('2:2');
    await press(' ');
    assert.deepEqual(selection, { kind: 'some', ids: ['r1'] });
    assert.equal(cell('2:2').closest('[role=row]')!.getAttribute('aria-selected'), 'true');
    await start('5:2');
    await press(' ', { shiftKey: true });
    assert.deepEqual(selection, { kind: 'some', ids: ['r1', 'r2', 'r3', 'r4'] });
    await press('a', { ctrlKey: true });
    assert.deepEqual(selection, { kind: 'all', except: [] });
    await press(' ');
    assert.deepEqual(selection, { kind: 'all', except: ['r4'] });
    await press('Escape');
    assert.deepEqual(selection, NOTHING);
  });

  it('selects along Shift and arrows, and back', async () => {
    await draw();
    await start('2:2');
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown', { shiftKey: true });
    assert.deepEqual(selection, { kind: 'some', ids: ['r1', 'r2', 'r3'] });
    await press('ArrowUp', { shiftKey: true });
    assert.deepEqual(selection, { kind: 'some', ids: ['r1', 'r2'] });
    assert.equal(focused(), '3:2');
  });

  it('selects by mouse: Ctrl and Shift', async () => {
    await draw();
    await click(cell('1:3'), { ctrlKey: true });
    await click(cell('3:3'), { shiftKey: true });
    assert.deepEqual(selection, { kind: 'some', ids: ['r0', 'r1', 'r2'] });
    await click(cell('2:3'));
    assert.deepEqual(
      selection,
      { kind: 'some', ids: ['r0', 'r1', 'r2'] },
      'a click alone selects nothing',
    );
  });

  it('keeps the focus on its row when rows come above it', async () => {
    await draw();
    await start('3:2');
    source.set([{ ...rowOf(0), id: 'new' }, ...rowsOf(1000)]);
    await soon();
    assert.equal(focused(), '4:2');
    assert.equal((document.activeElement as HTMLElement).textContent, 'run 2');
  });

  it('keeps the focus at its place when the element of its row becomes another row', async () => {
    source = new ListRows(rowsOf(3));
    await draw();
    await start('3:2');
    source.set([rowOf(5), rowOf(1), rowOf(0)]);
    await soon();
    assert.equal(focused(), '3:2');
    assert.equal((document.activeElement as HTMLElement).textContent, 'run 0');
  });

  it('keeps the focus at its place, whichever elements move', async () => {
    const orders = [
      [0, 2, 9, 1],
      [9, 0, 1, 2],
      [2, 1, 0, 9],
    ];
    for (const order of orders) {
      source = new ListRows(rowsOf(4));
      await draw();
      await start('4:2');
      source.set(order.map(rowOf));
      await soon();
      assert.equal(focused(), '4:2', order.join());
    }
  });

  it('fills elements of rows that went anew instead of making others', async () => {
    await draw();
    const before = new Set(page.root.querySelectorAll('.rl-body [role=gridcell]'));
    source.set(rowsOf(1000).map((row) => ({ ...row, id: `new ${row.id}` })));
    await soon();
    const after = [...page.root.querySelectorAll('.rl-body [role=gridcell]')];
    assert.ok(after.length > 0 && after.every((element) => before.has(element)));
  });

  it('leaves cells alone when their row only moves', async () => {
    let drawn = 0;
    const counted = COLUMNS.map((column) => ({
      ...column,
      cell: (row: TableRow<Run>) => {
        drawn += 1;
        return column.cell(row);
      },
    }));
    more = { columns: counted };
    const rows = rowsOf(1000);
    source = new ListRows(rows);
    await draw();
    drawn = 0;
    source.set([rowOf(2000), ...rows]);
    await soon();
    assert.ok(drawn > 0 && drawn <= 2 * COLUMNS.length, `${drawn} cells were drawn`);
  });

  it('tells all digits of the number that has the focus', async () => {
    source = new ListRows([{ id: 'r', value: { name: 'run', loss: 0.123456789 } }]);
    await draw();
    assert.equal(cell('1:3').textContent, '0.12346');
    await start('1:3');
    assert.equal(cell('1:3').title, '0.123456789');
    await start('1:2');
    assert.equal(cell('1:3').title, '');
  });

  it('gives the focus to a neighbour when its row goes', async () => {
    source = new ListRows(rowsOf(3));
    await draw();
    await start('3:2');
    source.set(rowsOf(2));
    await soon();
    assert.equal(focused(), '2:2');
  });

  it('keeps what is in view in place when rows come above it, and shows the newest at the top', async () => {
    await draw();
    const scroller = grid();
    scroller.scrollTop = 2400;
    scroller.dispatchEvent(new page.window.Event('scroll') as never);
    await soon(50);
    source.set([{ ...rowOf(0), id: 'new' }, ...rowsOf(1000)]);
    await soon();
    assert.equal(scroller.scrollTop, 2424);
    scroller.scrollTop = 0;
    scroller.dispatchEvent(new page.window.Event('scroll') as never);
    await soon(50);
    source.set([{ ...rowOf(0), id: 'newer' }, { ...rowOf(0), id: 'new' }, ...rowsOf(1000)]);
    await soon();
    assert.equal(scroller.scrollTop, 0);
  });

  it('begins at the top with another topic, and only then', async () => {
    more = { topic: 'lr > 1' };
    await draw();
    const scroller = grid();
    scroller.scrollTop = 2400;
    scroller.dispatchEvent(new page.window.Event('scroll') as never);
    await draw();
    assert.equal(scroller.scrollTop, 2400);
    more = { topic: 'lr > 2' };
    await draw();
    assert.equal(scroller.scrollTop, 0);
  });

  it('sorts by a click, adds by Shift, and says so', async () => {
    await draw();
    await click(cell('0:3'));
    assert.deepEqual(layout.sort, [{ id: 'loss', desc: true }]);
    assert.equal(cell('0:3').getAttribute('aria-sort'), 'descending');
    assert.match(
      page.root.querySelector('[role=status]')!.textContent!,
      /Sorted by val\/loss, descending/,
    );
    await click(cell('0:2'), { shiftKey: true });
    assert.deepEqual(layout.sort, [
      { id: 'loss', desc: true },
      { id: 'name', desc: false },
    ]);
    assert.deepEqual(
      [...page.root.querySelectorAll('.rl-sort-index')].map((each) => each.textContent),
      ['2', '1'],
    );
  });

  it('moves, widens and pins columns by keyboard', async () => {
    await draw();
    await start('0:3');
    await press('ArrowLeft', { altKey: true });
    assert.deepEqual(layout.order.slice(0, 3), ['eye', 'loss', 'name']);
    assert.equal(focused(), '0:2', 'the focus goes with the column');
    await press('ArrowRight', { shiftKey: true });
    assert.equal(layout.widths['loss'], 130);
    await press('F10', { shiftKey: true });
    const items = [...page.root.querySelectorAll<HTMLElement>('[role^=menuitem]')];
    assert.ok(items.length <= 8);
    items.find((item) => item.textContent === 'Pin to the Left')!.click();
    await soon();
    assert.deepEqual(layout.pinned, ['loss']);
    assert.equal(page.root.querySelector('[role=menu]'), null);
  });

  it('keeps all pinned columns in view, in a narrow panel the last one, and brings cells beside it', async () => {
    layout = { ...EMPTY_LAYOUT, pinned: ['eye', 'name'], widths: { loss: 300 } };
    await draw();
    assert.match(grid().className, /rl-keeps-all/);
    layout = { ...layout, widths: { loss: 300, eye: 100, name: 200 } };
    await draw();
    assert.match(grid().className, /rl-keeps-last/);
    const last = [...page.root.querySelectorAll('[data-row="1"] > .rl-pinned-last')];
    assert.deepEqual(
      last.map((each) => each.getAttribute('data-column')),
      ['name'],
    );
    await start('1:2');
    await press('ArrowRight');
    assert.equal(focused(), '1:3');
    // The column begins at 300 and is larger than the room beside the name: its start is brought there.
    assert.equal(grid().scrollLeft, 100);
    await press('Home');
    assert.equal(grid().scrollLeft, 0);
    layout = { ...layout, widths: { loss: 300, eye: 100, name: 350 } };
    await draw();
    assert.match(grid().className, /rl-keeps-none/);
  });

  it('copies the focused cell, else what is selected', async () => {
    await draw();
    await start('5:3');
    await press('c', { ctrlKey: true });
    assert.deepEqual(copies, ['0.4']);
    selection = { kind: 'some', ids: ['r1', 'r700'] };
    await draw();
    await start('5:3');
    await press('c', { ctrlKey: true });
    assert.equal(copies[1], 'Name\tval/loss\nrun 1\t0.1\nrun 700\t70\n');
    assert.equal(await handle.current!.copy('csv'), 'Name,val/loss\nrun 1,0.1\nrun 700,70\n');
  });

  it('opens and closes rows under rows with the arrow keys', async () => {
    const top = new ListRows(rowsOf(3).map((row) => ({ ...row, expanded: false })));
    const tree = new TreeRows(
      top,
      (parent) => new ListRows([{ ...rowOf(9), id: `${parent.id}/9` }]),
    );
    more = { onExpand: (row, expanded) => tree.expand(row, expanded) };
    await draw(tree);
    assert.equal(grid().getAttribute('role'), 'treegrid');
    await start('1:2');
    await press('ArrowRight');
    assert.equal(cell('2:2').textContent, 'run 9');
    assert.equal(cell('2:2').closest('[role=row]')!.getAttribute('aria-level'), '2');
    assert.equal(focused(), '1:2');
    await press('ArrowLeft');
    assert.equal(cell('2:2').textContent, 'run 1');
    await press('ArrowRight');
    await press('ArrowRight');
    assert.equal(focused(), '1:3');
  });

  it('shows pinned rows under the header, once more than among the others', async () => {
    more = { pinnedRows: [rowOf(7)] };
    await draw();
    assert.equal(cell('1:2').textContent, 'run 7');
    assert.equal(cell('2:2').textContent, 'run 0');
    assert.equal(grid().getAttribute('aria-rowcount'), '1002');
    await start('1:2');
    await press(' ');
    assert.deepEqual(selection, { kind: 'some', ids: ['r7'] });
    // It stands in no range: with Shift it is selected, or not, by itself.
    await press(' ', { shiftKey: true });
    assert.deepEqual(selection, NOTHING);
  });

  it('puts names from data nowhere but into text', async () => {
    const name = '<b onclick="x">&amp;</b>\n‮evil';
    source = new ListRows([
      { id: 'a', value: { name: name + 'y'.repeat(6000), loss: Number.NaN } },
    ]);
    await draw();
    const text = cell('1:2');
    assert.equal(text.querySelectorAll('b').length, 0);
    assert.ok(text.textContent!.startsWith('<b onclick="x">&amp;</b>↵‮evil'));
    assert.ok(text.textContent!.length <= 301);
    assert.ok(text.querySelector('button')!.title.length <= 1001);
    assert.equal(text.querySelector('bdi')!.getAttribute('dir'), 'auto');
    assert.equal(cell('1:3').textContent, 'NaN');
  });

  it('shows what is said instead of rows when there are none', async () => {
    source = new ListRows<Run>([]);
    more = { empty: <p>No run matches</p> };
    await draw();
    assert.match(page.root.textContent!, /No run matches/);
    assert.equal(page.root.querySelectorAll('.rl-body [role=row]').length, 0);
    assert.equal(
      page.root.querySelectorAll('[tabindex="0"]').length,
      1,
      'the header takes the focus',
    );
  });
});
