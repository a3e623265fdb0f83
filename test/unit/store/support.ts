// Temporary stores, short ways to write mutations, and a disk that fails on command.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { PipelineRun, StepRun } from '../../../src/domain/pipeline';
import type { LoggedMetric } from '../../../src/domain/run';
import { EVERYTHING } from '../../../src/domain/search/filter';
import { type FileLayer, nodeFiles } from '../../../src/store/files';
import type { Mutation } from '../../../src/store/mutation';
import { type OpenStoreOptions, openStore } from '../../../src/store/openStore';
import type { Store } from '../../../src/store/store';

const WASM = path.resolve('node_modules/sql.js/dist/sql-wasm.wasm');
const folders: string[] = [];
const stores: Store[] = [];

export function tempFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-store-')));
  folders.push(folder);
  return folder;
}

export async function open(
  folder: string,
  options: Partial<OpenStoreOptions> = {},
): Promise<Store> {
  const store = await openStore({ folder, wasm: WASM, clock: { now: () => 1000 }, ...options });
  stores.push(store);
  return store;
}

/**
 * A copy of the folder as it is now: what a killed process leaves behind. Files go from another thread, too: when one
 * is gone between its name and its bytes, the copy begins again.
 */
export function copyOf(folder: string): string {
  for (let tries = 0; ; tries += 1) {
    const copy = tempFolder();
    try {
      fs.cpSync(folder, copy, { recursive: true });
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries >= 9) throw error;
    }
  }
}

