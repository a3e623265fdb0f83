// Every case of the gallery in four themes and two widths: shows what it promises, keeps the policy, runs and fetches
// nothing, axe finds nothing, contrast is enough, nothing is wider than its panel, and it looks as expected/ says.
//
//   node test/gallery/run.mjs --help
//
// Each case is opened once per width; the theme changes under it, as it does in the editor. The first case of each file
// is compared with its pictures in each theme and width, the others in two. What differs is left as
// out/gallery/<case>.actual.png with a .diff.png beside it; with --only every combination is left there to be looked at.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serveGallery, THEMES } from '../../scripts/lib/gallery.mjs';
import { findBrowser, provisionBrowser } from '../support/editor/browser.mjs';
import { fixedFonts } from './fonts.mjs';
import { lookAt } from './look.mjs';
import { HEIGHT, Pictures, WIDTHS } from './pictures.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
/** Pages that look at cases side by side: as many as a small machine has cores. */
const PAGES = 2;

/** Chromium, with the fonts of the pictures. */
export async function openBrowser() {
  provisionBrowser();
  const { executablePath, env } = findBrowser();
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
  return { browser, close: () => browser.close() };
}

/** `entry`: a module of this folder instead of all cases. */
export async function openGallery({ entry } = {}) {
  const gallery = await serveGallery({ isFixed: true, entry });
  const { browser, close } = await openBrowser();
  return {
    gallery,
    browser,
    async close() {
      await close();
      await gallery.stop();
    },
  };
}

const HELP = `node test/gallery/run.mjs [options]

  --only <text>     cases with this in their name; each of their pictures is left in out/gallery
  --theme <theme>   one of ${Object.keys(THEMES).join(', ')}
  --width <pixels>  one of ${WIDTHS.join(', ')}
  --update          takes the pictures of test/gallery/expected anew
  --help            says this`;

const OPTIONS = {
  only: { type: 'string' },
  theme: { type: 'string' },
  width: { type: 'string' },
  update: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** @throws with what is known when an option is not, or has no value */
function readArguments(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { only, theme, width, update: isUpdate, help: isHelp } = values;
  const themes = Object.keys(THEMES).filter((id) => id === (theme ?? id));
  const widths = WIDTHS.filter((each) => String(each) === (width ?? String(each)));
  if (themes.length === 0) throw new Error(`--theme is one of ${Object.keys(THEMES).join(', ')}`);
  if (widths.length === 0) throw new Error(`--width is one of ${WIDTHS.join(', ')}`);
  const isWhole = only === undefined && theme === undefined && width === undefined;
  return { only, themes, widths, isUpdate, isHelp, isWhole };
}

async function main(asked) {
  const started = Date.now();
  const opened = await openGallery();
  const pictures = new Pictures({
    folder: path.join(here, 'expected'),
    out: path.join(root, 'out/gallery'),
    isUpdate: asked.isUpdate,
    leavesAll: asked.only !== undefined,
    // With other fonts every picture differs.
    isComparable: Object.keys(fixedFonts()).length > 0,
  });
  const problems = new Map();
  let cases;
  try {
    const all = await casesOf(opened);
    cases = all.filter(({ name }) => name.includes(asked.only ?? ''));
    await lookAtAll(opened, { cases, asked, pictures, problems });
    if (asked.isWhole) {
      problems.set('the gallery as a whole', [...pictures.leftOver(all), ...withoutHostile(all)]);
    }
  } finally {
    await opened.close();
  }
  tell({ cases, problems, pictures, seconds: (Date.now() - started) / 1000 });
}

/** The two widths of a case follow each other, so that a case is over early; pages take what is next. */
async function lookAtAll(opened, { cases, asked, pictures, problems }) {
  const jobs = cases.flatMap((one) => asked.widths.map((width) => ({ one, width })));
  const work = async () => {
    const page = await newPage(opened);
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { one, width } = job;
      const { themes } = asked;
      const found = await lookAt(page, { ...job, themes, pictures, url: opened.gallery.url });
      problems.set(one.name, [
        ...(problems.get(one.name) ?? []),
        ...found.map((text) => `${width}: ${text}`),
      ]);
      process.stdout.write(found.length === 0 ? '.' : 'x');
    }
    await page.context().close();
  };
  await Promise.all(Array.from({ length: PAGES }, work));
}

async function newPage({ browser }) {
  const context = await browser.newContext({
    viewport: { width: Math.max(...WIDTHS), height: HEIGHT },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

async function casesOf(opened) {
  const page = await newPage(opened);
  await page.goto(opened.gallery.url);
  await page.waitForFunction(() => window.galleryStage);
  const cases = await page.evaluate(() => window.galleryStage.cases);
  await page.context().close();
  const names = cases.map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) throw new Error(`Cases of the same name: ${twice.join(', ')}`);
  return cases;
}

/** Each page shows data of other people: one of its cases has some that means no good. */
function withoutHostile(cases) {
  const pages = fs.readdirSync(path.join(root, 'webview')).filter((name) => name !== 'shared');
  const has = (page) =>
    cases.some(({ name }) => name.startsWith(`${page}: `) && name.includes('hostile'));
  return pages
    .filter((page) => !has(page))
    .map((page) => `the ${page} page has no case of hostile data`);
}

/** Ends as the other suites do; `RUNLENS_TEST_RESULT` names the file for whoever counts. */
function tell({ cases, problems, pictures, seconds }) {
  for (const [name, all] of problems) for (const text of all) console.log(`\n  ${name} · ${text}`);
  const failed = [...problems.values()].filter((all) => all.length > 0).length;
  const passed = cases.filter(({ name }) => (problems.get(name) ?? []).length === 0).length;
  console.log(`\n${pictures.summary}; ${seconds.toFixed(0)} s`);
  console.log(`${passed} cases passed, ${failed} failed`);
  const result = process.env.RUNLENS_TEST_RESULT;
  if (result) fs.writeFileSync(result, JSON.stringify({ passed, failed }));
  process.exitCode = failed === 0 ? 0 : 1;
}

async function start() {
  let asked;
  try {
    asked = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exitCode = 2;
    return;
  }
  if (asked.isHelp) console.log(HELP);
  else await main(asked);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await start();
