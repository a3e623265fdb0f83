/** Selects rows: one, a range from the last one, all that the filter lets pass. */
import { useRef } from 'preact/hooks';
import { messageOf } from '../../../src/base/errors';
import { EVERYTHING, isSelected, NOTHING, toggled, withRows } from './selection';
import type { RowSource, Selection, TableRow } from './types';

export interface Selecting<R> {
  toggle(row: TableRow<R>): void;
  /** From the row that was last toggled to this one. */
  rangeTo(index: number): void;
  /** Shift and an arrow: `from` and `to` are indexes of the source. */
  extend(from: number, to: number): void;
  all(): void;
  clear(): void;
}

export interface SelectingOptions<R> {
  readonly rows: RowSource<R>;
  readonly selection?: Selection;
  readonly onSelection?: (selection: Selection) => void;
  readonly onProblem: (message: string) => void;
}

export function useSelecting<R>(options: SelectingOptions<R>): Selecting<R> {
  // The range is fetched: what is selected by then is what counts.
  const latest = useRef(options);
  latest.current = options;
  const anchor = useRef<string | undefined>(undefined);
  const set = (change: (selection: Selection) => Selection) => {
    const { selection, onSelection } = latest.current;
    if (selection && onSelection) onSelection(change(selection));
  };
  const select = async (from: number, to: number) => {
    try {
      const rows = await latest.current.rows.all(Math.min(from, to), Math.max(from, to) + 1);
      const ids = rows.filter((row) => !row.isGroup).map((row) => row.id);
      set((selection) => withRows(selection, ids, true));
    } catch (error) {
      latest.current.onProblem(messageOf(error));
    }
  };
  return {
    toggle(row) {
      if (row.isGroup) return;
      anchor.current = row.id;
      set((selection) => toggled(selection, row.id));
    },
    rangeTo(index) {
      const { rows } = latest.current;
      const from = anchor.current === undefined ? undefined : rows.indexOf(anchor.current);
      anchor.current ??= rows.at(index)?.id;
      void select(from ?? index, index);
    },
    extend(from, to) {
      const { rows, selection } = latest.current;
      const left = rows.at(from);
      const entered = rows.at(to);
      if (!left || !entered) return;
      anchor.current ??= left.id;
      const isBack = isSelected(selection, entered.id) && anchor.current !== left.id;
      set((now) =>
        isBack
          ? withRows(now, [left.id], false)
          : withRows(
              now,
              [left, entered].filter((row) => !row.isGroup).map((row) => row.id),
              true,
            ),
      );
    },
    all: () => set(() => EVERYTHING),
    clear() {
      anchor.current = undefined;
      set(() => NOTHING);
    },
  };
}
