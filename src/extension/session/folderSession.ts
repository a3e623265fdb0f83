/** One workspace folder: its server, and what the views know of its store. Knows no VS Code. */
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { ControlRoute, ReplyOf, RequestOf } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { Page, PageOf } from '../../protocol/page';
import type { MetricRow, RunDetail, RunRow, StepRow } from '../../protocol/rows';
import { type Changed, ExperimentsModel, type ListOwner, ownerOf } from '../models/experiments';
import { type PipelineChanged, PipelinesModel } from '../models/pipelines';
import type { ServerPort, ServerState } from './serverPort';

export interface SessionFolder {
  readonly name: string;
  /** Absolute path of the workspace folder. */
  readonly path: string;
  /** Real path of the root its store belongs to. */
  readonly root: string;
}

const PAGE = 50;
/** What is read before anyone opens a tree, so that badge and charts are right. */
const WARM = { experiments: 3, runs: 20, parents: 10 };

export class FolderSession implements Disposable {
  readonly experiments = new ExperimentsModel();
  readonly pipelines = new PipelinesModel();
  protected readonly store = new DisposableStore();
  protected readonly experimentsChanged = this.store.add(new Emitter<readonly Changed[]>());
  private readonly pipelinesChanged = this.store.add(new Emitter<readonly PipelineChanged[]>());
  readonly onDidChangeExperiments = this.experimentsChanged.event;
  readonly onDidChangePipelines = this.pipelinesChanged.event;
  /** Whether the first pages have been read since the last reset. */
  isWarm = false;
  /** Why nothing can be written, and what to do; undefined when it can, or is not known yet. */
  readOnlyReason: string | undefined;
  /** What the server had to mend in the store when it opened it, one line each. */
  reports: readonly string[] = [];
  private readonly loading = new Map<string, Promise<unknown>>();

  /** @param report is told of failures nobody waits for, and of what the server had to mend. */
  constructor(
    readonly folder: SessionFolder,
    readonly server: ServerPort,
    private readonly report: (error: unknown) => void,
  ) {
    this.store.add(server);
    this.store.add(server.onEvent((event) => this.apply(event)));
    this.store.add(server.onDidChangeState((state) => this.follow(state)));
  }

  get state(): ServerState {
    return this.server.state;
  }

