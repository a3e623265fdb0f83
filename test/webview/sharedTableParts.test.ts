// What the table computes: layout, columns, selection, copies, keys, rows by window, trees.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { signed, statsText } from '../../webview/shared/table/cellText';
import { columnModel, moved, sortedBy } from '../../webview/shared/table/columnModel';
import { copied, csvField } from '../../webview/shared/table/copy';
import { movedBy } from '../../webview/shared/table/keys';
import {
  EMPTY_LAYOUT,
  parseLayout,
  withHidden,
  withPinned,
  withWidth,
} from '../../webview/shared/table/layout';
import { ListRows, LiveRows, type RowPage } from '../../webview/shared/table/rows';
import {
  isSelected,
  NOTHING,
  parseSelection,
  selectedCount,
  toggled,
  withRows,
} from '../../webview/shared/table/selection';
import { Slots } from '../../webview/shared/table/slots';
import { sparkLabel, sparkPath } from '../../webview/shared/table/spark';
import { TreeRows } from '../../webview/shared/table/treeRows';
import type { Column, TableRow } from '../../webview/shared/table/types';
import { withKept } from '../../webview/shared/table/useAxis';
import { dropPlace } from '../../webview/shared/table/useHeaderDrag';
import { shown } from '../../webview/shared/table/useScroll';

const COLUMNS = ['a', 'b', 'c', 'd'].map((id) => ({ id, canSort: true, width: 100 }));
const idsOf = (layout = EMPTY_LAYOUT) => columnModel(COLUMNS, layout).all.map(({ id }) => id);

describe('a layout', () => {
  it('is read as far as it is one', () => {
    assert.deepEqual(parseLayout('x'), EMPTY_LAYOUT);
    const raw = {
      order: ['b', 7, 'b'],
      hidden: null,
      pinned: ['a'],
      widths: { a: 5, b: 'x', c: Number.NaN, d: 99_999 },
      sort: [{ id: 'a', desc: true }, { id: 'a', desc: false }, { id: 1 }, null],
    };
    assert.deepEqual(parseLayout(raw), {
      order: ['b'],
      hidden: [],
      pinned: ['a'],
      widths: { a: 32, d: 1200 },
      sort: [{ id: 'a', desc: false }],
    });
  });

  it('survives JSON', () => {
    const layout = withWidth(withPinned(withHidden(EMPTY_LAYOUT, 'b', true), 'c', true), 'a', 70);
    assert.deepEqual(parseLayout(JSON.parse(JSON.stringify(layout))), layout);
  });

  it('says order, pins, widths and what is hidden', () => {
    const layout = {
      ...EMPTY_LAYOUT,
      order: ['d', 'a'],
      pinned: ['c', 'gone'],
      hidden: ['b'],
      widths: { d: 50 },
    };
    const model = columnModel(COLUMNS, layout);
    assert.deepEqual(
      model.all.map(({ id, start, width }) => [id, start, width]),
      [
        ['c', 0, 100],
        ['d', 0, 50],
        ['a', 50, 100],
      ],
    );
    assert.deepEqual([model.pinnedWidth, model.centreWidth], [100, 150]);
  });

  it('sorts by clicks: descending, ascending, none; Shift adds', () => {
    const click = (layout = EMPTY_LAYOUT, id = 'a', add = false) =>
      sortedBy(COLUMNS, layout, { id, add });
    const once = click();
    assert.deepEqual(once.sort, [{ id: 'a', desc: true }]);
    const twice = click(once);
    assert.deepEqual(twice.sort, [{ id: 'a', desc: false }]);
    assert.deepEqual(click(twice).sort, []);
    assert.deepEqual(click(once, 'b').sort, [{ id: 'b', desc: true }]);
    const both = click(once, 'b', true);
    assert.deepEqual(both.sort, [
      { id: 'a', desc: true },
      { id: 'b', desc: true },
    ]);
    const model = columnModel(COLUMNS, both);
    assert.deepEqual(
      model.all.map(({ sort }) => sort?.index),
      [1, 2, undefined, undefined],
    );
    const first = sortedBy([{ id: 'n', canSort: true, sortsFirst: 'asc' }], EMPTY_LAYOUT, {
      id: 'n',
      add: false,
    });
    assert.deepEqual(first.sort, [{ id: 'n', desc: false }]);
    assert.deepEqual(sortedBy([{ id: 'n' }], EMPTY_LAYOUT, { id: 'n', add: false }).sort, []);
  });

  it('moves a column within its part and keeps every other order', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), (from, index) => {
        const id = idsOf()[from]!;
        const without = idsOf().filter((each) => each !== id);
        const after = idsOf(moved(COLUMNS, EMPTY_LAYOUT, { id, index }));
        assert.equal(after[Math.min(index, 3)], id);
        assert.deepEqual(
          after.filter((each) => each !== id),
          without,
        );
      }),
    );
    const pinned = { ...EMPTY_LAYOUT, pinned: ['a', 'b'] };
    assert.deepEqual(idsOf(moved(COLUMNS, pinned, { id: 'a', index: 1 })), ['b', 'a', 'c', 'd']);
  });

  it('drops a column before the first whose middle is behind the pointer', () => {
    const part = columnModel(COLUMNS, EMPTY_LAYOUT).centre;
    assert.deepEqual(dropPlace(part, 'a', 10), { index: 0, at: 100 });
    assert.deepEqual(dropPlace(part, 'a', 160), { index: 1, at: 200 });
    assert.deepEqual(dropPlace(part, 'a', 900), { index: 3, at: 400 });
  });
});

