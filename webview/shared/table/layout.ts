/** What a person chose of a table's columns: read back from where it was kept, and changed. */
import { isRecord } from '../../../src/base/json';
import type { Sort, TableLayout } from './types';

export const EMPTY_LAYOUT: TableLayout = {
  order: [],
  hidden: [],
  pinned: [],
  widths: {},
  sort: [],
};

export const MIN_WIDTH = 32;
export const MAX_WIDTH = 1200;
/** More could not be told apart by their badges. */
export const MAX_SORTS = 5;

/** What was kept, as far as it is a layout; the rest is as in `EMPTY_LAYOUT`. */
export function parseLayout(raw: unknown): TableLayout {
  if (!isRecord(raw)) return EMPTY_LAYOUT;
  const { order, hidden, pinned, widths, sort } = raw;
  return {
    order: texts(order),
    hidden: texts(hidden),
    pinned: texts(pinned),
    widths: parseWidths(widths),
    sort: parseSorts(sort),
  };
}

const texts = (raw: unknown): string[] =>
  Array.isArray(raw) ? [...new Set(raw.filter((each) => typeof each === 'string'))] : [];

function parseWidths(raw: unknown): Record<string, number> {
  if (!isRecord(raw)) return {};
  const kept = Object.entries(raw).flatMap(([id, width]) =>
    typeof width === 'number' && Number.isFinite(width) ? [[id, clampWidth(width)] as const] : [],
  );
  return Object.fromEntries(kept);
}

function parseSorts(raw: unknown): Sort[] {
  if (!Array.isArray(raw)) return [];
  const sorts = raw.flatMap((each: unknown) => {
    if (!isRecord(each)) return [];
    const { id, desc } = each;
    return typeof id === 'string' && typeof desc === 'boolean' ? [{ id, desc }] : [];
  });
  const first = new Map(sorts.map((sort) => [sort.id, sort]));
  return [...first.values()].slice(0, MAX_SORTS);
}

const clampWidth = (width: number): number =>
  Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));

export const withWidth = (layout: TableLayout, id: string, width: number): TableLayout => ({
  ...layout,
  widths: { ...layout.widths, [id]: clampWidth(width) },
});

export const withHidden = (layout: TableLayout, id: string, isHidden: boolean): TableLayout => ({
  ...layout,
  hidden: [...layout.hidden.filter((each) => each !== id), ...(isHidden ? [id] : [])],
});

export const withPinned = (layout: TableLayout, id: string, isPinned: boolean): TableLayout => ({
  ...layout,
  pinned: [...layout.pinned.filter((each) => each !== id), ...(isPinned ? [id] : [])],
});
