// Installs a real VS Code (server and web workbench) from the npm package code-server into the cache.
// Everything comes from the npm registry; no compiler, no root, no install scripts. Finished steps are
// remembered in steps.json, so that doing it again answers at once.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from '../lib/cache.mjs';
import { exec, npm, npmInstall } from './npm.mjs';

/** code-server 4.N.x carries VS Code 1.N.x. Its Node major is fixed; `node` is fetched from npm when the running one has another major. */
export const VERSIONS = {
  oldest: { codeServer: '4.100.3', vscode: '1.100.3', node: '20.20.2' },
  latest: { codeServer: '4.139.1', vscode: '1.139.1', node: '24.21.0' },
};
const RIPGREP = '1.18.0'; // first ones to carry the binary; older ones download it after install
const NODE_PTY = '1.2.0-beta.8'; // carries a Linux binary (N-API, any Node) that fits the node-pty of VS Code 1.100; from beta.10 on resize() differs
const here = path.dirname(fileURLToPath(import.meta.url));

export function provision(version, cache = CACHE, { force = false } = {}) {
  const { pin, dir, root } = paths(version, cache);
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `Only Linux on x64 or arm64 is supported, not ${process.platform}-${process.arch}. On a desktop use @vscode/test-electron.`,
    );
  }
  if (force) fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  const steps = new Steps(dir);
  if (steps.get('runtime') && !fs.existsSync(steps.get('runtime')))
    steps.forget('runtime', 'check'); // Node was moved or upgraded

  steps.run('package', `code-server ${pin.codeServer}`, () =>
    npmInstall(dir, [
      `code-server@${pin.codeServer}`,
      `@vscode/ripgrep@${RIPGREP}`,
      `node-pty@${NODE_PTY}`,
    ]),
  );
  steps.run('dependencies', 'its dependencies (pinned by its npm-shrinkwrap.json)', () =>
    npm(root, ['install', '--omit=dev', '--ignore-scripts']),
  );
  steps.run('links', 'links', () => makeLinks(root));
  steps.run('binaries', 'binaries', () => addBinaries(root, path.join(dir, 'node_modules')));
  steps.run('runtime', `Node ${major(pin.node)}`, () => findRuntime(pin.node, cache));
  steps.run('check', 'first start', () => check(pin, root, steps.get('runtime')));
  return locate(version, cache);
}

/** Where a provisioned version lives. Throws with the command to run when it is not there. */
export function locate(version = 'oldest', cache = CACHE) {
  const { pin, dir, root } = paths(version, cache);
  const steps = new Steps(dir);
  if (!steps.has('check'))
    throw new Error(`VS Code ${pin.vscode} is not installed. Run: npm test -- host`);
  return {
    ...pin,
    root,
    node: steps.get('runtime'),
    serverMain: path.join(root, 'out', 'server-main.js'),
  };
}

function paths(version, cache) {
  const pin = VERSIONS[version];
  if (!pin)
    throw new Error(`Unknown version "${version}". Known: ${Object.keys(VERSIONS).join(', ')}.`);
  const dir = path.resolve(cache, `code-server-${pin.codeServer}`);
  return { pin, dir, root: path.join(dir, 'node_modules', 'code-server', 'lib', 'vscode') };
}

/** What is done already, with the result of each step. */
class Steps {
  constructor(dir) {
    this.file = path.join(dir, 'steps.json');
    this.done = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, 'utf8')) : {};
  }
  has(name) {
    return name in this.done;
  }
  get(name) {
    return this.done[name];
  }
  forget(...names) {
    for (const n of names) delete this.done[n];
  }
  run(name, title, action) {
    if (this.has(name)) return;
    process.stdout.write(`  ${title} ... `);
    const start = Date.now();
    this.done[name] = action() ?? true;
    fs.writeFileSync(this.file, JSON.stringify(this.done, null, 1));
    console.log(`${((Date.now() - start) / 1000).toFixed(1)} s`);
  }
}

// ---------------------------------------------------------------- what the skipped install scripts would have made

function makeLinks(root) {
  link(path.join(root, 'node_modules'), path.join(root, 'node_modules.asar')); // VS Code and extensions look for files in both
  link(
    path.join(root, 'bin/remote-cli/code-linux.sh'),
    path.join(root, 'bin/remote-cli/code-server'),
  );
  link(path.join(root, 'bin/helpers/browser-linux.sh'), path.join(root, 'bin/helpers/browser.sh'));
}

/**
 * Newer VS Code versions carry most binaries in their dependencies; what is missing is added here.
 * Left out on purpose: kerberos (proxies), sqlite3 (the built-in agents). @parcel/watcher always comes with its binary.
 */
function addBinaries(root, ours) {
  const modules = path.join(root, 'node_modules');
  const has = (...p) => fs.existsSync(path.join(modules, ...p));
  const platform = `linux-${process.arch}`;
  if (has('@vscode/ripgrep'))
    link(
      path.join(ours, '@vscode', `ripgrep-${platform}`, 'bin', 'rg'),
      path.join(modules, '@vscode/ripgrep/bin/rg'),
    ); // search, findFiles()
  if (!has('node-pty/prebuilds', platform))
    link(
      path.join(ours, 'node-pty/prebuilds', platform, 'pty.node'),
      path.join(modules, 'node-pty/build/Release/pty.node'),
    ); // terminals
  for (const [name, file] of [
    ['@vscode/spdlog', 'spdlog'],
    ['native-watchdog', 'native-watchdog'],
    ['@vscode/native-watchdog', 'native-watchdog'],
  ]) {
    if (has(name))
      fs.copyFileSync(
        path.join(here, 'standins', `${file}.cjs`),
        path.join(modules, name, 'index.js'),
      );
  }
}

function link(target, at) {
  if (!fs.existsSync(target))
    throw new Error(`${target} is missing: the packages are not what this script expects.`);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.rmSync(at, { force: true, recursive: true });
  fs.symlinkSync(path.relative(path.dirname(at), target), at);
}

/** The running Node when its major fits, else the one from the npm package node-linux-<arch>, which is Node's own distribution. */
function findRuntime(wanted, cache) {
  if (major(process.versions.node) === major(wanted)) return process.execPath;
  const dir = path.resolve(cache, `node-${wanted}`);
  const name = `node-linux-${process.arch}`;
  const exe = path.join(dir, 'node_modules', name, 'bin', 'node');
  if (!fs.existsSync(exe)) npmInstall(dir, [`${name}@${wanted}`]);
  return exe;
}
const major = (version) => Number(version.split('.')[0]);

function check(pin, root, node) {
  const out = exec(node, [
    path.join(root, 'out', 'server-main.js'),
    '--version',
    '--accept-server-license-terms',
  ]);
  if (!out.includes(pin.vscode))
    throw new Error(`server-main.js --version did not answer ${pin.vscode} but:\n${out}`);
}