describe('a selection', () => {
  it('of all but some needs no ids of the others', () => {
    const all = { kind: 'all', except: [] } as const;
    const some = toggled(all, 'x');
    assert.deepEqual(some, { kind: 'all', except: ['x'] });
    assert.deepEqual([isSelected(some, 'x'), isSelected(some, 'y')], [false, true]);
    assert.equal(selectedCount(some, 10_000), 9999);
    assert.deepEqual(toggled(some, 'x'), all);
  });
  it('is what was switched on last, for each row', () => {
    const step = fc.record({ ids: fc.array(fc.constantFrom('a', 'b', 'c')), isOn: fc.boolean() });
    fc.assert(
      fc.property(fc.boolean(), fc.array(step), (isAll, steps) => {
        let selection = isAll ? ({ kind: 'all', except: [] } as const) : NOTHING;
        const on = new Map(['a', 'b', 'c'].map((id) => [id, isAll]));
        for (const { ids, isOn } of steps) {
          selection = withRows(selection, ids, isOn) as typeof selection;
          for (const id of ids) on.set(id, isOn);
        }
        for (const [id, isOn] of on) assert.equal(isSelected(selection, id), isOn);
      }),
    );
  });
  it('is read back, whatever was kept', () => {
    assert.deepEqual(parseSelection({ kind: 'all', except: ['a', 1] }), {
      kind: 'all',
      except: ['a'],
    });
    assert.deepEqual(parseSelection(null), NOTHING);
  });
});

describe('a copy', () => {
  const columns: Column<[string, number]>[] = [
    {
      id: 's',
      name: 'Selected',
      isControl: true,
      cell: () => ({ is: 'check', checked: true, name: '' }),
    },
    { id: 'n', name: 'name|x', cell: (row) => ({ is: 'text', text: row.value[0] }) },
    { id: 'v', name: 'loss', cell: (row) => ({ is: 'number', value: row.value[1] }) },
    { id: 'w', name: 'loss', cell: () => ({ is: 'missing' }) },
  ];
  const rows = [
    { id: '1', value: ['a,"b"\n<i>|', 0.1234567890123] as [string, number] },
    { id: '2', value: ['tab\t', Number.NaN] as [string, number] },
  ];
  it('as text has all digits and one line a row', () => {
    assert.equal(
      copied(rows, columns, 'text'),
      'name|x\tloss\tloss\na,"b" <i>|\t0.1234567890123\t\ntab \tNaN\t\n',
    );
  });
  it('as CSV can be read back', () => {
    assert.equal(
      copied(rows, columns, 'csv'),
      'name|x,loss,loss\n"a,""b""\n<i>|",0.1234567890123,\ntab\t,NaN,\n',
    );
    assert.equal(csvField('plain'), 'plain');
  });
  it('as Markdown breaks no table and makes no markup', () => {
    assert.equal(
      copied(rows, columns, 'markdown'),
      '| name\\|x | loss | loss |\n| --- | ---: | ---: |\n| a,"b" &lt;i>\\| | 0.1234567890123 |  |\n| tab\t | NaN |  |\n',
    );
  });
  it('as JSON keeps numbers, and columns of one name apart', () => {
    assert.deepEqual(JSON.parse(copied(rows, columns, 'json')), [
      { 'name|x': 'a,"b"\n<i>|', loss: 0.1234567890123, 'loss (2)': null },
      { 'name|x': 'tab\t', loss: 'NaN', 'loss (2)': null },
    ]);
  });
});

