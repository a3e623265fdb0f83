// Lets a test in the extension host act on the page as a user: it posts {method, args} to E2E_BRIDGE, answered here with Playwright.
import http from 'node:http';
import path from 'node:path';
import { inkOf } from './ui.mjs';
import { webviewOf } from './workbench.mjs';

/** @param {() => import('playwright-core').Page} page */
const methods = (page) => ({
  click: (selector, nth = 0) => page().locator(selector).nth(nth).click(),
  texts: (selector) => page().locator(selector).allInnerTexts(),
  count: (selector) => page().locator(selector).count(),
  attributes: (selector, name) =>
    page()
      .locator(selector)
      .evaluateAll((all, key) => all.map((each) => each.getAttribute(key)), name),
  fill: (selector, text) => page().locator(selector).first().fill(text),
  press: (key) => page().keyboard.press(key),
  clickLens: (text, nth = 0) =>
    page().locator('.monaco-editor .codelens-decoration a', { hasText: text }).nth(nth).click(),
  clickTreeItem: (name) => page().getByRole('treeitem', { name }).click(),
  webviewClick: (selector) => webviewOf(page()).locator(selector).click(),
  webviewClickText: (name) =>
    webviewOf(page()).getByRole('button', { name, exact: true }).first().click(),
  webviewText: (selector) => webviewOf(page()).locator(selector).innerText(),
  webviewChart: (metric) => chartOf(webviewOf(page()), metric),
  screenshot: (name) =>
    page()
      .screenshot({ path: path.resolve(name) })
      .then(() => true),
});

/** Points that the chart of a metric draws, and its inked pixels; null while there is none. */
async function chartOf(webview, metric) {
  const canvas = webview.locator(`canvas[data-metric="${metric}"]`);
  if ((await canvas.count()) === 0) return null;
  const points = Number(await canvas.first().getAttribute('data-points'));
  return { points, ink: await inkOf(canvas.first()) };
}

export async function startBridge(page) {
  const known = methods(page);
  const server = http.createServer(async (request, response) => {
    const answer = (o) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(o));
    try {
      const chunks = [];
      for await (const c of request) chunks.push(c);
      const { method, args } = JSON.parse(Buffer.concat(chunks).toString());
      if (!Object.hasOwn(known, method)) throw new Error(`bridge: no method ${method}`);
      answer({ result: (await known[method](...args)) ?? null });
    } catch (error) {
      answer({ error: String(error?.message ?? error) });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
