// npm packages of the project: installed when package-lock.json changed since the last time.

import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const MINIMUM_NODE = 20;

/** Throws with what to do when this Node is too old for the project. */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= MINIMUM_NODE) return;
  throw new Error(
    `Node ${MINIMUM_NODE} or newer is needed; this is ${version}. Install it from https://nodejs.org, then run this again.`,
  );
}

/** Needs no package itself. Throws with npm's last lines when it fails. */
export function installPackages(root) {
  checkNode();
  const stamp = path.join(root, 'node_modules', '.runlens-installed');
  const wanted = crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return false;
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) {
    // npm says what is wrong first, and how it is called last.
    const said = `${result.stderr ?? ''}\n${result.stdout ?? ''}${result.error?.message ?? ''}`;
    const head = said.trim().split('\n').slice(0, 15);
    throw new Error(
      `npm ci failed:\n    ${head.join('\n    ')}\n` +
        'Is the npm registry reachable? Behind a proxy: npm config set proxy <address>, then run this again.',
    );
  }
  fs.writeFileSync(stamp, wanted);
  return true;
}

/** Runs one of the project's own scripts; its output goes through. */
export function runScript(root, script, args = []) {
  const result = spawnSync(process.execPath, [path.join(root, 'scripts', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0)
    throw new Error(`scripts/${script} failed (exit code ${result.status}).`);
}
