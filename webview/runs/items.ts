/** Rows as the table has them: runs and groups, made of the server's answers. */

import type { RunRow } from '../../src/protocol/rows';
import type {
  Cells,
  GroupCell,
  GroupKey,
  GroupRow,
  GroupsReply,
  TableReply,
} from '../../src/protocol/runTable';
import { fromWire } from '../../src/protocol/wire';
import type { TableRow } from '../shared/table/types';

export type CellValue = Cells[number];

export interface RunItem {
  readonly kind: 'run';
  readonly run: RunRow;
  /** By the id of the column. */
  readonly cells: Readonly<Record<string, CellValue>>;
  /** Under the header, where the run may be seen a second time. */
  readonly isPinned?: boolean;
}

export interface GroupItem {
  readonly kind: 'group';
  readonly group: GroupRow;
  /** What it is grouped by, as long as the group's values. */
  readonly by: readonly GroupKey[];
  readonly cells: Readonly<Record<string, GroupCell>>;
}

export type Item = RunItem | GroupItem;
export type ItemRow = TableRow<Item>;

/** A metric's value; undefined when the run has none. */
export function numberOf(value: CellValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
    ? fromWire(value)
    : undefined;
}

export function runRows(
  reply: TableReply,
  ids: readonly string[],
  { canUnfold, isPinned }: { readonly canUnfold?: boolean; readonly isPinned?: boolean } = {},
): ItemRow[] {
  return reply.rows.map((run, row) => ({
    id: run.runId,
    value: {
      kind: 'run',
      run,
      cells: Object.fromEntries(ids.map((id, i) => [id, reply.cells[i]?.[row] ?? null])),
      ...(isPinned && { isPinned }),
    },
    ...(canUnfold && run.children > 0 ? { expanded: false } : {}),
  }));
}

/** Groups by something else are other rows, even where their values are the same. */
export function groupRows(
  reply: GroupsReply,
  ids: readonly string[],
  by: readonly GroupKey[],
): ItemRow[] {
  const names = by.map(({ on, key }) => `${on} ${key}`);
  return reply.groups.map((group) => ({
    id: `group ${JSON.stringify([names, group.values, group.experimentId ?? null])}`,
    value: {
      kind: 'group',
      group,
      by,
      cells: Object.fromEntries(
        ids.flatMap((id, i) => {
          const cell = group.cells[i];
          return cell ? [[id, cell] as const] : [];
        }),
      ),
    },
    isGroup: true,
    expanded: false,
  }));
}

/** Rows that say the same stay the same objects, so that they are not drawn again. */
export class SameRows {
  private held = new Map<string, { readonly row: ItemRow; readonly text: string }>();

  take(rows: readonly ItemRow[]): ItemRow[] {
    if (this.held.size > MOST_HELD) this.held = new Map();
    return rows.map((row) => {
      const text = JSON.stringify(row);
      const before = this.held.get(row.id);
      if (before?.text === text) return before.row;
      this.held.set(row.id, { row, text });
      return row;
    });
  }
}
const MOST_HELD = 2000;
