/** A table of rows that are all here: sorted in the page, as high as it needs to be. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { EMPTY_LAYOUT } from './layout';
import { ROW_HEIGHT } from './row';
import { ListRows } from './rows';
import { sortedRows } from './sortCells';
import { Table } from './table';
import type { TableLayout, TableProps, TableRow } from './types';

export interface LocalTableProps<R>
  extends Omit<TableProps<R>, 'rows' | 'layout' | 'onLayout' | 'pinnedRows'> {
  readonly rows: readonly TableRow<R>[];
  /** What was kept; without it the layout is forgotten with the page. */
  readonly layout?: TableLayout;
  readonly onLayout?: (layout: TableLayout) => void;
  /** Rows that are seen at once, at most; the rest scrolls. Default 18. */
  readonly mostRows?: number;
}

const MOST_ROWS = 18;
/** Header, borders and a scroll bar. */
const AROUND = ROW_HEIGHT + 18;

/** Rows with a depth are a tree in an order of its own: they are not sorted. */
export function LocalTable<R>(props: LocalTableProps<R>) {
  const { rows, columns, layout: kept, onLayout, mostRows = MOST_ROWS, ...rest } = props;
  const [own, setOwn] = useState(EMPTY_LAYOUT);
  const layout = kept ?? own;
  const sorted = useMemo(
    () => (rest.onExpand ? rows : sortedRows(rows, columns, layout.sort)),
    [rows, columns, layout.sort, rest.onExpand === undefined],
  );
  const [source] = useState(() => new ListRows<R>(sorted));
  useEffect(() => source.set(sorted), [source, sorted]);
  const isEmpty = rows.length === 0;
  const height = isEmpty ? undefined : `${Math.min(mostRows, rows.length) * ROW_HEIGHT + AROUND}px`;
  if (isEmpty) return <div class="rl-local-empty">{rest.empty}</div>;
  return (
    <div class="rl-local-table" style={{ height }}>
      <Table
        {...rest}
        columns={columns}
        rows={source}
        layout={layout}
        onLayout={onLayout ?? setOwn}
      />
    </div>
  );
}
