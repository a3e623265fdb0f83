#!/usr/bin/env node
// Runs a test suite inside VS Code's extension host. Exit code: 0 passed, 1 failed, 98 timeout, 99 VS Code did not come up.
//
//   node run.mjs --extension=DIR --tests=FILE --workspace=DIR [--version=oldest|latest] [--vsix=FILE]
//                [--restricted] [--locale=NAME] [--timeout=SECONDS] [--out=DIR]
//
// --tests      a CommonJS file exporting run(): Promise<void>; it fails the run by rejecting.
// --vsix       install this package first; --extension is then only an empty harness.
// --restricted open the workspace untrusted.
// --locale     language of the extension's texts; the editor's own stay English
// --out        server and console log; on failure also a screenshot and the logs of the extension host (default: out).
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { format, parseArgs } from 'node:util';
import { startServer } from '../../../scripts/editor/server.mjs';
import { startBridge } from './bridge.mjs';
import { openWorkbench } from './workbench.mjs';

/** Lines of the workbench itself, which shares its console with the suite. E2E_VERBOSE=1 shows them. */
const NOISE =
  /^(Resolv(ing|ed) connection token|Creating a socket|Ignoring fetching additional builtin|Updating additional builtin|ChatSessionStore|\[(Service Worker|reconnection-grace-time|AgentHost:remote|AccountPolicyGate)\]|Error while fetching the extension under development|Timed out waiting for authentication provider)/;

const options = readOptions();
const out = path.resolve(options.out);
const file = (name) => path.join(out, name.replace('*', options.version));
fs.mkdirSync(out, { recursive: true });
for (const old of ['failed-*.png', 'logs-*', 'report-*.json'])
  fs.rmSync(file(old), { recursive: true, force: true });

async function main() {
  let page; // the bridge needs it as soon as the suite starts, which is before openWorkbench() returns
  const bridge = await startBridge(() => page);
  let server, browser;
  try {
    server = await startServer({
      ...options,
      trusted: !options.restricted,
      log: file('server-*.log'),
      env: { E2E_BRIDGE: bridge.url, E2E_REPORT: file('report-*.json'), E2E_OUT: out },
    });
    const suite = new Suite();
    ({ browser } = await openWorkbench(server, {
      ...options,
      consoleLog: file('console-*.log'),
      beforeLoad: (p) => {
        page = p;
        return suite.listen(p);
      },
    }));
    const code = await Promise.race([
      suite.exitCode,
      sleep(Number(options.timeout) * 1000, 98, { ref: false }),
    ]);
    if (code === 98) console.error(`run: no result after ${options.timeout} s`);
    if (code !== 0) await keepEvidence(page, server);
    return code;
  } finally {
    await browser?.close();
    for (const left of (await server?.stop()) ?? [])
      console.error(`run: left behind when VS Code ended, now killed: ${left}`);
    bridge.close();
  }
}

/** The test run's end of the page: the workbench calls these two functions, which must exist before it loads. */
class Suite {
  exitCode = new Promise((resolve) => {
    this.finished = resolve;
  });
  async listen(page) {
    await page.exposeFunction('codeAutomationLog', (_type, args) => {
      const line = format(...args); // args of a console call: '%s' is not yet filled in
      if (!NOISE.test(line) || process.env.E2E_VERBOSE) console.log(line);
    });
    await page.exposeFunction('codeAutomationExit', (code) => this.finished(code));
  }
}

async function keepEvidence(page, server) {
  await page.screenshot({ path: file('failed-*.png') }).catch(() => {});
  if (fs.existsSync(server.logs)) fs.cpSync(server.logs, file('logs-*'), { recursive: true }); // extension host and output channels log only to these files
  console.error(`run: failed; see ${path.relative('.', out) || '.'}`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      extension: { type: 'string' },
      tests: { type: 'string' },
      workspace: { type: 'string' },
      version: { type: 'string', default: 'oldest' },
      vsix: { type: 'string', multiple: true },
      restricted: { type: 'boolean', default: false },
      locale: { type: 'string' },
      timeout: { type: 'string', default: '180' },
      out: { type: 'string', default: 'out' },
    },
  });
  for (const name of [
    'extension',
    'tests',
    'workspace',
    ...(values.vsix ?? []).map(() => 'vsix'),
  ]) {
    for (const value of [values[name]].flat())
      if (!value || !fs.existsSync(value)) {
        console.error(`run: --${name} ${value ? `${value} does not exist` : 'is missing'}`);
        process.exit(2);
      }
  }
  return values;
}

process.exit(
  await main().catch((error) => {
    console.error(`run: ${error.message}`);
    return 99;
  }),
);
