/**
 * One list of runs in the tree: those of an experiment without a parent, or the children of a run.
 * It holds the pages that were asked for and stays right as rows change.
 */
import type { RunRow } from '../../protocol/rows';

export interface RunList {
  /** Running on top, then newest first. */
  readonly ids: readonly string[];
  /** Listed although their page was not loaded (someone revealed them). */
  readonly pinned: ReadonlySet<string>;
  /** Whether the server has runs beyond the loaded pages. */
  readonly more: boolean;
}

type RowOf = (runId: string) => RunRow | undefined;

/** The order of the server's pages: running on top, newest first, then by id. */
export function compareRuns(a: RunRow, b: RunRow): number {
  return (
    Number(b.status === 'RUNNING') - Number(a.status === 'RUNNING') ||
    b.startTime - a.startTime ||
    (a.runId < b.runId ? -1 : Number(a.runId > b.runId))
  );
}

/** Where the next page starts. */
export const nextOffset = (list: RunList): number => list.ids.length - list.pinned.size;

/** @param rowOf rows that belong into this list; others of the page are left out. */
export function addPage(
  list: RunList | undefined,
  page: { items: readonly RunRow[]; total: number },
  rowOf: RowOf,
): RunList {
  const arrived = new Set(page.items.map((row) => row.runId).filter((id) => rowOf(id)));
  const ids = new Set([...(list?.ids ?? []), ...arrived]);
  const pinned = new Set([...(list?.pinned ?? [])].filter((id) => !arrived.has(id)));
  const loaded = ids.size - pinned.size;
  return {
    ids: sorted(ids, rowOf),
    pinned,
    more: page.items.length > 0 && loaded < page.total,
  };
}

/** The list after a row was added or changed; the same object when it need not be drawn again. */
export function putRow(list: RunList, row: RunRow, rowOf: RowOf): RunList {
  if (row.lifecycleStage === 'deleted') return dropRow(list, row.runId);
  if (!list.ids.includes(row.runId)) {
    if (list.more && isBeyond(list, row, rowOf)) return list;
    return { ...list, ids: sorted([...list.ids, row.runId], rowOf) };
  }
  const ids = sorted(list.ids, rowOf);
  return ids.every((id, index) => id === list.ids[index]) ? list : { ...list, ids };
}

/** Lists a row wherever it belongs, loaded page or not. */
export function pinRow(list: RunList, row: RunRow, rowOf: RowOf): RunList {
  if (list.ids.includes(row.runId)) return list;
  const pinned = list.more && isBeyond(list, row, rowOf);
  return {
    ...list,
    ids: sorted([...list.ids, row.runId], rowOf),
    pinned: pinned ? new Set([...list.pinned, row.runId]) : list.pinned,
  };
}

/** The list without a row; the same object when it was not there. */
export function dropRow(list: RunList, runId: string): RunList {
  if (!list.ids.includes(runId)) return list;
  const pinned = new Set(list.pinned);
  pinned.delete(runId);
  return { ...list, ids: list.ids.filter((id) => id !== runId), pinned };
}

/** Whether a row belongs after everything that was loaded by pages. */
function isBeyond(list: RunList, row: RunRow, rowOf: RowOf): boolean {
  const lastId = list.ids.filter((id) => !list.pinned.has(id)).at(-1);
  const last = lastId === undefined ? undefined : rowOf(lastId);
  return !last || compareRuns(row, last) > 0;
}

function sorted(ids: Iterable<string>, rowOf: RowOf): string[] {
  return [...ids]
    .map(rowOf)
    .filter((row) => row !== undefined)
    .filter((row) => row.lifecycleStage === 'active')
    .sort(compareRuns)
    .map((row) => row.runId);
}
