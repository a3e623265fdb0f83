/** An MLflow folder that a folder's own server reads in place, behind the same routes. */
import { DisposableStore } from '../../base/disposable';
import { RunlensError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { LinkStatus } from '../../client/mlflow/link';
import type { ControlRoute, ReplyOf, RequestOf, SourceRow } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { FilePlace } from '../../protocol/files';
import type { PageOf } from '../../protocol/page';
import type { ExperimentRow, FileRow, RunDetail, RunRow, SeriesColumns } from '../../protocol/rows';
import type { ServerPort, ServerState } from '../session/serverPort';
import { ownId, ownTable, SourceIds } from './runIds';
import { type SourceInfo, type SourcePort, stateOf } from './sourcePort';

type Route =
  | 'GET /api/experiments'
  | 'GET /api/experiments/:experimentId/runs'
  | 'GET /api/runs/:runId'
  | 'GET /api/runs/:runId/files'
  | 'POST /api/series'
  | 'POST /api/run-table'
  | 'POST /api/run-columns'
  | 'POST /api/run-values'
  | 'POST /api/run-groups'
  | 'POST /api/search'
  | 'POST /api/file-facts'
  | 'POST /api/file-table'
  | 'POST /api/file-text'
  | 'GET /api/runs/:runId/lineage';
type Handlers = { readonly [R in Route]: (request: RequestOf<R>) => Promise<ReplyOf<R>> };

export class FolderPort implements SourcePort {
  readonly info: SourceInfo;
  private readonly store = new DisposableStore();
  private readonly states = this.store.add(new Emitter<ServerState>());
  private readonly events = this.store.add(new Emitter<ServerEvent>());
  readonly onDidChangeState = this.states.event;
  readonly onEvent = this.events.event;
  /** Never fired: after a change everything that shows is read again. */
  readonly onDetail = this.store.add(new Emitter<RunDetail>()).event;
  private readonly ids: SourceIds;

  /** @param server the folder's own, which has the source open. */
  constructor(
    private row: SourceRow,
    private readonly server: Pick<ServerPort, 'call'>,
  ) {
    const { id, name, path } = row;
    this.info = { id: `folder-${id}`, name, kind: 'folder', place: path };
    this.ids = new SourceIds(this.info.id);
  }

  get status(): LinkStatus {
    const { state, message } = this.row;
    if (state === 'reading') return { kind: 'connecting' };
    if (state === 'ready') return { kind: 'up', version: undefined };
    return { kind: 'wrong', message: message ?? `${this.info.place} cannot be read.` };
  }

  get state(): ServerState {
    return stateOf(this.status);
  }

  /** What the server tells of the source. */
  update(row: SourceRow): void {
    const before = this.row;
    this.row = row;
    if (before.state !== row.state) this.states.fire(this.state);
    else if (before.version !== row.version) this.events.fire({ type: 'reset', reason: 'changed' });
  }

  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    const handler = this.handlers[route as Route] as
      | ((request: RequestOf<R>) => Promise<ReplyOf<R>>)
      | undefined;
    if (!handler) {
      throw new RunlensError(
        'source.readOnly',
        `${this.info.name} is only read. Import it to change its runs.`,
      );
    }
    return handler(request);
  }

  /** Settles when the server has read it. */
  async connect(): Promise<void> {
    if (this.status.kind !== 'connecting') return;
    await new Promise<void>((resolve) => {
      const subscription = this.onDidChangeState(() => {
        subscription.dispose();
        resolve();
      });
    });
  }

  async retry(): Promise<void> {
    this.events.fire({ type: 'reset', reason: 'refresh' });
  }

  /** The server watches the folder itself. */
  watch(): void {}

  async start(): Promise<void> {}

  async restart(): Promise<void> {}

  revisionOf(): undefined {
    return undefined;
  }

  async fetchFile(_runId: string, row: FileRow): Promise<string> {
    return row.file;
  }

  dispose(): void {
    this.store.dispose();
  }

  private get source(): string {
    return this.row.id;
  }

  private readonly handlers: Handlers = {
    'GET /api/experiments': (request): Promise<PageOf<ExperimentRow>> =>
      this.server.call('GET /api/experiments', { ...request, source: this.source }),
    'GET /api/experiments/:experimentId/runs': (request) => this.runs(request),
    'GET /api/runs/:runId': async ({ runId }) =>
      this.ids.row(
        await this.server.call('GET /api/runs/:runId', {
          runId: ownId(runId),
          source: this.source,
        }),
      ),
    'GET /api/runs/:runId/files': ({ runId, ...rest }) =>
      this.server.call('GET /api/runs/:runId/files', {
        ...rest,
        runId: ownId(runId),
        source: this.source,
      }),
    'POST /api/series': (request) => this.series(request),
    'POST /api/run-table': async (request) => {
      const { source } = this;
      const asked = { ...ownTable(request), source };
      return this.ids.table(await this.server.call('POST /api/run-table', asked));
    },
    'POST /api/run-columns': (request) =>
      this.server.call('POST /api/run-columns', { ...ownTable(request), source: this.source }),
    'POST /api/run-values': (request) =>
      this.server.call('POST /api/run-values', { ...request, source: this.source }),
    'POST /api/run-groups': (request) =>
      this.server.call('POST /api/run-groups', { ...request, source: this.source }),
    'POST /api/search': async (request) => {
      const asked = { ...request, source: this.source };
      const reply = await this.server.call('POST /api/search', asked);
      return { ...reply, items: reply.items.map((row) => this.ids.row(row)) };
    },
    'POST /api/file-facts': (place) => this.server.call('POST /api/file-facts', this.file(place)),
    'POST /api/file-table': ({ place, ...rest }) =>
      this.server.call('POST /api/file-table', { ...rest, place: this.file(place) }),
    'POST /api/file-text': ({ place, ...rest }) =>
      this.server.call('POST /api/file-text', { ...rest, place: this.file(place) }),
    'GET /api/runs/:runId/lineage': ({ runId }) =>
      this.server.call('GET /api/runs/:runId/lineage', {
        runId: ownId(runId),
        source: this.source,
      }),
  };

  private file(place: FilePlace): FilePlace {
    if (!('runId' in place)) return place;
    return { ...place, runId: ownId(place.runId), source: this.source };
  }

  private async runs({
    parent,
    ...request
  }: RequestOf<'GET /api/experiments/:experimentId/runs'>): Promise<PageOf<RunRow>> {
    const { source } = this;
    const { items, total } = await this.server.call('GET /api/experiments/:experimentId/runs', {
      ...request,
      ...(parent !== undefined && { parent: ownId(parent) }),
      source,
    });
    return { items: items.map((row) => this.ids.row(row)), total };
  }

  private async series(
    request: RequestOf<'POST /api/series'>,
  ): Promise<{ series: readonly SeriesColumns[] }> {
    const series = request.series.map(({ runId, key }) => ({ runId: ownId(runId), key }));
    const { source } = this;
    const reply = await this.server.call('POST /api/series', { ...request, series, source });
    return { series: reply.series.map((columns) => this.ids.columns(columns)) };
  }
}
