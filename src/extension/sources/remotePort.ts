/** A remote MLflow server behind the routes that trees, Charts page and run actions ask. */
import { DisposableStore } from '../../base/disposable';
import { RunlensError } from '../../base/errors';
import { Emitter } from '../../base/event';
import { download, localFile } from '../../client/mlflow/downloads';
import { Histories } from '../../client/mlflow/histories';
import { KnownRuns } from '../../client/mlflow/knownRuns';
import { Link, type LinkClock, type LinkStatus } from '../../client/mlflow/link';
import type { MlflowClient } from '../../client/mlflow/mlflowClient';
import { changeRemoteRuns } from '../../client/mlflow/runChanges';
import { RunPages } from '../../client/mlflow/runPages';
import { RemoteTable } from '../../client/mlflow/runTable';
import type { RemoteRun } from '../../client/mlflow/wire';
import type { ControlRoute, ReplyOf, RequestOf, SeriesRequest } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { PageOf } from '../../protocol/page';
import type { ExperimentRow, FileRow, RunDetail, RunRow, SeriesColumns } from '../../protocol/rows';
import type { BulkReply, BulkRequest } from '../../protocol/runTable';
import { toWire } from '../../protocol/wire';
import type { ServerState } from '../session/serverPort';
import { experimentRowOf, runDetailOf, runRowOf } from './remoteRows';
import { ownChange, ownId, ownTable, SourceIds } from './runIds';
import { type FetchOptions, type SourceInfo, type SourcePort, stateOf } from './sourcePort';

const PAGE = 100;
const BUCKETS = 500;

type Route =
  | 'GET /api/experiments'
  | 'GET /api/experiments/:experimentId/runs'
  | 'GET /api/runs/:runId'
  | 'GET /api/runs/:runId/files'
  | 'POST /api/runs/:runId/rename'
  | 'POST /api/runs/:runId/delete'
  | 'POST /api/runs/:runId/restore'
  | 'POST /api/runs/:runId/edit'
  | 'POST /api/series'
  | 'POST /api/run-table'
  | 'POST /api/run-columns'
  | 'POST /api/run-values'
  | 'POST /api/run-groups'
  | 'POST /api/run-changes';
type Handlers = { readonly [R in Route]: (request: RequestOf<R>) => Promise<ReplyOf<R>> };

export interface RemoteOptions {
  readonly info: SourceInfo;
  readonly client: MlflowClient;
  /** Which experiments, in MLflow's search language; all when left out. */
  readonly experiments?: string | undefined;
  /** Folder for artifacts that are looked at. */
  readonly cache: string;
  readonly clock?: LinkClock;
}

export class RemotePort implements SourcePort {
  private readonly store = new DisposableStore();
  private readonly states = this.store.add(new Emitter<ServerState>());
  private readonly events = this.store.add(new Emitter<ServerEvent>());
  private readonly details = this.store.add(new Emitter<RunDetail>());
  readonly onDidChangeState = this.states.event;
  readonly onEvent = this.events.event;
  readonly onDetail = this.details.event;
  private readonly known: KnownRuns;
  private readonly pages: RunPages;
  private readonly table: RemoteTable;
  private readonly histories: Histories;
  private readonly ids: SourceIds;
  private readonly link: Link;
  /** Whether anyone has read the experiments: nobody else needs to be told of them. */
  private isRead = false;

  constructor(private readonly options: RemoteOptions) {
    const { client, info, experiments, clock } = options;
    this.known = new KnownRuns(client, experiments);
    this.pages = new RunPages(client);
    this.table = new RemoteTable(client, {
      ids: async () => (await this.experiments()).items.map(({ experimentId }) => experimentId),
      name: (id) =>
        this.known.experiments.find(({ experimentId }) => experimentId === id)?.name ?? id,
    });
    this.histories = new Histories(client);
    this.ids = new SourceIds(info.id);
    const tasks = { probe: () => client.probe(), poll: () => this.poll() };
    this.link = this.store.add(new Link(tasks, clock));
    this.store.add(this.link.onDidChange((status) => this.states.fire(stateOf(status))));
    this.store.add(client);
  }

