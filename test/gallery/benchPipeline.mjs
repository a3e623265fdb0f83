// Measures the graph of the Pipeline page in Chromium: layout in the worker, drawing. Medians.
//
//   node test/gallery/benchPipeline.mjs
import { openGallery } from './run.mjs';

const REPEATS = 7;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const opened = await openGallery({ entry: './benchPipeline' });
try {
  const context = await opened.browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${opened.gallery.url}/case?case=pipeline:`);
  await page.waitForFunction(() => window.benchPipeline);
  const many = async (name, ...args) => {
    const all = [];
    for (let i = 0; i < REPEATS; i += 1) {
      all.push(await page.evaluate(([f, a]) => window.benchPipeline[f](...a), [name, args]));
    }
    return all;
  };
  const row = (what, value, goal) => console.log(`${what.padEnd(40)}${value.padEnd(34)}${goal}`);
  const ms = (values) =>
    `${median(values).toFixed(0)} ms (worst ${Math.max(...values).toFixed(0)})`;
  for (const [steps, goal] of [
    [400, '≤ 300 ms'],
    [1000, '≤ 1,500 ms'],
  ]) {
    const laid = await many('lay', steps);
    const refused = laid.flatMap((each) => each.refused);
    if (refused.length > 0) throw new Error(refused.join('\n'));
    row(`${steps} steps laid out in the worker`, ms(laid.map((each) => each.layout)), goal);
    row('  the page stood still meanwhile', ms(laid.map((each) => each.stall)), '');
    row('  drawn, all in view', ms(await many('draw')), '≤ 100 ms');
    row('  elements', String(await page.evaluate(() => window.benchPipeline.nodes())), '≤ 5,000');
    await page.evaluate(async () => {
      for (let i = 0; i < 16; i += 1) await window.benchPipeline.press('+');
    });
    row('  zoomed in: a step of panning', ms(await many('press', '+')), '≤ 16 ms');
    row('  elements', String(await page.evaluate(() => window.benchPipeline.nodes())), '≤ 5,000');
  }
} finally {
  await opened.close();
}