describe('texts of cells', () => {
  it('sign a difference', () => {
    assert.deepEqual([0.012, -0.5, 0, Number.NaN, -Infinity].map(signed), [
      '+0.012',
      '−0.5',
      '±0',
      'NaN',
      '−Infinity',
    ]);
  });
  it('tell a group', () => {
    assert.equal(
      statsText({ is: 'stats', n: 5, mean: 0.912, sd: 0.0041 }),
      '0.912 ± 0.0041 (n = 5)',
    );
    assert.equal(statsText({ is: 'stats', n: 1, mean: 2 }), '2 (n = 1)');
    assert.equal(statsText({ is: 'stats', n: 0 }), '– (n = 0)');
  });
  it('tell a line', () => {
    const label = sparkLabel('loss', { first: 2.3, last: 0.41, steps: 900, count: 10 });
    assert.equal(label, 'loss fell from 2.3 to 0.41 over 900 steps');
    assert.equal(
      sparkLabel('loss', { first: 0, last: 0, steps: 0, count: 0 }),
      'loss has no finite value',
    );
  });
});

describe('a sparkline', () => {
  const ys = (path: string) => [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
  it('goes through both extremes of each bucket', () => {
    const path = sparkPath({
      buckets: [
        [0, 1],
        [0, 10],
        [1, 2],
      ],
      label: '',
    });
    assert.ok(ys(path).includes(1) && ys(path).includes(15));
  });
  it('is a line also where its span is no number', () => {
    const buckets = [[-1e308, -1e308] as const, [1e308, 1e308] as const];
    assert.deepEqual(ys(sparkPath({ buckets, label: '' })), [15, 1]);
  });
  it('has a gap where there is no value, and stays inside whatever the values', () => {
    assert.equal(sparkPath({ buckets: [[1, 1], null, [2, 2]], label: '' }).match(/M/g)?.length, 2);
    assert.equal(sparkPath({ buckets: [], label: '' }), '');
    const bucket = fc.tuple(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(bucket), (pairs) => {
        const buckets = pairs.map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
        const path = sparkPath({ buckets, label: '' });
        assert.doesNotMatch(path, /NaN|Infinity/);
        for (const y of ys(path)) assert.ok(y >= 1 && y <= 15);
      }),
    );
  });
});

