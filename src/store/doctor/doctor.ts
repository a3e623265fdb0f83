// The doctor: reads everything that is stored and says what is wrong with it. Changes nothing.
import { messageOf } from '../../base/errors';
import type { Diagnosis } from '../../domain/diagnosis';
import { loadSqlite } from '../database';
import { type FileLayer, nodeFiles } from '../files';
import { readOnlyFiles } from '../readOnlyFiles';
import { type Loaded, loadStore } from '../recover';
import { checkFiles, checkLeftovers } from './checkFiles';
import { checkLog } from './checkLog';
import { checkPoints, type LostChunk } from './checkPoints';
import { checkTables } from './checkTables';
import type { Examination } from './examination';
import { Report } from './report';

export interface DoctorOptions {
  /** The data folder (`.runlens`), as a real path. */
  readonly folder: string;
  /** Path of sql-wasm.wasm. */
  readonly wasm: string;
  readonly files?: FileLayer;
  /** A server writes meanwhile: what is under way is no finding. */
  readonly isLive?: boolean;
  /** The folder, relative to the data folder, of an artifact URI; undefined when it is elsewhere. */
  readonly folderOf: (artifactUri: string) => string | undefined;
}

/** Works on a store that does not open, too. */
export async function examineStore(options: DoctorOptions): Promise<Diagnosis> {
  return (await examine(options)).diagnosis;
}

/** The same, with the chunks that cannot be read, for who repairs. */
export async function examine(
  options: DoctorOptions,
): Promise<{ diagnosis: Diagnosis; lost: readonly LostChunk[] }> {
  let exam = await begin(options);
  let lost = await checkAll(exam);
  // Under a running server chunks can have moved to another segment meanwhile: then they are found.
  for (let again = 0; exam.isLive && lost.length > 0 && again < 2; again++) {
    exam = await begin(options);
    lost = await checkAll(exam);
  }
  const { findings, checked } = exam.report;
  return { diagnosis: { folder: options.folder, findings, checked }, lost };
}

async function begin(options: DoctorOptions): Promise<Examination> {
  const files = readOnlyFiles(options.files ?? nodeFiles);
  return {
    files,
    data: options.folder,
    store: `${options.folder}/store`,
    sqlite: await loadSqlite(files.readFile(options.wasm)),
    isLive: options.isLive ?? false,
    report: new Report(),
    folderOf: options.folderOf,
  };
}

async function checkAll(exam: Examination): Promise<LostChunk[]> {
  if (!exam.files.exists(exam.store)) return [];
  // All of the log in one tick: a server that writes meanwhile cannot come in between.
  checkLog(exam);
  const loaded = load(exam);
  checkLeftovers(exam);
  if (!loaded) return [];
  try {
    const { state } = loaded;
    // Of tables that a newer version has changed nothing can be said.
    if (loaded.newer !== undefined) return [];
    await checkTables(exam, state);
    const lost = await checkPoints(exam, state);
    await checkFiles(exam, state);
    return lost;
  } finally {
    loaded.state.close();
  }
}

/** The state that opening the store would make; undefined when it would not open. */
function load({ files, store, sqlite, report }: Examination): Loaded | undefined {
  try {
    return loadStore({ files, folder: store, sqlite });
  } catch (error) {
    const action = 'Restore the folder from a backup, or move it away to start anew.';
    report.damage(
      'store.unreadable',
      store,
      `The store does not open. ${messageOf(error)}`,
      action,
    );
    return undefined;
  }
}
