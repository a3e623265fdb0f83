// How it grows: with runs, with points, with keys; and the longest stall by a checkpoint of all that.
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { API, fillPoints, fillRuns, newRun } from './calls.mjs';
import { connect } from './http.mjs';
import {
  median,
  printColumns,
  printTable,
  residentMB,
  stop,
  temporary,
  timed,
} from './measure.mjs';
import { startMlflow, startRunlens } from './servers.mjs';

const FULL = {
  runs: [1000, 10_000, 47_000, 100_000],
  peerRuns: [1000, 3000],
  points: [10_000, 100_000, 1_000_000, 10_000_000],
  peerPoints: [10_000, 100_000],
  keys: 50_000,
};
const QUICK = {
  runs: [200, 2000],
  peerRuns: [200],
  points: [10_000, 100_000],
  peerPoints: [10_000],
  keys: 2000,
};

/** @returns the goals' rows, and tables `{title, columns, rows}` of how figures grow. */
export async function benchGrowth({ dist, python, peer, quick }) {
  const size = quick ? QUICK : FULL;
  const runs = await growRuns(dist, size);
  const points = await growPoints(dist, size);
  const tables = [
    { title: 'growth with runs (10 metrics, 10 parameters, 5 tags each)', rows: runs.table },
    { title: 'growth with points of one metric', rows: points.table },
  ];
  if (peer) {
    const other = await growPeer(python, size);
    tables.push(
      { title: 'MLflow, growth with runs (more would take hours)', rows: other.runs },
      { title: 'MLflow, growth with points (more would take hours)', rows: other.points },
    );
  }
  const keys = await manyKeys(dist, size.keys);
  const rows = [...runs.rows, ...points.rows, ...keys];
  for (const { title, rows: lines } of tables) printColumns(title, lines);
  printTable('at scale', rows);
  return { rows, tables };
}

const ordered = (experiment) => ({
  experiment_ids: [experiment],
  max_results: 100,
  order_by: ['metrics.metric_3 DESC'],
});
const filtered = (experiment) => ({
  experiment_ids: [experiment],
  max_results: 100,
  filter: "metrics.metric_3 > 0.9 AND params.param_2 = '10'",
});

/** Median of a search, the first left out: it meets code that is not compiled yet. */
async function searchMs(wire, body) {
  const times = [];
  for (let i = 0; i < 6; i++) {
    times.push(await timed(() => wire.raw('POST', `${API}/runs/search`, body)));
  }
  return median(times.slice(1));
}

async function growRuns(dist, { runs }) {
  const root = temporary('root');
  let server = await startRunlens(root, dist);
  const experiment = await makeExperiment(server);
  const table = [];
  let from = 0;
  for (const to of runs) {
    console.log(`measuring ${to} runs …`);
    const seconds = (await timed(() => fillRuns(server, experiment, { from, to }))) / 1000;
    await stop(server.child);
    const store = storeBytes(root) / 1e6;
    const starts = [];
    for (let i = 0; i < 3; i++) {
      starts.push(
        await timed(async () => {
          server = await startRunlens(root, dist, server.state);
        }),
      );
      if (i < 2) await stop(server.child);
    }
    table.push({
      runs: to,
      'runs/s': (to - from) / seconds,
      'store MB': store,
      'start ms': median(starts),
      ...(await searches(server, experiment)),
      'memory MB': residentMB(server.pid),
    });
    from = to;
  }
  const stall = await checkpointStall(server);
  await stop(server.child);
  return { table, rows: rowsOfRuns(table, stall) };
}

async function searches(server, experiment) {
  const wire = connect(server);
  const found = {
    'filtered ms': await searchMs(wire, filtered(experiment)),
    'ordered ms': await searchMs(wire, ordered(experiment)),
  };
  wire.close();
  return found;
}

async function makeExperiment(server) {
  const wire = connect(server);
  const { experiment_id } = await wire.post(`${API}/experiments/create`, { name: 'growth' });
  wire.close();
  return experiment_id;
}

