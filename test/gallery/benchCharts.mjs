// Measures the Charts page in Chromium: 50 charts × 10 runs × 10,000 points, and one of 10 runs × 1,000,000. Medians.
//
//   node test/gallery/benchCharts.mjs [--updates <number>]
import { fileURLToPath } from 'node:url';
import { serveGallery } from '../../scripts/lib/gallery.mjs';
import { openGallery } from './run.mjs';

const REPEATS = 5;
const MOVES = 120;
/** A second each for ten minutes; what grows with them would be seen. */
const UPDATES = 600;
const SETTLED_UPDATES = 120;
const FIRST_MS = 500;
const FRAME_MS = 16;
const GROWTH = 1.1;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {{browser: import('playwright-core').Browser}} opened only its browser is used
 * @param {{updates?: number}} options how many updates the growth of the heap is measured over
 * @returns {Promise<{what: string, runlens: number, unit: string, most?: number}[]>} `most`: the goal
 */
export async function benchCharts({ browser }, { updates = UPDATES } = {}) {
  const gallery = await serveGallery({ isFixed: true, entry: './benchCharts' });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${gallery.url}/case?case=charts:`);
    await page.waitForFunction(() => window.benchCharts);
    const session = await context.newCDPSession(page);
    const rows = [
      ...(await measure(page, session, { metrics: 50, points: 10_000 })),
      ...(await growth(page, session, updates)),
      ...(await measure(page, session, { metrics: 1, points: 1_000_000 })),
    ];
    if (errors.length > 0) throw errors[0];
    return rows;
  } finally {
    await context.close();
    await gallery.stop();
  }
}

const call = (page, name, ...args) =>
  page.evaluate(([f, a]) => window.benchCharts[f](...a), [name, args]);

async function measure(page, session, { metrics, points }) {
  const of = `${metrics} × 10 runs × ${points.toLocaleString('en')} points`;
  const opened = [];
  for (let i = 0; i < REPEATS; i += 1) {
    opened.push(await call(page, 'open', metrics, points));
    await call(page, 'settled');
  }
  const zooms = [];
  for (let i = 0; i < REPEATS; i += 1) zooms.push(await call(page, 'zoom'));
  const row = (what, runlens, unit, most) => ({ what: `${of}: ${what}`, runlens, unit, most });
  const hovered = await hover(page, session);
  return [
    row('first chart painted', median(opened.map(({ first }) => first)), 'ms', FIRST_MS),
    row('all in view painted', median(opened.map(({ all }) => all)), 'ms'),
    row('hover, work of the page a move', hovered.move, 'ms', FRAME_MS),
    row('hover, longest task', hovered.longest, 'ms'),
    row('zoomed by a drag', median(zooms), 'ms'),
    row('DOM elements', await call(page, 'nodes'), ''),
  ];
}

/** Milliseconds of the page's main thread a move of the pointer over a chart, and its longest task. */
async function hover(page, session) {
  await session.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const { x, y, width, height } = await call(page, 'place');
  await page.mouse.move(x + 60, y + height / 3);
  await page.waitForTimeout(300);
  await page.evaluate(() => {
    window.longest = 0;
    window.tasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        window.longest = Math.max(window.longest, duration);
    });
    window.tasks.observe({ entryTypes: ['longtask'] });
  });
  const before = await busy();
  for (let i = 0; i < MOVES; i += 1) {
    const across = 60 + ((width - 80) * i) / MOVES;
    await page.mouse.move(x + across, y + height * (0.3 + 0.2 * Math.sin(i / 5)));
  }
  await page.waitForTimeout(100);
  const move = ((await busy()) - before) / MOVES;
  const longest = await page.evaluate(() => {
    window.tasks.disconnect();
    return window.longest;
  });
  await page.mouse.move(2, 2);
  return { move, longest };
}

/** The heap after many updates against that after some, each after a collection. */
async function growth(page, session, updates) {
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1024 / 1024;
  };
  const times = [];
  const grow = async (count) => {
    for (let i = 0; i < count; i += 1) times.push(await call(page, 'grow'));
  };
  const some = Math.min(SETTLED_UPDATES, Math.ceil(updates / 5));
  await grow(some);
  const before = await heap();
  await grow(updates - some);
  const after = await heap();
  return [
    { what: 'an update of all charts in view, drawn', runlens: median(times), unit: 'ms' },
    { what: `heap after ${some} updates`, runlens: before, unit: 'MB' },
    {
      what: `heap after ${updates} updates, times that`,
      runlens: after / before,
      unit: '×',
      most: GROWTH,
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const updates = args.includes('--updates')
    ? Number(args[args.indexOf('--updates') + 1])
    : UPDATES;
  const opened = await openGallery({ entry: './benchCharts' });
  try {
    for (const { what, runlens, unit, most } of await benchCharts(opened, { updates })) {
      const goal = most === undefined ? '' : `≤ ${most} ${unit}`;
      const digits = runlens < 100 ? 2 : 0;
      console.log(`${what.padEnd(64)}${`${runlens.toFixed(digits)} ${unit}`.padEnd(20)}${goal}`);
    }
  } finally {
    await opened.close();
  }
}