export async function cleanUp(): Promise<void> {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

export const createExperiment = (experimentId: string, name = `e${experimentId}`): Mutation => ({
  type: 'experiment.create',
  experimentId,
  name,
  artifactLocation: `mlflow-artifacts:/${experimentId}`,
  time: 2000 + Number(experimentId),
  tags: [],
});

export const createRun = (
  runId: string,
  more: Partial<Extract<Mutation, { type: 'run.create' }>> = {},
): Mutation => ({
  type: 'run.create',
  runId,
  experimentId: '0',
  name: `name of ${runId}`,
  userId: 'ada',
  startTime: 5000,
  artifactUri: `mlflow-artifacts:/0/${runId}/artifacts`,
  tags: [],
  ...more,
});

export const log = (
  runId: string,
  what: {
    metrics?: readonly LoggedMetric[];
    params?: Record<string, string>;
    tags?: Record<string, string>;
  },
): Mutation => ({
  type: 'run.log',
  runId,
  metrics: what.metrics ?? [],
  params: pairs(what.params),
  tags: pairs(what.tags),
});

const pairs = (values: Record<string, string> = {}) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

export const metric = (key: string, value: number, step = 0, timestamp = 7000): LoggedMetric => ({
  key,
  value,
  step,
  timestamp,
});

export const pipelineRun = (id: string, more: Partial<PipelineRun> = {}): PipelineRun => ({
  id,
  name: `run ${id}`,
  status: 'running',
  startedAt: 9000,
  endedAt: undefined,
  experimentId: '0',
  trackingRunId: 't',
  graph: {
    pipeline: 'training',
    source: { file: 'train.py', module: 'train', qualname: 'training', line: 9 },
    parameters: {},
    enableCache: true,
    steps: [],
  },
  plan: { target: 'all' },
  modules: [],
  environment: { python: '3.11' },
  launchId: undefined,
  steps: [],
  ...more,
});

export const stepRun = (
  id: string,
  pipelineRunId: string,
  more: Partial<StepRun> = {},
): StepRun => ({
  id,
  pipelineRunId,
  stepId: 'train_model',
  step: 'train_model',
  status: 'ran',
  startedAt: 9001,
  endedAt: 9002,
  fingerprint: { key: 'k1', components: [], notTracked: [] },
  reasons: [],
  outputs: {},
  trackingRunId: undefined,
  cachedFrom: undefined,
  error: undefined,
  reusable: true,
  notReusableReason: undefined,
  ...more,
});

/** Everything the queries tell, as text; NaN and the infinities keep their names. */
export function dump(store: Store): string {
  const experiments = store.experiments.list({ stage: 'all', limit: 1000, offset: 0 });
  const { items: runs } = store.runs.search({
    experimentIds: experiments.map((experiment) => experiment.experimentId),
    filter: EVERYTHING,
    orderBy: [],
    stage: 'all',
    limit: 10_000,
    offset: 0,
  });
  const histories = runs.flatMap((run) =>
    run.metrics.map(({ key }) => [
      run.info.runId,
      key,
      store.series.history(run.info.runId, key, { offset: 0, limit: 1e6 }),
    ]),
  );
  const pipelines = store.pipelines.runs({ limit: 1000, offset: 0 });
  const artifacts = store.pipelines
    .artifactNames()
    .map(({ name }) => store.pipelines.artifactVersions(name));
  const models = experiments
    .flatMap(({ experimentId }) => store.models.ofExperiment(experimentId))
    .map((modelId) => store.models.get(modelId));
  const registry = store.registry
    .names()
    .map((name) => [
      store.registry.get(name),
      ...store.registry.versions(name).map((version) => store.registry.version(name, version)),
    ]);
  const all = { experiments, runs, histories, pipelines, artifacts, models, registry };
  return JSON.stringify(all, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

export class SystemError extends Error {
  constructor(readonly code: string) {
    super(`${code}: injected`);
  }
}

type Writing =
  | 'write'
  | 'fdatasync'
  | 'fdatasyncLater'
  | 'truncate'
  | 'mkdir'
  | 'rename'
  | 'open'
  | 'syncFolder'
  | 'later';
export type Fault = (call: Writing, count: number) => 'fail' | 'short' | undefined;

/** The real disk, but each call that changes something asks `fault` first. */
export class FaultyFiles {
  fault: Fault = () => undefined;
  code = 'ENOSPC';
  readonly counts: Record<string, number> = {};

  readonly layer: FileLayer = {
    ...nodeFiles,
    write: (fd, bytes, position) => {
      const kind = this.ask('write');
      if (kind === 'short' && bytes.length > 1) {
        return nodeFiles.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), position);
      }
      return nodeFiles.write(fd, bytes, position);
    },
    fdatasync: (fd) => {
      this.ask('fdatasync');
      nodeFiles.fdatasync(fd);
    },
    fdatasyncLater: async (fd) => {
      this.ask('fdatasyncLater');
      await nodeFiles.fdatasyncLater(fd);
    },
    truncate: (fd, length) => {
      this.ask('truncate');
      nodeFiles.truncate(fd, length);
    },
    mkdir: (folder) => {
      this.ask('mkdir');
      return nodeFiles.mkdir(folder);
    },
    rename: (from, to) => {
      this.ask('rename');
      nodeFiles.rename(from, to);
    },
    open: (file, flags) => {
      if (flags !== 'r') this.ask('open');
      return nodeFiles.open(file, flags);
    },
    syncFolder: (folder) => {
      this.ask('syncFolder');
      nodeFiles.syncFolder(folder);
    },
    syncFolderLater: async (folder) => {
      this.ask('syncFolder');
      await nodeFiles.syncFolderLater(folder);
    },
    later: {
      ...fs.promises,
      open: ((...given: Parameters<typeof fs.promises.open>) => {
        if (given[1] !== 'r') this.ask('later');
        return fs.promises.open(...given);
      }) as typeof fs.promises.open,
    },
  };

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  private ask(call: Writing): 'short' | undefined {
    this.counts[call] = (this.counts[call] ?? 0) + 1;
    const verdict = this.fault(call, this.counts[call]);
    if (verdict === 'fail') throw new SystemError(this.code);
    return verdict;
  }
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`It did not happen in 5 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
