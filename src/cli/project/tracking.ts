/** The run that a project's entry point logs into, made and ended by MLflow's own REST. */
import { isRecord } from '../../base/json';
import type { Server } from '../server';

export interface ProjectRun {
  readonly runId: string;
  readonly experimentId: string;
}

export interface NewProjectRun {
  /** The default one when left out. */
  readonly experiment: string | undefined;
  readonly runName: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/** @throws Error with the server's words. */
export async function beginRun(server: Server, run: NewProjectRun): Promise<ProjectRun> {
  const experimentId = await experimentOf(server, run.experiment);
  const reply = await post(server, 'runs/create', {
    experiment_id: experimentId,
    start_time: Date.now(),
    ...(run.runName === undefined ? {} : { run_name: run.runName }),
    tags: pairs(run.tags),
  });
  const runId = textAt(reply, 'run', 'info', 'run_id');
  const params = pairs(run.params);
  if (params.length > 0) await post(server, 'runs/log-batch', { run_id: runId, params });
  return { runId, experimentId };
}

export async function endRun(server: Server, runId: string, code: number): Promise<void> {
  const status = code === 0 ? 'FINISHED' : code === 130 ? 'KILLED' : 'FAILED';
  await post(server, 'runs/update', { run_id: runId, status, end_time: Date.now() });
}

async function experimentOf(server: Server, name: string | undefined): Promise<string> {
  if (name === undefined) return '0';
  const { items } = await server.call('GET /api/experiments', { limit: 1000 });
  const found = items.find((each) => each.name === name || each.experimentId === name);
  if (found) return found.experimentId;
  return textAt(await post(server, 'experiments/create', { name }), 'experiment_id');
}

const pairs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

async function post(server: Server, route: string, body: object): Promise<unknown> {
  const response = await fetch(`${server.url}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${server.trackingToken}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  const reply: unknown = await response.json();
  if (response.ok) return reply;
  const message = isRecord(reply) ? reply['message'] : undefined;
  throw new Error(typeof message === 'string' ? message : `${route}: HTTP ${response.status}`);
}

function textAt(value: unknown, ...keys: readonly string[]): string {
  const found = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
  if (typeof found === 'string') return found;
  throw new Error(`The server's answer has no ${keys.join('.')}.`);
}
