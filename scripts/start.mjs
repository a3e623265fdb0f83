// `npm start`: installs, builds, runs the example pipeline twice, then opens it in VS Code with the extension.
// `npm start -- --no-open` stops after the printed tables. Works straight after `git clone`: nothing here needs a package.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from './lib/cache.mjs';
import { installPackages, runScript } from './lib/install.mjs';
import { fail, say, stage } from './lib/say.mjs';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const examples = path.join(root, 'examples');
const isOurs = (file) => !/__pycache__|[/\\]\.|^\./.test(path.relative(examples, file));
const workspace = path.join(CACHE, `example-${digestOf(examples)}`, 'digits');
const args = process.argv.slice(2);

/** Equal content of a folder gives an equal name: what someone tried out in the example is found again. */
function digestOf(folder) {
  const hash = crypto.createHash('sha256');
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files) {
    const at = path.join(folder, file);
    if (!isOurs(at) || !fs.statSync(at).isFile()) continue;
    hash.update(`${file}\0`).update(fs.readFileSync(at));
  }
  return hash.digest('hex').slice(0, 8);
}

/** The example is copied out of the clone, so that its data is not in the way of anyone's git. */
function prepareWorkspace() {
  const options = { recursive: true, force: false, filter: isOurs };
  fs.cpSync(path.join(examples, 'digits'), workspace, options);
  fs.cpSync(path.join(examples, 'mlflow_script'), path.join(workspace, 'mlflow_script'), options);
}

/** A server of an earlier build may still serve the example: it makes room for the one just built. */
function stopOldServer() {
  const cli = path.join(root, 'dist', 'cli.js');
  spawnSync(process.execPath, [cli, 'stop', '--root', workspace], { stdio: 'ignore' });
}

function runPipeline(python, title) {
  say(`\n${title}\n`);
  const result = spawnSync(python, ['train.py'], {
    cwd: workspace,
    stdio: 'inherit',
    env: {
      ...process.env,
      PYTHONPATH: path.join(root, 'dist', 'python'),
      PYTHONUNBUFFERED: '1',
      RUNLENS_SERVER: path.join(root, 'dist', 'server.js'),
      RUNLENS_DIR: workspace,
    },
  });
  if (result.status !== 0)
    throw new Error(`examples/digits/train.py failed (exit code ${result.status}).`);
}

function findCode() {
  const probe = spawnSync('code', ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return probe.status === 0 ? 'code' : undefined;
}

/** Interpreter of the example, so that a lens runs with scikit-learn at once. */
function writeWorkspaceSettings(python) {
  const dir = path.join(workspace, '.vscode');
  if (fs.existsSync(dir)) return;
  fs.mkdirSync(dir);
  const settings = { 'runlens.interpreter': python, 'python.defaultInterpreterPath': python };
  fs.writeFileSync(path.join(dir, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}

function openDesktop() {
  say(`\nOpening ${workspace} in VS Code with Runlens.`);
  const child = spawn(
    'code',
    [
      `--extensionDevelopmentPath=${root}`,
      '--user-data-dir',
      path.join(CACHE, 'code-profile'),
      '--disable-workspace-trust',
      workspace,
      path.join(workspace, 'train.py'),
    ],
    { stdio: 'ignore', detached: true, shell: process.platform === 'win32' },
  );
  child.unref();
}

/** Without `code`: VS Code for the web from npm, always behind a token. */
async function openWeb() {
  const { provision } = await import('./editor/provision.mjs');
  const { startServer, workbenchUrl } = await import('./editor/server.mjs');
  await stage(
    '`code` is not on the PATH: preparing VS Code for the web (once, about a minute)',
    () => provision('oldest'),
  );
  const data = path.join(CACHE, 'web-profile');
  fs.mkdirSync(data, { recursive: true });
  const token = crypto.randomBytes(16).toString('hex');
  const server = await startServer({
    version: 'oldest',
    data,
    token,
    log: path.join(data, 'server.log'),
    settings: { 'git.enabled': true },
    flags: ['--enable-smoke-test-driver'],
  });
  const url = workbenchUrl(server, workspace, {
    tkn: token,
    payload: JSON.stringify([
      ['extensionDevelopmentPath', `vscode-remote://${server.authority}${root}`],
      ['openFile', `vscode-remote://${server.authority}${path.join(workspace, 'train.py')}`],
    ]),
  });
  say(`\nVS Code is running with Runlens. Open\n\n  ${url}\n\nCtrl-C ends it.`);
  await server.ended;
}

async function main() {
  const unknown = args.filter((a) => a !== '--no-open');
  if (unknown.length > 0) throw new Error(`Unknown option ${unknown.join(' ')}. Known: --no-open`);
  await stage('installing npm packages', () => installPackages(root));
  await stage('building', () => runScript(root, 'build.mjs'));
  const python = await stage(
    'preparing the example (scikit-learn in a virtual environment of its own)',
    () => {
      prepareWorkspace();
      return ensureVenv({
        name: 'digits',
        requirements: path.join(root, 'examples/digits/requirements.txt'),
        log: (line) => say(`  ${line}`),
      });
    },
  );
  writeWorkspaceSettings(python);
  stopOldServer();
  runPipeline(python, 'First run');
  runPipeline(python, 'Second run: nothing has changed, so every step is cached');
  if (args.includes('--no-open')) return;
  if (findCode()) openDesktop();
  else await openWeb();
}

main().catch(fail);