  get info(): SourceInfo {
    return this.options.info;
  }

  get status(): LinkStatus {
    return this.link.status;
  }

  get state(): ServerState {
    return stateOf(this.status);
  }

  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    const handler = this.handlers[route as Route] as
      | ((request: RequestOf<R>) => Promise<ReplyOf<R>>)
      | undefined;
    if (!handler) {
      throw new RunlensError(
        'source.cannot',
        `${this.info.name} is an MLflow server: it cannot do this.`,
      );
    }
    try {
      return await handler(request);
    } catch (error) {
      this.link.note(error);
      throw error;
    }
  }

  watch(isWatched: boolean): void {
    this.link.watch(isWatched);
  }

  connect(): Promise<void> {
    return this.link.connect();
  }

  retry(): Promise<void> {
    return this.link.retry();
  }

  start(): Promise<void> {
    return this.link.connect();
  }

  restart(): Promise<void> {
    return this.link.retry();
  }

  revisionOf(runId: string, key: string): number {
    return this.known.revisionOf(ownId(runId), key);
  }

  async fetchFile(runId: string, row: FileRow, options: FetchOptions): Promise<string> {
    const { client, cache } = this.options;
    const request = { runId: ownId(runId), path: row.path, folder: cache, ...options };
    try {
      return await download(client, request);
    } catch (error) {
      this.link.note(error);
      throw error;
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  private readonly handlers: Handlers = {
    'GET /api/experiments': () => this.experiments(),
    'GET /api/experiments/:experimentId/runs': (request) => this.runs(request),
    'GET /api/runs/:runId': ({ runId }) => this.detail(ownId(runId)),
    'GET /api/runs/:runId/files': ({ runId, path }) => this.files(ownId(runId), path),
    'POST /api/runs/:runId/rename': ({ runId, name }) =>
      this.write(ownId(runId), (id) => this.options.client.rename(id, name)),
    'POST /api/runs/:runId/delete': ({ runId }) =>
      this.write(ownId(runId), (id) => this.options.client.remove(id)),
    'POST /api/runs/:runId/restore': ({ runId }) =>
      this.write(ownId(runId), (id) => this.options.client.restore(id)),
    'POST /api/runs/:runId/edit': (request) => this.edit(request),
    'POST /api/series': (request) => this.series(request),
    'POST /api/run-table': (request) => this.tablePage(ownTable(request)),
    'POST /api/run-columns': (request) => this.table.columns(ownTable(request)),
    'POST /api/run-values': (request) => this.table.values(request),
    'POST /api/run-groups': (request) => this.table.groups(request),
    'POST /api/run-changes': (request) => this.changeRuns(ownChange(request)),
  };

  private async experiments(): Promise<PageOf<ExperimentRow>> {
    if (this.known.experiments.length === 0) await this.known.readExperiments();
    this.isRead = true;
    const items = this.known.experiments.map((each) =>
      experimentRowOf(each, this.known.running(each.experimentId)),
    );
    return { items, total: items.length };
  }

  private async runs(
    request: RequestOf<'GET /api/experiments/:experimentId/runs'>,
  ): Promise<PageOf<RunRow>> {
    const { experimentId, limit = PAGE, offset = 0 } = request;
    const parent = request.parent === undefined ? undefined : ownId(request.parent);
    const owner = { experimentId, parent };
    this.known.open(experimentId);
    const page = await (offset === 0
      ? this.pages.first(owner, limit)
      : this.pages.next(owner, limit));
    for (const run of page.runs) this.known.put(run);
    const items = page.runs.map((run) => this.rowOf(run));
    // The server does not count its runs: one more stands for all the others.
    return { items, total: offset + items.length + (page.more ? 1 : 0) };
  }

  private async tablePage(request: RequestOf<'POST /api/run-table'>) {
    const { runs, ...page } = await this.table.page(request);
    for (const run of runs) this.known.put(run);
    return { ...page, rows: runs.map((run) => this.rowOf(run)) };
  }

  private async changeRuns({ runs, change }: BulkRequest): Promise<BulkReply> {
    const onChanged = (run: RemoteRun) => {
      if (this.known.put(run)) this.tell(run);
    };
    const chosen = await this.table.chosen(runs);
    const { client } = this.options;
    return this.ids.changed(await changeRemoteRuns(client, { runs: chosen, change, onChanged }));
  }

  private async detail(runId: string): Promise<RunDetail> {
    const run = this.known.run(runId) ?? (await this.options.client.run(runId));
    this.known.put(run);
    const owner = { experimentId: run.experimentId, parent: runId };
    const hasChildren = this.known.children(runId) > 0 || (await this.pages.hasChildren(owner));
    if (hasChildren) this.known.putParent(runId);
    return this.detailOf(run);
  }

  private async files(runId: string, path: string | undefined): Promise<PageOf<FileRow>> {
    const files = await this.options.client.files(runId, path);
    const items = files.map((file) => ({
      ...file,
      file: localFile(this.options.cache, runId, file.path),
    }));
    return { items, total: items.length };
  }

  private async series(request: SeriesRequest): Promise<{ series: readonly SeriesColumns[] }> {
    const { fromStep, toStep, buckets = BUCKETS } = request;
    const range = { buckets, fromStep, toStep };
    const series = await Promise.all(
      request.series.map(async ({ runId, key }) => {
        const own = { runId: ownId(runId), key };
        const revision = this.known.revisionOf(own.runId, key);
        const { points, count } = await this.histories.series(own, range, revision);
        const steps = points.map((point) => point.step);
        const timestamps = points.map((point) => point.timestamp);
        const values = points.map((point) => toWire(point.value));
        return { runId, key, count, steps, timestamps, values };
      }),
    );
    return { series };
  }

  /** MLflow's servers change tags only: what was logged as a parameter stays. */
  private async edit(request: RequestOf<'POST /api/runs/:runId/edit'>): Promise<object> {
    const { what, key, value } = request;
    const { client, info } = this.options;
    if (what === 'param') {
      const message = `${info.name} is an MLflow server: parameters cannot be changed there.`;
      throw new RunlensError('source.cannot', message);
    }
    return this.write(ownId(request.runId), (id) =>
      value === null ? client.deleteTag(id, key) : client.setTag(id, key, value),
    );
  }

  private async write(runId: string, change: (runId: string) => Promise<void>): Promise<object> {
    await change(runId);
    await this.read(runId);
    return {};
  }

  /** Reads a run anew and tells. */
  private async read(runId: string): Promise<void> {
    const run = await this.options.client.run(runId);
    this.known.put(run);
    this.tell(run);
  }

  private async poll(): Promise<boolean> {
    const { experiments, gone, runs } = await this.known.look();
    for (const id of gone) this.events.fire({ type: 'gone', what: 'experiment', id });
    for (const run of runs) this.tell(run);
    const touched = new Set(runs.map(({ experimentId }) => experimentId));
    for (const { experimentId } of experiments) touched.add(experimentId);
    for (const each of this.isRead ? this.known.experiments : []) {
      if (!touched.has(each.experimentId)) continue;
      const experiment = experimentRowOf(each, this.known.running(each.experimentId));
      this.events.fire({ type: 'experiment', experiment });
    }
    return experiments.length + gone.length + runs.length > 0;
  }

  private tell(run: RemoteRun): void {
    this.events.fire({ type: 'run', run: this.rowOf(run) });
    this.details.fire(this.detailOf(run));
  }

  private rowOf(run: RemoteRun): RunRow {
    const { known } = this;
    return this.ids.row(runRowOf(run, known.tagsOf(run.experimentId), known.children(run.runId)));
  }

  private detailOf(run: RemoteRun): RunDetail {
    return runDetailOf(run, this.rowOf(run));
  }
}
