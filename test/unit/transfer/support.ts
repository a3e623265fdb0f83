// Folders of MLflow written by hand, imports into real stores, and all that a store holds as a value.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExportRequest } from '../../../src/protocol/control';
import { loadSqlite } from '../../../src/store/database';
import type { Store } from '../../../src/store/store';
import { blobPathUnder } from '../../../src/tracking/artifactPath';
import { exportTo } from '../../../src/transfer/export/exporter';
import { importAll } from '../../../src/transfer/import/importer';
import { Commits, type Target } from '../../../src/transfer/import/target';
import { locate, openSource } from '../../../src/transfer/locate';
import { Progress } from '../../../src/transfer/progress';

export const WASM = path.resolve('node_modules/sql.js/dist/sql-wasm.wasm');
export const sqlite = () => loadSqlite(fs.readFileSync(WASM));

export const RUN = '0123456789abcdef0123456789abcdef';

export function write(file: string, text: string | Uint8Array): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

export function writeExperiment(
  mlruns: string,
  id: string,
  meta: Record<string, unknown> = {},
): string {
  const folder = path.join(mlruns, id);
  write(
    path.join(folder, 'meta.yaml'),
    yaml({
      artifact_location: `file:///gone/mlruns/${id}`,
      creation_time: 1000,
      experiment_id: `'${id}'`,
      last_update_time: 2000,
      lifecycle_stage: 'active',
      name: `exp ${id}`,
      ...meta,
    }),
  );
  return folder;
}

export interface RunFiles {
  readonly id?: string;
  readonly meta?: Record<string, unknown>;
  /** Path in the run's folder → content. */
  readonly files?: Record<string, string | Uint8Array>;
}

export function writeRun(
  experiment: string,
  { id = RUN, meta = {}, files = {} }: RunFiles = {},
): string {
  const folder = path.join(experiment, id);
  for (const name of ['metrics', 'params', 'tags', 'artifacts']) {
    fs.mkdirSync(path.join(folder, name), { recursive: true });
  }
  write(
    path.join(folder, 'meta.yaml'),
    yaml({
      artifact_uri: `file:///gone/mlruns/${path.basename(experiment)}/${id}/artifacts`,
      end_time: 20,
      experiment_id: `'${path.basename(experiment)}'`,
      lifecycle_stage: 'active',
      run_id: id,
      run_name: 'a run',
      start_time: 10,
      status: 3,
      user_id: 'ada',
      ...meta,
    }),
  );
  for (const [name, content] of Object.entries(files)) write(path.join(folder, name), content);
  return folder;
}

/** Members that are undefined are left out. */
const yaml = (meta: Record<string, unknown>): string =>
  Object.entries(meta)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');

export interface ImportOptions {
  readonly mode?: Target['mode'];
  readonly artifacts?: string;
  readonly experiments?: readonly string[];
  readonly signal?: AbortSignal;
}

export async function importFrom(
  store: Store,
  from: string,
  { mode = 'add', artifacts, experiments, signal }: ImportOptions = {},
): Promise<Progress> {
  const progress = new Progress('test', signal);
  const source = openSource(locate(from), {
    sqlite: await sqlite(),
    artifacts,
    notes: progress.note,
  });
  const clock = { now: () => 7777 };
  const commits = new Commits(store);
  const target = { store, progress, mode, clock, runFolder: blobPathUnder, commits };
  try {
    await importAll(target, source, { experiments });
  } finally {
    source.close();
  }
  return progress;
}

export async function exportFrom(store: Store, request: ExportRequest): Promise<Progress> {
  const progress = new Progress('test', undefined);
  const clock = { now: () => 7777 };
  await exportTo({ store, progress, clock, runFolder: blobPathUnder }, request);
  return progress;
}

/** What progress was made, without zeros. */
export const counted = ({ counts }: Progress): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

const ALL = 0x7fffffff;

/** Everything that a store holds of tracking, models and registry, with the bytes of artifacts. */
export function dump(store: Store): unknown {
  const experiments = store.experiments.list({ stage: 'all', limit: ALL, offset: 0 });
  const ids = experiments.map(({ experimentId }) => experimentId);
  const search = { experimentIds: ids, stage: 'all', filter: { kind: 'and', parts: [] } } as const;
  const runs = store.runs.search({ ...search, orderBy: [], limit: 50_000, offset: 0 }).items;
  return sortedJson({
    experiments: experiments.filter(({ experimentId }) => experimentId !== '0'),
    runs: runs.map((run) => ({
      ...run,
      metrics: run.metrics.map(({ key }) => ({ key, points: points(store, run.info.runId, key) })),
      files: filesOf(store, run.info.artifactUri),
    })),
    models: ids.flatMap((id) =>
      store.models.ofExperiment(id).map((modelId) => {
        const model = store.models.get(modelId);
        return { ...model, files: filesOf(store, model?.artifactUri ?? '') };
      }),
    ),
    registry: store.registry.names().map((name) => ({
      ...store.registry.get(name),
      versions: store.registry.versions(name).map((n) => store.registry.version(name, n)),
      next: store.registry.nextVersion(name),
    })),
  });
}

function points(store: Store, runId: string, key: string): string[] {
  return store.series
    .history(runId, key, { offset: 0, limit: ALL })
    .map(({ step, timestamp, value }) => `${step} ${timestamp} ${value}`);
}

function filesOf(store: Store, uri: string): Record<string, string> {
  const blobs = blobPathUnder(uri, '');
  if (blobs === undefined) return {};
  const folder = store.blobs.resolve(blobs);
  if (!fs.existsSync(folder)) return {};
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(fs.readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** Lists in no order of their own are put in order by their text. */
function sortedJson(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortedJson).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, sortedJson(item)]));
}
