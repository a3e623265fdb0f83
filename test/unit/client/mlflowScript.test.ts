// A plain MLflow script logs with the real client and its own retries, while the server is killed
// again and again and the connection that the extension holds brings it back.
import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Connection, ensureServer } from '../../../src/client/connection';
import type { Discovery } from '../../../src/protocol/discovery';
import {
  eventually,
  exitOf,
  Harness,
  output,
  type Place,
  SOURCE_LAUNCHER,
} from '../server/harness';

const PYTHON = process.env['RUNLENS_TEST_PYTHON'] ?? 'python3';
/** The third death within a minute ends the restarts of one connection. */
const KILLS_PER_CONNECTION = 2;
const LANES = 5;
const KILLS_PER_LANE = 4;

/** Writes down each point when the client has been told that it is stored. */
const SCRIPT = `
import os
import mlflow

with mlflow.start_run() as run, open("acknowledged", "a", buffering=1) as acknowledged:
    print(run.info.run_id, file=acknowledged)
    step = 0
    while not os.path.exists("stop"):
        mlflow.log_metric("value", step * 0.5, step=step)
        print(step, file=acknowledged)
        step += 1
`;

const harness = new Harness();
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.dispose();
  await harness.clean();
});

describe('an MLflow script whose server is killed', function () {
  this.timeout(120_000);

  // The client waits four seconds before its second repetition: the lanes wait side by side.
  it(`goes on, and every acknowledged point is there, ${LANES * KILLS_PER_LANE} times`, async () => {
    const seed = Number(process.env['RUNLENS_TEST_SEED'] ?? Date.now() % 1e6);
    const lanes = Array.from({ length: LANES }, (_, lane) => runLane(seed + lane));
    await Promise.all(lanes.map((lane) => lane.catch((error) => fail(seed, error))));
  });
});

function fail(seed: number, error: unknown): never {
  throw new Error(`RUNLENS_TEST_SEED=${seed}: ${error}`, { cause: error });
}

/** One root, one script, several deaths of its server. */
async function runLane(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const place = harness.place();
  let connection = await connect(place);
  const script = startScript(place, discoveryOf(connection));
  const said = output(script);
  for (let kill = 0; kill < KILLS_PER_LANE; kill++) {
    if (kill > 0 && kill % KILLS_PER_CONNECTION === 0) {
      connection.dispose();
      connection = await connect(place);
    }
    // It goes on: points arrive after the last death.
    const before = acknowledged(place).length;
    await eventually(() => script.exitCode !== null || acknowledged(place).length > before, 30_000);
    await new Promise((resolve) => setTimeout(resolve, random() * 200));
    const { pid } = discoveryOf(connection);
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => connection.state.kind === 'up' && discoveryOf(connection).pid !== pid,
      20_000,
    );
  }
  fs.writeFileSync(path.join(place.root, 'stop'), '');
  assert.equal(await exitOf(script), 0, await said);
  await checkPoints(place, discoveryOf(connection));
}

async function connect({ root, env }: Place): Promise<Connection> {
  const connection = await ensureServer({ root, env, launcher: SOURCE_LAUNCHER, watch: true });
  connections.push(connection);
  return connection;
}

function discoveryOf({ state }: Connection): Discovery {
  if (state.kind !== 'up') throw new Error(`the connection is ${state.kind}`);
  return state.discovery;
}

/** With the environment that a terminal of the editor has. */
function startScript(place: Place, server: Discovery): ChildProcess {
  const child = spawn(PYTHON, ['-c', SCRIPT], {
    cwd: place.root,
    env: {
      ...process.env,
      MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.port}`,
      MLFLOW_TRACKING_TOKEN: server.tokens.tracking,
      MLFLOW_DISABLE_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  harness.children.push(child);
  return child;
}

/** The run's id, then the steps; the last line may be half written. */
function acknowledged({ root }: Place): string[] {
  const file = path.join(root, 'acknowledged');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

async function checkPoints(place: Place, server: Discovery): Promise<void> {
  const [runId = '', ...steps] = acknowledged(place);
  const reply = await harness.client(server).send({
    method: 'GET',
    path: `/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=value&max_results=25000`,
    headers: { authorization: `Bearer ${server.tokens.tracking}` },
  });
  const { metrics } = JSON.parse(reply.body.toString()) as {
    metrics: { step: number | string; value: number }[];
  };
  const expected = steps.map((step) => [Number(step), Number(step) * 0.5]);
  assert.ok(expected.length > KILLS_PER_LANE, `${expected.length} points`);
  // A repeated call whose first answer was lost has not doubled its point.
  assert.deepEqual(
    metrics.map(({ step, value }) => [Number(step), value]),
    expected,
  );
}

/** Mulberry32, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
