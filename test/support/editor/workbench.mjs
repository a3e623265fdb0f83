// Opens VS Code's web workbench in headless Chromium, with the extension under development and, for host suites, the tests.
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { HOST, workbenchUrl } from '../../../scripts/editor/server.mjs';
import { findBrowser } from './browser.mjs';

/**
 * Opens the workbench. `extension` (or several) is loaded from its directory as under F5; `tests` (a file exporting run()) starts a test run in the extension host.
 * @param {Awaited<ReturnType<typeof import('../../../scripts/editor/server.mjs').startServer>>} server
 */
export async function openWorkbench(
  server,
  {
    workspace,
    extension,
    tests,
    locale,
    consoleLog,
    beforeLoad,
    viewport = { width: 1400, height: 900 },
  },
) {
  const { executablePath, env } = findBrowser();
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      `--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE ${HOST}`, // nothing but our server can be reached
    ],
  });
  try {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], {
      origin: `http://${server.authority}`,
    });
    const page = await context.newPage();
    if (consoleLog) logConsole(page, consoleLog);
    if (extension)
      await page.addInitScript(injectDevelopmentOptions, {
        authority: server.authority,
        extensions: [extension].flat().map((folder) => path.resolve(folder)),
        tests: tests && path.resolve(tests),
      });
    if (locale) await page.addInitScript(setLanguage, locale);
    await beforeLoad?.(page);
    await page.goto(workbenchUrl(server, workspace));
    await page.waitForSelector('.monaco-workbench', { timeout: 60000 });
    return { browser, page };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** The inside of the webview that is showing: an iframe in an iframe. `n` when there are several. */
export const webviewOf = (page, n = 0) =>
  page.frameLocator('iframe.webview.ready').nth(n).frameLocator('#active-frame');

// ---------------------------------------------------------------- runs inside the page

/**
 * The workbench reads its start options from a <meta>; it is edited before the workbench's script runs.
 * (The documented ?payload= query is ignored by newer builds, and rewriting the HTML with page.route breaks every WebSocket.)
 */
function injectDevelopmentOptions({ authority, extensions, tests }) {
  if (window.top !== window) return; // webviews
  const uri = (p) => ({ $mid: 1, scheme: 'vscode-remote', authority, path: p });
  const observer = new MutationObserver(() => {
    const meta = document.getElementById('vscode-workbench-web-configuration');
    if (!meta) return;
    observer.disconnect();
    const config = JSON.parse(meta.getAttribute('data-settings'));
    config.developmentOptions = {
      ...config.developmentOptions,
      extensions: extensions.map(uri),
      ...(tests && { extensionTestsPath: uri(tests) }),
    };
    meta.setAttribute('data-settings', JSON.stringify(config));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** The workbench takes its language from a global, which its file of English texts sets. */
function setLanguage(locale) {
  if (window.top !== window) return;
  Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => locale, set() {} });
}

function logConsole(page, file) {
  const out = fs.createWriteStream(file);
  page.on('console', (m) => out.write(`[${m.type()}] ${m.text()}\n`));
  page.on('pageerror', (e) => out.write(`[pageerror] ${e.stack ?? e}\n`));
  page.on('requestfailed', (r) => out.write(`[failed] ${r.url()} ${r.failure()?.errorText}\n`));
  page.on('response', (r) => r.status() >= 400 && out.write(`[${r.status()}] ${r.url()}\n`));
}
