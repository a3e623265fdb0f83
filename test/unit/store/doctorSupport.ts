// A sound store for the doctor's tests, and ways to damage a copy of it.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { contentOf, PHASES, writeFiles } from '../../../scripts/lib/storeContent.mjs';
import type { Diagnosis, FindingKind } from '../../../src/domain/diagnosis';
import { crc32 } from '../../../src/store/crc32';
import { loadSqlite, Sql } from '../../../src/store/database';
import { type DoctorOptions, examineStore } from '../../../src/store/doctor/doctor';
import { copyOf, open, tempFolder } from './support';

const WASM = path.resolve('node_modules/sql.js/dist/sql-wasm.wasm');
export const FIRST = '1'.padStart(32, '0');

export const options = (folder: string): DoctorOptions => ({
  folder,
  wasm: WASM,
  folderOf: (uri) =>
    uri.startsWith('mlflow-artifacts:/')
      ? `artifacts/${uri.slice('mlflow-artifacts:/'.length).replace(/\/artifacts$/, '')}`
      : undefined,
});
export const examine = (folder: string) => examineStore(options(folder));

export interface History {
  readonly runId: string;
  readonly key: string;
  readonly points: readonly unknown[];
}
/** What `contentOf` tells. */
export interface Content {
  readonly histories: readonly History[];
}

/** A store as a killed server leaves it: two snapshots, and changes in the journal after them. */
export const made: { sound: string; content: Content } = {
  sound: '',
  content: { histories: [] },
};

export async function makeSound(): Promise<void> {
  const sound = tempFolder();
  writeFiles(sound);
  const store = await open(sound);
  for (const [i, mutations] of PHASES.entries()) {
    for (const mutation of mutations) await store.commit(mutation as never);
    if (i < 2) await store.checkpoint();
  }
  made.content = contentOf(store);
  made.sound = copyOf(sound);
}

/** A copy with one thing done to it. */
export function damaged(harm: (store: string, folder: string) => void): string {
  const folder = copyOf(made.sound);
  harm(path.join(folder, 'store'), folder);
  return folder;
}

export const filesOf = (store: string, pattern: RegExp) =>
  fs
    .readdirSync(store)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => path.join(store, name));
export const newest = (store: string, pattern: RegExp) => filesOf(store, pattern).at(-1)!;
export const segmentOf = (store: string) => path.join(store, 'series/00001.points');

export function flip(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at < 0 ? bytes.length + at : at]! ^= 0xff;
  fs.chmodSync(file, 0o644);
  fs.writeFileSync(file, bytes);
}

export const kinds = ({ findings }: Diagnosis): FindingKind[] => [
  ...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind)),
];

/** Changes the database of the newest snapshot so that its checksum is right again. */
export async function withDatabase(store: string, work: (sql: Sql) => void): Promise<void> {
  const file = newest(store, /^snapshot.*sqlite$/);
  const sql = Sql.open(await loadSqlite(fs.readFileSync(WASM)), fs.readFileSync(file));
  work(sql);
  const bytes = sql.export();
  fs.writeFileSync(file, bytes);
  const manifest = file.replace(/sqlite$/, 'json');
  const old = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  const fresh = { ...old, size: bytes.length, crc32: crc32(bytes) };
  fs.writeFileSync(manifest, JSON.stringify(fresh));
}
