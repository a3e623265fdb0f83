// Panels in Chromium: the built pages over a running server, and the parts that need none. Goals are those of the design.
import { setTimeout as sleep } from 'node:timers/promises';
import { benchCharts } from '../gallery/benchCharts.mjs';
import { benchPipeline } from '../gallery/benchPipeline.mjs';
import { benchTable } from '../gallery/benchTable.mjs';
import { openBrowser } from '../gallery/run.mjs';
import { API } from './calls.mjs';
import { connect } from './http.mjs';
import { median, printTable, stop, temporary } from './measure.mjs';
import { startRunlens } from './servers.mjs';
import { fillSeries, fillTable, newExperiment } from './uiFill.mjs';
import { BenchPage, servePages } from './uiPages.mjs';

const FULL = { runs: 10_000, experiments: 50, each: 1500, points: 10_000, many: 1_000_000 };
const QUICK = { runs: 1000, experiments: 5, each: 150, points: 1000, many: 20_000 };
const CHARTS = 50;
const RUNS = 10;
const PAINTS = 5;
const REPEATS = 9;
const [SETTLED_MINUTE, LAST_MINUTE] = [2, 10];
const MINUTE = 60;
/** Seconds of a minute, for a look. */
const QUICK_MINUTE = 6;
const GOALS = {
  first: 250,
  update: 50,
  sort: 100,
  nodes: 5000,
  heap: 60,
  charts: 500,
  growth: 1.1,
};

const NAME = '.rl-body [role=gridcell] .rl-link';
const sees = (...parts) => JSON.stringify(parts);
const rowsThere = sees('count', NAME, 5);
const log = (what) => console.log(`measuring ${what} …`);
const number = (n) => n.toLocaleString('en');

/**
 * @param {{dist: string, quick: boolean, long: boolean}} options `long`: an update a second for ten minutes, too
 * @returns {Promise<object[]>} rows as `printTable` takes them
 */
export async function benchUi({ dist, quick, long }) {
  const size = quick ? QUICK : FULL;
  const opened = await openBrowser();
  const pages = await servePages(dist);
  const rows = [];
  const part = async (what, measure) => {
    log(what);
    const found = await measure();
    printTable(what, found);
    rows.push(...found);
  };
  // Seconds of a minute.
  const length = long && (quick ? QUICK_MINUTE : MINUTE);
  const over = { browser: opened.browser, pages, dist };
  try {
    const runs = `${number(size.runs)} runs × 30 columns`;
    await part(runs, () =>
      onServer(over, (at) => table(at, { ...size, long: length, what: runs })),
    );
    const many = `${size.experiments} experiments × ${number(size.each)} runs`;
    await part(many, () => onServer(over, (at) => experiments(at, { ...size, what: many })));
    const fifty = `${CHARTS} charts × ${RUNS} runs × ${number(size.points)} points`;
    await part(fifty, () =>
      onServer(over, (at) =>
        charts(at, { metrics: CHARTS, points: size.points, long: length, what: fifty }),
      ),
    );
    const one = `one chart × ${RUNS} runs × ${number(size.many)} points`;
    await part(one, () =>
      onServer(over, (at) => charts(at, { metrics: 1, points: size.many, what: one })),
    );
    await part('the table alone', () => benchTable(opened));
    await part('charts alone', () => benchCharts(opened, quick ? { updates: 60 } : {}));
    await part('the graph', () => benchPipeline(opened));
  } finally {
    await pages.stop();
    await opened.close();
  }
  return rows;
}

/** A server with a store of its own for one part. */
async function onServer({ dist, ...at }, measure) {
  const server = await startRunlens(temporary('ui'), dist);
  try {
    return await measure({ ...at, server });
  } finally {
    await stop(server.child);
  }
}

async function table(at, { runs, long, what }) {
  await fillTable(at.server, '0', runs);
  const open = () => BenchPage.open({ ...at, page: 'runs', subject: { kind: 'runs' } });
  const { page, first } = await firstPaints(at.server, open, rowsThere);
  try {
    const updated = await updates(page, at.server);
    const sorted = await sorts(page);
    const rows = [
      row(what, 'first paint, from the beginning of the page', first, 'ms', GOALS.first),
      row(what, 'an update: from the answer to the paint', updated.page, 'ms', GOALS.update),
      row(what, 'an update: from the change in the store to the paint', updated.whole, 'ms'),
      row(what, 'sort, from the click to the paint', sorted, 'ms', GOALS.sort),
      ...(await sizes(page, what, GOALS.heap)),
    ];
    return long
      ? [
          ...rows,
          ...(await minutes(page, { what, length: long, change: (n) => rename(at.server, n) })),
        ]
      : rows;
  } finally {
    await page.close();
  }
}