  call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    return this.server.call(route, request);
  }

  /** Settles when the server is up, or is known not to come up. */
  async ready(): Promise<ServerState> {
    if (this.state.kind !== 'starting') return this.state;
    return new Promise((resolve) => {
      const subscription = this.server.onDidChangeState((state) => {
        if (state.kind === 'starting') return;
        subscription.dispose();
        resolve(state);
      });
    });
  }

  loadExperiments(): Promise<void> {
    return this.once('experiments', async () => {
      const mark = this.experiments.mark();
      const page = await this.call('GET /api/experiments', { limit: 1000 });
      this.experiments.setExperiments(page, mark);
    });
  }

  /** Reads the next page of an owner's runs. */
  loadRuns(owner: ListOwner, limit = PAGE): Promise<void> {
    return this.once(`runs ${owner.experimentId} ${owner.parent ?? ''}`, async () => {
      const mark = this.experiments.mark();
      const offset = this.experiments.nextOffset(owner);
      const request = { experimentId: owner.experimentId, limit, offset };
      const page = await this.call(
        'GET /api/experiments/:experimentId/runs',
        owner.parent === undefined ? request : { ...request, parent: owner.parent },
      );
      this.experiments.addRuns(owner, page, mark);
    });
  }

  /** Reads the next page and has it drawn. */
  async loadMoreRuns(owner: ListOwner): Promise<void> {
    await this.loadRuns(owner);
    const { experimentId, parent } = owner;
    this.experimentsChanged.fire([
      parent === undefined ? { kind: 'experiment', experimentId } : { kind: 'run', runId: parent },
    ]);
  }

  async loadMorePipelineRuns(pipeline: string): Promise<void> {
    await this.loadPipelineRuns(pipeline);
    this.pipelinesChanged.fire([{ kind: 'pipeline', name: pipeline }]);
  }

  /** The first page of an owner's runs, read once. */
  async ensureRuns(owner: ListOwner): Promise<void> {
    if (!this.experiments.list(owner)) await this.loadRuns(owner);
  }

  async ensureDetail(runId: string): Promise<RunDetail | undefined> {
    if (!this.experiments.detail(runId)) {
      await this.once(`detail ${runId}`, async () => {
        const mark = this.experiments.mark();
        this.experiments.setDetail(await this.call('GET /api/runs/:runId', { runId }), mark);
      });
    }
    return this.experiments.detail(runId);
  }

  /** Grows whenever a series has changed; its number of points, where that is known. */
  revisionOf({ count }: MetricRow, _runId: string): number {
    return count ?? 0;
  }

  /** Runs of an experiment that match, at any depth, the newest first. @throws SearchError */
  async findRuns(experimentId: string, filter: string, page: Page): Promise<PageOf<RunRow>> {
    const mark = this.experiments.mark();
    const request = { experimentIds: [experimentId], filter, columns: [], ...page };
    const { rows, total } = await this.call('POST /api/run-table', request);
    this.experiments.know(rows, mark);
    return { items: rows, total };
  }

  /** Makes a run and those it is nested in appear in the tree's lists; undefined when there is none. */
  async locate(runId: string): Promise<RunRow | undefined> {
    const row = await this.ensureDetail(runId);
    if (!row) return undefined;
    await this.ensureRuns(ownerOf(row));
    this.experiments.pin(row);
    if (row.parentRunId !== undefined) await this.locate(row.parentRunId);
    return row;
  }

  loadPipelines(): Promise<void> {
    return this.once('pipelines', async () => {
      const mark = this.pipelines.mark();
      this.pipelines.setPipelines(await this.call('GET /api/pipelines', {}), mark);
    });
  }

  loadPipelineRuns(pipeline: string, limit = PAGE): Promise<void> {
    return this.once(`pipeline ${pipeline}`, async () => {
      const mark = this.pipelines.mark();
      const offset = this.pipelines.runs(pipeline)?.rows.length ?? 0;
      const request = { pipeline, limit, offset };
      const page = await this.call('GET /api/pipelines/:pipeline/runs', request);
      this.pipelines.addRuns(pipeline, page, mark);
    });
  }

  async ensureSteps(pipelineRunId: string): Promise<readonly StepRow[]> {
    if (!this.pipelines.steps(pipelineRunId)) {
      await this.once(`steps ${pipelineRunId}`, async () => {
        const mark = this.pipelines.mark();
        this.pipelines.expectDetail(pipelineRunId);
        const detail = await this.call('GET /api/pipeline-runs/:id', { id: pipelineRunId });
        this.pipelines.setDetail(detail, mark);
      });
    }
    return this.pipelines.steps(pipelineRunId) ?? [];
  }

  /** Says what was asked for with a launch: the server knows only its id. */
  nameLaunch(launchId: string, name: string): void {
    this.announce([], this.pipelines.nameLaunch(launchId, name));
  }

  /** Forgets what was read and reads again what is shown. */
  refresh(): void {
    this.apply({ type: 'reset', reason: 'refresh' });
  }

  /** Ends the server, whoever uses it, starts it again and reads anew. */
  async restartServer(): Promise<void> {
    this.isWarm = false;
    await this.server.restart();
  }

  dispose(): void {
    this.store.dispose();
  }

  private follow(state: ServerState): void {
    // After a short absence the events go on where they stopped, and nothing need be read again.
    if (state.kind === 'up' && !this.isWarm) this.refresh();
    else this.announce([{ kind: 'root' }], [{ kind: 'root' }]);
  }

  private apply(event: ServerEvent): void {
    if (event.type === 'reset') this.isWarm = false;
    if (event.type === 'status') this.readOnlyReason = event.reason;
    this.announce(this.experiments.apply(event), this.pipelines.apply(event));
    if (event.type === 'reset') void this.warm().catch(this.report);
  }

  protected announce(runs: readonly Changed[], pipelines: readonly PipelineChanged[]): void {
    if (runs.length > 0) this.experimentsChanged.fire(runs);
    if (pipelines.length > 0) this.pipelinesChanged.fire(pipelines);
  }

  /** Reads what is shown before anyone asks. */
  protected async warm(): Promise<void> {
    if (this.state.kind !== 'up') return;
    await this.loadStatus();
    await this.loadExperiments();
    const newest = this.experiments.experiments.filter((row) => row.runs !== 0);
    for (const { experimentId } of newest.slice(0, WARM.experiments)) {
      await this.ensureRuns({ experimentId });
      const rows = this.experiments.list({ experimentId })?.rows ?? [];
      const parents = rows.slice(0, WARM.runs).filter((row) => row.children > 0);
      for (const { runId } of parents.slice(0, WARM.parents)) {
        await this.ensureRuns({ experimentId, parent: runId });
      }
    }
    this.isWarm = true;
    this.experimentsChanged.fire([{ kind: 'root' }]);
  }

  private async loadStatus(): Promise<void> {
    const { reason, reports } = await this.call('GET /api/info', {});
    this.readOnlyReason = reason;
    for (const line of reports) if (!this.reports.includes(line)) this.report(line);
    this.reports = reports;
    if (reason !== undefined) this.announce([{ kind: 'root' }], []);
  }

  /** Callers that ask for the same at the same time share one answer. */
  private once(key: string, load: () => Promise<void>): Promise<void> {
    const held = this.loading.get(key);
    if (held) return held.then(() => undefined);
    const started = load().finally(() => this.loading.delete(key));
    this.loading.set(key, started);
    return started;
  }
}
