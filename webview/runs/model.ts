/** What the page of runs knows: its queries, kept up to date, and the view that they follow. */
import { Emitter, type Event } from '../../src/base/event';
import type { RunsView } from '../../src/domain/runsView';
import type { ReplyOf, RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { RunScope } from '../../src/protocol/runTable';
import type { RunsHost } from '../../src/protocol/webview/views';
import type { FilterNames } from '../shared/filter/suggest';
import { type Live, wait } from '../shared/live';
import type { Panel, PanelState } from '../shared/panel';
import { withoutRows } from '../shared/table/selection';
import type { Selection } from '../shared/table/types';
import {
  askedColumns,
  type ChosenColumns,
  chosenColumns,
  metricColumn,
  orderTerms,
} from './columnChoice';
import type { Editing } from './columnContext';
import { bestValues, type Extremes, extremesOf, sameMetrics } from './extremes';
import { filterNames } from './filterNames';
import { type ItemRow, runRows, SameRows } from './items';
import { type NamedLive, namedLive } from './namedLive';
import { type PageView, withPart } from './pageView';
import { Questions, unchanged } from './questions';
import { RowFeed } from './rowFeed';
import { Slow } from './slow';
import { SparkStore } from './sparkStore';
import { deletedRuns, touchesPinned, touchesRows } from './touches';

/** What changes with each point is read again this often. */
const POINTS_MS = 1000;
/** What is computed over all runs is read again this often. */
const FACTS_MS = 2000;
const MOST_EXPERIMENTS = 1000;
/** The newest runs, which say what columns there are until all have been looked at. */
const FIRST_RUNS = 500;

export class RunsModel {
  readonly feed: RowFeed;
  readonly sparks: SparkStore;
  readonly names: FilterNames;
  readonly facts: Live<RequestOf<'POST /api/run-columns'>, ReplyOf<'POST /api/run-columns'>>;
  private readonly extremes: NamedLive<'POST /api/run-groups'>;
  private readonly pinned: NamedLive<'POST /api/run-table'>;
  private readonly experimentList: Live<
    RequestOf<'GET /api/experiments'>,
    ReplyOf<'GET /api/experiments'>
  >;
  private readonly same = new SameRows();
  private readonly questions = new Questions();
  private readonly changed = new Emitter<void>();
  private readonly slowPoints: Slow;
  private readonly slowFacts: Slow;
  private edited: Editing | undefined;
  /** The first rows have come. */
  private hasRows = false;
  private chosen: ChosenColumns = { refs: [], same: 0 };
  private experimentNames: ReadonlyMap<string, string> = new Map();
  private bestEntries: readonly (readonly [string, number])[] = [];
  private bestOf = this.bestEntries;
  private bestMap: ReadonlyMap<string, number> = new Map();
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(readonly panel: Panel<PageView, RunsHost>) {
    this.names = filterNames(panel.host, () => this.scope);
    this.facts = panel.live({
      route: 'POST /api/run-columns',
      request: undefined,
      touches: () => false,
    });
    this.extremes = namedLive(panel, 'POST /api/run-groups', () => false);
    this.pinned = namedLive(panel, 'POST /api/run-table', (event) =>
      touchesPinned(event, this.wantedRows()),
    );
    this.experimentList = panel.live({
      route: 'GET /api/experiments',
      request: undefined,
      touches: (event) => event.type === 'experiment' || event.type === 'gone',
    });
    this.sparks = new SparkStore({
      series: (series, buckets) => this.readSeries(series, buckets),
      after: wait,
    });
    this.feed = new RowFeed(
      {
        table: (request) => panel.host.ask('POST /api/run-table', request),
        groups: (request) => panel.host.ask('POST /api/run-groups', request),
        follow: (rows) => panel.follow(rows.live, (event) => this.touchesRows(event)),
        now: Date.now,
        after: wait,
      },
      panel.state.view.expanded,
    );
    this.slowPoints = new Slow(POINTS_MS, () => {
      this.feed.touch();
      this.pinned.touch();
    });
    this.slowFacts = new Slow(FACTS_MS, () => {
      this.facts.touch();
      this.extremes.touch();
    });
    this.listen();
    this.update();
  }

  get state(): PanelState<PageView> {
    return this.panel.state;
  }

  get view(): RunsView {
    return this.state.view.view;
  }

  get columns(): ChosenColumns {
    return this.chosen;
  }

  get editing(): Editing | undefined {
    return this.edited;
  }

  /** The runs that the page is about, with its filter. */
  get scope(): RunScope {
    const { start } = this.state;
    const subject = start?.subject;
    const experimentIds = subject?.kind === 'runs' ? subject.experimentIds : undefined;
    const source = start?.place.source;
    const filter = this.view.filter.trim();
    return {
      ...(source === undefined ? {} : { source }),
      ...(experimentIds === undefined ? {} : { experimentIds }),
      ...(filter === '' ? {} : { filter }),
    };
  }

  /** Runs that the filter lets pass, with nested ones and members of groups. */
  get total(): number | undefined {
    return this.facts.state.value?.total ?? this.feed.top?.count;
  }

  /** Names of experiments by id. */
  get experiments(): ReadonlyMap<string, string> {
    return this.experimentNames;
  }

  get found(): readonly Extremes[] {
    const { value } = this.extremes.state;
    return value ? extremesOf(value.reply, value.ids) : [];
  }

  /** The best value by the id of a metric's column. */
  get best(): ReadonlyMap<string, number> {
    return this.bestMap;
  }

  /** The baseline first. Those that are gone are left out. */
  get pinnedRows(): readonly ItemRow[] {
    const { value } = this.pinned.state;
    if (!value || this.wantedRows().length === 0) return [];
    return this.same.take(runRows(value.reply, value.ids, { isPinned: true }));
  }

  setView(view: RunsView): void {
    this.keep({ view });
  }

  setSelection(selection: Selection): void {
    this.keep({ selection });
  }

  /** Runs that are gone are not among what is selected, and not counted. */
  unselect(runIds: readonly string[]): void {
    const { selection } = this.state.view;
    const next = withoutRows(selection, runIds);
    if (next !== selection) this.setSelection(next);
  }

  keep(part: Partial<PageView>): void {
    this.panel.setView(withPart(this.state.view, part));
  }

  edit(editing: Editing | undefined): void {
    this.edited = editing;
    this.changed.fire();
  }

  expand(row: ItemRow, isExpanded: boolean): void {
    this.feed.expand(row, isExpanded);
    this.keep({ expanded: this.feed.expanded });
  }

  again(): void {
    this.feed.again();
    for (const live of [this.facts, this.extremes, this.pinned]) live.again();
  }

  dispose(): void {
    this.feed.dispose();
    this.sparks.dispose();
    this.slowPoints.dispose();
    this.slowFacts.dispose();
    for (const live of [this.facts, this.extremes, this.pinned, this.experimentList]) {
      live.dispose();
    }
    this.changed.dispose();
  }

  private listen(): void {
    this.panel.onDidChange(() => this.update());
    this.panel.onEvents((events) => this.take(events));
    this.feed.onDidChange(() => {
      if (this.hasRows || this.feed.top?.count === undefined) return this.changed.fire();
      this.hasRows = true;
      this.update();
    });
    this.pinned.onDidChange(() => this.changed.fire());
    this.experimentList.onDidChange(() => {
      const items = this.experimentList.state.value?.items ?? [];
      const names = new Map(items.map((each) => [each.experimentId, each.name]));
      const isNew = items.some(
        (each) => names.get(each.experimentId) !== this.experimentNames.get(each.experimentId),
      );
      // Rows are drawn anew for it.
      if (isNew) this.experimentNames = names;
      this.changed.fire();
    });
    // Which columns there are, and are the same in all runs, decides what is asked.
    this.facts.onDidChange(() => this.update());
    this.extremes.onDidChange(() => this.update());
  }

  /** Asks for what the view wants now; what is asked already is not asked again. */
  private update(): void {
    const { start } = this.state;
    if (start) {
      if (!this.state.view.hasBegun) {
        // Keeping the view comes back here.
        this.begin();
        return;
      }
      const { scope, view } = this;
      this.askExperiments(scope);
      this.questions.ask(this.facts, this.hasRows ? scope : { ...scope, newest: FIRST_RUNS });
      if (this.facts.state.value) this.askRows(scope, view);
      // What takes the server longer than the first rows is asked for after them.
      if (this.hasRows && this.facts.state.value) this.askExtremes(scope, view);
    }
    this.changed.fire();
  }

  /** The first time, the panel may have been opened for a filter. */
  private begin(): void {
    const subject = this.state.start?.subject;
    const filter = subject?.kind === 'runs' ? subject.filter : undefined;
    const view = filter === undefined ? this.view : { ...this.view, filter };
    this.keep({ hasBegun: true, view });
  }

  private askRows(scope: RunScope, view: RunsView): void {
    const total = this.facts.state.value?.total;
    const chosen = chosenColumns(view, {
      facts: this.facts.state.value,
      isAcross: scope.experimentIds?.length !== 1,
      sameMetrics: sameMetrics(this.found, total),
    });
    this.chosen = unchanged(this.chosen, chosen);
    this.bestEntries = unchanged(this.bestEntries, [...bestValues(this.found, view)]);
    if (this.bestOf !== this.bestEntries) this.bestMap = new Map(this.bestEntries);
    this.bestOf = this.bestEntries;
    const columns = askedColumns(view, this.chosen.refs);
    const metrics = columns.filter(({ column }) => column.on === 'metric').map(({ id }) => id);
    const [first] = view.sort;
    const metric = first ? metrics.indexOf(first.id) : -1;
    const query = {
      scope,
      columns,
      orderBy: orderTerms(view),
      groupBy: view.groupBy,
      groupOrder: metric >= 0 && first ? { metric, descending: first.desc } : undefined,
      // A filter looks at all runs: what it finds is not hidden under what it does not find.
      isNested: view.isNested && scope.filter === undefined,
    };
    if (this.questions.isNew(this.feed, query)) this.feed.set(query);
    this.askPinned(scope, columns);
  }

  private askExperiments({ source }: RunScope): void {
    this.questions.ask(this.experimentList, {
      limit: MOST_EXPERIMENTS,
      ...(source === undefined ? {} : { source }),
    });
  }

  private askExtremes(scope: RunScope, view: RunsView): void {
    // Of the chosen ones, whether or not they are left out for being all the same.
    const metrics = chosenColumns(
      { ...view, isOnlyDiffering: false },
      { facts: this.facts.state.value, isAcross: false, sameMetrics: new Set() },
    ).refs.filter(({ kind }) => kind === 'metric');
    if (metrics.length === 0) return;
    const request = {
      ...scope,
      by: [{ on: 'attribute', key: 'experiment' } as const],
      metrics: metrics.map(({ key }) => metricColumn(view, key)),
      limit: MOST_EXPERIMENTS,
    };
    const ids = metrics.map(({ id }) => id);
    this.questions.ask(this.extremes, { request, ids });
  }

  private askPinned(scope: RunScope, columns: ReturnType<typeof askedColumns>): void {
    const runIds = this.wantedRows();
    if (runIds.length === 0) return;
    const { source } = scope;
    const request = {
      ...(source === undefined ? {} : { source }),
      runIds,
      columns: columns.map(({ column }) => column),
    };
    this.questions.ask(this.pinned, { request, ids: columns.map(({ id }) => id) });
  }

  private wantedRows(): readonly string[] {
    const { baseline, pinnedRuns } = this.view;
    const others = pinnedRuns.filter((id) => id !== baseline);
    return baseline === undefined ? others : [baseline, ...others];
  }

  private take(events: readonly ServerEvent[]): void {
    this.unselect(deletedRuns(events));
    for (const event of events) {
      if (event.type === 'reset') this.sparks.reset();
      else if (event.type === 'points') {
        this.sparks.grown(event);
        if (this.isShown(event.key)) {
          this.slowPoints.call();
          this.slowFacts.call();
        }
      } else if (this.touchesRows(event)) this.slowFacts.call();
    }
  }

  private isShown(metric: string): boolean {
    return this.chosen.refs.some(({ kind, key }) => kind === 'metric' && key === metric);
  }

  private touchesRows(event: ServerEvent): boolean {
    return touchesRows(event, this.scope.experimentIds);
  }

  private async readSeries(
    series: readonly { readonly runId: string; readonly key: string }[],
    buckets: number,
  ) {
    const { source } = this.scope;
    const reply = await this.panel.host.ask('POST /api/series', { source, series, buckets });
    if (!reply.ok) throw new Error(reply.refusal.message);
    return reply.value.series;
  }
}