async function experiments(at, { experiments: count, each, what }) {
  for (let i = 0; i < count; i += 1) {
    const experiment = await newExperiment(at.server, `experiment ${i}`);
    // The newest run is one of the first experiment: it is renamed, and stands in the first row.
    await fillTable(at.server, experiment, each, count - i);
  }
  const open = () => BenchPage.open({ ...at, page: 'runs', subject: { kind: 'runs' } });
  const { page, first } = await firstPaints(at.server, open, rowsThere);
  try {
    const updated = await updates(page, at.server);
    return [
      row(what, 'first paint of all of them', first, 'ms', GOALS.first),
      row(what, 'an update: from the answer to the paint', updated.page, 'ms', GOALS.update),
      row(what, 'sort', await sorts(page), 'ms'),
      ...(await sizes(page, what, GOALS.heap)),
    ];
  } finally {
    await page.close();
  }
}

async function charts(at, { metrics, points, long, what }) {
  const ids = await fillSeries(at.server, { runs: RUNS, metrics, points });
  const shown = ids.map((runId, slot) => ({ runId, slot }));
  const open = () => BenchPage.open({ ...at, page: 'charts', subject: { kind: 'charts' }, shown });
  const { page, first } = await firstPaints(
    at.server,
    open,
    sees('count', 'canvas[data-points]', 1),
  );
  try {
    const rows = [
      row(what, 'first chart, from the beginning of the page', first, 'ms', GOALS.charts),
      ...(await sizes(page, what)),
    ];
    if (!long) return rows;
    const wire = connect(at.server);
    const grow = (n) => logAll(wire, ids, metrics, points + n);
    const grown = await minutes(page, { what, length: long, change: grow }).finally(() =>
      wire.close(),
    );
    return [...rows, ...grown];
  } finally {
    await page.close();
  }
}

const row = (of, what, runlens, unit, most) => ({ what: `${of}: ${what}`, runlens, unit, most });

/** Of several pages opened one after another, the last of which stays. */
async function firstPaints(server, open, condition) {
  const times = [];
  let page;
  for (let i = 0; i < PAINTS; i += 1) {
    await page?.close();
    await idle(server);
    page = await open();
    times.push(await page.first(condition));
  }
  return { page, first: median(times) };
}

/** The server has done what was asked before: it answers one after another. */
async function idle(server) {
  const wire = connect(server);
  await wire.get('/api/experiments?limit=1');
  wire.close();
}

/** The run of the first row gets another name. */
async function updates(page, server) {
  const [all, own] = [[], []];
  for (let i = 0; i < REPEATS; i += 1) {
    const before = Date.now();
    await rename(server, i);
    const { painted, message } = await page.until(sees('text', NAME, `renamed ${i} `));
    all.push(painted - before);
    own.push(painted - message);
  }
  return { whole: median(all), page: median(own) };
}

let renamed;
async function rename(server, n) {
  const wire = connect(server);
  if (renamed?.server !== server) {
    const { runs } = await wire.post(`${API}/runs/search`, {
      experiment_ids: ['0', '1'],
      max_results: 1,
      order_by: ['attributes.start_time DESC'],
    });
    renamed = { server, run_id: runs[0].info.run_id };
  }
  await wire.post(`${API}/runs/update`, { run_id: renamed.run_id, run_name: `renamed ${n} times` });
  wire.close();
}

/** By turns in both directions, so that another row comes first. */
async function sorts(page) {
  const times = [];
  const firstName = () => page.page.evaluate((s) => document.querySelector(s).textContent, NAME);
  for (let i = 0; i < REPEATS; i += 1) {
    const click = sees('click', '[role=columnheader][data-column="metrics.metric_0"]');
    times.push(await page.timed(click, sees('first', NAME, await firstName())));
  }
  return median(times);
}

/** The limit of the heap is that of tables: charts hold their points. */
async function sizes(page, what, mostHeap) {
  return [
    row(what, 'DOM elements', await page.elements(), '', GOALS.nodes),
    row(what, 'heap', await page.heap(), 'MB', mostHeap),
  ];
}

/** Something changes each second for ten minutes; the heap, collected, after two and after ten. */
async function minutes(page, { what, length, change }) {
  const heaps = new Map();
  const started = Date.now();
  for (let second = 1; second <= LAST_MINUTE * length; second += 1) {
    await change(1000 + second);
    await sleep(Math.max(0, started + second * 1000 - Date.now()));
    const minute = second / length;
    if (minute === SETTLED_MINUTE || minute === LAST_MINUTE) heaps.set(minute, await page.heap());
  }
  const [before, after] = [heaps.get(SETTLED_MINUTE), heaps.get(LAST_MINUTE)];
  const of = `heap after minute ${LAST_MINUTE} of an update a second, times minute ${SETTLED_MINUTE}`;
  return [
    row(what, `heap after minute ${SETTLED_MINUTE} of an update a second`, before, 'MB'),
    row(what, of, after / before, '×', GOALS.growth),
  ];
}

/** One more point of every metric of every run. */
async function logAll(wire, ids, metrics, step) {
  for (const run_id of ids) {
    const batch = Array.from({ length: metrics }, (_, i) => ({
      key: `metric_${i}`,
      value: Math.random(),
      timestamp: Date.now(),
      step,
    }));
    await wire.raw('POST', `${API}/runs/log-batch`, { run_id, metrics: batch });
  }
}
