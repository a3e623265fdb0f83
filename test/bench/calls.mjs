// What logging costs: single metrics, batches, whole runs, and the real Python client.
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { connect } from './http.mjs';
import { median, timed } from './measure.mjs';

export const API = '/api/2.0/mlflow';
const TIME = 1_700_000_000_000;

export async function newRun(wire, experiment = '0') {
  const { run } = await wire.post(`${API}/runs/create`, {
    experiment_id: experiment,
    start_time: Date.now(),
  });
  return run.info.run_id;
}

/** Median milliseconds of one log-metric, and calls a second over all clients. */
export async function logMetric(server, clients, seconds) {
  const times = [];
  const end = performance.now() + seconds * 1000;
  const work = async () => {
    const wire = connect(server);
    const run_id = await newRun(wire);
    for (let step = 0; performance.now() < end; step++) {
      const body = { run_id, key: 'loss', value: 1 / (step + 1), timestamp: TIME + step, step };
      times.push(await timed(() => wire.raw('POST', `${API}/runs/log-metric`, body)));
    }
    wire.close();
  };
  const total = await timed(() => Promise.all(Array.from({ length: clients }, work)));
  return { p50: median(times), perSecond: (times.length * 1000) / total };
}

/** Points a second with batches of 1000; the requests are made beforehand. */
export async function logBatch(server, batches, key) {
  const wire = connect(server);
  const run_id = await newRun(wire);
  const rates = [];
  for (let batch = 0; batch < batches; batch++) {
    const metrics = Array.from({ length: 1000 }, (_, i) => ({
      key: key(i),
      value: Math.random(),
      timestamp: TIME + batch * 1000 + i,
      step: batch * 1000 + i,
    }));
    const request = wire.prepare(`${API}/runs/log-batch`, { run_id, metrics });
    rates.push(1e6 / (await timed(() => wire.send(request))));
  }
  wire.close();
  return median(rates);
}

/** Adds runs with 10 metrics, 10 parameters and 5 tags, over eight connections. */
export async function fillRuns(server, experiment, { from, to }) {
  let next = from;
  const work = async () => {
    const wire = connect(server);
    for (let n = next++; n < to; n = next++) {
      const run_id = await newRun(wire, experiment);
      await wire.raw('POST', `${API}/runs/log-batch`, { run_id, ...contentOf(n) });
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

const contentOf = (n) => ({
  metrics: Array.from({ length: 10 }, (_, i) => ({
    key: `metric_${i}`,
    value: ((n * 7919 + i * 104_729) % 100_003) / 100_003,
    timestamp: TIME + n,
    step: 0,
  })),
  params: Array.from({ length: 10 }, (_, i) => ({
    key: `param_${i}`,
    value: String((n * i) % 97),
  })),
  tags: Array.from({ length: 5 }, (_, i) => ({ key: `tag_${i}`, value: `value ${n % 7}` })),
});

/** Adds points to one metric of one run, in batches. */
export async function fillPoints(server, run_id, { from, to }) {
  const wire = connect(server);
  for (let step = from; step < to; step += 1000) {
    const metrics = Array.from({ length: Math.min(1000, to - step) }, (_, i) => ({
      key: 'loss',
      value: Math.sin((step + i) / 5000) + ((step + i) % 17) / 100,
      timestamp: TIME + (step + i) * 37,
      step: step + i,
    }));
    await wire.raw('POST', `${API}/runs/log-batch`, { run_id, metrics });
  }
  wire.close();
}

const CLIENT = `
import sys, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
calls = int(sys.argv[2])
for step in range(20):
    client.log_metric(sys.argv[3], "loss", 0.5, timestamp=1700000000000, step=step)
times = []
for step in range(calls):
    started = time.perf_counter()
    client.log_metric(sys.argv[3], "loss", 1 / (step + 1), timestamp=1700000000000 + step, step=step)
    times.append(time.perf_counter() - started)
print(sorted(times)[calls // 2] * 1000)
`;

/** Median milliseconds of log_metric of the real Python client. */
export function pythonClient(python, { port, tokens }, runId, calls) {
  const { stdout, stderr, status } = spawnSync(
    python,
    ['-c', CLIENT, `http://127.0.0.1:${port}`, String(calls), runId],
    {
      encoding: 'utf8',
      env: { ...process.env, MLFLOW_TRACKING_TOKEN: tokens?.tracking ?? 'none' },
    },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim());
}

/** The same client against a server that answers and does nothing, in a process of its own. */
export async function emptyServer() {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(EMPTY, { eval: true });
  const port = await new Promise((resolve) => worker.once('message', resolve));
  return { port, stop: () => worker.terminate() };
}

const EMPTY = `
const { parentPort } = require('node:worker_threads');
const server = require('node:http').createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
}).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Sends and fetches one file of so many bytes. @returns bytes a second each way. */
export async function artifact(server, bytes) {
  const path = '/api/2.0/mlflow-artifacts/artifacts/0/bench/big.bin';
  const up = await timed(() => transfer(server, { method: 'PUT', path, bytes }));
  const down = await timed(() => transfer(server, { method: 'GET', path, bytes }));
  return { up: (bytes * 1000) / up, down: (bytes * 1000) / down };
}

const BLOCK = Buffer.alloc(1 << 20, 'runlens');

function transfer({ port, headers }, { method, path, bytes }) {
  return new Promise((resolve, reject) => {
    const sends = method === 'PUT';
    const length = sends ? { 'content-length': bytes } : {};
    const request = http.request(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length } },
      (response) => {
        let received = 0;
        response.on('data', (chunk) => {
          received += chunk.length;
        });
        response.on('end', () => {
          const whole = sends || received === bytes;
          if (response.statusCode < 400 && whole) resolve();
          else reject(new Error(`${method} ${path}: ${response.statusCode}, ${received} bytes`));
        });
      },
    );
    request.on('error', reject);
    if (!sends) request.end();
    else sendBlocks(request, bytes);
  });
}

function sendBlocks(request, bytes) {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const block = left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left);
      left -= block.length;
      if (!request.write(block)) {
        request.once('drain', more);
        return;
      }
    }
    request.end();
  };
  more();
}
