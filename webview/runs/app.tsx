/** The page of runs: filter and tools, the table, what can be done with the selected runs. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { Table } from '../shared/table/table';
import type { Column, MenuTarget, ScrollPlace, TableHandle } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import { Icon } from '../shared/ui/icon';
import { Menu, type MenuPlace } from '../shared/ui/menu';
import { Loading, Problem } from '../shared/ui/states';
import { type Toaster, Toasts } from '../shared/ui/toast';
import { RunActs } from './acts';
import { AllCheck } from './allCheck';
import { BulkBar } from './bulkBar';
import { parseRef } from './columnChoice';
import { columnsOf } from './columns';
import { EmptyState } from './emptyState';
import { Footer } from './footer';
import type { Item } from './items';
import { headMenu, rowMenu, valueMenu } from './menus';
import type { RunsModel } from './model';
import { layoutOf, withLayout } from './pageView';
import { refusalOf, Toolbar } from './toolbar';
import { useNewRuns } from './useNewRuns';

export interface AppProps {
  readonly model: RunsModel;
  readonly toaster: Toaster;
  /** Milliseconds since 1970, for pictures; default: now. */
  readonly now?: number;
}

/** Draws anew when the model changes. */
function useModel(model: RunsModel): void {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    redraw(undefined);
    const subscription = model.onDidChange(() => redraw(undefined));
    return () => subscription.dispose();
  }, [model]);
}

export function App({ model, toaster, now }: AppProps) {
  useModel(model);
  const acts = useMemo(() => new RunActs(model, toaster), [model, toaster]);
  const columns = useColumns(model, acts);
  return (
    <div class="runs">
      <h1 class="rl-sr-only">{t('Runs')}</h1>
      <Toolbar model={model} acts={acts} columns={columns} />
      <Trouble model={model} acts={acts} />
      <BulkBar model={model} acts={acts} />
      <RunsTable model={model} acts={acts} columns={columns} now={now} />
      <Toasts toaster={toaster} />
    </div>
  );
}

/** Made anew only when a cell may read differently: all rows are drawn again for it. */
function useColumns(model: RunsModel, acts: RunActs): readonly Column<Item>[] {
  const { view, state, columns, best, experiments, editing, sparks } = model;
  const shown = useMemo(
    () => new Map(state.shown.map(({ runId, slot }) => [runId, slot])),
    [state.shown],
  );
  const first = view.baseline === undefined ? undefined : model.pinnedRows[0]?.value;
  const baseline = first?.kind === 'run' && first.run.runId === view.baseline ? first : undefined;
  return useMemo(
    () =>
      columnsOf(columns.refs, {
        view,
        baseline,
        best,
        shown,
        experiments,
        sparks,
        editing,
        acts: {
          open: (runId) => acts.open(runId),
          show: (runIds, isShown) => acts.show(runIds, isShown),
          commitEdit: (value) => acts.commitEdit(value),
          cancelEdit: () => model.edit(undefined),
        },
        allCheck: () => <AllCheck model={model} acts={acts} />,
      }),
    [columns.refs, view, baseline, best, shown, experiments, sparks, editing, model, acts],
  );
}

interface PartProps {
  readonly model: RunsModel;
  readonly acts: RunActs;
}

/** What went wrong, above older results. */
function Trouble({ model, acts }: PartProps) {
  const { state, feed, facts } = model;
  const { status } = state;
  const live = feed.top?.live.state;
  const refusal = live?.refusal ?? facts.state.refusal;
  const isOrder = refusal !== undefined && refusalOf(model) === undefined;
  const message =
    state.problem ??
    (status.kind === 'down' ? status.message : undefined) ??
    live?.problem ??
    facts.state.problem ??
    (isOrder ? refusal.message : undefined);
  if (message === undefined) return null;
  return (
    <Problem
      message={message}
      isBar
      onRetry={() => model.again()}
      onLog={() => acts.run('runlens.showLog', {})}
    />
  );
}

