// Measures the graph of the Pipeline page in Chromium: layout in the worker, drawing. Medians.
//
//   node test/gallery/benchPipeline.mjs
import { fileURLToPath } from 'node:url';
import { serveGallery } from '../../scripts/lib/gallery.mjs';
import { openBrowser } from './run.mjs';

const REPEATS = 7;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** Milliseconds for the layout of so many steps in the worker, with the worker's start. */
const LAYOUT = [
  [400, 300],
  [1000, 1500],
];
const DRAWN = 100;
const FRAME = 16;
const MOST_NODES = 5000;

/**
 * @param {{browser: import('playwright-core').Browser}} opened only its browser is used
 * @returns {Promise<{what: string, runlens: number, unit: string, most?: number}[]>} `most`: the goal
 */
export async function benchPipeline({ browser }) {
  const gallery = await serveGallery({ isFixed: true, entry: './benchPipeline' });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${gallery.url}/case?case=pipeline:`);
    await page.waitForFunction(() => window.benchPipeline);
    const rows = [];
    for (const [steps, most] of LAYOUT) rows.push(...(await measure(page, steps, most)));
    if (errors.length > 0) throw errors[0];
    return rows;
  } finally {
    await context.close();
    await gallery.stop();
  }
}

async function measure(page, steps, most) {
  const many = async (name, ...args) => {
    const all = [];
    for (let i = 0; i < REPEATS; i += 1) {
      all.push(await page.evaluate(([f, a]) => window.benchPipeline[f](...a), [name, args]));
    }
    return all;
  };
  const press = (key, times) =>
    page.evaluate(
      async ([k, n]) => {
        for (let i = 0; i < n; i += 1) await window.benchPipeline.press(k);
      },
      [key, times],
    );
  const nodes = () => page.evaluate(() => window.benchPipeline.nodes());
  const laid = await many('lay', steps);
  const refused = laid.flatMap((each) => each.refused);
  if (refused.length > 0) throw new Error(refused.join('\n'));
  const ms = (what, values, goal) => {
    const row = { what: `graph of ${steps} steps: ${what}`, runlens: median(values), unit: 'ms' };
    return goal === undefined ? row : { ...row, most: goal };
  };
  const count = async (what) => ({
    what: `graph of ${steps} steps: ${what}`,
    runlens: await nodes(),
    unit: 'DOM elements',
    most: MOST_NODES,
  });
  const rows = [
    ms(
      'laid out in the worker',
      laid.map((each) => each.layout),
      most,
    ),
    ms(
      'longest stall of the page meanwhile',
      laid.map((each) => each.stall),
    ),
    ms('drawn', await many('draw'), DRAWN),
    await count('drawn'),
    ms('a step of panning', await many('pan'), FRAME),
  ];
  await press('0', 1);
  rows.push(ms('all of it in view, a step of panning', await many('pan'), FRAME));
  rows.push(await count('all of it in view'));
  rows.push(ms('a step changes its state', await many('change'), DRAWN));
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const opened = await openBrowser();
  try {
    for (const { what, runlens, unit, most } of await benchPipeline(opened)) {
      const goal = most === undefined ? '' : `≤ ${most} ${unit}`;
      console.log(`${what.padEnd(64)}${`${runlens.toFixed(0)} ${unit}`.padEnd(24)}${goal}`);
    }
  } finally {
    await opened.close();
  }
}