function rowsOfRuns(table, stall) {
  const last = table.at(-1);
  const fifty = table.find((each) => each['store MB'] >= 45) ?? last;
  const name = `${last.runs.toLocaleString('en')} runs`;
  const size = `${fifty['store MB'].toFixed(0)} MB store`;
  return [
    { what: `server start, ${size}`, runlens: fifty['start ms'], unit: 'ms', most: 600 },
    { what: `memory, ${name}`, runlens: last['memory MB'], unit: 'MB', most: 250 },
    {
      what: `search, first page filtered, ${name}`,
      runlens: last['filtered ms'],
      unit: 'ms',
      most: 100,
    },
    {
      what: `search, first page ordered, ${name}`,
      runlens: last['ordered ms'],
      unit: 'ms',
      most: 120,
    },
    {
      what: `longest stall by a checkpoint, ${name}`,
      runlens: stall.longest,
      unit: 'ms',
      most: 20,
    },
    { what: 'longest stall in the same time without one', runlens: stall.without, unit: 'ms' },
  ];
}

/** Bytes of the newest snapshot. */
function storeBytes(root) {
  const folder = path.join(root, '.runlens/store');
  const newest = snapshots(folder).at(-1);
  return newest ? fs.statSync(path.join(folder, newest)).size : 0;
}

const snapshots = (folder) =>
  fs
    .readdirSync(folder)
    .filter((f) => f.endsWith('.sqlite'))
    .sort();

/** So many checkpoints are measured: their median says what one costs. */
const CHECKPOINTS = 3;
/** What a checkpoint does before it can be seen in the folder, and what it leaves to do, in ms. */
const AROUND = 100;

/**
 * The longest answer of a server that is asked without a pause while it writes a snapshot, which it
 * does half a minute after the last change; and the longest in as long a time without one. Medians
 * of a few checkpoints, and nothing before or after them is counted: a virtual machine stands still
 * for 30 to 70 ms every few seconds, and in a long time that is all one would see.
 */
async function checkpointStall(server) {
  const rounds = [];
  for (let i = 0; i < CHECKPOINTS; i++) rounds.push(await oneCheckpoint(server));
  return {
    longest: median(rounds.map((each) => each.longest)),
    without: median(rounds.map((each) => each.without)),
  };
}

async function oneCheckpoint(server) {
  const wire = connect(server);
  const folder = path.join(server.root, '.runlens/store');
  const newest = (pattern) =>
    fs
      .readdirSync(folder)
      .filter((f) => pattern.test(f))
      .sort()
      .at(-1);
  const journal = newest(/^journal-/);
  const snapshot = newest(/^snapshot-.*\.json$/);
  const run_id = await newRun(wire);
  await wire.raw('POST', `${API}/runs/set-tag`, { run_id, key: 'stall', value: 'yes' });
  await sleep(28_000);
  const pings = [];
  const end = performance.now() + 30_000;
  let began = Number.POSITIVE_INFINITY;
  let written = Number.POSITIVE_INFINITY;
  while (performance.now() < Math.min(end, written + AROUND)) {
    const at = performance.now();
    await wire.raw('GET', '/health');
    const till = performance.now();
    pings.push({ at, till });
    if (began === Number.POSITIVE_INFINITY) {
      if (newest(/^journal-/) !== journal) began = at;
    } else if (written === Number.POSITIVE_INFINITY) {
      if (newest(/^snapshot-.*\.json$/) !== snapshot) written = till;
    }
  }
  if (written === Number.POSITIVE_INFINITY) throw new Error('No snapshot was written.');
  const during = pings.filter((each) => each.till >= began - AROUND && each.at <= written);
  const calm = [];
  for (const stopAt = performance.now() + written - began; performance.now() < stopAt; ) {
    calm.push(await timed(() => wire.raw('GET', '/health')));
  }
  wire.close();
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
  return { longest: most(during.map(({ at, till }) => till - at)), without: most(calm) };
}

