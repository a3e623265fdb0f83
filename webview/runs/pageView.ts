/** What the page of runs keeps over a reload: the view, what is selected, the place in view. */
import { canonicalJson, isRecord, type Json } from '../../src/base/json';
import { EMPTY_VIEW, type RunsView, readView } from '../../src/domain/runsView';
import type { PanelWish } from '../../src/protocol/webview/panel';
import type { KeptView } from '../shared/kept';
import { MAX_SORTS } from '../shared/table/layout';
import { NOTHING, parseSelection } from '../shared/table/selection';
import type { ScrollPlace, Selection, TableLayout } from '../shared/table/types';

export interface PageView {
  /** False until the panel's subject was taken over: a filter that it was opened with. */
  readonly hasBegun: boolean;
  readonly view: RunsView;
  /** The saved view that was taken last. */
  readonly viewName: string | undefined;
  /** What it was then, to see whether it was changed since; undefined: not known. */
  readonly savedView: RunsView | undefined;
  readonly selection: Selection;
  /** Rows that are unfolded. */
  readonly expanded: readonly string[];
  readonly place: ScrollPlace | undefined;
  /** Filters, the newest first. */
  readonly history: readonly string[];
}

export const PAGE_VIEW: KeptView<PageView> = {
  version: 1,
  initial: {
    hasBegun: false,
    view: EMPTY_VIEW,
    viewName: undefined,
    savedView: undefined,
    selection: NOTHING,
    expanded: [],
    place: undefined,
    history: [],
  },
  parse(raw) {
    if (!isRecord(raw)) return undefined;
    return {
      hasBegun: raw['hasBegun'] === true,
      view: readView(raw['view']),
      viewName: typeof raw['viewName'] === 'string' ? raw['viewName'] : undefined,
      savedView: isRecord(raw['savedView']) ? readView(raw['savedView']) : undefined,
      selection: parseSelection(raw['selection']),
      expanded: texts(raw['expanded']),
      place: parsePlace(raw['place']),
      history: texts(raw['history']),
    };
  },
};

/** A run that was made the baseline in a tree. */
export const onWish = (page: PageView, wish: PanelWish): PageView =>
  wish.kind === 'baseline' ? { ...page, view: { ...page.view, baseline: wish.runId } } : page;

const texts = (raw: unknown): string[] =>
  Array.isArray(raw) ? raw.filter((each) => typeof each === 'string') : [];

function parsePlace(raw: unknown): ScrollPlace | undefined {
  if (!isRecord(raw)) return undefined;
  const { rowId, index, left } = raw;
  if (typeof index !== 'number' || typeof left !== 'number') return undefined;
  return { rowId: typeof rowId === 'string' ? rowId : undefined, index, left };
}

/** A selection of all that a filter lets pass ends with that filter: what it means would change unseen. */
export function withPart(now: PageView, part: Partial<PageView>): PageView {
  const isOther = part.view !== undefined && part.view.filter.trim() !== now.view.filter.trim();
  const selection = isOther && now.selection.kind === 'all' ? NOTHING : now.selection;
  return { ...now, selection, ...part };
}

/** Whether what is seen is no longer the saved view that was taken; in whatever order its keys are. */
export const isChanged = ({ view, savedView }: PageView): boolean =>
  savedView !== undefined && view !== savedView && textOf(view) !== textOf(savedView);

function textOf(view: RunsView): string {
  const plain: Json = JSON.parse(JSON.stringify(view));
  return canonicalJson(plain);
}

/** The part of a view that is the table's own. */
export const layoutOf = ({ columns, sort }: RunsView): TableLayout => ({
  order: columns.order,
  hidden: columns.hidden,
  pinned: columns.pinned,
  widths: columns.widths,
  // The same list as long as nothing changes: another order begins at its top.
  sort: sort.length > MAX_SORTS ? sort.slice(0, MAX_SORTS) : sort,
});

export function withLayout(view: RunsView, layout: TableLayout): RunsView {
  const { order, hidden, pinned, widths, sort } = layout;
  const added = view.columns.added.filter((id) => !hidden.includes(id));
  return { ...view, sort, columns: { added, order, hidden, pinned, widths } };
}

/** Shows or hides a column, whether or not it is one of those that are always shown. */
export function withColumn(view: RunsView, id: string, isShown: boolean): RunsView {
  const without = (ids: readonly string[]) => ids.filter((each) => each !== id);
  const { columns } = view;
  const added = isShown ? [...without(columns.added), id] : without(columns.added);
  const hidden = isShown ? without(columns.hidden) : [...without(columns.hidden), id];
  return { ...view, columns: { ...columns, added, hidden } };
}
