/** The rows of the table: all runs, nested runs under theirs, or groups with their members, by window. */
import type { Disposable } from '../../src/base/disposable';
import { Emitter, type Event } from '../../src/base/event';
import type { RunsView } from '../../src/domain/runsView';
import type {
  GroupsReply,
  GroupsRequest,
  MetricColumn,
  RunScope,
  TableColumn,
  TableReply,
  TableRequest,
} from '../../src/protocol/runTable';
import type { LiveAnswer, LivePorts } from '../shared/live';
import { LiveRows, type RowPage, type RowWindow } from '../shared/table/rows';
import { TreeRows } from '../shared/table/treeRows';
import type { RowSource, TableRow } from '../shared/table/types';
import { groupRows, type Item, type ItemRow, runRows, SameRows } from './items';

export interface FeedQuery {
  readonly scope: RunScope;
  readonly columns: readonly { readonly id: string; readonly column: TableColumn }[];
  readonly orderBy: readonly string[];
  readonly groupBy: RunsView['groupBy'];
  /** Index into the metrics among `columns`; for groups. */
  readonly groupOrder: GroupsRequest['orderBy'];
  readonly isNested: boolean;
}

export interface FeedPorts extends Omit<LivePorts<never, never>, 'ask'> {
  table(request: TableRequest): Promise<LiveAnswer<TableReply>>;
  groups(request: GroupsRequest): Promise<LiveAnswer<GroupsReply>>;
  /** Has the rows asked for again as events and the server's return say. */
  follow(rows: LiveRows<FeedQuery, Item>): void;
}

type Shape = 'flat' | 'nested' | 'groups';

const shapeOf = ({ groupBy, isNested }: FeedQuery): Shape =>
  groupBy.length > 0 ? 'groups' : isNested ? 'nested' : 'flat';

const isSameGrouping = ({ groupBy }: FeedQuery, before: FeedQuery | undefined): boolean =>
  JSON.stringify(groupBy) === JSON.stringify(before?.groupBy);

/** Under which row some rows stand; undefined: at the top. */
type Parent = ItemRow | undefined;

interface Level {
  readonly parent: Parent;
  readonly live: LiveRows<FeedQuery, Item>;
  readonly tree: TreeRows<Item> | undefined;
}

/** Servers give at most so many groups at once. */
const MOST_GROUPS = 1000;

export class RowFeed {
  private levels: Level[] = [];
  /** What was shown in another shape: it stays until the first answer in the new one. */
  private previous: { readonly source: RowSource<Item>; end(): void } | undefined;
  private query: FeedQuery | undefined;
  private shape: Shape | undefined;
  private subscription: Disposable | undefined;
  /** Rows that are to be unfolded, as soon as they are here. */
  private wanted: ReadonlySet<string>;
  private readonly changed = new Emitter<void>();
  /** Another shape, or rows changed. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(
    private readonly ports: FeedPorts,
    expanded: readonly string[],
  ) {
    this.wanted = new Set(expanded);
  }

  /** Undefined until it is known what to ask. */
  get rows(): RowSource<Item> | undefined {
    return this.previous?.source ?? this.current;
  }

  private get current(): RowSource<Item> | undefined {
    const [top] = this.levels;
    return top && (top.tree ?? top.live);
  }

  get top(): LiveRows<FeedQuery, Item> | undefined {
    return this.levels[0]?.live;
  }

  get expanded(): readonly string[] {
    return [...this.wanted];
  }

  set(query: FeedQuery): void {
    const shape = shapeOf(query);
    // Members stand under groups of what they were asked for: with other groups they have no place.
    const isOther = shape !== this.shape || !isSameGrouping(query, this.query);
    this.query = query;
    // What is made anew asks by itself.
    if (isOther) this.reshape(shape);
    else for (const { live } of this.levels) live.setQuery(query);
  }

  expand(row: TableRow<Item>, isExpanded: boolean): void {
    const next = new Set(this.wanted);
    if (isExpanded) next.add(row.id);
    else next.delete(row.id);
    this.wanted = next;
    const level = this.levels.find(({ live }) => live.indexOf(row.id) !== undefined);
    level?.tree?.expand(row, isExpanded);
    if (!isExpanded) this.closeUnder(row.id);
  }

  /** Asks all that is shown again: *Try Again*. */
  again(): void {
    for (const { live } of this.levels) live.live.again();
  }

  touch(): void {
    for (const { live } of this.levels) live.live.touch();
  }

  /** All of them, to be copied. */
  async groups(): Promise<readonly ItemRow[]> {
    const { top } = this;
    const rows: ItemRow[] = [];
    for (let from = 0; top && from < (top.count ?? 0); from += MOST_GROUPS) {
      rows.push(...(await top.all(from, Math.min(top.count ?? 0, from + MOST_GROUPS))));
    }
    return rows;
  }

  has(runId: string): boolean {
    return this.levels.some(({ live }) => live.indexOf(runId) !== undefined);
  }

  dispose(): void {
    this.endPrevious();
    this.subscription?.dispose();
    for (const level of this.levels) closeLevel(level);
    this.levels = [];
    this.changed.dispose();
  }

