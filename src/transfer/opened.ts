// MLflow folders that are opened in place: each is mirrored into a store of its own that is thrown
// away at the end, and read again when it changes. Nothing of the folder is ever written.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SqlJsStatic } from 'sql.js';
import { messageOf, RunlensError } from '../base/errors';
import type { Run } from '../domain/run';
import type { SourceRow } from '../protocol/control';
import type { FileRow } from '../protocol/rows';
import type { Store } from '../store/store';
import { isInside } from './artifactPlaces';
import { importAll, type Watch } from './import/importer';
import { Commits } from './import/target';
import { type Located, locate, openSource } from './locate';
import { Progress } from './progress';
import type { RunRef } from './source';

/** Looking for changes takes at most this share of the time. */
const SHARE = 0.05;
const LEAST_MS = 2000;

/** A store that is thrown away. */
export interface Scratch {
  readonly store: Store;
  /** Closes it and removes its files. */
  dispose(): Promise<void>;
}

export interface OpenedPorts {
  readonly clock: { now(): number };
  sqlite(): Promise<SqlJsStatic>;
  openScratch(): Promise<Scratch>;
  /** Whether anybody looks, so that it is worth looking for changes. */
  isWatched(): boolean;
  announce(source: SourceRow, closed?: boolean): void;
  /** Told which are open whenever that changes, for the next server. */
  remember(paths: readonly string[]): void;
}

export class OpenedSources {
  private readonly all = new Map<string, Opened>();

  constructor(private readonly ports: OpenedPorts) {}

  get size(): number {
    return this.all.size;
  }

  list(): SourceRow[] {
    return [...this.all.values()].map(({ row }) => row);
  }

  /**
   * Opening one that is open already gives the same.
   * @throws RunlensError `import.notFound` when the path holds nothing of MLflow.
   */
  async open(given: string): Promise<SourceRow> {
    const located = locate(given);
    const id = createHash('sha256').update(located.path).digest('hex').slice(0, 16);
    const known = this.all.get(id);
    if (known) return known.row;
    const opened = new Opened(id, located, this.ports);
    this.all.set(id, opened);
    try {
      await opened.start();
    } catch (error) {
      this.all.delete(id);
      throw error;
    }
    this.remember();
    return opened.row;
  }

  async close(id: string): Promise<boolean> {
    const opened = this.all.get(id);
    this.all.delete(id);
    await opened?.dispose();
    if (!opened) return false;
    this.ports.announce(opened.row, true);
    this.remember();
    return true;
  }

  store(id: string): Store | undefined {
    return this.all.get(id)?.store;
  }

  /** @throws RunlensError `path.invalid` when `wanted` would leave the run. */
  files(run: Run, wanted: string): Promise<FileRow[]> {
    return listFiles(run.info.artifactUri, wanted);
  }

  /** They stay remembered. */
  async dispose(): Promise<void> {
    const all = [...this.all.values()];
    this.all.clear();
    await Promise.all(all.map((opened) => opened.dispose()));
  }

  private remember(): void {
    this.ports.remember(this.list().map((row) => row.path));
  }
}

class Opened {
  row: SourceRow;
  private scratch: Scratch | undefined;
  private memory = new Memory();
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();
  private fileStamp = '';

  constructor(
    id: string,
    private readonly located: Located,
    private readonly ports: OpenedPorts,
  ) {
    const { path: file, kind } = located;
    this.row = { id, name: nameOf(file), path: file, kind, state: 'reading', version: 0 };
  }

  get store(): Store | undefined {
    return this.scratch?.store;
  }

  async start(): Promise<void> {
    this.scratch = await this.ports.openScratch();
    this.ports.announce(this.row);
    this.reading = this.read();
  }

  async dispose(): Promise<void> {
    this.abort.abort();
    clearTimeout(this.timer);
    await this.reading;
    await this.scratch?.dispose();
  }

  private async read(): Promise<void> {
    const started = performance.now();
    try {
      const note = await this.refresh();
      this.show({ state: 'ready', message: note });
    } catch (error) {
      if (this.abort.signal.aborted) return;
      // What was read before is still shown: a database that is written now can be read soon.
      const state = this.row.state === 'ready' ? 'ready' : 'failed';
      this.fileStamp = '';
      this.show({ state, message: messageOf(error) });
    }
    if (this.abort.signal.aborted) return;
    const pause = Math.max(LEAST_MS, (performance.now() - started) / SHARE);
    this.timer = setTimeout(() => this.tick(), pause);
    // Looking for changes keeps no server alive.
    this.timer.unref();
  }

  private tick(): void {
    if (this.ports.isWatched()) this.reading = this.read();
    else this.timer = setTimeout(() => this.tick(), LEAST_MS).unref();
  }

