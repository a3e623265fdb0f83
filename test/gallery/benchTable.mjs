// Measures the table in Chromium: 10,000 runs × 30 columns. Times are until the next frame is painted; medians.
//
//   node test/gallery/benchTable.mjs
import { openGallery } from './run.mjs';

const REPEATS = 15;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const worst = (values) => Math.max(...values);

const opened = await openGallery({ entry: './benchTable' });
try {
  const context = await opened.browser.newContext({ viewport: { width: 1400, height: 900 } });
  const firsts = [];
  let page;
  for (let i = 0; i < 5; i += 1) {
    await page?.close();
    page = await context.newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(opened.gallery.url);
    await page.waitForFunction(() => window.benchTable);
    firsts.push(await page.evaluate(() => window.benchTable.first()));
  }
  const session = await context.newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1024 / 1024;
  };
  const many = (what, argument) =>
    page.evaluate(
      async ([name, times, value]) => {
        const all = [];
        for (let i = 0; i < times; i += 1) all.push(await window.benchTable[name](value));
        return all;
      },
      [what, REPEATS, argument],
    );
  const scrolls = await many('scroll', 700);
  const updates = await many('update');
  await page.evaluate(() => window.benchTable.toStart());
  const ones = await many('updateOne');
  const sorts = await many('sort');
  const before = await heap();
  for (let i = 0; i < 20; i += 1) await many('update');
  const after = await heap();
  const count = await page.evaluate(() => ({
    columns: window.benchTable.columns,
    nodes: window.benchTable.nodes(),
    cells: window.benchTable.cells(),
  }));
  const row = (what, value, goal) => console.log(`${what.padEnd(34)}${value.padEnd(34)}${goal}`);
  const ms = (values) => {
    const [all, script] = [0, 1].map((i) => values.map((pair) => pair[i]));
    return `${median(all).toFixed(0)} ms, scripts ${median(script).toFixed(0)} (worst ${worst(all).toFixed(0)})`;
  };
  row(`10,000 runs × ${count.columns} columns`, 'median', 'goal');
  row('first paint', ms(firsts), '≤ 250 ms');
  row('an update of one row', ms(ones), '≤ 50 ms');
  row('an update of all rows in view', ms(updates), '≤ 50 ms');
  row('sort', ms(sorts), '≤ 100 ms');
  row('scroll by a page, both ways', ms(scrolls), '');
  row('DOM elements (cells)', `${count.nodes} (${count.cells})`, '≤ 5,000');
  row(
    'heap, and after 300 updates',
    `${before.toFixed(1)} MB, ${after.toFixed(1)} MB`,
    '≤ 60 MB, ≤ 1.1 ×',
  );
} finally {
  await opened.close();
}
