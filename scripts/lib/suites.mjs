// The test suites: what each needs, and how it is run. Each answers {passed, failed}.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './programs.mjs';
import { ensureVenv } from './venv.mjs';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const out = path.join(root, 'out');

/**
 * By name what must be prepared first, and how to run it. `run` is given `filter` (mocha's --grep, pytest's -k), `log` (a
 * file for the output), `shared` (whether another suite runs beside it) and `need`, which waits for a preparation.
 */
export const SUITES = {
  webview: { needs: [], run: (o) => mocha('webview', 'test/webview/**/*.test.{ts,tsx}', o, TWO) },
  check: { needs: [], run: check },
  unit: {
    needs: ['python'],
    run: (o) => mocha('unit', 'test/{unit/**/*,*}.test.ts', o, TWO),
  },
  gallery: { needs: ['browser'], run: gallery },
  contract: { needs: ['python'], run: (o) => pytest('contract', o) },
  python: { needs: ['python'], run: (o) => pytest('python', o) },
  host: { needs: ['python', 'browser', 'editors'], run: (o) => editorSuite('host', o) },
  ui: { needs: ['python', 'browser', 'editors'], run: (o) => editorSuite('ui', o) },
};

/** Each file in one of two processes. */
const TWO = ['--parallel', '--jobs', '2'];

function testPython() {
  return ensureVenv({ name: 'test', requirements: path.join(root, 'test/requirements.txt') });
}

/** A state folder of its own, so that tests never meet the user's servers; Python only where it has been waited for. */
function testEnv(name, extra) {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-state-'));
  process.once('exit', () => fs.rmSync(state, { recursive: true, force: true }));
  const env = {
    ...process.env,
    RUNLENS_STATE_DIR: state,
    ...(SUITES[name].needs.includes('python') && { RUNLENS_TEST_PYTHON: testPython() }),
    ...extra,
  };
  for (const key of Object.keys(env)) if (/^(MLFLOW_|RUNLENS_DIR$)/.test(key)) delete env[key];
  return env;
}

const node = (args, options) => runProgram(process.execPath, args, { cwd: root, ...options });

/** The half that needs no Python runs while Python is still being prepared. */
async function check({ log, need }) {
  const script = path.join(root, 'scripts/check.mjs');
  const typescript = await node([script, '--only=typescript'], { log });
  await need('python');
  const python = await node([script, '--only=python'], { log });
  const failed = typescript === 0 && python === 0 ? 0 : 1;
  return { passed: 1 - failed, failed };
}

/** The filter is a part of a case's name. */
async function gallery({ filter, log }) {
  const result = path.join(out, 'gallery.json');
  const status = await node(
    [path.join(root, 'test/gallery/run.mjs'), ...(filter ? ['--only', filter] : [])],
    { env: testEnv('gallery', { RUNLENS_TEST_RESULT: result }), log },
  );
  return readResult(result, status);
}

async function mocha(name, pattern, { filter, log }, options = []) {
  const result = path.join(out, `${name}.json`);
  const status = await node(
    [
      path.join(root, 'node_modules/mocha/bin/mocha.js'),
      '--reporter',
      path.join(root, 'test/support/reporter.cjs'),
      ...options,
      ...(filter ? ['--grep', filter] : []),
      pattern,
    ],
    { env: testEnv(name, { RUNLENS_TEST_RESULT: result }), log },
  );
  return readResult(result, status);
}

async function pytest(name, { filter, log, shared }) {
  const report = path.join(out, `${name}.xml`);
  const args = [
    '-m',
    'pytest',
    '-q',
    // They wait for servers more than they compute. Another suite beside them needs its part.
    '-n',
    shared ? '3' : '4',
    // A file's tests stay together; conftest.py puts the long files first, so that none is left over at the end.
    '--dist',
    'loadfile',
    '--no-loadscope-reorder',
    '-p',
    'no:cacheprovider',
    `--junitxml=${report}`,
    ...(filter ? ['-k', filter] : []),
    `test/${name}`,
  ];
  const env = testEnv(name, {
    PYTHONPATH: path.join(root, 'python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
  });
  const status = await runProgram(testPython(), args, { cwd: root, env, log });
  return readReport(report, status);
}

async function editorSuite(name, { filter, log }) {
  const result = path.join(out, `${name}.json`);
  const status = await node(
    [path.join(root, 'test', name, 'main.mjs'), ...(filter ? [filter] : [])],
    { env: testEnv(name, { RUNLENS_TEST_RESULT: result }), log },
  );
  return readResult(result, status);
}

/** A suite that ended badly without a failed test has failed all the same. */
function readResult(file, status) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 };
  const { passed, failed } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}

/** The same of pytest's report. */
function readReport(file, status) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 };
  const text = fs.readFileSync(file, 'utf8');
  const attribute = (key) => Number(new RegExp(` ${key}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = attribute('failures') + attribute('errors');
  const passed = attribute('tests') - failed - attribute('skipped');
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}
