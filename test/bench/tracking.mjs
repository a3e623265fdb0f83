// Tracking over HTTP, each row of the goals: Runlens, and with --peer the real MLflow server by turns.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  API,
  artifact,
  emptyServer,
  fillRuns,
  logBatch,
  logMetric,
  newRun,
  pythonClient,
} from './calls.mjs';
import { benchGrowth } from './growth.mjs';
import { connect } from './http.mjs';
import { fdatasyncMs, median, printTable, residentMB, stop, temporary, timed } from './measure.mjs';
import { startMlflow, startRunlens } from './servers.mjs';

const FULL = { rounds: 3, seconds: 4, batches: 40, runs: 2000, calls: 400, artifact: 1 << 30 };
const QUICK = { rounds: 1, seconds: 1, batches: 10, runs: 200, calls: 50, artifact: 64 << 20 };
const log = (what) => console.log(`measuring ${what} …`);
/** MLflow takes 60 ms for a batch and fails with none: fewer are as telling. */
const PEER_BATCHES = 5;

/**
 * @param {{dist: string, python: string, peer: boolean, quick: boolean}} options
 * @returns what `document.mjs` writes down.
 */
export async function benchTracking({ dist, python, peer, quick }) {
  const size = quick ? QUICK : FULL;
  const sync = fdatasyncMs();
  const own = await startSome(() => startRunlens(temporary('root'), dist), quick ? 2 : 5);
  const other = peer ? await startSome(() => startMlflow(python), quick ? 1 : 2) : undefined;
  const both = [own, ...(other ? [other] : [])];
  try {
    log('calls');
    await measureCalls(both, size);
    log('searches and histories');
    await measureReads(both, size);
    log('artifacts');
    await measureArtifacts(both, size);
    log('the Python client');
    await measureClient(own, { python, calls: size.calls });
  } finally {
    for (const { server } of both) await stop(server.child);
  }
  const rows = rowsOf(own, other);
  printTable('tracking', rows);
  const growth = await benchGrowth({ dist, python, peer, quick });
  const syncs = [sync, fdatasyncMs()];
  console.log(`fdatasync before and after: ${syncs.map((ms) => ms.toFixed(2)).join(' and ')} ms\n`);
  return { rows: [...rows, ...growth.rows], tables: growth.tables, syncs };
}

/** A server of which the start was measured several times, and what is measured of it. */
async function startSome(startOne, times) {
  const starts = [];
  let server;
  for (let i = 0; i < times; i++) {
    if (server) await stop(server.child);
    starts.push(
      await timed(async () => {
        server = await startOne();
      }),
    );
  }
  await sleep(1500);
  return { server, start: median(starts), idle: residentMB(server.pid), one: [], eight: [] };
}

/** By turns, so that a busy minute of the machine is no advantage of either. */
async function measureCalls(both, { rounds, seconds, batches }) {
  for (const { server } of both) await logMetric(server, 1, 1); // warm
  for (let round = 0; round < rounds; round++) {
    for (const each of both) each.one.push(await logMetric(each.server, 1, seconds));
    for (const each of both) each.eight.push(await logMetric(each.server, 8, seconds));
  }
  for (const each of both) {
    const count = each === both[0] ? batches : PEER_BATCHES;
    each.batchOne = await logBatch(each.server, count, () => 'loss');
    each.batchMany = await logBatch(each.server, count, (i) => `metric_${i}`);
  }
}

async function measureReads(both, { runs, rounds }) {
  for (const each of both) {
    const wire = connect(each.server);
    const { experiment_id } = await wire.post(`${API}/experiments/create`, { name: 'search' });
    await fillRuns(each.server, experiment_id, { from: 0, to: runs });
    const run = await newRun(wire);
    each.history = { experiment: experiment_id, run, wire };
    await fillHistory(wire, run);
  }
  const asks = {
    search: ({ experiment }) => ({ experiment_ids: [experiment], max_results: 1000 }),
    ordered: ({ experiment }) => ({
      experiment_ids: [experiment],
      max_results: 1000,
      order_by: ['metrics.metric_3 DESC'],
    }),
  };
  for (const [name, ask] of Object.entries(asks)) {
    for (const each of both) each[name] = [];
    for (let round = 0; round < rounds * 2; round++) {
      for (const each of both) {
        const body = ask(each.history);
        const { wire } = each.history;
        each[name].push(await timed(() => wire.raw('POST', `${API}/runs/search`, body)));
      }
    }
  }
  const route = (each) =>
    `${API}/metrics/get-history?run_id=${each.history.run}&metric_key=loss&max_results=25000`;
  for (const each of both) each.read = [];
  for (let round = 0; round < rounds * 2; round++) {
    for (const each of both) {
      each.read.push(await timed(() => each.history.wire.raw('GET', route(each))));
    }
  }
  for (const { history } of both) history.wire.close();
}