describe('keys in a grid', () => {
  const size = { rows: 100, columns: 8, page: 20 };
  const go = (key: string, at = { row: 50, column: 3 }, ctrlKey = false) =>
    movedBy({ key, ctrlKey, metaKey: false }, at, size);
  it('move by a cell, to the ends, by a page', () => {
    assert.deepEqual(go('ArrowDown'), { row: 51, column: 3 });
    assert.deepEqual(go('Home'), { row: 50, column: 0 });
    assert.deepEqual(go('End', undefined, true), { row: 99, column: 7 });
    assert.deepEqual(go('Home', undefined, true), { row: 1, column: 0 });
    assert.deepEqual(go('PageUp', { row: 10, column: 2 }), { row: 1, column: 2 });
    assert.deepEqual(go('ArrowUp', { row: 1, column: 2 }), { row: 0, column: 2 });
    assert.equal(go('x'), undefined);
  });
  it('never leave the grid', () => {
    const keys = fc.constantFrom(
      'ArrowUp',
      'ArrowDown',
      'ArrowLeft',
      'ArrowRight',
      'Home',
      'End',
      'PageUp',
      'PageDown',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.boolean())), fc.nat(3), (presses, rows) => {
        let at = { row: 0, column: 0 };
        const small = { rows: rows + 1, columns: 2, page: 3 };
        for (const [key, ctrlKey] of presses)
          at = movedBy({ key, ctrlKey, metaKey: false }, at, small) ?? at;
        assert.ok(at.row >= 0 && at.row <= rows && at.column >= 0 && at.column < 2);
      }),
    );
  });
  it('scroll by as little as shows the cell', () => {
    assert.equal(shown(100, { start: 50, size: 24, room: 200 }), 50);
    assert.equal(shown(100, { start: 120, size: 24, room: 200 }), 100);
    assert.equal(shown(100, { start: 400, size: 24, room: 200 }), 224);
  });
  it('keep the focused row drawn', () => {
    assert.deepEqual(withKept([5, 6], 2, 10), [2, 5, 6]);
    assert.deepEqual(withKept([5, 6], 5, 10), [5, 6]);
    assert.deepEqual(withKept([5, 6], -1, 10), [5, 6]);
  });
});

const row = (id: string): TableRow<string> => ({ id, value: id });

describe('rows of a server', () => {
  const settle = async () => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  const make = () => {
    let ids = Array.from({ length: 5000 }, (_, i) => `r${i}`);
    const asked: [number, number][] = [];
    const timers: (() => void)[] = [];
    const rows = new LiveRows<string, string>(
      async (_query, { from, to }) => {
        asked.push([from, to]);
        const page: RowPage<string> = { rows: ids.slice(from, to).map(row), count: ids.length };
        return { ok: true, value: page };
      },
      {
        now: () => 0,
        after: (_ms, run) => {
          timers.push(run);
          return () => undefined;
        },
      },
    );
    const tick = async () => {
      for (const run of timers.splice(0)) run();
      await settle();
    };
    return { rows, asked, tick, set: (next: string[]) => (ids = next) };
  };

  it('asks for what is in view and a little around it, once', async () => {
    const { rows, asked } = make();
    rows.setQuery('q');
    await settle();
    assert.deepEqual(asked, [[0, 100]]);
    assert.equal(rows.count, 5000);
    assert.deepEqual(
      rows.rows(0, 2).map((each) => each?.id),
      ['r0', 'r1'],
    );
    for (let i = 1; i < 60; i += 1) rows.rows(i, i + 30);
    await settle();
    assert.equal(asked.length, 1);
    assert.deepEqual(rows.rows(1000, 1001), [undefined]);
    await settle();
    assert.deepEqual(asked[1], [950, 1100]);
    assert.equal(rows.rows(1000, 1001)[0]?.id, 'r1000');
    assert.equal(rows.rows(1000, 1001).length, 1);
    assert.equal(rows.at(3)?.id, 'r3', 'what was read before is still held near by');
  });

  it('forgets what may have moved when rows have changed', async () => {
    const { rows, tick, set } = make();
    rows.setQuery('q');
    await settle();
    rows.rows(1000, 1010);
    await settle();
    set(['new', ...Array.from({ length: 5000 }, (_, i) => `r${i}`)]);
    rows.live.touch();
    await tick();
    assert.equal(rows.at(1001)?.id, 'r1000');
    assert.equal(rows.indexOf('r1000'), 1001);
    assert.equal(rows.at(3), undefined);
  });

  it('has a range that is not in view for a selection', async () => {
    const { rows, asked } = make();
    rows.setQuery('q');
    await settle();
    const all = await rows.all(10, 4000);
    assert.equal(all.length, 3990);
    assert.deepEqual(asked.at(-1), [10, 4000]);
  });
});

