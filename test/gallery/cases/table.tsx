// The table in its states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { EMPTY_LAYOUT } from '../../../webview/shared/table/layout';
import { ListRows } from '../../../webview/shared/table/rows';
import { isSelected, NOTHING } from '../../../webview/shared/table/selection';
import { Table } from '../../../webview/shared/table/table';
import { TreeRows } from '../../../webview/shared/table/treeRows';
import type {
  RowSource,
  Selection,
  TableLayout,
  TableProps,
  TableRow,
} from '../../../webview/shared/table/types';
import { Empty } from '../../../webview/shared/ui/states';
import { appears, type GalleryCase } from '../galleryCase';
import { NOW, type SampleRun, sampleColumns, sampleRow, sampleRows } from '../runRows';

const PINNED: TableLayout = { ...EMPTY_LAYOUT, pinned: ['check', 'eye', 'name'] };

type Shown = Partial<TableProps<SampleRun>> & {
  readonly source: RowSource<SampleRun>;
  readonly first?: TableLayout;
  readonly selected?: Selection;
  readonly baseline?: SampleRun;
};

function Sample({ source, first = PINNED, selected = NOTHING, baseline, ...rest }: Shown) {
  const [layout, setLayout] = useState(first);
  const [selection, setSelection] = useState(selected);
  const columns = useMemo(
    () =>
      sampleColumns({
        isSelected: (id) => isSelected(selection, id),
        ...(baseline ? { baseline } : {}),
      }),
    [selection, baseline],
  );
  return (
    <Table
      name="Runs"
      columns={columns}
      rows={source}
      layout={layout}
      onLayout={setLayout}
      selection={selection}
      onSelection={setSelection}
      now={NOW}
      menu={() => MENU}
      footer={<span>214 runs · 3 shown · read 3 s ago</span>}
      {...rest}
    />
  );
}

const nothing = () => undefined;
const MENU = [
  { label: 'Open', shortcut: 'Enter', onSelect: nothing },
  { label: 'Set as Baseline', checked: false, onSelect: nothing },
  'separator' as const,
  { label: 'Copy as Markdown', onSelect: nothing },
  { label: 'Delete…', disabled: 'This place can only be read', onSelect: nothing },
];

/** A source that never answers. */
const waiting: RowSource<SampleRun> = {
  count: 40,
  rows: (from, to) => Array.from({ length: to - from }, () => undefined),
  at: () => undefined,
  indexOf: () => undefined,
  all: () => new Promise(() => undefined),
  onDidChange: () => ({ dispose: nothing }),
};

function Nested() {
  const [tree] = useState(() => {
    const parents = sampleRows(8).map((row, i) =>
      i % 3 === 0 ? { ...row, expanded: false } : row,
    );
    const children = (parent: TableRow<SampleRun>) =>
      new ListRows([20, 21].map((i) => ({ ...sampleRow(i), id: `${parent.id}/${i}` })));
    const made = new TreeRows(new ListRows(parents), children);
    const [first] = parents;
    if (first) made.expand(first, true);
    return made;
  });
  return <Sample source={tree} onExpand={(row, expanded) => tree.expand(row, expanded)} />;
}

function Groups() {
  const [source] = useState(() => {
    const groups = sampleRows(3).map((row, i) => ({
      ...row,
      isGroup: true,
      expanded: i === 0,
      value: { ...row.value, name: `optimizer = ${['adam', 'sgd', 'none'][i]}` },
    }));
    const members = [10, 11, 12].map((i) => ({ ...sampleRow(i), depth: 1 }));
    return new ListRows([...groups.slice(0, 1), ...members, ...groups.slice(1)]);
  });
  const columns = useMemo(
    () =>
      sampleColumns().map((column) =>
        column.kind !== 'metric' || column.id === 'spark'
          ? column
          : {
              ...column,
              width: 180,
              cell: (row: TableRow<SampleRun>) =>
                row.isGroup
                  ? { is: 'stats' as const, n: 5, mean: 0.912, sd: 0.0041, min: 0.9, max: 0.92 }
                  : column.cell(row),
            },
      ),
    [],
  );
  return (
    <Table
      name="Runs by optimizer"
      columns={columns}
      rows={source}
      layout={{ ...EMPTY_LAYOUT, pinned: ['name'], hidden: ['check', 'eye', 'spark'] }}
      onLayout={nothing}
      onExpand={nothing}
      now={NOW}
    />
  );
}