async function growPoints(dist, { points }) {
  const server = await startRunlens(temporary('root'), dist);
  const wire = connect(server);
  const run_id = await newRun(wire);
  const table = [];
  let from = 0;
  for (const to of points) {
    console.log(`measuring ${to} points …`);
    const seconds = (await timed(() => fillPoints(server, run_id, { from, to }))) / 1000;
    const memory = residentMB(server.pid);
    const chart = () =>
      wire.raw('POST', '/api/series', { series: [{ runId: run_id, key: 'loss' }], buckets: 1000 });
    const first = await timed(chart);
    const again = [];
    for (let i = 0; i < 5; i++) again.push(await timed(chart));
    table.push({
      points: to,
      'points/s': (to - from) / seconds,
      'memory MB': memory,
      'buckets first ms': first,
      'buckets again ms': median(again),
      'history page ms': await pageMs(wire, run_id),
    });
    from = to;
  }
  wire.close();
  await stop(server.child);
  return { table, rows: rowsOfPoints(table) };
}

async function pageMs(wire, run_id) {
  const route = `${API}/metrics/get-history?run_id=${run_id}&metric_key=loss&max_results=25000`;
  const times = [];
  for (let i = 0; i < 4; i++) times.push(await timed(() => wire.raw('GET', route)));
  return median(times);
}

function rowsOfPoints(table) {
  const million = table.find((each) => each.points === 1_000_000) ?? table.at(-1);
  const last = table.at(-1);
  const name = (count) => `${count.toLocaleString('en')} points`;
  return [
    {
      what: `memory after logging ${name(last.points)}`,
      runlens: last['memory MB'],
      unit: 'MB',
      most: 250,
    },
    {
      what: `${name(million.points)} to 1000 buckets, first`,
      runlens: million['buckets first ms'],
      unit: 'ms',
    },
    {
      what: `${name(million.points)} to 1000 buckets, again`,
      runlens: million['buckets again ms'],
      unit: 'ms',
      most: 20,
    },
  ];
}

/** One run with very many metrics of three points each. */
async function manyKeys(dist, count) {
  const server = await startRunlens(temporary('root'), dist);
  const wire = connect(server);
  const run_id = await newRun(wire);
  const total = await timed(async () => {
    for (let step = 0; step < 3; step++) {
      for (let at = 0; at < count; at += 1000) {
        const metrics = Array.from({ length: 1000 }, (_, i) => ({
          key: `metric_${at + i}`,
          value: Math.random(),
          timestamp: 1_700_000_000_000 + step,
          step,
        }));
        await wire.raw('POST', `${API}/runs/log-batch`, { run_id, metrics });
      }
    }
  });
  const body = { experiment_ids: ['0'], filter: `metrics.metric_${count - 1} > -1` };
  const search = await searchMs(wire, body);
  const memory = residentMB(server.pid);
  wire.close();
  await stop(server.child);
  const name = `${count.toLocaleString('en')} metrics in a run`;
  return [
    { what: `${name}, 3 points each`, runlens: (count * 3000) / total, unit: 'points/s' },
    { what: `${name}, found by one and read`, runlens: search, unit: 'ms' },
    { what: `${name}, memory`, runlens: memory, unit: 'MB' },
  ];
}

async function growPeer(python, { peerRuns, peerPoints }) {
  const server = await startMlflow(python);
  const experiment = await makeExperiment(server);
  const wire = connect(server);
  const run_id = await newRun(wire);
  const runs = [];
  let from = 0;
  for (const to of peerRuns) {
    const seconds = (await timed(() => fillRuns(server, experiment, { from, to }))) / 1000;
    const found = await searches(server, experiment);
    runs.push({
      runs: to,
      'runs/s': (to - from) / seconds,
      ...found,
      'memory MB': residentMB(server.pid),
    });
    from = to;
  }
  const points = [];
  from = 0;
  for (const to of peerPoints) {
    const seconds = (await timed(() => fillPoints(server, run_id, { from, to }))) / 1000;
    const page = await pageMs(wire, run_id);
    points.push({
      points: to,
      'points/s': (to - from) / seconds,
      'memory MB': residentMB(server.pid),
      'history page ms': page,
    });
    from = to;
  }
  wire.close();
  await stop(server.child);
  return { runs, points };
}
