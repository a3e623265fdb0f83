// Starts real server processes in temporary folders and ends them after each test.
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import { findServer } from '../../../src/client/discovery';
import { ServerClient } from '../../../src/client/http';
import type { Discovery, Launcher } from '../../../src/protocol/discovery';

export const REPOSITORY = path.resolve(__dirname, '../../..');
export const SERVER = path.join(REPOSITORY, 'src/server/main.ts');
const TSX = path.join(REPOSITORY, 'node_modules/tsx/dist/loader.mjs');

/** Runs the server from its source. */
export const SOURCE_LAUNCHER: Launcher = {
  runtime: process.execPath,
  args: ['--import', `file://${TSX}`],
  env: {},
  server: SERVER,
  version: '0.1.0',
};

export interface Place {
  readonly root: string;
  readonly state: string;
  readonly data: string;
  readonly env: Record<string, string>;
}

/** A root and a state folder of their own; everything in it is ended and removed by `clean`. */
export class Harness {
  readonly children: ChildProcess[] = [];
  private readonly folders: string[] = [];
  private readonly clients: ServerClient[] = [];

  place(): Place {
    const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-server-')));
    this.folders.push(top);
    const [root, state] = [path.join(top, 'root'), path.join(top, 'state')];
    fs.mkdirSync(root);
    return { root, state, data: path.join(root, '.runlens'), env: { RUNLENS_STATE_DIR: state } };
  }

  /** Starts a server process without waiting for it. */
  spawn(place: Place, args: readonly string[] = [], prefix: readonly string[] = []): ChildProcess {
    const line = [
      ...prefix,
      process.execPath,
      '--import',
      `file://${TSX}`,
      SERVER,
      '--root',
      place.root,
      ...args,
    ];
    const child = spawn(line[0]!, line.slice(1), {
      env: { ...process.env, ...place.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return child;
  }

  /** Starts a server and waits until it proves itself. */
  async start(
    place: Place,
    args: readonly string[] = [],
    prefix: readonly string[] = [],
  ): Promise<Discovery> {
    const child = this.spawn(place, args, prefix);
    const said = output(child);
    for (const until = Date.now() + 60_000; Date.now() < until; await delay(20)) {
      const found = await findServer(place.root, place.env);
      if (found && found.pid === child.pid) return found;
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${await said}`);
    }
    throw new Error('the server did not come');
  }

  client(discovery: Discovery): ServerClient {
    const client = new ServerClient(discovery);
    this.clients.push(client);
    return client;
  }

  /** Logs one metric value as an MLflow client does. */
  async track(discovery: Discovery, path_: string, body: object): Promise<Record<string, unknown>> {
    const reply = await this.client(discovery).send({
      method: 'POST',
      path: `/api/2.0/mlflow/${path_}`,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${discovery.tokens.tracking}`,
      },
      body: JSON.stringify(body),
    });
    if (reply.status !== 200) throw new Error(`${path_}: ${reply.status} ${reply.body}`);
    return JSON.parse(reply.body.toString()) as Record<string, unknown>;
  }

  async createRun(discovery: Discovery, name = 'a run'): Promise<string> {
    const reply = await this.track(discovery, 'runs/create', {
      experiment_id: '0',
      run_name: name,
      start_time: 1,
    });
    return (reply as { run: { info: { run_id: string } } }).run.info.run_id;
  }

  /** Closes all connections of clients. */
  disconnect(): void {
    for (const client of this.clients.splice(0)) client.dispose();
  }

  async clean(): Promise<void> {
    this.disconnect();
    for (const child of this.children.splice(0)) await end(child);
    for (const folder of this.folders.splice(0)) {
      await endServersOf(folder);
      endProcessesOf(folder);
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Servers that clients started, detached: found by what they wrote. */
async function endServersOf(folder: string): Promise<void> {
  const state = path.join(folder, 'state');
  if (!fs.existsSync(state)) return;
  for (const name of fs.readdirSync(state).filter((file) => file.endsWith('.json'))) {
    const { pid } = JSON.parse(fs.readFileSync(path.join(state, name), 'utf8')) as { pid?: number };
    if (pid !== undefined) kill(pid);
  }
  await delay(50);
}

/** A starter that lost a race may become the owner when the winner is ended: none may be left. */
function endProcessesOf(folder: string): void {
  if (process.platform !== 'linux') return;
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) !== process.pid && commandOf(pid).includes(folder)) kill(Number(pid));
  }
}

function commandOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Ended meanwhile.
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = exitOf(child);
  child.kill('SIGKILL');
  await gone;
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** All that a child wrote to stderr, when it has ended. */
export function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

export const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

export async function eventually(condition: () => boolean | Promise<boolean>, ms = 20_000) {
  for (const until = Date.now() + ms; Date.now() < until; await delay(10)) {
    if (await condition()) return;
  }
  throw new Error(`not within ${ms} ms: ${condition}`);
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A request with exactly these headers, as a stranger may send it. */
export function ask(
  port: number,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  } = {},
): Promise<Answer> {
  const { method = 'GET', path: path_ = '/', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path: path_, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