  /** @returns what cannot be shown, if anything. */
  private async refresh(): Promise<string | undefined> {
    const stamp = stampOfFile(this.located);
    if (stamp !== undefined && stamp === this.fileStamp) return this.row.message;
    const progress = await this.mirror();
    if (this.memory.lost()) {
      // Something is gone for good, which no change of a store says: the image is made anew.
      await this.renew();
    }
    this.fileStamp = stamp ?? '';
    const left = progress.notes.length + progress.notesLeftOut;
    return left === 0 ? undefined : `${left} things are not shown; import it to see which.`;
  }

  private async mirror(): Promise<Progress> {
    const { store } = this.theScratch();
    const { sqlite, clock } = this.ports;
    const progress = new Progress(this.row.id, this.abort.signal);
    const source = openSource(this.located, { sqlite: await sqlite(), notes: progress.note });
    const commits = new Commits(store);
    const runFolder = () => undefined;
    this.memory.begin();
    try {
      const target = { store, clock, progress, mode: 'mirror', commits, runFolder } as const;
      await importAll(target, source, { watch: this.memory });
    } finally {
      source.close();
    }
    return progress;
  }

  private async renew(): Promise<void> {
    const old = this.theScratch();
    this.scratch = await this.ports.openScratch();
    this.memory = new Memory();
    await this.mirror();
    await old.dispose();
  }

  private theScratch(): Scratch {
    if (!this.scratch) throw new RunlensError('source.closed', `${this.row.path} is not open.`);
    return this.scratch;
  }

  private seen = -1;

  private show({
    state,
    message,
  }: Pick<SourceRow, 'state'> & { message: string | undefined }): void {
    const { message: before, ...row } = this.row;
    const seq = this.store?.status.seq ?? 0;
    const isNews = state !== row.state || message !== before || seq !== this.seen;
    this.seen = seq;
    if (!isNews) return;
    const version = row.version + 1;
    this.row = { ...row, state, version, ...(message === undefined ? {} : { message }) };
    this.ports.announce(this.row);
  }
}

/** What was seen at the last reading, and the stamps of runs that were taken wholly. */
class Memory implements Watch {
  private readonly stamps = new Map<string, string>();
  private readonly pending = new Map<string, string>();
  private before = new Set<string>();
  private now = new Set<string>();

  begin(): void {
    this.before = this.now;
    this.now = new Set();
  }

  /** Whether something that was there is no more. Only after a whole reading. */
  lost(): boolean {
    return [...this.before].some((item) => !this.now.has(item));
  }

  sawExperiment(experimentId: string): void {
    this.now.add(`experiment ${experimentId}`);
  }

  sawRun(ref: RunRef): boolean {
    this.now.add(`run ${ref.runId}`);
    const stamp = ref.stamp();
    if (stamp === undefined) return true;
    this.pending.set(ref.runId, stamp);
    return this.stamps.get(ref.runId) !== stamp;
  }

  /** The stamp of before reading: what is written meanwhile is seen the next time. */
  tookRun({ runId }: RunRef): void {
    const stamp = this.pending.get(runId);
    if (stamp !== undefined) this.stamps.set(runId, stamp);
    this.pending.delete(runId);
  }

  sawRegisteredModel(name: string): void {
    this.now.add(`model ${name}`);
  }
}

/** `project/mlruns`: the folder's own name says nothing. */
const nameOf = (file: string): string =>
  path.join(path.basename(path.dirname(file)), path.basename(file));

/** Of a database, which is read as a whole. */
function stampOfFile({ kind, path: file }: Located): string | undefined {
  if (kind === 'mlruns') return undefined;
  const parts = [file, `${file}-wal`].map((name) => {
    const stat = fs.statSync(name, { throwIfNoEntry: false });
    return `${stat?.size ?? ''}:${stat?.mtimeMs ?? ''}`;
  });
  return parts.join(' ');
}

async function listFiles(artifactUri: string, wanted: string): Promise<FileRow[]> {
  if (!artifactUri.startsWith('file:')) return [];
  const root = fileURLToPath(artifactUri);
  const folder = path.resolve(root, wanted);
  const real = fs.existsSync(folder) ? fs.realpathSync(folder) : undefined;
  if (real === undefined) return [];
  if (!isInside(real, fs.realpathSync(root))) {
    throw new RunlensError(
      'path.invalid',
      `The path ${JSON.stringify(wanted)} is not allowed: it leaves the run's folder.`,
    );
  }
  if (!fs.statSync(real).isDirectory()) return [];
  const entries = await fs.promises.readdir(real, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => rowOf(path.join(real, entry.name), path.posix.join(wanted, entry.name)));
}

function rowOf(file: string, shown: string): FileRow {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  const isDirectory = stat?.isDirectory() ?? false;
  return { path: shown, isDirectory, size: isDirectory ? 0 : (stat?.size ?? 0), file };
}
