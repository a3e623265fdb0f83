// The imports and exports of a server: started, followed, cancelled, and remembered for a while.

import type { SqlJsStatic } from 'sql.js';
import { messageOf, RunlensError } from '../base/errors';
import type { ExportRequest, ImportRequest, TransferState } from '../protocol/control';
import type { Store } from '../store/store';
import { exportTo } from './export/exporter';
import { importAll } from './import/importer';
import { Commits, type Target } from './import/target';
import { locate, openSource } from './locate';
import { Progress } from './progress';

/** Ended ones that can still be asked for. */
const REMEMBERED = 50;
const ANNOUNCE_MS = 250;

export interface TransferPorts {
  readonly store: Store;
  readonly clock: { now(): number };
  newId(): string;
  /** SQLite, for foreign databases. */
  sqlite(): Promise<SqlJsStatic>;
  /** Path below the data folder of a run's or model's artifacts; undefined when kept elsewhere. */
  runFolder(artifactUri: string, path: string): string | undefined;
  announce(transfer: TransferState): void;
}

type Work = (progress: Progress) => Promise<void>;

export class Transfers {
  private readonly all = new Map<string, Transfer>();

  constructor(private readonly ports: TransferPorts) {}

  /** Number of those that go on. */
  get active(): number {
    return [...this.all.values()].filter(({ state }) => state.state === 'running').length;
  }

  /** @throws RunlensError `import.notFound` when the path holds nothing of MLflow. */
  startImport(request: ImportRequest): string {
    const located = locate(request.path);
    return this.start('import', located.path, async (progress) => {
      const { artifacts, experiments } = request;
      const sqlite = await this.ports.sqlite();
      const source = openSource(located, { sqlite, artifacts, notes: progress.note });
      try {
        this.all.get(progress.id)?.expect(source.countRuns());
        await importAll(this.target(progress), source, { experiments });
      } finally {
        source.close();
      }
    });
  }

  startExport(request: ExportRequest): string {
    const { store, runFolder, clock } = this.ports;
    return this.start('export', request.path, (progress) =>
      exportTo({ store, runFolder, progress, clock }, request),
    );
  }

  get(id: string, kind: TransferState['kind']): TransferState | undefined {
    const state = this.all.get(id)?.state;
    return state?.kind === kind ? state : undefined;
  }

  /** Nothing happens when it is over. */
  cancel(id: string): void {
    this.all.get(id)?.cancel();
  }

  /** Ends what goes on; resolves when nothing touches the store any more. */
  async dispose(): Promise<void> {
    for (const transfer of this.all.values()) transfer.cancel();
    await Promise.all([...this.all.values()].map(({ done }) => done));
  }

  private start(kind: TransferState['kind'], path: string, work: Work): string {
    const id = this.ports.newId();
    const transfer = new Transfer({ id, kind, path }, this.ports.announce);
    this.all.set(id, transfer);
    transfer.run(work);
    this.forgetOld();
    return id;
  }

  private target(progress: Progress): Target {
    const { store, clock, runFolder } = this.ports;
    return { store, clock, runFolder, progress, mode: 'add', commits: new Commits(store) };
  }

  private forgetOld(): void {
    for (const [id, { state }] of this.all) {
      if (this.all.size <= REMEMBERED) return;
      if (state.state !== 'running') this.all.delete(id);
    }
  }
}

/** One import or export. */
class Transfer {
  done: Promise<void> = Promise.resolve();
  private readonly abort = new AbortController();
  private readonly progress: Progress;
  private ended:
    | { state: Exclude<TransferState['state'], 'running'>; message?: string }
    | undefined;
  private totalRuns: number | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly what: Pick<TransferState, 'id' | 'kind' | 'path'>,
    private readonly announce: (state: TransferState) => void,
  ) {
    this.progress = new Progress(what.id, this.abort.signal, () => this.changed());
  }

  get state(): TransferState {
    const { counts, notes, notesLeftOut } = this.progress;
    return {
      ...this.what,
      state: 'running',
      ...this.ended,
      counts: { ...counts },
      ...(this.totalRuns === undefined ? {} : { totalRuns: this.totalRuns }),
      notes: [...notes],
      notesLeftOut,
    };
  }

  run(work: Work): void {
    this.done = this.follow(work);
  }

  expect(runs: number): void {
    this.totalRuns = runs;
    this.changed();
  }

  cancel(): void {
    this.abort.abort();
  }

  private async follow(work: Work): Promise<void> {
    // The answer that names its id goes out first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      await work(this.progress);
      this.ended = { state: 'done' };
    } catch (error) {
      const isCancel = error instanceof RunlensError && error.code === 'transfer.cancelled';
      this.ended = isCancel
        ? { state: 'cancelled' }
        : { state: 'failed', message: messageOf(error) };
    }
    clearTimeout(this.timer);
    this.announce(this.state);
  }

  private changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.ended) this.announce({ ...this.state, notes: [] });
    }, ANNOUNCE_MS);
  }
}
