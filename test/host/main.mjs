// The host suite: mocha inside the extension host of a real VS Code. The main window twice: from the development folder
// in the oldest supported version, and from the packaged VSIX in the newest. Then short ones: two folders, and twice
// Restricted Mode, and the pseudo language. RUNLENS_HOST_ONLY=development,vsix,… chooses.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { prepareEditor } from '../support/editor/prepare.mjs';
import { stopServers } from '../support/servers.mjs';
import {
  makeForeignProject,
  makeProject,
  makePseudoExtension,
  makeRecordedProject,
  makeTwoProjects,
  root,
  temporary,
} from './windows.mjs';

const out = path.join(root, 'out', 'host');
const filter = process.argv[2];
const chosen = process.env.RUNLENS_HOST_ONLY?.split(',');

/** Seconds of one window, on a machine that does other things, too. */
const LONGEST = 600;

const development = { version: 'oldest', extension: root };
const WINDOWS = [
  { name: 'development', tests: 'window', make: () => makeProject(), ...development },
  { name: 'vsix', tests: 'window', make: () => makeProject(), version: 'latest', vsix: true },
  {
    name: 'folders',
    tests: 'folders',
    make: makeTwoProjects,
    env: { MLFLOW_TRACKING_URI: 'http://tracking.example:5000' },
    ...development,
  },
  {
    name: 'restricted',
    tests: 'restricted',
    make: () => makeForeignProject(),
    restricted: true,
    ...development,
  },
  {
    name: 'recorded',
    tests: 'recorded',
    make: makeRecordedProject,
    restricted: true,
    ...development,
  },
  {
    name: 'pseudo',
    tests: 'pseudo',
    make: () => makeProject(),
    version: 'oldest',
    locale: 'qps-ploc',
    extension: path.join(out, 'extension'),
  },
].filter(({ name }) => !chosen || chosen.includes(name));

/** File by file, not bundled: what the test files share is shared. */
function buildTests() {
  const folder = path.join(root, 'test/host');
  // A test that was deleted must not run on.
  fs.rmSync(path.join(out, 'tests'), { recursive: true, force: true });
  const files = fs.readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'));
  esbuild.buildSync({
    entryPoints: files.map((file) => path.join(folder, file)),
    outdir: path.join(out, 'tests'),
    outbase: folder,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  // Where the built tests look for it, as the sources do.
  const server = 'support/mlflowServer.mjs';
  fs.mkdirSync(path.join(out, 'support'), { recursive: true });
  fs.copyFileSync(path.join(root, 'test', server), path.join(out, server));
}

/** One window; counts come from the report that index.ts writes. */
async function runWindow(window) {
  const started = Date.now();
  const state = temporary('state');
  const { folder, workspace } = await window.make(state);
  try {
    const status = await openWindow(window, workspace, state);
    return countResults(window, status, Date.now() - started);
  } finally {
    await stopServers(state);
    for (const each of [folder, state]) {
      fs.rmSync(each, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

async function openWindow(
  { name, version, tests, extension, vsix, restricted, locale, env },
  workspace,
  state,
) {
  const args = [
    path.join(root, 'test/support/editor/run.mjs'),
    `--extension=${extension ?? path.join(root, 'test/host/harness')}`,
    `--tests=${path.join(out, 'tests/index.js')}`,
    `--workspace=${workspace}`,
    `--version=${version}`,
    `--timeout=${LONGEST}`,
    `--out=${path.join(out, name)}`,
    ...(vsix ? [`--vsix=${path.join(root, 'runlens.vsix')}`] : []),
    ...(restricted ? ['--restricted'] : []),
    ...(locale ? [`--locale=${locale}`] : []),
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      RUNLENS_STATE_DIR: state,
      RUNLENS_HOST_TESTS: tests,
      ...env,
      ...(filter && { E2E_GREP: filter }),
    },
  });
  const [status] = await once(child, 'exit');
  return status;
}

function countResults({ name, version }, status, ms) {
  const report = path.join(out, name, `report-${version}.json`);
  const results = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : [];
  const broken = results.filter((r) => !r.passed).length;
  const failed = status === 0 ? broken : Math.max(1, broken);
  const passed = results.length - broken;
  console.log(`${name}: ${passed} passed, ${failed} failed, ${(ms / 1000).toFixed(0)} s`);
  return { passed, failed };
}

function packageExtension() {
  const script = path.join(root, 'scripts/package.mjs');
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The extension could not be packaged.');
}

if (!process.env.RUNLENS_TEST_PYTHON)
  throw new Error('RUNLENS_TEST_PYTHON is not set: start this suite with npm test -- host');
for (const version of new Set(WINDOWS.map((window) => window.version))) prepareEditor(version);
buildTests();
if (WINDOWS.some(({ locale }) => locale)) makePseudoExtension(path.join(out, 'extension'));
if (WINDOWS.some(({ vsix }) => vsix)) packageExtension();
const total = { passed: 0, failed: 0 };
for (const window of WINDOWS) {
  const { passed, failed } = await runWindow(window);
  total.passed += passed;
  total.failed += failed;
}
fs.writeFileSync(process.env.RUNLENS_TEST_RESULT, JSON.stringify(total));
process.exit(total.failed === 0 ? 0 : 1);
