// `npm test [-- SUITE [FILTER]]`: installs what is missing, builds, runs the suites and ends with `N passed, N failed`.
// Suites: check unit webview contract python host ui. FILTER goes to mocha's --grep or pytest's -k.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, runScript } from './lib/install.mjs';
import { fail, say, stage } from './lib/say.mjs';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.join(root, 'out');
const [suiteName, filter] = process.argv.slice(2);

/** Each answers {passed, failed}. */
const SUITES = {
  check: () => oneTest('check.mjs'),
  unit: () => mocha('unit', 'test/{unit/**/*,*}.test.ts', ['--parallel', '--jobs', '2']),
  webview: () => mocha('webview', 'test/webview/**/*.test.{ts,tsx}'),
  contract: () => pytest('contract'),
  python: () => pytest('python'),
  host: () => editorSuite('host'),
  ui: () => editorSuite('ui'),
};

function testPython() {
  return ensureVenv({
    name: 'test',
    requirements: path.join(root, 'test/requirements.txt'),
    log: (line) => say(`  ${line}`),
  });
}

/** A state folder of its own, so that tests never meet the user's servers. */
function testEnv(extra = {}) {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-state-'));
  process.once('exit', () => fs.rmSync(state, { recursive: true, force: true }));
  const env = {
    ...process.env,
    RUNLENS_STATE_DIR: state,
    RUNLENS_TEST_PYTHON: testPython(),
    ...extra,
  };
  for (const name of Object.keys(env)) if (/^(MLFLOW_|RUNLENS_DIR$)/.test(name)) delete env[name];
  return env;
}

function exec(program, args, env) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

function oneTest(script) {
  try {
    runScript(root, script);
    return { passed: 1, failed: 0 };
  } catch (error) {
    say(error.message);
    return { passed: 0, failed: 1 };
  }
}

function mocha(name, pattern, options = []) {
  const result = path.join(out, `${name}.json`);
  const status = exec(
    process.execPath,
    [
      path.join(root, 'node_modules/mocha/bin/mocha.js'),
      '--reporter',
      path.join(root, 'test/support/reporter.cjs'),
      ...options,
      ...(filter ? ['--grep', filter] : []),
      pattern,
    ],
    testEnv({ RUNLENS_TEST_RESULT: result }),
  );
  return readResult(result, status);
}

function pytest(name) {
  const report = path.join(out, `${name}.xml`);
  const status = exec(
    testPython(),
    [
      '-m',
      'pytest',
      '-q',
      // They wait for servers more than they compute; a file's tests stay together.
      '-n',
      '4',
      '--dist',
      'loadfile',
      '-p',
      'no:cacheprovider',
      `--junitxml=${report}`,
      ...(filter ? ['-k', filter] : []),
      `test/${name}`,
    ],
    testEnv({ PYTHONPATH: path.join(root, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' }),
  );
  if (!fs.existsSync(report)) return { passed: 0, failed: 1 };
  const attribute = (key) =>
    Number(new RegExp(` ${key}="(\\d+)"`).exec(fs.readFileSync(report, 'utf8'))?.[1] ?? 0);
  const failed = attribute('failures') + attribute('errors');
  const passed = attribute('tests') - failed - attribute('skipped');
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}

function editorSuite(name) {
  const result = path.join(out, `${name}.json`);
  const status = exec(
    process.execPath,
    [path.join(root, 'test', name, 'main.mjs'), ...(filter ? [filter] : [])],
    testEnv({ RUNLENS_TEST_RESULT: result }),
  );
  return readResult(result, status);
}

/** A suite that ended badly without a failed test has failed all the same. */
function readResult(file, status) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 };
  const { passed, failed } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1) };
}

async function main() {
  if (suiteName && !SUITES[suiteName]) {
    throw new Error(`Unknown suite ${suiteName}. Known: ${Object.keys(SUITES).join(', ')}`);
  }
  const started = Date.now();
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  await stage('installing npm packages', () => installPackages(root));
  await stage('building', () => runScript(root, 'build.mjs'));
  const total = { passed: 0, failed: 0 };
  for (const name of suiteName ? [suiteName] : Object.keys(SUITES)) {
    await stage(`suite ${name}`, () => {
      const { passed, failed } = SUITES[name]();
      total.passed += passed;
      total.failed += failed;
      say(`  ${name}: ${passed} passed, ${failed} failed`);
    });
  }
  say(`all suites took ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (filter === undefined && total.passed === 0) total.failed += 1;
  say(`${total.passed} passed, ${total.failed} failed`);
  process.exit(total.failed === 0 ? 0 : 1);
}

main().catch(fail);