const pressOn = (target: Element, key: string, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }),
  );

export const cases: readonly GalleryCase[] = [
  {
    name: 'table: many runs',
    draw: () => <Sample source={new ListRows(sampleRows(2000))} />,
    height: 420,
    seen: [
      'training-1000',
      '<img src=x onerror="document.body.remove()">',
      'two↵lines',
      '214 runs · 3 shown',
      'Show training-1000 in charts',
    ],
  },
  {
    name: 'table: selected, sorted by two, resized',
    draw: () => (
      <Sample
        source={new ListRows(sampleRows(200))}
        selected={{ kind: 'some', ids: ['run-1', 'run-2', 'run-6'] }}
        first={{
          ...PINNED,
          pinned: ['name'],
          hidden: ['eye', 'started', 'spark'],
          widths: { name: 120 },
          sort: [
            { id: 'metrics.val/accuracy', desc: true },
            { id: 'duration', desc: false },
          ],
        }}
      />
    ),
    height: 320,
    seen: ['accuracy', 'training-999'],
  },
  {
    name: 'table: baseline with deltas',
    draw: () => {
      const rows = sampleRows(40);
      return (
        <Sample
          source={new ListRows(rows.slice(1))}
          pinnedRows={rows.slice(0, 1)}
          baseline={rows[0]!.value}
          first={{
            ...PINNED,
            pinned: ['name'],
            hidden: ['check', 'eye', 'status', 'started', 'duration', 'spark'],
          }}
        />
      );
    },
    height: 320,
    seen: ['training-1000', 'better', 'worse', '+0.', '−0.', 'NaN', 'Infinity', '1e+308'],
  },
  {
    name: 'table: nested runs',
    draw: () => <Nested />,
    height: 340,
    seen: ['training-1000', 'training-980', 'Collapse', 'Expand'],
  },
  {
    name: 'table: groups',
    draw: () => <Groups />,
    height: 260,
    seen: ['optimizer = adam', '0.912 ± 0.0041 (n = 5)'],
  },
  {
    name: 'table: rows on their way',
    draw: () => <Sample source={waiting} />,
    height: 240,
    seen: ['Name', 'Duration'],
  },
  {
    name: 'table: nothing found',
    draw: () => (
      <Sample
        source={new ListRows<SampleRun>([])}
        empty={
          <Empty
            title="No run matches the filter"
            actions={[{ label: 'Clear Filter', onClick: nothing }]}
          />
        }
      />
    ),
    height: 260,
    seen: ['No run matches the filter', 'Clear Filter'],
  },
  {
    name: 'table: context menu by keyboard',
    draw: () => <Sample source={new ListRows(sampleRows(40))} />,
    height: 320,
    seen: ['Set as Baseline', 'Copy as Markdown', 'This place can only be read'],
    async act(root) {
      const cell = await appears(root, '[data-row="2"] > [aria-colindex="3"]');
      cell.focus();
      await new Promise((resolve) => setTimeout(resolve, 50));
      pressOn(cell, 'F10', { shiftKey: true });
      await appears(document, '[role=menu]');
    },
  },
  {
    name: 'table: menu of a column',
    draw: () => <Sample source={new ListRows(sampleRows(40))} />,
    height: 320,
    seen: ['Sort Ascending', 'Unpin', 'Fit to Content'],
    async act(root) {
      const head = await appears(root, '[data-row="0"] > [aria-colindex="3"]');
      head.focus();
      await new Promise((resolve) => setTimeout(resolve, 50));
      pressOn(head, 'ContextMenu');
      await appears(document, '[role=menu]');
    },
  },
];
