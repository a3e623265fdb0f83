/** What a person does with runs: shows, tags, deletes, renames, compares, copies. What can be undone says so. */
import { assertNever } from '../../src/base/assertNever';
import { messageOf } from '../../src/base/errors';
import type { BulkChange, BulkReply, BulkRequest, RunScope } from '../../src/protocol/runTable';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import { columnModel } from '../shared/table/columnModel';
import { copied } from '../shared/table/copy';
import { NOTHING, selectedCount, withRows } from '../shared/table/selection';
import { sortedRows } from '../shared/table/sortCells';
import type { Column, CopyFormat, Selection } from '../shared/table/types';
import { countText, t } from '../shared/texts';
import type { Toaster } from '../shared/ui/toast';
import { askedColumns, orderTerms, parseRef } from './columnChoice';
import { type Item, type ItemRow, runRows } from './items';
import type { RunsModel } from './model';
import { layoutOf } from './pageView';
import { scopeOfGroup } from './rowFeed';

/** More lines than these nobody can tell apart. */
const MANY_LINES = 50;
/** Rows of one question, as the server allows. */
const CHUNK = 10_000;
export const MOST_COMPARED = 50;

export class RunActs {
  constructor(
    private readonly model: RunsModel,
    private readonly toaster: Toaster,
  ) {}

  get count(): number {
    return selectedCount(this.selection, this.model.total ?? 0);
  }

  /** Why nothing can be changed here; undefined when it can. */
  get readOnly(): string | undefined {
    return this.model.state.start?.place.canWrite === false
      ? t('The runs of this place can only be read')
      : undefined;
  }

  open(runId: string): void {
    this.run('runlens.openRun', { runIds: [runId] });
  }

  run(command: PageCommand, target: PageTarget): void {
    this.attempt(() => this.host.run(command, target));
  }

  show(runIds: readonly string[], isShown: boolean): void {
    this.attempt(() => this.host.show(runIds, isShown));
  }

  showSelected(): void {
    this.attempt(async () => {
      const ids = await this.selectedIds();
      await this.host.show(ids, true);
      if (ids.length > MANY_LINES) {
        this.toaster.show({
          text: t('{0} runs are shown: charts are hard to read above {1}.', ids.length, MANY_LINES),
        });
      }
    });
  }

  compareSelected(): void {
    this.attempt(async () => {
      const ids = await this.selectedIds();
      const { baseline } = this.model.view;
      const others = ids.filter((id) => id !== baseline);
      const runIds =
        baseline === undefined || !ids.includes(baseline) ? ids : [baseline, ...others];
      await this.host.run('runlens.compareRuns', { runIds });
    });
  }

  exportSelected(): void {
    this.attempt(async () =>
      this.host.run('runlens.exportRuns', { runIds: await this.selectedIds() }),
    );
  }

  /** Whole runs: they go to the trash. What is selected beside them stays so. */
  remove(runIds: readonly string[]): void {
    this.removeRuns(runIds, () => this.model.unselect(runIds));
  }

  removeSelected(): void {
    if (this.count > 0) this.removeRuns(this.selected(), () => this.model.setSelection(NOTHING));
  }

  private removeRuns(runs: BulkRequest['runs'], unselect: () => void): void {
    this.attempt(async () => {
      const { runIds } = await this.change(runs, { do: 'delete' });
      unselect();
      this.done(deletedText(runIds.length), async () => {
        await this.change(runIds, { do: 'restore' });
      });
    });
  }

  /** Adds its members to what is selected, or takes them out. */
  selectGroup(group: ItemRow, isSelected: boolean): void {
    this.attempt(async () => {
      const scope = scopeOfGroup(this.model.scope, group);
      if (!scope) return;
      const ids = (await this.rowsOf(scope)).map(({ id }) => id);
      this.model.setSelection(withRows(this.selection, ids, isSelected));
    });
  }

