/** A script that logs: MLflow's REST API with the tracking token, as any client would use it. */
import assert from 'node:assert/strict';
import type { FolderSession } from '../../src/extension/session/folderSession';
import type { Discovery } from '../../src/protocol/discovery';

export function discoveryOf(session: FolderSession): Discovery {
  const { state } = session;
  assert.equal(state.kind, 'up', JSON.stringify(state));
  assert.ok(state.kind === 'up' && state.discovery);
  return state.discovery;
}

interface RunInfo {
  readonly run_id: string;
  readonly experiment_id: string;
}

export class Script {
  private clock = Date.now() - 600_000;

  constructor(private readonly session: FolderSession) {}

  async createExperiment(name: string): Promise<string> {
    const made = await this.post<{ experiment_id: string }>('experiments/create', { name });
    return made.experiment_id;
  }

  /** Each run starts a second after the one before. */
  async createRun(experimentId: string, name: string): Promise<RunInfo> {
    this.clock += 1000;
    const body = { experiment_id: experimentId, run_name: name, start_time: this.clock };
    const { run } = await this.post<{ run: { info: RunInfo } }>('runs/create', body);
    return run.info;
  }

  async logMetric(runId: string, key: string, value: number, step: number): Promise<void> {
    await this.post('runs/log-metric', { run_id: runId, key, value, step, timestamp: Date.now() });
  }

  /** Points of one metric at steps from..to-1. */
  async logPoints(runId: string, key: string, from: number, to: number): Promise<void> {
    const metrics = Array.from({ length: to - from }, (_, index) => ({
      key,
      value: 1 / (from + index + 1),
      step: from + index,
      timestamp: Date.now(),
    }));
    await this.post('runs/log-batch', { run_id: runId, metrics });
  }

  async finish(runId: string): Promise<void> {
    await this.post('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() });
  }

  /** Ends the runs that tests left running. */
  async finishAll(): Promise<void> {
    const known = [...this.session.experiments.knownRuns()];
    for (const { runId, status } of known) if (status === 'RUNNING') await this.finish(runId);
  }

  async upload(run: RunInfo, path: string, content: Uint8Array | string): Promise<void> {
    const route = `mlflow-artifacts/artifacts/${run.experiment_id}/${run.run_id}/artifacts/${path}`;
    await this.send('PUT', route, content);
  }

  post<T = object>(route: string, body: object): Promise<T> {
    return this.send<T>('POST', `mlflow/${route}`, JSON.stringify(body));
  }

  private async send<T>(method: string, route: string, body: Uint8Array | string): Promise<T> {
    const { port, tokens } = discoveryOf(this.session);
    const response = await fetch(`http://127.0.0.1:${port}/api/2.0/${route}`, {
      method,
      headers: { authorization: `Bearer ${tokens.tracking}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Blob([new Uint8Array(body)]),
    });
    const text = await response.text();
    assert.ok(response.ok, `${route}: ${response.status} ${text}`);
    return JSON.parse(text === '' ? '{}' : text) as T;
  }
}
