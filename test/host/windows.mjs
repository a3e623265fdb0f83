// The windows that the suite opens: what lies in their folders, and how they are opened.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { discoveries, stopServers } from '../support/servers.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const temporary = (name) =>
  fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `runlens-${name}-`)));

/** A folder that looks like a user's project: the digits example, without anything recorded. */
export function makeProject(interpreterIn = () => process.env.RUNLENS_TEST_PYTHON, others = {}) {
  const folder = temporary('host');
  fs.cpSync(path.join(root, 'examples/digits'), folder, { recursive: true });
  fs.mkdirSync(path.join(folder, '.vscode'));
  const settings = { 'runlens.interpreter': interpreterIn(folder), ...others };
  fs.writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
  return { folder, workspace: folder };
}

/** A project of somebody else, whose "interpreter" leaves a mark when it is started, with a server of theirs. */
export function makeForeignProject() {
  const servers = [{ name: 'theirs', url: 'http://127.0.0.1:9', auth: 'token' }];
  return makeProject(
    (folder) => {
      const script = path.join(folder, 'python.sh');
      const mark = path.join(folder, 'interpreter-was-started');
      fs.writeFileSync(script, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
      return script;
    },
    { 'runlens.remote.servers': servers },
  );
}

/** A project in which a run was recorded by a server that has ended. */
export async function makeRecordedProject(state) {
  const made = makeProject();
  const server = spawn(
    process.execPath,
    [path.join(root, 'dist/server.js'), '--root', made.folder],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, RUNLENS_STATE_DIR: state } },
  );
  server.unref();
  const discovery = await started(state);
  const post = (route, body) => postTracking(discovery, route, body);
  const { experiment_id } = await post('experiments/create', { name: 'earlier' });
  const start_time = Date.now();
  const { run } = await post('runs/create', { experiment_id, run_name: 'kept', start_time });
  const { run_id } = run.info;
  await post('runs/log-metric', { run_id, key: 'speed', value: 2, timestamp: start_time });
  await post('runs/update', { run_id, status: 'FINISHED', end_time: Date.now() });
  await stopServers(state);
  return made;
}

/** The extension as it is developed, with texts in the pseudo language beside the English ones. */
export function makePseudoExtension(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  // No links: the editor knows by the path of a file whose texts it asks for.
  for (const name of ['dist', 'media', 'syntaxes', 'package.json', 'package.nls.json']) {
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  const script = path.join(root, 'scripts/l10n.mjs');
  const { status } = spawnSync(process.execPath, [script, '--pseudo', folder], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The pseudo language could not be written.');
}

/** Two projects in one window, under the names that people see. */
export function makeTwoProjects() {
  const folder = temporary('folders');
  const names = ['first', 'second'];
  for (const name of names) {
    fs.mkdirSync(path.join(folder, name, '.git'), { recursive: true });
    fs.cpSync(path.join(root, 'examples/digits'), path.join(folder, name), { recursive: true });
  }
  const workspace = path.join(folder, 'two.code-workspace');
  const settings = { 'runlens.interpreter': process.env.RUNLENS_TEST_PYTHON };
  const folders = names.map((name) => ({ path: name }));
  fs.writeFileSync(workspace, JSON.stringify({ folders, settings }));
  return { folder, workspace };
}

async function started(state) {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const [found] = discoveries(state);
    const isUp =
      found &&
      (await fetch(`http://127.0.0.1:${found.port}/health`).then(
        (response) => response.ok,
        () => false,
      ));
    if (isUp) return found;
    await sleep(50);
  }
  throw new Error('The server that records a run did not start');
}

async function postTracking({ port, tokens }, route, body) {
  const response = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.tracking}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}