  tag(runs: BulkRequest['runs'], key: string, value: string): void {
    this.retaggable(runs, { do: 'tag', key, value }, (count) =>
      t('{0} set on {1} runs', key, countText(count)),
    );
  }

  untag(runs: BulkRequest['runs'], key: string): void {
    this.retaggable(runs, { do: 'untag', key }, (count) =>
      t('{0} removed from {1} runs', key, countText(count)),
    );
  }

  rename(runId: string, before: string, name: string): void {
    const to = name.trim();
    if (to === '' || to === before) return;
    const rename = async (next: string) => {
      const reply = await this.host.change('POST /api/runs/:runId/rename', { runId, name: next });
      if (!reply.ok) throw new Error(reply.refusal.message);
    };
    this.attempt(async () => {
      await rename(to);
      this.done(t('Renamed to {0}', to), () => rename(before));
    });
  }

  /** The name or a tag, edited in its cell. */
  commitEdit(value: string): void {
    const { editing } = this.model;
    this.model.edit(undefined);
    if (!editing) return;
    const { runId, columnId } = editing;
    const item = this.itemOf(runId);
    if (columnId === 'name') {
      this.rename(runId, item?.run.name ?? '', value);
      return;
    }
    const ref = parseRef(columnId);
    if (ref?.kind !== 'tag' || value === (item?.cells[columnId] ?? '')) return;
    if (value === '') this.untag([runId], ref.key);
    else this.tag([runId], ref.key, value);
  }

  /** For the bulk routes: some, or all of the scope but some. */
  selected(): BulkRequest['runs'] {
    const { selection } = this;
    return selection.kind === 'some'
      ? selection.ids
      : { ...this.model.scope, except: selection.except };
  }

  /** Selected rows; when none is, the groups, or all runs that the filter lets pass. */
  copy(columns: readonly Column<Item>[], format: CopyFormat): void {
    this.attempt(async () => {
      const rows = await this.chosenRows(columns);
      await this.host.copy(copied(rows, this.inOrder(columns), format));
      this.toaster.show({ text: copiedText(rows) });
    });
  }

  save(columns: readonly Column<Item>[], format: CopyFormat): void {
    this.attempt(async () => {
      const text = copied(await this.chosenRows(columns), this.inOrder(columns), format);
      const isSaved = await this.host.save({
        name: `runs.${extensionOf(format)}`,
        base64: base64Of(text),
      });
      if (isSaved) this.toaster.show({ text: t('Saved') });
    });
  }

  /** Tells of what went wrong; nothing is lost silently. */
  attempt(act: () => Promise<unknown>): void {
    act().catch((error: unknown) => {
      this.toaster.show({ text: messageOf(error), kind: 'error' });
    });
  }

  done(text: string, undo?: () => Promise<unknown>): void {
    const action = undo && { label: t('Undo'), run: () => this.attempt(undo) };
    this.toaster.show({ text, ...(action && { action }) });
  }

  private get host() {
    return this.model.panel.host;
  }

  private get selection(): Selection {
    return this.model.state.view.selection;
  }

  private retaggable(
    runs: BulkRequest['runs'],
    change: Extract<BulkChange, { key: string }>,
    text: (count: number) => string,
  ): void {
    this.attempt(async () => {
      const { runIds, before = [] } = await this.change(runs, change);
      const undo = () => this.change(runIds, { do: 'retag', key: change.key, before });
      this.done(text(runIds.length), undo);
    });
  }

  private async change(runs: BulkRequest['runs'], change: BulkChange): Promise<BulkReply> {
    const reply = await this.host.change('POST /api/run-changes', { runs, change });
    if (!reply.ok) throw new Error(reply.refusal.message);
    return reply.value;
  }

  private itemOf(runId: string) {
    const { rows } = this.model.feed;
    const index = rows?.indexOf(runId);
    const row = index === undefined ? undefined : rows?.at(index);
    const found = row ?? this.model.pinnedRows.find(({ id }) => id === runId);
    return found?.value.kind === 'run' ? found.value : undefined;
  }

