// Repairs what can be derived from what is left; sets aside, never deletes, what it cannot explain.
import { messageOf } from '../../base/errors';
import type { Diagnosis, Finding } from '../../domain/diagnosis';
import { loadSqlite, number } from '../database';
import { type FileLayer, nodeFiles } from '../files';
import { openStore } from '../openStore';
import { readOnlyFiles } from '../readOnlyFiles';
import { loadStore } from '../recover';
import type { State } from '../state';
import { newestSnapshot } from './checkLog';
import type { LostChunk } from './checkPoints';
import { type DoctorOptions, examine } from './doctor';

/**
 * The caller holds the store's lock. Findings that are gone afterwards say that they were repaired.
 */
export async function repairStore(options: DoctorOptions): Promise<Diagnosis> {
  const before = await examine(options);
  const { findings } = before.diagnosis;
  const isBroken = findings.some(
    ({ kind }) => kind === 'store.unreadable' || kind === 'store.newer',
  );
  if (isBroken || findings.every(({ severity }) => severity === 'info')) return before.diagnosis;
  const notes = await new Repair(options, before.lost).run();
  const after = await examine(options);
  return { ...after.diagnosis, findings: merge(findings, after.diagnosis.findings, notes) };
}

/** What went away is repaired; what is new (files that were set aside) comes after it. */
function merge(
  before: readonly Finding[],
  after: readonly Finding[],
  notes: readonly string[],
): Finding[] {
  const same = (a: Finding) => (b: Finding) => a.kind === b.kind && a.where === b.where;
  const gone = before.filter((finding) => !after.some(same(finding)));
  const action = ['Repaired.', ...notes].join(' ');
  return [
    ...gone.map((finding) => ({ ...finding, repaired: true, action: noteOf(finding, action) })),
    ...after,
  ];
}

/** Only what is about points tells of the points. */
const noteOf = (finding: Finding, notes: string): string =>
  /^(segment|chunk|points)\./.test(finding.kind) ? notes : 'Repaired.';

class Repair {
  private readonly files: FileLayer;
  private readonly store: string;
  private readonly notes: string[] = [];

  constructor(
    private readonly options: DoctorOptions,
    private lost: readonly LostChunk[],
  ) {
    this.files = options.files ?? nodeFiles;
    this.store = `${options.folder}/store`;
  }

  /** @returns what is to be said about points. */
  async run(): Promise<readonly string[]> {
    if (this.lost.length > 0) await this.tryOlderSnapshot();
    this.moveAside();
    // Opening mends the log as every start does; then all of the state goes into a new snapshot.
    const store = await openStore({
      folder: this.options.folder,
      wasm: this.options.wasm,
      files: this.files,
      mend: (state) => this.dropLost(state),
    });
    try {
      await store.checkpoint();
    } finally {
      await store.close();
    }
    return this.notes;
  }

  /**
   * Points that were written to disk after the older snapshot are still in the journals: without
   * the newest snapshot they are written anew.
   */
  private async tryOlderSnapshot(): Promise<void> {
    const hidden = newestSnapshot(this.files, this.store);
    const current = await this.seqWithout(new Set());
    if (hidden.size === 0 || (await this.seqWithout(hidden)) !== current) return;
    const older = { ...this.options, files: hiding(this.files, hidden) };
    const { lost } = await examine(older);
    if (lost.length >= this.lost.length) return;
    for (const name of hidden) {
      this.files.rename(`${this.store}/${name}`, `${this.store}/${name}.aside`);
    }
    const points = sum(this.lost) - sum(lost);
    this.notes.push(`${points} points were read again from the journals.`);
    this.lost = lost;
  }

  /** The last change that can be reached; undefined when the store does not open. */
  private async seqWithout(hidden: ReadonlySet<string>): Promise<number | undefined> {
    const sqlite = await loadSqlite(this.files.readFile(this.options.wasm));
    try {
      const files = readOnlyFiles(this.files, hidden);
      const loaded = loadStore({ files, folder: this.store, sqlite });
      loaded.state.close();
      return loaded.seq;
    } catch (error) {
      this.notes.push(`The older snapshot does not help: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Databases without a manifest and files that were being written: nothing reads them. */
  private moveAside(): void {
    for (const name of this.files.list(this.store)) {
      const isSnapshot = /^snapshot-\d+\.sqlite$/.test(name);
      const manifest = `${this.store}/${name.replace(/\.sqlite$/, '.json')}`;
      const isOrphan = isSnapshot && !this.files.exists(manifest);
      if (!isOrphan && !name.endsWith('.tmp')) continue;
      this.files.rename(`${this.store}/${name}`, `${this.store}/${name}.aside`);
    }
  }

  /** @returns true: the state is to be written as it is now. */
  private dropLost(state: State): boolean {
    state.atomic(() => {
      for (const chunk of this.lost) this.dropChunk(state, chunk);
    });
    for (const { run } of this.lost) state.runs.forget(run);
    return true;
  }

  private dropChunk(state: State, { run, key, n, what }: LostChunk): void {
    state.sql.run('DELETE FROM chunks WHERE run = ? AND key = ? AND n = ?', run, key, n);
    state.after(() => countAnew(state, run, key));
    this.notes.push(`Gone for good: ${what}.`);
  }
}

/** With no chunk left, the last point is known from the summary and stands for the series. */
function countAnew(state: State, run: number, key: number): void {
  const summary = state.summaries.get(run, key);
  if (!summary) return;
  const sql = 'SELECT coalesce(sum(count), 0) FROM chunks WHERE run = ? AND key = ?';
  const left = number(state.sql.get(sql, run, key)?.[0]);
  const inMemory = state.series.hasTail(run, key);
  if (!inMemory) state.summaries.put(run, key, { ...summary, count: Math.max(1, left) });
}

const hiding = (files: FileLayer, hidden: ReadonlySet<string>): FileLayer => ({
  ...files,
  list: (folder) => files.list(folder).filter((name) => !hidden.has(name)),
});

const sum = (lost: readonly LostChunk[]): number =>
  lost.reduce((points, chunk) => points + chunk.points, 0);
