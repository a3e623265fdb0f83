// What the panels' suite looks at: 200 runs of a sweep, a million points with one spike, matrices, a model, a pipeline.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { discoveries } from '../support/servers.mjs';
import { python, root, until } from './person.mjs';

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1];
const BATCHES = [16, 32, 64, 128];
const SEEDS = [0, 1, 2, 3, 4];
const BY_SEED = [0.001, 0.004, -0.002, 0.003, 0];
const EPOCHS = 30;

export const SPIKE = { step: 617_283, value: 41.73205080756888, points: 1_000_000 };
export const MODEL = 'digits-classifier';

/** The runs of the sweep: what is logged is computed, so that a test knows every value. */
export const SWEEP = RATES.flatMap((lr) =>
  BATCHES.flatMap((batch) => SEEDS.map((seed) => ({ lr, batch, seed }))),
).map(({ lr, batch, seed }, i) => ({
  name: `sweep-${String(i + 1).padStart(3, '0')}`,
  lr,
  batch,
  seed,
  failed: i % 20 === 7,
  accuracy:
    0.92 - 0.06 * (Math.log10(lr) + 2) ** 2 - 0.008 * Math.log2(batch / 32) ** 2 + BY_SEED[seed],
}));

/** Runs that `lr > 0.001 and not status = 'failed'` finds, the best first. */
export const FOUND = SWEEP.filter(({ lr, failed }) => lr > 0.001 && !failed).sort(
  (a, b) => b.accuracy - a.accuracy,
);
export const [BEST] = [...SWEEP].sort((a, b) => b.accuracy - a.accuracy);

/** Counts of a matrix of three digits; another one for each place. */
export const confusion = (place) =>
  [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => (row === column ? 95 - place * 7 - row : 2 + place + column)),
  );

/** Records everything with a server that goes on running: the editor finds it. */
export async function recordSweep(folder, state) {
  fs.cpSync(path.join(root, 'test/ui/flow'), folder, { recursive: true });
  const client = await startServer(folder, state);
  const { experiment_id } = await client.call('experiments/create', { name: 'digits sweep' });
  const ids = new Map();
  for (const [i, run] of SWEEP.entries()) {
    ids.set(run.name, await recordRun(client, experiment_id, run, i));
  }
  const best = FOUND.slice(0, 3).map(({ name }) => ids.get(name));
  for (const [place, runId] of best.entries()) await recordMatrix(client, runId, place);
  await recordSpike(client, best[0]);
  runPython(['-c', 'import flow; flow.flow()'], folder, client.env);
  changeHelper(folder, 2);
  runPython(['-c', 'import flow; flow.flow()'], folder, client.env);
  const register = path.join(root, 'test/ui/sweep/register.py');
  runPython([register, MODEL, best[1], best[0]], folder, client.env);
}

/** Another body of a function that a step of the pipeline calls. */
export function changeHelper(folder, times) {
  const helpers = path.join(folder, 'flow_helpers.py');
  const text = fs.readFileSync(helpers, 'utf8');
  const changed = text.replace(/return value \* factor.*/, `return value * factor * ${times}`);
  assert.notEqual(changed, text);
  fs.writeFileSync(helpers, changed);
}

async function startServer(folder, state) {
  const port = await freePort();
  const server = path.join(root, 'dist/server.js');
  spawn(process.execPath, [server, '--root', folder, '--port', String(port)], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, RUNLENS_STATE_DIR: state },
  }).unref();
  await until(() => discoveries(state)[0], 'the server');
  const { tokens } = discoveries(state)[0];
  const base = `http://127.0.0.1:${port}`;
  const headers = {
    authorization: `Bearer ${tokens.tracking}`,
    'content-type': 'application/json',
  };
  const send = async (method, route, body) => {
    const response = await fetch(`${base}/api/2.0/${route}`, { method, headers, body });
    const text = await response.text();
    assert.equal(response.status, 200, `${route}: ${text}`);
    return JSON.parse(text);
  };
  await until(
    () =>
      fetch(`${base}/health`).then(
        (r) => r.ok,
        () => false,
      ),
    'its first answer',
  );
  return {
    call: (route, body) => send('POST', `mlflow/${route}`, JSON.stringify(body)),
    post: (route, body) => send('POST', `mlflow/${route}`, body),
    upload: (route, body) => send('PUT', `mlflow-artifacts/artifacts/${route}`, body),
    env: {
      ...process.env,
      MLFLOW_TRACKING_URI: base,
      MLFLOW_TRACKING_TOKEN: tokens.tracking,
      PYTHONPATH: path.join(root, 'dist/python'),
      RUNLENS_SERVER: server,
      RUNLENS_STATE_DIR: state,
    },
  };
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const STARTED = Date.UTC(2026, 0, 5, 9);

async function recordRun({ call }, experiment_id, { name, lr, batch, seed, failed, accuracy }, i) {
  const start_time = STARTED + i * 60_000;
  const { run } = await call('runs/create', { experiment_id, run_name: name, start_time });
  const run_id = run.info.run_id;
  const points = Array.from({ length: EPOCHS }, (_, step) => {
    const done = (step + 1) / EPOCHS;
    const timestamp = start_time + step * 1500;
    return [
      { key: 'accuracy', value: accuracy * (1 - 0.6 * (1 - done) ** 2), step, timestamp },
      { key: 'loss', value: 2.3 * Math.exp(-3 * done) + (1 - accuracy) * done, step, timestamp },
    ];
  });
  const params = Object.entries({ lr, batch_size: batch, seed, optimizer: 'adam', epochs: EPOCHS });
  await call('runs/log-batch', {
    run_id,
    metrics: points.flat(),
    params: params.map(([key, value]) => ({ key, value: String(value) })),
  });
  const status = failed ? 'FAILED' : 'FINISHED';
  await call('runs/update', { run_id, status, end_time: start_time + 45_000 });
  return run_id;
}

async function recordMatrix({ call, upload }, run_id, place) {
  const response = await call('runs/update', { run_id });
  const folder = response.run_info.artifact_uri.replace(/^mlflow-artifacts:\/+/, '');
  const rows = confusion(place).map((counts, row) => [row, ...counts].join(','));
  await upload(`${folder}/confusion_matrix.csv`, ['true,0,1,2', ...rows, ''].join('\n'));
}

/** A slow wave around 1, and one value that nobody sees unless it is drawn. */
async function recordSpike({ post }, run_id) {
  const valueAt = (step) =>
    step === SPIKE.step ? SPIKE.value : Number((1 + 0.1 * Math.sin(step / 50_000)).toFixed(6));
  const pending = new Set();
  for (let from = 0; from < SPIKE.points; from += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, i) => {
      const step = from + i;
      return `{"key":"grad_norm","value":${valueAt(step)},"step":${step},"timestamp":${STARTED + step}}`;
    });
    const sent = post('runs/log-batch', `{"run_id":"${run_id}","metrics":[${metrics.join()}]}`);
    pending.add(sent);
    sent.then(
      () => pending.delete(sent),
      () => {},
    );
    if (pending.size >= 4) await Promise.race(pending);
  }
  await Promise.all(pending);
}

function runPython(args, cwd, env) {
  const { status, stderr } = spawnSync(python, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
