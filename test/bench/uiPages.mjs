// The built pages in Chromium, each joined to a running server by the extension's own code; and what is measured of them.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { HOST, policy, THEMES, themeCss } from '../../scripts/lib/gallery.mjs';

const VIEWPORT = { width: 1400, height: 900 };
const TYPES = { '.js': 'text/javascript', '.css': 'text/css' };

/** @returns {Promise<{url: string, stop(): Promise<void>}>} the pages of `dist/webview`, as the editor serves them */
export async function servePages(dist) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, `http://${HOST}`);
    const file = path.join(dist, 'webview', path.basename(pathname));
    if (pathname === '/theme.css') return send(response, 'text/css', themeCss(THEMES.dark));
    if (pathname.startsWith('/page/'))
      return send(response, 'text/html', html(path.basename(pathname)));
    if (fs.existsSync(file))
      return send(response, TYPES[path.extname(file)], fs.readFileSync(file));
    response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, HOST, resolve));
  return {
    url: `http://${HOST}:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

const send = (response, type, body) =>
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);

function html(page) {
  const nonce = crypto.randomBytes(16).toString('base64');
  const { body, kind } = THEMES.dark;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy({ source: `'self'`, nonce, page })}">
<link rel="stylesheet" href="/theme.css"><link rel="stylesheet" href="/${page}.css"><title>Runlens</title></head>
<body class="${body}" data-vscode-theme-kind="${kind}"><div id="app"></div>
<script nonce="${nonce}" src="/${page}.js"></script></body></html>`;
}

export class BenchPage {
  /** A page of its own, with nothing kept. */
  static async open({ browser, pages, page: name, ...of }) {
    const { openSide } = await tsImport('./uiPanel.ts', import.meta.url);
    const context = await browser.newContext({ viewport: VIEWPORT });
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    // Answers keep their order; a page that is gone takes none.
    const post = (text) => {
      page.evaluate((t) => window.bench.take(t), text).catch(() => undefined);
    };
    const side = openSide({ ...of, post });
    await page.exposeFunction('benchPost', (text) => side.receive(text));
    await page.addInitScript(inPage);
    const session = await context.newCDPSession(page);
    return new BenchPage({
      context,
      page,
      side,
      session,
      errors,
      url: `${pages.url}/page/${name}`,
    });
  }

  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Milliseconds from the beginning of the page until the condition holds and is painted. */
  async first(condition) {
    await this.page.goto(this.url, { waitUntil: 'commit' });
    const { painted, began } = await this.until(condition);
    return painted - began;
  }

  /**
   * When `condition`, an expression, has come to hold and was painted. Times are milliseconds since 1970, of the last
   * message before it, too.
   */
  async until(condition) {
    const found = await this.page.evaluate((text) => window.bench.until(text), condition);
    const [error] = this.errors;
    if (error) throw error;
    if (!found) {
      const said = await this.page.evaluate(() => document.body.textContent.slice(0, 500));
      throw new Error(`It did not come: ${condition}. ${this.side.problems.join('; ')} ${said}`);
    }
    return found;
  }

  /** Does something in the page and waits: milliseconds from before it until it was painted. */
  async timed(act, condition) {
    const started = await this.page.evaluate((text) => window.bench.act(text), act);
    return (await this.until(condition)).painted - started;
  }

  /** Megabytes of JavaScript's heap, after a collection. */
  async heap() {
    await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    return usedSize / 1e6;
  }

  elements() {
    return this.page.evaluate(() => document.querySelectorAll('*').length);
  }

  async close() {
    this.side.dispose();
    await this.context.close();
  }
}

/** Runs in the page before its own script: the editor's API, and a clock that stops when something is painted. */
function inPage() {
  let kept;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.benchPost(JSON.stringify(message)),
    getState: () => kept,
    setState: (state) => {
      kept = state;
    },
  });
  const now = () => performance.timeOrigin + performance.now();
  const check = (text) => {
    // The policy forbids `eval` to the page; conditions are few and known.
    const [kind, ...args] = JSON.parse(text);
    return CONDITIONS[kind](...args);
  };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const CONDITIONS = {
    count: (selector, least) => all(selector).length >= least,
    text: (selector, part) => all(selector).some((each) => each.textContent.includes(part)),
    first: (selector, isNot) => {
      const text = all(selector)[0]?.textContent;
      return text !== undefined && text !== isNot && all('.rl-bone').length === 0;
    },
    none: (selector) => all(selector).length === 0,
  };
  const ACTS = {
    click: (selector) => all(selector)[0].click(),
    scroll: (selector, by) => all(selector)[0].scrollBy(0, by),
  };
  let message = 0;
  window.bench = {
    take(text) {
      message = now();
      window.dispatchEvent(new MessageEvent('message', { data: JSON.parse(text) }));
    },
    act(text) {
      const [kind, ...args] = JSON.parse(text);
      const started = now();
      ACTS[kind](...args);
      return started;
    },
    until: (text) =>
      new Promise((resolve) => {
        const end = setTimeout(() => resolve(undefined), 30_000);
        const watch = new MutationObserver(() => look());
        const look = () => {
          if (!document.body || !check(text)) return;
          watch.disconnect();
          clearTimeout(end);
          const last = message;
          requestAnimationFrame(() =>
            setTimeout(() =>
              resolve({ painted: now(), message: last, began: performance.timeOrigin }),
            ),
          );
        };
        const options = { subtree: true, childList: true, characterData: true, attributes: true };
        watch.observe(document, options);
        look();
      }),
  };
}
