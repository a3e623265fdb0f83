/** Which rows are selected, without holding the ids of all. */
import { isRecord } from '../../../src/base/json';
import type { Selection } from './types';

export const NOTHING: Selection = { kind: 'some', ids: [] };
export const EVERYTHING: Selection = { kind: 'all', except: [] };

export function isSelected(selection: Selection | undefined, id: string): boolean {
  if (!selection) return false;
  return selection.kind === 'all' ? !selection.except.includes(id) : selection.ids.includes(id);
}

/** How many, of `count` rows that the filter lets pass. */
export function selectedCount(selection: Selection | undefined, count: number): number {
  if (!selection) return 0;
  if (selection.kind === 'some') return selection.ids.length;
  return Math.max(0, count - selection.except.length);
}

export function withRows(selection: Selection, ids: readonly string[], isOn: boolean): Selection {
  const listed = new Set(selection.kind === 'all' ? selection.except : selection.ids);
  // What is listed are the selected ones, or those left out.
  const isListed = (selection.kind === 'some') === isOn;
  for (const id of ids) {
    if (isListed) listed.add(id);
    else listed.delete(id);
  }
  return selection.kind === 'all'
    ? { kind: 'all', except: [...listed] }
    : { kind: 'some', ids: [...listed] };
}

export const toggled = (selection: Selection, id: string): Selection =>
  withRows(selection, [id], !isSelected(selection, id));

/** Rows that are no more are neither selected nor left out; the same selection when none of them is named. */
export function withoutRows(selection: Selection, ids: readonly string[]): Selection {
  const listed = new Set(selection.kind === 'all' ? selection.except : selection.ids);
  const isNamed = ids.some((id) => listed.has(id));
  return isNamed ? withRows(selection, ids, selection.kind === 'all') : selection;
}

/** What was kept, if it is a selection. */
export function parseSelection(raw: unknown): Selection {
  if (!isRecord(raw)) return NOTHING;
  const { kind, ids, except } = raw;
  const texts = (list: unknown) =>
    Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  if (kind === 'all') return { kind, except: texts(except) };
  return { kind: 'some', ids: texts(ids) };
}
