// Looks at one case at one width: opened once, then in each theme. Answers what is wrong.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { THEMES } from '../../scripts/lib/gallery.mjs';
import { HEIGHT } from './pictures.mjs';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A case is a part of a page: the page has the heading. */
const AXE_ALL = {
  resultTypes: ['violations'],
  rules: { 'page-has-heading-one': { enabled: false } },
};
/** All that a theme can change. */
const AXE_COLOURS = { resultTypes: ['violations'], runOnly: ['color-contrast'] };
const COLOURS_AT = 380;
const DRAWN_MS = 10_000;

/** @returns {Promise<string[]>} what is wrong, with the theme where it is of one */
export async function lookAt(page, { one, width, themes, pictures, url }) {
  const [first] = themes;
  const problems = [];
  const stop = watch(page, url, problems);
  try {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.goto(`${url}/case?${new URLSearchParams({ case: one.name, theme: first })}`);
    await page.waitForFunction(() => document.getElementById('app')?.dataset.drawn, {
      timeout: DRAWN_MS,
    });
    const drawn = await page.evaluate(() => document.getElementById('app').dataset.drawn);
    if (drawn !== 'yes') problems.push(drawn);
    await page.evaluate(AXE);
    problems.push(...(await shown(page, one)));
    for (const theme of themes) {
      const own = await inTheme(page, { one, width, theme, isFirst: theme === first, pictures });
      problems.push(...own.map((text) => `${theme}: ${text}`));
    }
    problems.push(...(await foreign(page)));
  } catch (error) {
    problems.push(String(error.message ?? error));
  } finally {
    stop();
  }
  return problems;
}

/** What no case may do: fail, ask for anything that is not the gallery's, open a dialog or a window. */
function watch(page, url, problems) {
  const listeners = {
    pageerror: (error) => problems.push(`error: ${error.message}`),
    request: (request) => {
      const asked = request.url();
      if (!asked.startsWith(`${url}/`) && !/^(data|blob):/.test(asked))
        problems.push(`fetched ${asked.slice(0, 200)}`);
    },
    dialog: (dialog) => {
      problems.push(`opened a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    },
    popup: (popup) => problems.push(`opened a window: ${popup.url()}`),
    download: (download) => problems.push(`began a download: ${download.url()}`),
  };
  for (const [name, listener] of Object.entries(listeners)) page.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) page.off(name, listener);
  };
}

async function shown(page, one) {
  const { seen, overflow } = await page.evaluate(() => ({
    seen: window.galleryStage.seen(),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  return [
    ...one.seen.filter((text) => !seen.includes(text)).map((text) => `does not show “${text}”`),
    ...(overflow > 0 ? [`is ${overflow} pixels wider than its panel`] : []),
  ];
}

async function foreign(page) {
  const { refused, injected } = await page.evaluate(() => ({
    refused: window.galleryStage.refused,
    injected: window.galleryStage.injected(),
  }));
  return [
    ...refused.map((text) => `the policy refused ${text}`),
    ...injected.map((text) => `data became markup: ${text}`),
  ];
}

async function inTheme(page, { one, width, theme, isFirst, pictures }) {
  if (!isFirst) {
    const { body, kind } = THEMES[theme];
    await page.evaluate((to) => window.galleryStage.setTheme(to), { id: theme, body, kind });
  }
  const low = await page.evaluate(() => window.galleryStage.lowContrast());
  // Colours do not depend on the width.
  const options = isFirst ? AXE_ALL : width === COLOURS_AT ? AXE_COLOURS : undefined;
  return [
    ...low.map(
      (l) => `contrast of ${l.what} is ${l.ratio}, not ${l.needed} (${l.colour} on ${l.behind})`,
    ),
    ...(options ? await axe(page, options) : []),
    ...(await pictures.look(page, { one, theme, width })),
  ];
}

async function axe(page, options) {
  const { violations } = await page.evaluate((o) => window.axe.run(document, o), options);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map((node) => `axe ${id}: ${help} (${node.target.join(' ')} ${node.html.slice(0, 160)})`),
  );
}