  private reshape(shape: Shape): void {
    this.leave();
    this.shape = shape;
    const source = this.open(undefined);
    this.subscription = source.onDidChange(() => {
      if (this.top?.count !== undefined) this.endPrevious();
      this.unfold();
      this.changed.fire();
    });
    this.changed.fire();
  }

  /** Rows that are here stay in sight; those that never came make room at once. */
  private leave(): void {
    const { levels, current, subscription } = this;
    this.levels = [];
    this.subscription = undefined;
    const end = () => {
      subscription?.dispose();
      for (const level of levels) closeLevel(level);
    };
    if (this.previous || !current || current.count === undefined) end();
    else this.previous = { source: current, end };
  }

  private endPrevious(): void {
    this.previous?.end();
    this.previous = undefined;
  }

  private open(parent: Parent): RowSource<Item> {
    const same = new SameRows();
    const live = new LiveRows<FeedQuery, Item>(
      (query, window) => this.ask(query, { parent, window, same }),
      this.ports,
    );
    const canUnfold = this.shape === 'nested' || (this.shape === 'groups' && parent === undefined);
    const tree = canUnfold ? new TreeRows<Item>(live, (row) => this.open(row)) : undefined;
    this.levels.push({ parent, live, tree });
    this.ports.follow(live);
    live.setQuery(this.query);
    return tree ?? live;
  }

  /** What was unfolded before a reload, or was out of view, is unfolded as soon as it is here. */
  private unfold(): void {
    for (const { live, tree } of [...this.levels]) {
      if (!tree) continue;
      for (const id of this.wanted) {
        const index = live.indexOf(id);
        const row = index === undefined ? undefined : live.at(index);
        if (row && row.expanded !== undefined) tree.expand(row, true);
      }
    }
  }

  private closeUnder(id: string): void {
    const under = this.levels.filter(({ parent }) => parent?.id === id);
    this.levels = this.levels.filter((level) => !under.includes(level));
    for (const level of under) {
      for (const inner of level.tree?.expanded ?? []) this.closeUnder(inner);
      closeLevel(level);
    }
  }

  private ask(
    query: FeedQuery,
    of: { readonly parent: Parent; readonly window: RowWindow; readonly same: SameRows },
  ): Promise<LiveAnswer<RowPage<Item>>> {
    const { parent, window, same } = of;
    if (parent === undefined && query.groupBy.length > 0)
      return this.askGroups(query, window, same);
    return this.askRuns(query, of);
  }

  private async askRuns(
    query: FeedQuery,
    of: { readonly parent: Parent; readonly window: RowWindow; readonly same: SameRows },
  ): Promise<LiveAnswer<RowPage<Item>>> {
    const { parent, window, same } = of;
    const answer = await this.ports.table({
      ...scopeUnder(query, parent),
      columns: query.columns.map(({ column }) => column),
      // Unsorted, the newest come first, and before them those that are going on.
      ...(query.orderBy.length > 0 ? { orderBy: query.orderBy } : { runningFirst: true }),
      limit: window.to - window.from,
      offset: window.from,
    });
    if (!answer.ok) return answer;
    const ids = query.columns.map(({ id }) => id);
    const rows = same.take(runRows(answer.value, ids, { canUnfold: this.shape === 'nested' }));
    return { ok: true, value: { rows, count: answer.value.total } };
  }

  private async askGroups(
    query: FeedQuery,
    { from, to }: RowWindow,
    same: SameRows,
  ): Promise<LiveAnswer<RowPage<Item>>> {
    const metrics = query.columns.flatMap(({ id, column }) =>
      column.on === 'metric' ? [{ id, column }] : [],
    );
    const answer = await this.ports.groups({
      ...query.scope,
      by: query.groupBy,
      metrics: metrics.map(({ column }): MetricColumn => column),
      ...(query.groupOrder ? { orderBy: query.groupOrder } : {}),
      limit: Math.min(to - from, MOST_GROUPS),
      offset: from,
    });
    if (!answer.ok) return answer;
    const rows = same.take(
      groupRows(
        answer.value,
        metrics.map(({ id }) => id),
        query.groupBy,
      ),
    );
    return { ok: true, value: { rows, count: answer.value.total } };
  }
}

function closeLevel({ live, tree }: Level): void {
  tree?.dispose();
  live.dispose();
}

/** Runs of a group are found by its filter, together with what is filtered anyway. */
export function scopeOfGroup(scope: RunScope, { value }: ItemRow): RunScope | undefined {
  if (value.kind !== 'group') return undefined;
  const { filter, experimentId } = value.group;
  const both = [scope.filter ?? '', filter].filter((each) => each.trim() !== '');
  return {
    ...scope,
    filter: both.map((each) => (both.length > 1 ? `(${each})` : each)).join(' AND '),
    ...(experimentId === undefined ? {} : { experimentIds: [experimentId] }),
  };
}

function scopeUnder({ scope, isNested, groupBy }: FeedQuery, parent: Parent): TableRequest {
  const item = parent?.value;
  const ofGroup = parent && scopeOfGroup(scope, parent);
  if (ofGroup) return { ...ofGroup, columns: [] };
  if (item?.kind === 'run') return { ...scope, columns: [], nesting: 'in', parent: item.run.runId };
  return { ...scope, columns: [], nesting: isNested && groupBy.length === 0 ? 'top' : 'flat' };
}