  private async selectedIds(): Promise<readonly string[]> {
    const { selection } = this;
    if (selection.kind === 'some') return selection.ids;
    return (await this.allRows([])).map(({ id }) => id);
  }

  /** As the table orders them. */
  private async chosenRows(columns: readonly Column<Item>[]): Promise<readonly ItemRow[]> {
    const { sort, groupBy } = this.model.view;
    if (this.count === 0 && groupBy.length > 0) return this.model.feed.groups();
    const rows = await this.allRows(this.model.columns.refs);
    // Chosen ones come as they were chosen.
    const isSome = this.selection.kind === 'some' && this.count > 0;
    return isSome ? sortedRows(rows, columns, sort.length > 0 ? sort : NEWEST_FIRST) : rows;
  }

  /** Columns as they are seen: moved and pinned. */
  private inOrder(columns: readonly Column<Item>[]): readonly Column<Item>[] {
    const { all } = columnModel(columns, layoutOf(this.model.view));
    return all.flatMap(({ id }) => columns.find((column) => column.id === id) ?? []);
  }

  private async allRows(refs: RunsModel['columns']['refs']): Promise<readonly ItemRow[]> {
    const { selection } = this;
    const { scope } = this.model;
    if (selection.kind === 'some' && selection.ids.length > 0) {
      const { filter: _, experimentIds: __, ...place } = scope;
      return this.rowsOf(place, { refs, runIds: selection.ids });
    }
    const rows = await this.rowsOf(scope, { refs });
    const left = new Set(selection.kind === 'all' ? selection.except : []);
    return rows.filter(({ id }) => !left.has(id));
  }

  /** In as many questions as it takes. */
  private async rowsOf(
    scope: RunScope,
    { refs = [], runIds }: RowsOptions = {},
  ): Promise<readonly ItemRow[]> {
    const { view } = this.model;
    const asked = askedColumns(view, refs);
    const orderBy = orderTerms(view);
    const rows: ItemRow[] = [];
    let until: number | undefined;
    for (let offset = 0; ; offset += CHUNK) {
      const reply = await this.host.ask('POST /api/run-table', {
        ...scope,
        ...(runIds
          ? { runIds: runIds.slice(offset, offset + CHUNK) }
          : { offset, ...(until === undefined ? {} : { until }) }),
        columns: asked.map(({ column }) => column),
        ...(orderBy.length > 0 ? { orderBy } : { runningFirst: true }),
        limit: CHUNK,
      });
      if (!reply.ok) throw new Error(reply.refusal.message);
      const ids = asked.map(({ id }) => id);
      rows.push(...runRows(reply.value, ids));
      // Runs that begin meanwhile do not move the pages.
      until = reply.value.until;
      if (offset + CHUNK >= (runIds?.length ?? reply.value.total)) return rows;
    }
  }
}

interface RowsOptions {
  readonly refs?: RunsModel['columns']['refs'];
  /** Only these, whatever the scope says. */
  readonly runIds?: readonly string[];
}

const NEWEST_FIRST = [{ id: 'started', desc: true }];

function copiedText(rows: readonly ItemRow[]): string {
  const { length } = rows;
  if (rows[0]?.isGroup) {
    return length === 1 ? t('1 group copied') : t('{0} groups copied', countText(length));
  }
  return length === 1 ? t('1 run copied') : t('{0} runs copied', countText(length));
}

const deletedText = (count: number): string =>
  count === 1 ? t('1 run deleted') : t('{0} runs deleted', countText(count));

function extensionOf(format: CopyFormat): string {
  switch (format) {
    case 'text':
      return 'tsv';
    case 'csv':
      return 'csv';
    case 'markdown':
      return 'md';
    case 'json':
      return 'json';
    default:
      return assertNever(format);
  }
}

/** Of the text in UTF-8. */
export function base64Of(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
