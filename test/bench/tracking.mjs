// Tracking over HTTP: start, memory, log-metric, log-batch; with --peer the real MLflow server in the same run.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  client,
  freePort,
  healthy,
  median,
  printTable,
  residentMB,
  start,
  stop,
  temporary,
  timed,
} from './measure.mjs';

const API = '/api/2.0/mlflow';

/** Starts Runlens's server on a new root; answers what a client needs. */
export async function startRunlens(root, dist) {
  const state = temporary('state');
  const port = await freePort();
  const child = start(
    process.execPath,
    [path.join(dist, 'server.js'), '--root', root, '--port', String(port)],
    {
      RUNLENS_STATE_DIR: state,
    },
  );
  await healthy(port, child);
  const [file] = fs.readdirSync(state).filter((f) => /^[0-9a-f]{32}\.json$/.test(f));
  const { tokens, pid } = JSON.parse(fs.readFileSync(path.join(state, file), 'utf8'));
  return {
    child,
    port,
    pid,
    state,
    tokens,
    headers: { authorization: `Bearer ${tokens.control}` },
  };
}

async function startMlflow(python) {
  const folder = temporary('mlflow');
  const port = await freePort();
  const child = start(
    python,
    [
      '-m',
      'mlflow',
      'server',
      '--workers',
      '1',
      '--port',
      String(port),
      '--backend-store-uri',
      'sqlite:///mlflow.db',
    ],
    { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    folder,
  );
  await healthy(port, child);
  return { child, port, pid: child.pid, headers: {} };
}

async function newRun(http) {
  const { run } = await http.post(`${API}/runs/create`, {
    experiment_id: '0',
    start_time: Date.now(),
  });
  return run.info.run_id;
}

/** Median milliseconds of one log-metric, and calls a second over all clients. */
async function logMetric(server, clients, calls) {
  const times = [];
  const work = async () => {
    const http = client(server.port, server.headers);
    const run_id = await newRun(http);
    for (let step = 0; step < calls; step++) {
      const body = { run_id, key: 'loss', value: 1 / (step + 1), timestamp: Date.now(), step };
      times.push(await timed(() => http.post(`${API}/runs/log-metric`, body)));
    }
    http.close();
  };
  const total = await timed(() => Promise.all(Array.from({ length: clients }, work)));
  return { p50: median(times), perSecond: (clients * calls * 1000) / total };
}

/** Points a second with batches of 1000. */
async function logBatch(server, batches, key) {
  const http = client(server.port, server.headers);
  const run_id = await newRun(http);
  const rates = [];
  for (let batch = 0; batch < batches; batch++) {
    const metrics = Array.from({ length: 1000 }, (_, i) => ({
      key: key(i),
      value: Math.random(),
      timestamp: 1_700_000_000_000 + i,
      step: batch * 1000 + i,
    }));
    rates.push(1e6 / (await timed(() => http.post(`${API}/runs/log-batch`, { run_id, metrics }))));
  }
  http.close();
  return median(rates);
}

async function measureServer(startOne, { calls, batches }) {
  const starts = [];
  let server;
  for (let i = 0; i < 5; i++) {
    if (server) await stop(server.child);
    starts.push(
      await timed(async () => {
        server = await startOne();
      }),
    );
  }
  await sleep(1500);
  const memory = residentMB(server.pid);
  await logMetric(server, 1, Math.min(50, calls)); // warm
  const one = await logMetric(server, 1, calls);
  const eight = await logMetric(server, 8, calls);
  const batchOne = await logBatch(server, batches, () => 'loss');
  const batchMany = await logBatch(server, batches, (i) => `metric_${i}`);
  await stop(server.child);
  return { start: median(starts), memory, one, eight, batchOne, batchMany };
}

export async function benchTracking({ dist, peer }) {
  const own = await measureServer(() => startRunlens(temporary('root'), dist), {
    calls: 1000,
    batches: 40,
  });
  const other = peer && (await measureServer(() => startMlflow(peer), { calls: 60, batches: 5 }));
  printTable('tracking', [
    { what: 'server start to first answer', runlens: own.start, peer: other?.start, unit: 'ms' },
    { what: 'memory, idle', runlens: own.memory, peer: other?.memory, unit: 'MB' },
    { what: 'log-metric p50, 1 client', runlens: own.one.p50, peer: other?.one.p50, unit: 'ms' },
    {
      what: 'log-metric, 1 client',
      runlens: own.one.perSecond,
      peer: other?.one.perSecond,
      unit: 'calls/s',
      lessIsBetter: false,
    },
    {
      what: 'log-metric p50, 8 clients',
      runlens: own.eight.p50,
      peer: other?.eight.p50,
      unit: 'ms',
    },
    {
      what: 'log-metric, 8 clients',
      runlens: own.eight.perSecond,
      peer: other?.eight.perSecond,
      unit: 'calls/s',
      lessIsBetter: false,
    },
    {
      what: 'log-batch of 1000, one key',
      runlens: own.batchOne,
      peer: other?.batchOne,
      unit: 'points/s',
      lessIsBetter: false,
    },
    {
      what: 'log-batch of 1000, 1000 keys',
      runlens: own.batchMany,
      peer: other?.batchMany,
      unit: 'points/s',
      lessIsBetter: false,
    },
  ]);
}
