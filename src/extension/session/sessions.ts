/** The sessions of all workspace folders: one per root, kept in step with the folders. */
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { ServerEvent } from '../../protocol/events';
import type { RunRow } from '../../protocol/rows';
import type { Changed } from '../models/experiments';
import type { PipelineChanged } from '../models/pipelines';
import type { FolderSession, SessionFolder } from './folderSession';
import type { ServerState } from './serverPort';

export interface OfSession<T> {
  readonly session: FolderSession;
  readonly changes: readonly T[];
}

export class Sessions implements Disposable {
  private readonly open = new Map<string, { session: FolderSession; own: DisposableStore }>();
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<void>());
  private readonly experiments = this.store.add(new Emitter<OfSession<Changed>>());
  private readonly pipelines = this.store.add(new Emitter<OfSession<PipelineChanged>>());
  private readonly events = this.store.add(
    new Emitter<{ session: FolderSession; event: ServerEvent }>(),
  );
  private readonly states = this.store.add(
    new Emitter<{ session: FolderSession; state: ServerState }>(),
  );
  /** A session was opened or closed. */
  readonly onDidChange = this.changed.event;
  readonly onDidChangeExperiments = this.experiments.event;
  readonly onDidChangePipelines = this.pipelines.event;
  readonly onDidChangeState = this.states.event;
  readonly onEvent = this.events.event;

  constructor(private readonly create: (folder: SessionFolder) => FolderSession) {}

  /** In the order of the folders. */
  get all(): readonly FolderSession[] {
    return [...this.open.values()].map(({ session }) => session);
  }

  /** Opens and closes sessions so that there is one for each root. */
  setFolders(folders: readonly SessionFolder[]): void {
    const roots = new Set(folders.map((folder) => folder.root));
    for (const [root, { own }] of this.open) {
      if (roots.has(root)) continue;
      own.dispose();
      this.open.delete(root);
    }
    for (const folder of folders) if (!this.open.has(folder.root)) this.add(folder);
    this.changed.fire();
  }

  byRoot(root: string): FolderSession | undefined {
    return this.open.get(root)?.session;
  }

  /** The session that knows a run already. */
  ofRun(runId: string): FolderSession | undefined {
    return this.all.find((session) => session.experiments.run(runId));
  }

  *knownRuns(): Iterable<RunRow> {
    for (const session of this.all) yield* session.experiments.knownRuns();
  }

  dispose(): void {
    for (const { own } of this.open.values()) own.dispose();
    this.open.clear();
    this.store.dispose();
  }

  private add(folder: SessionFolder): void {
    const own = new DisposableStore();
    const session = own.add(this.create(folder));
    own.add(
      session.onDidChangeExperiments((changes) => this.experiments.fire({ session, changes })),
    );
    own.add(session.onDidChangePipelines((changes) => this.pipelines.fire({ session, changes })));
    own.add(session.server.onEvent((event) => this.events.fire({ session, event })));
    own.add(session.server.onDidChangeState((state) => this.states.fire({ session, state })));
    this.open.set(folder.root, { session, own });
  }
}