interface TablePartProps extends PartProps {
  readonly columns: readonly Column<Item>[];
  readonly now: number | undefined;
}

function RunsTable({ model, acts, columns, now }: TablePartProps) {
  const handle = useRef<TableHandle | null>(null);
  const { view, state } = model;
  const layout = useMemo(() => layoutOf(view), [view]);
  // The first answer decides where the table begins; later the table knows better.
  const place = useRef(state.view.place);
  const fresh = useNewRuns(model);
  const [choosing, setChoosing] = useState<(MenuPlace & { columnId: string }) | undefined>();
  // The same function each time: another one would begin to wait for the end of scrolling anew.
  const keepPlace = useCallback((next: ScrollPlace) => model.keep({ place: next }), [model]);
  const stopChoosing = useCallback(() => setChoosing(undefined), []);
  const { rows } = model.feed;
  const { problem, refusal } = model.facts.state;
  if (!rows && (problem !== undefined || refusal)) return <div class="runs-table" />;
  if (!rows) return <Loading name={t('Reading runs')} />;
  const isTree = view.groupBy.length > 0 || (view.isNested && view.filter.trim() === '');
  return (
    <div class="runs-table">
      {fresh > 0 && (
        <button type="button" class="runs-fresh" onClick={() => handle.current?.reveal(0)}>
          <Icon name="arrow-up" />
          {fresh === 1 ? t('1 new run') : t('{0} new runs', countText(fresh))}
        </button>
      )}
      <Table<Item>
        name={t('Runs')}
        columns={columns}
        rows={rows}
        pinnedRows={model.pinnedRows}
        layout={layout}
        onLayout={(next) => model.setView(withLayout(model.view, next))}
        selection={state.view.selection}
        onSelection={(selection) => model.setSelection(selection)}
        onOpen={(row) => {
          if (row.value.kind === 'run') acts.open(row.id);
        }}
        {...(isTree && { onExpand: (row, isExpanded) => model.expand(row, isExpanded) })}
        menu={(target) => rowMenu(target, { model, acts })}
        headerMenu={(column) =>
          headMenu(column, model, () =>
            setChoosing({ ...cornerOf(column.id), columnId: column.id }),
          )
        }
        onCopy={(text) => acts.attempt(() => model.panel.host.copy(text))}
        onCopySelected={() => acts.copy(columns, 'text')}
        onKey={(event, target) => pressed(event, target, { model, acts })}
        topic={JSON.stringify([view.filter.trim(), view.groupBy, view.isNested])}
        {...(place.current && { place: place.current })}
        onPlace={keepPlace}
        empty={<EmptyState model={model} acts={acts} />}
        footer={<Footer model={model} />}
        handle={handle}
        {...(now !== undefined && { now })}
      />
      {choosing && (
        <Menu
          name={t('Value of the column')}
          entries={valueMenu(choosing.columnId, model)}
          at={choosing}
          onClose={stopChoosing}
        />
      )}
    </div>
  );
}

/** Under the head of a column. */
function cornerOf(columnId: string): MenuPlace {
  const heads = document.querySelectorAll<HTMLElement>('[role=columnheader]');
  const head = [...heads].find((each) => each.dataset['column'] === columnId);
  const box = head?.getBoundingClientRect();
  return { x: (box?.left ?? 0) + 8, y: box?.bottom ?? 0 };
}

/** F2 edits the name, or the tag that has the focus; Delete deletes what is selected, else the row. */
function pressed(
  { key }: KeyboardEvent,
  { row, column, isSelected }: MenuTarget<Item>,
  { model, acts }: PartProps,
): boolean {
  if (row.value.kind === 'group' || acts.readOnly !== undefined) return false;
  if (key === 'F2') {
    const columnId = parseRef(column.id)?.kind === 'tag' ? column.id : 'name';
    model.edit({ runId: row.id, columnId, isPinned: row.value.isPinned });
    return true;
  }
  if (key !== 'Delete') return false;
  if (isSelected) acts.removeSelected();
  else acts.remove([row.id]);
  return true;
}
