/** The sources of runs beside the folders' own stores: remote servers, then opened MLflow folders. */
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { SourceRow } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { RunDetail, RunRow } from '../../protocol/rows';
import type { Changed } from '../models/experiments';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { FolderPort } from './folderPort';
import type { RemoteServer } from './remoteServers';
import { sourceOf } from './runIds';
import type { SourcePort } from './sourcePort';
import { SourceSession } from './sourceSession';

interface Open {
  readonly session: SourceSession;
  readonly own: DisposableStore;
  /** The setting's entry as text, or the folder's session: what makes it another source. */
  readonly of: string | FolderSession;
}

export interface SourcesOptions {
  readonly sessions: Sessions;
  readonly createPort: (server: RemoteServer) => SourcePort;
  /** Is told of failures that nobody waits for. */
  readonly report: (error: unknown) => void;
}

export class Sources implements Disposable {
  private readonly store = new DisposableStore();
  private readonly open = new Map<string, Open>();
  private readonly folders = new Map<string, FolderPort>();
  private readonly changed = this.store.add(new Emitter<void>());
  private readonly states = this.store.add(new Emitter<SourceSession>());
  private readonly experiments = this.store.add(
    new Emitter<{ session: SourceSession; changes: readonly Changed[] }>(),
  );
  private readonly events = this.store.add(
    new Emitter<{ session: SourceSession; event: ServerEvent }>(),
  );
  private order: readonly string[] = [];
  /** A source came or went. */
  readonly onDidChange = this.changed.event;
  readonly onDidChangeState = this.states.event;
  readonly onDidChangeExperiments = this.experiments.event;
  readonly onEvent = this.events.event;

  constructor(private readonly options: SourcesOptions) {
    const { sessions, report } = options;
    this.store.add(sessions.onEvent(({ session, event }) => this.followEvent(session, event)));
    this.store.add(
      sessions.onDidChangeState(({ session, state }) => {
        if (state.kind === 'up') this.readFolders(session).catch(report);
      }),
    );
    this.store.add(sessions.onDidChange(() => this.dropFolders()));
  }

  /** Servers in the order of the setting, then folders in the order in which they were opened. */
  get all(): readonly SourceSession[] {
    const servers = this.order.flatMap((id) => this.open.get(id)?.session ?? []);
    const folders = [...this.open.values()].filter(({ of }) => typeof of !== 'string');
    return [...servers, ...folders.map(({ session }) => session)];
  }

  of(sourceId: string): SourceSession | undefined {
    return this.open.get(sourceId)?.session;
  }

  /** The source that a run's id names. */
  ofRun(runId: string): SourceSession | undefined {
    const id = sourceOf(runId);
    return id === undefined ? undefined : this.of(id);
  }

  *knownRuns(): Iterable<RunRow> {
    for (const session of this.all) yield* session.experiments.knownRuns();
  }

  setServers(servers: readonly RemoteServer[]): void {
    const wanted = new Map(servers.map((server) => [server.id, JSON.stringify(server)]));
    for (const [id, { of }] of this.open) {
      if (typeof of === 'string' && wanted.get(id) !== of) this.close(id);
    }
    for (const server of servers) {
      if (this.open.has(server.id)) continue;
      this.add(server.id, this.options.createPort(server), JSON.stringify(server));
    }
    this.order = servers.map(({ id }) => id);
    this.changed.fire();
  }

  /** What a folder's server tells of an opened MLflow folder. */
  putFolder(session: FolderSession, row: SourceRow): SourceSession {
    const port = this.folders.get(keyOf(session, row));
    if (port) {
      port.update(row);
    } else {
      const made = new FolderPort(row, session);
      this.folders.set(keyOf(session, row), made);
      this.add(made.info.id, made, session);
      this.changed.fire();
    }
    const source = this.of(`folder-${row.id}`);
    if (!source) throw new Error(`The source ${row.id} is not open.`);
    return source;
  }

  /** The session whose server has an opened folder. */
  ownerOf(source: SourceSession): FolderSession | undefined {
    const held = this.open.get(source.info.id);
    return typeof held?.of === 'string' ? undefined : held?.of;
  }

  dispose(): void {
    for (const id of [...this.open.keys()]) this.close(id);
    this.store.dispose();
  }

  private add(id: string, port: SourcePort, of: Open['of']): void {
    const own = new DisposableStore();
    const session = own.add(new SourceSession(port, this.options.report));
    own.add(
      session.onDidChangeExperiments((changes) => this.experiments.fire({ session, changes })),
    );
    own.add(port.onEvent((event) => this.events.fire({ session, event })));
    own.add(
      port.onDetail((detail) => {
        for (const event of pointsOf(detail, port)) this.events.fire({ session, event });
      }),
    );
    own.add(port.onDidChangeState(() => this.states.fire(session)));
    this.open.set(id, { session, own, of });
  }

  private close(id: string): void {
    this.open.get(id)?.own.dispose();
    this.open.delete(id);
  }

  private followEvent(session: FolderSession, event: ServerEvent): void {
    if (event.type !== 'source') return;
    if (event.closed) this.closeFolder(keyOf(session, event.source));
    else this.putFolder(session, event.source);
  }

  private async readFolders(session: FolderSession): Promise<void> {
    const { items } = await session.call('GET /api/sources', {});
    const open = new Set(items.map((row) => keyOf(session, row)));
    for (const key of [...this.folders.keys()]) {
      if (key.startsWith(`${session.folder.root} `) && !open.has(key)) this.closeFolder(key);
    }
    for (const row of items) this.putFolder(session, row);
  }

  private closeFolder(key: string): void {
    const port = this.folders.get(key);
    if (!port) return;
    this.folders.delete(key);
    this.close(port.info.id);
    this.changed.fire();
  }

  /** Those of workspace folders that were closed. */
  private dropFolders(): void {
    const all = new Set(this.options.sessions.all);
    for (const [key, port] of [...this.folders]) {
      const owner = this.open.get(port.info.id)?.of;
      if (owner && typeof owner !== 'string' && !all.has(owner)) this.closeFolder(key);
    }
  }
}

/** A server tells that a run has changed, not which series: all may have grown. */
const pointsOf = ({ runId, metrics }: RunDetail, port: SourcePort): readonly ServerEvent[] =>
  metrics.map(({ key, count, last }) => ({
    type: 'points',
    runId,
    key,
    count: port.revisionOf(runId, key) ?? count ?? 0,
    lastStep: last.step,
    lastValue: last.value,
  }));

const keyOf = ({ folder }: FolderSession, { id }: SourceRow): string => `${folder.root} ${id}`;
