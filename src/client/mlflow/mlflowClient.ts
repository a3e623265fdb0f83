/** The calls of MLflow's REST API that Runlens makes to somebody else's server. */
import { isInvalidParameter, RemoteError } from './errors';
import type { RemoteRequest, Transport } from './transport';
import {
  experimentsOf,
  filesOf,
  nextPage,
  pointsOf,
  type RemoteExperiment,
  type RemoteFile,
  type RemotePoint,
  type RemoteRun,
  runOf,
  runsOf,
} from './wire';

const API = '/api/2.0/mlflow';
/** Beyond this many experiments a filter in the setting is asked for. */
const MOST_EXPERIMENTS = 5000;
const EXPERIMENTS_PAGE = 1000;

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export interface RunsQuery {
  readonly experimentIds: readonly string[];
  readonly filter?: string | undefined;
  /** Newest first when left out. */
  readonly orderBy?: readonly string[];
  readonly limit: number;
  readonly pageToken?: string | undefined;
}

export interface HistoryQuery {
  readonly runId: string;
  readonly key: string;
  readonly limit: number;
  readonly pageToken?: string | undefined;
}

export class MlflowClient {
  constructor(readonly transport: Transport) {}

  /**
   * Whether an MLflow server is there that lets us in, and its version when it tells.
   * @throws RemoteError
   */
  async probe(): Promise<string | undefined> {
    const version = await this.version();
    try {
      const reply = await this.post('experiments/search', { max_results: 1 });
      if (!isExperimentsReply(reply)) throw this.transport.notMlflow();
    } catch (error) {
      throw this.probeError(error, version);
    }
    return version;
  }

  /** All that are not deleted, newest change first. @param filter in MLflow's search language. */
  async experiments(filter?: string): Promise<readonly RemoteExperiment[]> {
    const found: RemoteExperiment[] = [];
    let token: string | undefined;
    do {
      const reply = await this.post('experiments/search', {
        max_results: EXPERIMENTS_PAGE,
        ...(filter && { filter }),
        ...(token && { page_token: token }),
      });
      found.push(...experimentsOf(reply));
      token = nextPage(reply);
    } while (token !== undefined && found.length < MOST_EXPERIMENTS);
    return found;
  }

  async runs(query: RunsQuery): Promise<Paged<RemoteRun>> {
    const { experimentIds, filter, orderBy, limit, pageToken } = query;
    const reply = await this.post('runs/search', {
      experiment_ids: experimentIds,
      max_results: limit,
      order_by: orderBy ?? ['attributes.start_time DESC'],
      ...(filter && { filter }),
      ...(pageToken && { page_token: pageToken }),
    });
    return { items: runsOf(reply), next: nextPage(reply) };
  }

  async run(runId: string): Promise<RemoteRun> {
    const reply = await this.get('runs/get', { run_id: runId });
    const run = runOf(reply['run']);
    if (!run) throw this.transport.notMlflow();
    return run;
  }

  /** Ordered by time stamp. `max_results` is always sent: some releases answer nothing without it. */
  async history({ runId, key, limit, pageToken }: HistoryQuery): Promise<Paged<RemotePoint>> {
    const reply = await this.get('metrics/get-history', {
      run_id: runId,
      metric_key: key,
      max_results: limit,
      page_token: pageToken,
    });
    return { items: pointsOf(reply), next: nextPage(reply) };
  }

  /** At most 2500 points, taken evenly by the server; undefined when it cannot (before 2.11). */
  async sample(
    { runId, key }: { runId: string; key: string },
    range: { fromStep?: number | undefined; toStep?: number | undefined },
  ): Promise<readonly RemotePoint[] | undefined> {
    const { fromStep, toStep } = range;
    const both = fromStep !== undefined && toStep !== undefined;
    try {
      const reply = await this.get('metrics/get-history-bulk-interval', {
        run_ids: runId,
        metric_key: key,
        max_results: 2500,
        ...(both && { start_step: fromStep, end_step: toStep }),
      });
      return pointsOf(reply);
    } catch (error) {
      if (error instanceof RemoteError && error.errorCode === 'HTTP_404') return undefined;
      throw error;
    }
  }

  async files(runId: string, path: string | undefined): Promise<readonly RemoteFile[]> {
    return filesOf(await this.get('artifacts/list', { run_id: runId, path }));
  }

  async rename(runId: string, name: string): Promise<void> {
    await this.post('runs/update', { run_id: runId, run_name: name });
  }

  async remove(runId: string): Promise<void> {
    await this.post('runs/delete', { run_id: runId });
  }

  async restore(runId: string): Promise<void> {
    await this.post('runs/restore', { run_id: runId });
  }

  async setTag(runId: string, key: string, value: string): Promise<void> {
    await this.post('runs/set-tag', { run_id: runId, key, value });
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.post('runs/delete-tag', { run_id: runId, key });
  }

  /** The bytes of an artifact, wherever the server keeps them. */
  openFile(runId: string, path: string, signal?: AbortSignal) {
    const query = new URLSearchParams({ path, run_uuid: runId });
    return this.transport.open({ method: 'GET', path: `/get-artifact?${query}`, signal });
  }

  dispose(): void {
    this.transport.dispose();
  }

  private get(
    route: string,
    query: Readonly<Record<string, string | number | undefined>>,
  ): Promise<Record<string, unknown>> {
    const values = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) values.append(key, String(value));
    }
    return this.transport.json({ method: 'GET', path: `${API}/${route}?${values}` });
  }

  private post(route: string, body: object): Promise<Record<string, unknown>> {
    const request: RemoteRequest = { method: 'POST', path: `${API}/${route}`, body };
    return this.transport.json(request);
  }

  /** Told without sign-in by most; managed servers do not have it. */
  private async version(): Promise<string | undefined> {
    try {
      const { text } = await this.transport.text({ method: 'GET', path: '/version' });
      return /^\d+\.\d+\S*$/.test(text.trim()) ? text.trim() : undefined;
    } catch (error) {
      if (error instanceof RemoteError && error.problem !== 'unreachable') return undefined;
      throw error;
    }
  }

  private probeError(error: unknown, version: string | undefined): unknown {
    const isMissing =
      error instanceof RemoteError &&
      /^(HTTP_40[45]|ENDPOINT_NOT_FOUND)$/.test(error.errorCode ?? '');
    if (!isMissing && !isInvalidParameter(error)) return error;
    if (version === undefined) return this.transport.notMlflow();
    return new RemoteError(
      'tooOld',
      `The server runs MLflow ${version}, which cannot search experiments. MLflow 1.28 or newer is needed.`,
    );
  }
}

/** An empty server answers `{}`; anything else has the list. */
const isExperimentsReply = (reply: Record<string, unknown>): boolean =>
  Object.keys(reply).every((key) => key === 'experiments' || key === 'next_page_token');
