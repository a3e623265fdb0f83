// Starts VS Code's server and its web workbench from the npm package code-server. Used by `npm start` where there is no
// `code`, and by the host and ui suites. Needs nothing but Node.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { locate } from './provision.mjs';

export const HOST = '127.0.0.1'; // a secure context over plain http; any other host name is not, and webviews need one

/** Nothing that pops up, asks, animates or goes out to the network. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.colorTheme': 'Default Dark Modern', // its id is accepted by old and new versions
  'workbench.secondarySideBar.defaultVisibility': 'hidden', // newer versions open a Chat side bar
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'window.confirmBeforeClose': 'never',
  'files.autoSave': 'off', // as on the desktop; in a browser it saves after a second
};

/**
 * @param {object} o
 * @param {string} [o.version] oldest | latest
 * @param {string} [o.data] server data directory to keep; without it a temporary one, removed at the end. Ctrl-C lets the server save its state only with it.
 * @param {object} [o.settings] added to QUIET_SETTINGS
 * @param {string[]} [o.vsix] packaged extensions to install first
 * @param {boolean} [o.trusted] false = Restricted Mode
 * @param {string} [o.token] ask for ?tkn=... ; without it anybody on this machine may connect
 * @param {string} [o.log] file for the server's output
 * @param {Record<string,string>} [o.env] the extension host inherits it
 * @param {string[]} [o.flags] more flags for the server
 * @returns stop() answers the command lines of processes that were left behind and had to be killed
 */
export async function startServer(o = {}) {
  const install = locate(o.version);
  const data = o.data
    ? path.resolve(o.data)
    : fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-e2e-'));
  writeSettings(data, {
    ...QUIET_SETTINGS,
    'security.workspace.trust.enabled': o.trusted === false,
    ...o.settings,
  });
  const env = serverEnv(
    o.data ? {} : { XDG_RUNTIME_DIR: data } /* sockets go there, not to /tmp */,
    o.env,
  );
  for (const file of o.vsix ?? []) installExtension(install, data, file, env);

  const port = o.port ?? (await freePort());
  const output = o.log ? fs.openSync(o.log, 'w') : 'ignore';
  const child = spawn(
    install.node,
    [
      install.serverMain,
      ...commonFlags(data),
      '--host',
      HOST,
      '--port',
      String(port),
      ...(o.token ? ['--connection-token', o.token] : ['--without-connection-token']),
      ...(o.trusted === false ? [] : ['--disable-workspace-trust']),
      ...(o.data ? [] : ['--enable-remote-auto-shutdown']), // ends by itself some minutes after this process was killed the hard way
      ...(o.flags ?? []),
    ],
    { env, stdio: ['ignore', output, output], detached: true },
  ); // own process group, see stopGroup
  const ended = once(child, 'exit');
  const authority = `${HOST}:${port}`;

  const cleanUp = () => {
    if (!o.data) fs.rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  };
  const lastResort = () => {
    killGroup(child.pid);
    cleanUp();
  };
  let stopping;
  const stop = () =>
    (stopping ??= stopGroup(child).then((left) => {
      process.off('exit', lastResort);
      cleanUp();
      return left;
    }));
  process.once('exit', lastResort);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => (o.data ? stop().then(() => process.exit(0)) : process.exit(130)));

  try {
    await waitFor(`http://${authority}/version`, child);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}${o.log ? ` See ${o.log}` : ''}`);
  }
  return {
    install,
    authority,
    data,
    logs: path.join(data, 'data', 'logs'),
    pid: child.pid,
    ended,
    stop,
  };
}

/** Address of the workbench on a folder or a .code-workspace file. */
export function workbenchUrl(server, workspace, extra = {}) {
  const file = path.resolve(workspace);
  return `http://${server.authority}/?${new URLSearchParams({ ...extra, [file.endsWith('.code-workspace') ? 'workspace' : 'folder']: file })}`;
}

// ---------------------------------------------------------------- details

const commonFlags = (data) => [
  '--server-data-dir',
  data,
  '--extensions-dir',
  path.join(data, 'extensions'),
  '--accept-server-license-terms',
  '--telemetry-level',
  'off',
];

function writeSettings(data, settings) {
  const dir = path.join(data, 'data', 'User');
  const file = path.join(dir, 'settings.json');
  fs.mkdirSync(dir, { recursive: true });
  if (!fs.existsSync(file)) fs.writeFileSync(file, JSON.stringify(settings, null, 2)); // a kept data directory keeps what its user chose
}

function serverEnv(...extra) {
  const env = { ...process.env };
  for (const k of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|CODE_SERVER)/.test(k)) delete env[k]; // when started from a VS Code terminal
  return Object.assign(env, { EXTENSIONS_GALLERY: '{}' /* no marketplace */ }, ...extra);
}

function installExtension(install, data, file, env) {
  const out = execFileSync(
    install.node,
    [
      install.serverMain,
      ...commonFlags(data),
      '--force',
      '--install-extension',
      path.resolve(file),
    ],
    { env, encoding: 'utf8' },
  );
  if (!/successfully installed/i.test(out)) throw new Error(`Installing ${file} failed:\n${out}`);
}

/** Ends the server and waits for its children (extension host, terminals). Returns the command lines of those that had to be killed. */
async function stopGroup(child) {
  child.kill('SIGTERM');
  for (let i = 0; i < 80 && membersOf(child.pid).length > 0; i++) await sleep(100);
  const left = membersOf(child.pid);
  killGroup(child.pid);
  return left;
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    /* nothing is left */
  }
}

/** Running processes of a process group. (Asking with kill(-pid, 0) is not enough: it also counts those that ended and are not yet reaped.) */
function membersOf(group) {
  const read = (pid, name) => {
    try {
      return fs.readFileSync(`/proc/${pid}/${name}`, 'utf8');
    } catch {
      return '';
    }
  };
  return fs
    .readdirSync('/proc')
    .filter((pid) => {
      const [state, , pgrp] = read(pid, 'stat')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(pgrp) === group && state !== 'Z';
    })
    .map((pid) => read(pid, 'cmdline').replaceAll('\0', ' ').trim());
}

async function waitFor(url, child) {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode}.`);
    if (
      await fetch(url).then(
        (r) => r.ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error('The server did not answer within 30 s.');
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const s = net
      .createServer()
      .once('error', reject)
      .listen(0, HOST, () => {
        const { port } = s.address();
        s.close(() => resolve(port));
      });
  });
