// Every case of the gallery in four themes and two widths: shows what it promises, keeps the policy, axe finds nothing,
// contrast is enough, nothing is wider than its panel, and it looks as test/gallery/expected says.
//
//   node test/gallery/run.mjs [--update] [--only <part of a name>] [--theme <theme>] [--width <pixels>]
//
// What differs is left as out/gallery/<case>.actual.png with a .diff.png beside it.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { serveGallery, THEMES } from '../../scripts/lib/gallery.mjs';
import { findBrowser, provisionBrowser } from '../support/editor/browser.mjs';
import { fixedFonts } from './fonts.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const expected = path.join(here, 'expected');
const out = path.resolve(here, '../../out/gallery');
const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [380, 1400];
const HEIGHT = 900;
/** Of a pixel's colour distance, and of all pixels: smoothing of letters differs between machines. */
const PIXEL_TOLERANCE = 0.15;
const SHARE_TOLERANCE = 0.002;

/** A case is a part of a page: the page has the heading. */
const AXE_OPTIONS = { rules: { 'page-has-heading-one': { enabled: false } } };

const args = process.argv.slice(2);
const given = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const isUpdate = args.includes('--update');

/** `entry`: a module of this folder instead of all cases. */
export async function openGallery({ entry } = {}) {
  provisionBrowser();
  const { executablePath, env } = findBrowser();
  const gallery = await serveGallery({ isFixed: true, entry });
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env, ...fixedFonts() },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--js-flags=--expose-gc',
    ],
  });
  return {
    gallery,
    browser,
    async close() {
      await browser.close();
      await gallery.stop();
    },
  };
}

