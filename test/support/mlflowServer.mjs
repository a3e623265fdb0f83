// The real `mlflow server` from PyPI, and doors in front of it: one that asks for a sign-in, one that is slow.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 90_000;

/** Starts a server over an empty store in a folder of its own. */
export async function startMlflow(python = process.env.RUNLENS_TEST_PYTHON ?? 'python3') {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-mlflow-'));
  const server = new MlflowServer(python, folder, await freePort());
  await server.start();
  return server;
}

export class MlflowServer {
  constructor(python, folder, port) {
    this.python = python;
    this.folder = folder;
    this.port = port;
    this.child = undefined;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** On the same port and store as before. */
  async start() {
    const log = fs.openSync(path.join(this.folder, 'server.log'), 'a');
    const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(this.port)];
    args.push('--workers', '1', '--backend-store-uri', `sqlite:///${this.folder}/mlflow.db`);
    args.push('--artifacts-destination', path.join(this.folder, 'artifacts'));
    this.child = spawn(this.python, args, {
      cwd: this.folder,
      stdio: ['ignore', log, log],
      // Its workers belong to its group, so that all of them end with it.
      detached: true,
      env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_TRACKING_URI: '' },
    });
    fs.closeSync(log);
    process.once('exit', () => this.kill());
    for (let waited = 0; !(await this.isUp()); waited += 100) {
      const ended = this.child.exitCode !== null;
      if (ended || waited > START_MS)
        throw new Error(`mlflow server did not start:\n${this.log()}`);
      await sleep(100);
    }
  }

  async stop() {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.kill();
    await ended;
  }

  /** With its workers, at once. */
  kill() {
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }

  /** Stops it and removes its data. */
  async dispose() {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A call of its REST API, as any client makes it. */
  async api(route, body) {
    const isGet = body === undefined;
    const response = await fetch(`${this.url}/api/2.0/mlflow/${route}`, {
      method: isGet ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(!isGet && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async experiment(name, tags = {}) {
    const { experiment_id } = await this.api('experiments/create', { name, tags: pairs(tags) });
    return experiment_id;
  }

  /** A run with its values; `metrics` is key → values by step. Answers its id. */
  async run(
    experimentId,
    name,
    { metrics = {}, params = {}, tags = {}, startTime, end = 'FINISHED' } = {},
  ) {
    const start_time = startTime ?? Date.now();
    const { run } = await this.api('runs/create', {
      experiment_id: experimentId,
      run_name: name,
      start_time,
      tags: pairs(tags),
    });
    const { run_id } = run.info;
    const points = Object.entries(metrics).flatMap(([key, values]) =>
      values.map((value, step) => ({ key, value, step, timestamp: start_time + step })),
    );
    for (let at = 0; at === 0 || at < points.length; at += 1000) {
      const part = points.slice(at, at + 1000);
      await this.api('runs/log-batch', {
        run_id,
        metrics: part,
        params: at === 0 ? pairs(params) : [],
      });
    }
    if (end) await this.api('runs/update', { run_id, status: end, end_time: start_time + 5000 });
    return run_id;
  }

  async artifact(runId, name, content) {
    const { run } = await this.api(`runs/get?run_id=${runId}`);
    const below = run.info.artifact_uri.replace(/^mlflow-artifacts:\//, '');
    const response = await fetch(
      `${this.url}/api/2.0/mlflow-artifacts/artifacts/${below}/${name}`,
      {
        method: 'PUT',
        body: content,
      },
    );
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  }

  log() {
    return fs.readFileSync(path.join(this.folder, 'server.log'), 'utf8').slice(-4000);
  }

  async isUp() {
    try {
      return (await fetch(`${this.url}/health`)).ok;
    } catch {
      return false; // not yet listening
    }
  }
}

const pairs = (record) => Object.entries(record).map(([key, value]) => ({ key, value }));

/**
 * A door in front of a server. `admit` sees each request and may answer it (true when it did); `requests` are all
 * that came, `delayMs` holds every answer back.
 */
export async function openDoor(target, admit = () => false) {
  const { hostname, port } = new URL(target);
  const door = { requests: [], delayMs: 0, url: '', close: async () => {} };
  const server = http.createServer(async (request, response) => {
    const { method, url, headers } = request;
    door.requests.push({ method, url, headers, at: Date.now() });
    if (door.delayMs > 0) await sleep(door.delayMs, undefined, { ref: false });
    if (await admit(request, response, door)) return;
    const on = http.request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    on.once('error', () => response.destroy());
    request.pipe(on);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  door.url = `http://127.0.0.1:${server.address().port}`;
  door.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return door;
}

/** Lets in who sends this header; answers 401 to the others, as MLflow's basic-auth app does. */
export const guarded = (authorization) => (request, response) => {
  if (request.headers.authorization === authorization) return false;
  request.resume();
  response.writeHead(401, { 'www-authenticate': 'Basic realm="mlflow"' });
  response.end('You are not authenticated.');
  return true;
};

export const basic = (user, password) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
