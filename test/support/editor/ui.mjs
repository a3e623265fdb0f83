// For UI tests: VS Code with an extension, driven by Playwright alone (no test run in the host, so modal dialogs work too).
//
//   const vscode = await openVSCode({ extension: 'example', workspace: 'example/workspace' });
//   await vscode.page.getByRole('treeitem', { name: 'baseline' }).click();
//   await vscode.close();
import fs from 'node:fs';
import path from 'node:path';
import { startServer } from '../../../scripts/editor/server.mjs';
import { openWorkbench, webviewOf } from './workbench.mjs';

/** Options of startServer() and openWorkbench(), and `out`, a directory for logs. Env E2E_VERSION chooses the VS Code version. */
export async function openVSCode({ out = 'out', ...o }) {
  fs.mkdirSync(out, { recursive: true });
  const version = o.version ?? process.env.E2E_VERSION ?? 'oldest';
  const server = await startServer({
    ...o,
    version,
    log: path.join(out, `ui-server-${version}.log`),
  });
  try {
    const errors = [];
    const { browser, page } = await openWorkbench(server, {
      ...o,
      consoleLog: path.join(out, `ui-console-${version}.log`),
      beforeLoad: async (p) => {
        p.on('pageerror', (e) => errors.push(e));
      },
    });
    const close = async () => {
      await browser.close();
      await server.stop();
    };
    return {
      page,
      server,
      errors,
      close,
      webview: (n) => webviewOf(page, n),
      openView: (title) => page.getByRole('tab', { name: title, exact: true }).first().click(), // its icon in the activity bar
      runCommand: (title) => runCommand(page, title),
      screenshot: (name) => page.screenshot({ path: path.join(out, `${name}-${version}.png`) }),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A page that is being loaded takes the focus, with it the keys, and closes the palette: then once more. */
function runCommand(page, title) {
  const input = page.locator('.quick-input-widget input').first();
  const option = page.getByRole('option', { name: title }).first();
  return until(async () => {
    try {
      await page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout: 2000 });
      await option.click({ timeout: 3000 });
      return true;
    } catch (error) {
      if (error.name !== 'TimeoutError') throw error;
      return false;
    }
  }, `the command ${title}`);
}

/** Number of non-transparent pixels of a <canvas>. */
export const inkOf = (canvas) =>
  canvas.evaluate((c) => {
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    let n = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]) n++;
    return n;
  });

/** Asks again until the answer is truthy; also when the editor has just put another page in a panel. */
export async function until(ask, what = String(ask), timeout = 40_000) {
  for (const end = Date.now() + timeout; ; ) {
    const answer = await answerOf(ask);
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function answerOf(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!/Frame was detached/.test(error.message)) throw error;
    return undefined;
  }
}