async function main() {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const opened = await openGallery();
  const problems = [];
  let pictures = 0;
  try {
    const cases = await casesOf(opened);
    const themes = Object.keys(THEMES).filter((id) => id === (given('--theme') ?? id));
    const widths = WIDTHS.filter((width) => String(width) === (given('--width') ?? String(width)));
    for (const theme of themes) {
      for (const width of widths) {
        const page = await newPage(opened, width);
        for (const one of cases) {
          const found = await look(page, { one, theme, width, url: opened.gallery.url });
          pictures += 1;
          problems.push(...found.map((text) => `${one.name} · ${theme} · ${width}: ${text}`));
          process.stdout.write(found.length === 0 ? '.' : 'x');
        }
        await page.context().close();
      }
    }
    if (!given('--only') && !given('--theme')) problems.push(...leftOver(cases));
  } finally {
    await opened.close();
  }
  console.log(
    `\n${pictures} pictures of ${isUpdate ? 'the gallery taken' : 'the gallery compared'}`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function newPage({ browser }, width) {
  const context = await browser.newContext({
    viewport: { width, height: HEIGHT },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

async function casesOf(opened) {
  const page = await newPage(opened, 1400);
  await page.goto(opened.gallery.url);
  await page.waitForFunction(() => window.galleryStage);
  const cases = await page.evaluate(() => window.galleryStage.cases);
  await page.context().close();
  const names = cases.map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) throw new Error(`Cases of the same name: ${twice.join(', ')}`);
  const only = given('--only');
  return only ? cases.filter(({ name }) => name.includes(only)) : cases;
}

/** @returns {Promise<string[]>} what is wrong */
async function look(page, { one, theme, width, url }) {
  const problems = [];
  const onError = (error) => problems.push(`error: ${error.message}`);
  page.on('pageerror', onError);
  try {
    const query = new URLSearchParams({ case: one.name, theme });
    await page.goto(`${url}/case?${query}`);
    await page.waitForFunction(() => document.getElementById('app')?.dataset.drawn, {
      timeout: 10_000,
    });
    const drawn = await page.evaluate(() => document.getElementById('app').dataset.drawn);
    if (drawn !== 'yes') problems.push(drawn);
    problems.push(...(await content(page, one)));
    problems.push(...(await axe(page)));
    problems.push(...(await compare(page, { name: fileOf(one.name, theme, width), width })));
  } catch (error) {
    problems.push(String(error.message ?? error));
  } finally {
    page.off('pageerror', onError);
  }
  return problems;
}

async function content(page, one) {
  const { seen, refused, low, overflow } = await page.evaluate(() => ({
    seen: window.galleryStage.seen(),
    refused: window.galleryStage.refused,
    low: window.galleryStage.lowContrast(),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  return [
    ...one.seen.filter((text) => !seen.includes(text)).map((text) => `does not show “${text}”`),
    ...refused.map((text) => `the policy refused ${text}`),
    ...low.map(
      (l) => `contrast of ${l.what} is ${l.ratio}, not ${l.needed} (${l.colour} on ${l.behind})`,
    ),
    ...(overflow > 0 ? [`is ${overflow} pixels wider than its panel`] : []),
  ];
}

async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((o) => window.axe.run(document, o), AXE_OPTIONS);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map((node) => `axe ${id}: ${help} (${node.target.join(' ')} ${node.html.slice(0, 160)})`),
  );
}

async function compare(page, { name, width }) {
  const height = await page.evaluate(heightOf);
  const picture = await page.screenshot({
    clip: { x: 0, y: 0, width, height: Math.min(HEIGHT, height) },
    animations: 'disabled',
    caret: 'hide',
  });
  const file = path.join(expected, `${name}.png`);
  if (isUpdate) {
    if (fs.existsSync(file) && differs(fs.readFileSync(file), picture).share === 0) return [];
    fs.mkdirSync(expected, { recursive: true });
    fs.writeFileSync(file, picture);
    return [];
  }
  if (!fs.existsSync(file)) {
    fs.writeFileSync(path.join(out, `${name}.actual.png`), picture);
    return [`has no expected picture; look at out/gallery/${name}.actual.png, then --update`];
  }
  const { share, diff } = differs(fs.readFileSync(file), picture);
  if (share <= SHARE_TOLERANCE) return [];
  fs.writeFileSync(path.join(out, `${name}.actual.png`), picture);
  if (diff) fs.writeFileSync(path.join(out, `${name}.diff.png`), diff);
  return [
    `looks different (${(share * 100).toFixed(2)} % of its pixels): out/gallery/${name}.actual.png`,
  ];
}

/** As high as what is drawn, with what lies above it. */
function heightOf() {
  const app = document.getElementById('app');
  const layers = [...document.querySelectorAll('[popover], .rl-toast, .rl-suggestions')];
  const bottoms = [app, ...layers].map((element) => element.getBoundingClientRect().bottom);
  return Math.max(40, Math.ceil(Math.max(...bottoms)) + 8);
}

/** The share of pixels that differ; 1 when the sizes do. */
function differs(before, after) {
  const [a, b] = [PNG.sync.read(before), PNG.sync.read(after)];
  if (a.width !== b.width || a.height !== b.height) return { share: 1, diff: undefined };
  const image = new PNG({ width: a.width, height: a.height });
  const count = pixelmatch(a.data, b.data, image.data, a.width, a.height, {
    threshold: PIXEL_TOLERANCE,
  });
  return { share: count / (a.width * a.height), diff: PNG.sync.write(image) };
}

const fileOf = (name, theme, width) =>
  `${name.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}.${theme}.${width}`;

/** Pictures of cases that are no more. */
function leftOver(cases) {
  const known = new Set(
    cases.flatMap(({ name }) =>
      Object.keys(THEMES).flatMap((theme) =>
        WIDTHS.map((width) => `${fileOf(name, theme, width)}.png`),
      ),
    ),
  );
  const old = fs.existsSync(expected)
    ? fs.readdirSync(expected).filter((file) => !known.has(file))
    : [];
  if (!isUpdate) return old.map((file) => `expected/${file} is of no case: --update removes it`);
  for (const file of old) fs.rmSync(path.join(expected, file));
  return [];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