async function fillHistory(wire, run_id) {
  for (let from = 0; from < 25_000; from += 1000) {
    const metrics = Array.from({ length: 1000 }, (_, i) => ({
      key: 'loss',
      value: Math.random(),
      timestamp: 1_700_000_000_000 + from + i,
      step: from + i,
    }));
    await wire.raw('POST', `${API}/runs/log-batch`, { run_id, metrics });
  }
}

async function measureArtifacts(both, { artifact: bytes, rounds }) {
  for (const each of both) each.transfers = [];
  for (let round = 0; round < Math.min(rounds, 2); round++) {
    for (const each of both) {
      const before = residentMB(each.server.pid);
      const watch = watchMemory(each.server.pid);
      each.transfers.push(await artifact(each.server, bytes));
      each.transferMemory = Math.max(each.transferMemory ?? 0, watch.stop() - before);
    }
  }
}

function watchMemory(pid) {
  let most = residentMB(pid);
  const timer = setInterval(() => {
    most = Math.max(most, residentMB(pid) ?? 0);
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}

/** The client's own cost is what it takes against a server that does nothing. */
async function measureClient(own, { python, calls }) {
  const wire = connect(own.server);
  const run = await newRun(wire);
  wire.close();
  const empty = await emptyServer();
  const ratios = [];
  for (let round = 0; round < 3; round++) {
    const nothing = pythonClient(python, empty, run, calls);
    const runlens = pythonClient(python, own.server, run, calls);
    ratios.push({ runlens, nothing });
  }
  await empty.stop();
  own.client = median(ratios.map((each) => each.runlens));
  own.empty = median(ratios.map((each) => each.nothing));
}

const medianOf = (list, name) => (list ? median(list.map((each) => each[name])) : undefined);

/** Each with its goal: `times` as good as the peer, or a figure of its own. */
function rowsOf(own, other) {
  const row = (what, unit, read, more = {}) => ({
    what,
    unit,
    runlens: read(own),
    peer: other && read(other),
    ...more,
  });
  const more = { lessIsBetter: false };
  return [
    row('server start to first answer, empty store', 'ms', (s) => s.start, { most: 300 }),
    row('memory, idle', 'MB', (s) => s.idle, { most: 120 }),
    row('log-metric, 1 client, median', 'ms', (s) => medianOf(s.one, 'p50')),
    row('log-metric, 1 client', 'calls/s', (s) => medianOf(s.one, 'perSecond'), {
      ...more,
      times: 10,
    }),
    row('log-metric, 8 clients, median', 'ms', (s) => medianOf(s.eight, 'p50')),
    row('log-metric, 8 clients', 'calls/s', (s) => medianOf(s.eight, 'perSecond'), {
      ...more,
      times: 20,
    }),
    {
      what: 'log_metric of the Python client, in its own cost against an empty server',
      unit: '×',
      runlens: own.client / own.empty,
      most: 1.2,
    },
    row('log-batch of 1000, one key', 'points/s', (s) => s.batchOne, { ...more, least: 300_000 }),
    row('log-batch of 1000, 1000 keys', 'points/s', (s) => s.batchMany, {
      ...more,
      least: 250_000,
    }),
    row('search, first 1000 runs', 'ms', (s) => median(s.search), { times: 50 }),
    row('search, first 1000 runs, by metric', 'ms', (s) => median(s.ordered), { times: 30 }),
    row('history of 25,000 points', 'ms', (s) => median(s.read), { times: 50 }),
    row('artifact up', 'MB/s', (s) => medianOf(s.transfers, 'up') / 1e6, {
      ...more,
      least: 450,
      times: 4,
    }),
    row('artifact down', 'MB/s', (s) => medianOf(s.transfers, 'down') / 1e6, {
      ...more,
      least: 1000,
    }),
    {
      what: 'memory more during artifacts',
      unit: 'MB',
      runlens: own.transferMemory,
      most: 64,
    },
  ];
}
