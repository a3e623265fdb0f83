// Measures the table in Chromium: 10,000 runs × 30 columns. Times are until the next frame is painted; medians.
//
//   node test/gallery/benchTable.mjs
import { fileURLToPath } from 'node:url';
import { serveGallery } from '../../scripts/lib/gallery.mjs';
import { openGallery } from './run.mjs';

const REPEATS = 15;
const PAINTS = 5;
const ROUNDS = 20;
const PAGE = 700;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * @param {{browser: import('playwright-core').Browser}} opened only its browser is used
 * @returns {Promise<{what: string, runlens: number, unit: string, most?: number}[]>} `most`: the goal
 */
export async function benchTable({ browser }) {
  const gallery = await serveGallery({ isFixed: true, entry: './benchTable' });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const errors = [];
    const firsts = [];
    let page;
    for (let i = 0; i < PAINTS; i += 1) {
      await page?.close();
      page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error));
      await page.goto(gallery.url);
      await page.waitForFunction(() => window.benchTable);
      firsts.push(await page.evaluate(() => window.benchTable.first()));
    }
    const rows = await measure(page, await context.newCDPSession(page), firsts);
    if (errors.length > 0) throw errors[0];
    return rows;
  } finally {
    await context.close();
    await gallery.stop();
  }
}

async function measure(page, session, firsts) {
  const many = (what, argument) =>
    page.evaluate(
      async ([name, times, value]) => {
        const all = [];
        for (let i = 0; i < times; i += 1) all.push(await window.benchTable[name](value));
        return all;
      },
      [what, REPEATS, argument],
    );
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1024 / 1024;
  };
  const scrolls = await many('scroll', PAGE);
  const updates = await many('update');
  await page.evaluate(() => window.benchTable.toStart());
  const ones = await many('updateOne');
  const sorts = await many('sort');
  const before = await heap();
  for (let i = 0; i < ROUNDS; i += 1) await many('update');
  const after = await heap();
  const nodes = await page.evaluate(() => window.benchTable.nodes());
  const row = (what, runlens, unit, most) => ({
    what: `table alone: ${what}`,
    runlens,
    unit,
    most,
  });
  const ms = (what, values, most) => row(what, median(values.map(([all]) => all)), 'ms', most);
  return [
    ms('first paint', firsts, 250),
    ms('an update of one row', ones, 50),
    ms('an update of all rows in view', updates, 50),
    ms('sort', sorts, 100),
    ms('scroll by a page, both ways', scrolls),
    row('DOM elements', nodes, '', 5000),
    row('heap', before, 'MB', 60),
    row(`heap after ${ROUNDS * REPEATS} updates, times that`, after / before, '×', 1.1),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const opened = await openGallery({ entry: './benchTable' });
  try {
    for (const { what, runlens, unit, most } of await benchTable(opened)) {
      const goal = most === undefined ? '' : `≤ ${most} ${unit}`;
      console.log(`${what.padEnd(64)}${`${runlens.toFixed(2)} ${unit}`.padEnd(20)}${goal}`);
    }
  } finally {
    await opened.close();
  }
}