describe('rows under rows', () => {
  const flat = (tree: TreeRows<string>) =>
    tree.rows(0, tree.count ?? 0).map((each) => `${'·'.repeat(each?.depth ?? 0)}${each?.id}`);
  const make = (count: number) => {
    const list = new ListRows<string>(
      Array.from({ length: count }, (_, i) => ({ ...row(`p${i}`), expanded: false })),
    );
    const tree = new TreeRows(
      list,
      (parent) => new ListRows(['x', 'y'].map((id) => row(`${parent.id}${id}`))),
    );
    return { list, tree };
  };

  it('come right after their parent', async () => {
    const { tree } = make(3);
    tree.expand(tree.at(1)!, true);
    assert.deepEqual(flat(tree), ['p0', 'p1', '·p1x', '·p1y', 'p2']);
    assert.deepEqual(
      tree.rows(2, 5).map((each) => each?.id),
      ['p1x', 'p1y', 'p2'],
    );
    assert.equal(tree.at(1)?.expanded, true);
    assert.deepEqual([tree.indexOf('p2'), tree.indexOf('p1y')], [4, 3]);
    assert.deepEqual(
      (await tree.all(0, 5)).map(({ id }) => id),
      ['p0', 'p1', 'p1x', 'p1y', 'p2'],
    );
    tree.expand(tree.at(1)!, false);
    assert.deepEqual(flat(tree), ['p0', 'p1', 'p2']);
  });

  it('follow their parent when rows come before it', () => {
    const { tree, list } = make(2);
    tree.expand(tree.at(0)!, true);
    list.set([row('new'), ...list.rows(0, 2)]);
    assert.deepEqual(flat(tree), ['new', 'p0', '·p0x', '·p0y', 'p1']);
  });

  it('are not seen under another row when their parent went, and come back with it', () => {
    const { tree, list } = make(3);
    const all = list.rows(0, 3);
    tree.expand(tree.at(0)!, true);
    list.set(all.slice(1));
    assert.deepEqual(flat(tree), ['p1', 'p2']);
    assert.equal(tree.count, 2);
    list.set(all);
    assert.deepEqual(flat(tree), ['p0', '·p0x', '·p0y', 'p1', 'p2']);
  });

  it('are found at every index, whatever is expanded', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.nat(20), fc.nat(20), (opened, from, length) => {
        const { tree } = make(10);
        for (const index of opened) {
          const parent = tree.at(tree.indexOf(`p${index}`) ?? -1);
          if (parent) tree.expand(parent, parent.expanded === false);
        }
        const all = flat(tree);
        assert.equal(all.length, tree.count);
        const part = tree.rows(from, from + length).map((each) => each?.id);
        assert.deepEqual(
          part,
          all.slice(from, from + length).map((id) => id.replace('·', '')),
        );
        for (const [index, id] of all.entries())
          assert.equal(tree.indexOf(id.replace('·', '')), index);
      }),
    );
  });
});

describe('elements of rows', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 20 });

  it('are as many as rows, and a row that stays keeps its own', () => {
    fc.assert(
      fc.property(fc.array(ids, { minLength: 1, maxLength: 8 }), (views) => {
        const slots = new Slots();
        let before = new Map<string, number>();
        let most = 0;
        for (const view of views) {
          const taken = slots.take(view);
          most = Math.max(most, view.length);
          assert.equal(new Set(taken).size, view.length);
          assert.ok(taken.every((slot) => slot < most));
          view.forEach((id, i) => {
            if (before.has(id)) assert.equal(taken[i], before.get(id));
          });
          before = new Map(view.map((id, i) => [id, taken[i] ?? -1]));
        }
      }),
    );
  });
  it('stay where they are when all rows are others', () => {
    const slots = new Slots();
    slots.take(['a', 'b', 'c']);
    assert.deepEqual(slots.take(['x', 'y', 'z']), [0, 1, 2]);
  });
  it('are two for an id that comes twice', () => {
    assert.deepEqual(new Slots().take(['a', 'a']), [0, 1]);
  });
});
