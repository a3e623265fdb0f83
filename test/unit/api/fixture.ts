// A real store in a temporary folder.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { lifecycleRoutes } from '../../../src/api/lifecycle';
import type { Diagnosis } from '../../../src/domain/diagnosis';
import type { LoggedMetric } from '../../../src/domain/run';
import { type OpenStoreOptions, openStore } from '../../../src/store/openStore';
import type { Store } from '../../../src/store/store';
import { blobPathUnder } from '../../../src/tracking/artifactPath';
import { checkKey } from '../../../src/tracking/validation';
import { callRoute } from '../../support/callRoute';

export const WASM = require.resolve('sql.js/dist/sql-wasm.wasm');

export class StoreFixture {
  store!: Store;
  private folder = '';
  private runs = 0;

  async open(): Promise<void> {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-api-')));
    this.store = await openStore({ folder: this.folder, wasm: WASM });
  }

  /** Closes and opens it again, as a restarted server does. */
  async reopen(options: Partial<OpenStoreOptions> = {}): Promise<void> {
    await this.store.close();
    this.store = await openStore({ folder: this.folder, wasm: WASM, ...options });
  }

  async close(): Promise<void> {
    await this.store.close();
    fs.rmSync(this.folder, { recursive: true });
  }

  async createRun(tags: Record<string, string> = {}, experimentId = '0'): Promise<string> {
    const runId = (++this.runs).toString(16).padStart(32, '0');
    await this.store.commit({
      type: 'run.create',
      runId,
      experimentId,
      name: `run ${this.runs}`,
      userId: 'me',
      startTime: this.runs,
      artifactUri: `mlflow-artifacts:/${experimentId}/${runId}/artifacts`,
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
    return runId;
  }

  async createExperiment(name: string, tags: Record<string, string> = {}): Promise<string> {
    const experimentId = this.store.experiments.nextId();
    await this.store.commit({
      type: 'experiment.create',
      experimentId,
      name,
      artifactLocation: `mlflow-artifacts:/${experimentId}`,
      time: 1,
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
    return experimentId;
  }

  log(runId: string, metrics: readonly LoggedMetric[]): Promise<number> {
    return this.store.commit({ type: 'run.log', runId, metrics, params: [], tags: [] });
  }
}

/** Asks the routes of the lifecycle; `now` gives another time whenever it is asked. */
export const lifecycleCaller =
  (fixture: StoreFixture, now: () => number) =>
  <T = { code?: string; message?: string }>(target: string, body?: unknown) => {
    const routes = lifecycleRoutes({
      store: fixture.store,
      clock: { now },
      user: 'ada',
      runFolder: blobPathUnder,
      checkKey: (key) => checkKey(key, { field: 'key', name: 'key' }),
      compact: () => fixture.store.compact(),
      examine: async (): Promise<Diagnosis> => {
        throw new Error('not asked here');
      },
    });
    return callRoute<T>(routes, target, body);
  };

export const point = (key: string, step: number, value: number): LoggedMetric => ({
  key,
  step,
  timestamp: step,
  value,
});
