// The host suite: mocha inside the extension host of a real VS Code. Twice: the development folder in the oldest
// supported version, and the packaged VSIX in the newest.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { prepareEditor } from '../support/editor/prepare.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const out = path.join(root, 'out', 'host');
const filter = process.argv[2];

/** A folder that looks like a user's project: the digits example, without anything recorded. */
function makeWorkspace() {
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-host-'));
  fs.cpSync(path.join(root, 'examples/digits'), workspace, { recursive: true });
  const settings = { 'runlens.interpreter': process.env.RUNLENS_TEST_PYTHON };
  fs.mkdirSync(path.join(workspace, '.vscode'));
  fs.writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify(settings));
  return workspace;
}

function buildTests() {
  const folder = path.join(root, 'test/host');
  const entries = fs.readdirSync(folder).filter((f) => f.endsWith('.test.ts') || f === 'index.ts');
  esbuild.buildSync({
    entryPoints: entries.map((f) => path.join(folder, f)),
    outdir: path.join(out, 'tests'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** One run of the suite; counts come from the report that index.ts writes. */
function runSuite({ name, version, extension, vsix }) {
  const workspace = makeWorkspace();
  const folder = path.join(out, name);
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-state-'));
  const args = [
    path.join(root, 'test/support/editor/run.mjs'),
    `--extension=${extension}`,
    `--tests=${path.join(out, 'tests/index.js')}`,
    `--workspace=${workspace}`,
    `--version=${version}`,
    `--out=${folder}`,
    ...(vsix ? [`--vsix=${vsix}`] : []),
  ];
  const env = { ...process.env, RUNLENS_STATE_DIR: state, ...(filter && { E2E_GREP: filter }) };
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  fs.rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  const report = path.join(folder, `report-${version}.json`);
  if (!fs.existsSync(report)) return { passed: 0, failed: 1 };
  const results = JSON.parse(fs.readFileSync(report, 'utf8'));
  const failed = results.filter((r) => !r.passed).length;
  return { passed: results.length - failed, failed: status === 0 ? failed : Math.max(1, failed) };
}

function packageExtension() {
  const result = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new Error('The extension could not be packaged.');
  return path.join(root, 'runlens.vsix');
}

prepareEditor('oldest');
prepareEditor('latest');
buildTests();
const vsix = packageExtension();
const harness = path.join(root, 'test/host/harness');
const runs = [
  runSuite({ name: 'development', version: 'oldest', extension: root }),
  runSuite({ name: 'vsix', version: 'latest', extension: harness, vsix }),
];
const total = runs.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }));
fs.writeFileSync(process.env.RUNLENS_TEST_RESULT, JSON.stringify(total));
process.exit(total.failed === 0 ? 0 : 1);
